/* document-missing.c: in place of document.c where the libraries that read books are not there
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gi18n.h>

#include "document.h"
#include "errors.h"
#include "files.h"

static gboolean
fail_without_libraries (const char *option, GError **error)
{
  g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED,
               _ ("%s: this program was built without support for books"), option);
  return FALSE;
}

char *
cli_document_read (const CliOptions *options, const char *name, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize length;

  if (options->chapter > 0 && !fail_without_libraries ("--chapter", error))
    return NULL;
  bytes = cli_read_file (options->text_file, &length, error);
  return bytes != NULL ? cli_to_utf8 (bytes, length, name, error) : NULL;
}

gboolean
cli_list_chapters (const CliOptions *options, GError **error)
{
  return fail_without_libraries ("--list-chapters", error);
}
