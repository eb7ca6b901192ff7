/* files.c: reading texts and writing small result files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "files.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "errors.h"

static char *
read_stream (FILE *stream, gsize *length, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char block[65536];
  size_t n;

  while ((n = fread (block, 1, sizeof block, stream)) > 0)
    g_string_append_len (text, block, n);
  if (ferror (stream))
    {
      cli_fail_errno (error, errno, _ ("standard input"), _ ("cannot be read"));
      return NULL;
    }
  *length = text->len;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
cli_read_file (const char *path, gsize *length, GError **error)
{
  char *text = NULL;
  g_autoptr (GError) reason = NULL;

  if (strcmp (path, "-") == 0)
    return read_stream (stdin, length, error);
  if (!g_file_get_contents (path, &text, length, &reason))
    g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED, _ ("%s: cannot be read: %s"), path,
                 reason->message);
  return text;
}

static gboolean
write_in_place (const char *path, const char *text, GError **error)
{
  gboolean to_stdout = strcmp (path, "-") == 0;
  FILE *stream = to_stdout ? stdout : fopen (path, "we");
  gboolean written;

  if (stream == NULL)
    return cli_fail_errno (error, errno, path, _ ("cannot be written"));
  written = fputs (text, stream) >= 0 && fflush (stream) == 0;
  if (!written)
    cli_fail_errno (error, errno, to_stdout ? _ ("standard output") : path,
                    _ ("cannot be written"));
  if (!to_stdout)
    fclose (stream);
  return written;
}

gboolean
cli_write_file (const char *path, const char *text, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (cli_is_stream (path))
    return write_in_place (path, text, error);
  if (g_file_set_contents_full (path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                &reason))
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED, _ ("%s: cannot be written: %s"), path,
               reason->message);
  return FALSE;
}

char *
cli_to_utf8 (const char *bytes, gsize length, const char *what, GError **error)
{
  const char *end;
  char *text = NULL;

  if (memchr (bytes, 0, length) != NULL)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED,
                   _ ("%s: holds a zero byte, so it is not a text"), what);
      return NULL;
    }
  if (g_str_has_prefix (bytes, "\xEF\xBB\xBF"))
    {
      bytes += 3;
      length -= 3;
    }
  if (g_utf8_validate (bytes, length, &end))
    return g_strndup (bytes, length);

  if (!g_get_charset (NULL))
    text = g_locale_to_utf8 (bytes, length, NULL, NULL, NULL);
  if (text == NULL)
    g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED, _ ("%s: is not UTF-8 at byte %td"), what,
                 end - bytes);
  return text;
}

gboolean
cli_is_stream (const char *path)
{
  if (strcmp (path, "-") == 0)
    return TRUE;
  return g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR)
         && !g_file_test (path, G_FILE_TEST_IS_DIR);
}
