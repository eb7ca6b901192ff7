/* document.c: the text of --text-file, whatever kind of file it is
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "document.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "errors.h"
#include "files.h"
#include "qora-document.h"

static QoraDocument *
read_document (const CliOptions *options, const char *name, GError **error)
{
  gsize length;
  char *data = cli_read_file (options->text_file, &length, error);
  g_autoptr (GBytes) bytes = data != NULL ? g_bytes_new_take (data, length) : NULL;
  g_autoptr (GError) reason = NULL;
  QoraDocument *document;

  if (bytes == NULL)
    return NULL;
  document = qora_document_read_bytes (bytes, name, NULL, &reason);
  if (document != NULL)
    return document;
  if (g_error_matches (reason, QORA_DOCUMENT_ERROR, QORA_DOCUMENT_ERROR_EMPTY))
    return qora_document_new ();
  g_set_error_literal (error, CLI_ERROR, CLI_ERROR_FAILED, reason->message);
  return NULL;
}

char *
cli_document_read (const CliOptions *options, const char *name, GError **error)
{
  g_autoptr (QoraDocument) document = read_document (options, name, error);
  GString *text;

  if (document == NULL)
    return NULL;
  if (options->chapter > 0 && (guint) options->chapter > document->chapters->len)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED,
                   ngettext ("--chapter %d: %s has only %u chapter",
                             "--chapter %d: %s has only %u chapters", document->chapters->len),
                   options->chapter, name, document->chapters->len);
      return NULL;
    }
  text = g_string_new (NULL);
  for (guint i = 0; i < document->chapters->len; i++)
    if (options->chapter == 0 || (guint) options->chapter == i + 1)
      {
        g_autofree char *chapter = qora_chapter_dup_text (document->chapters->pdata[i]);

        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n\n" : "", chapter);
      }
  return g_string_free (text, FALSE);
}

gboolean
cli_list_chapters (const CliOptions *options, GError **error)
{
  g_autoptr (QoraDocument) document = read_document (options, options->text_file, error);

  if (document == NULL)
    return FALSE;
  for (guint i = 0; i < document->chapters->len; i++)
    {
      QoraChapter *chapter = document->chapters->pdata[i];

      printf ("%u\t%" G_GSIZE_FORMAT "\t%s\n", i + 1, qora_chapter_count_characters (chapter),
              chapter->title);
    }
  return TRUE;
}
