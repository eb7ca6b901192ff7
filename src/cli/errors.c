/* errors.c: what can go wrong in qora-tts and the exit code that says so
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "errors.h"

#include <stdarg.h>
#include <stdio.h>

G_DEFINE_QUARK (cli_error, cli_error)

gboolean
cli_take_engine_error (GError **error, const qtts_error *from, const char *subject)
{
  int code = from->status == QTTS_ERROR_CANCELLED ? CLI_ERROR_INTERRUPTED : CLI_ERROR_FAILED;

  g_set_error (error, CLI_ERROR, code, "%s%s%s", subject != NULL ? subject : "",
               subject != NULL ? ": " : "", from->message);
  return FALSE;
}

gboolean
cli_fail_errno (GError **error, int saved_errno, const char *path, const char *what)
{
  g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED, "%s: %s: %s", path, what,
               g_strerror (saved_errno));
  return FALSE;
}

void
cli_message (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "qora-tts: %s\n", text);
}
