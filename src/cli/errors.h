/* errors.h: what can go wrong in qora-tts and the exit code that says so
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>
#include <qtts/error.h>

#define CLI_ERROR (cli_error_quark ())
/* The values are the program's exit codes. */
typedef enum
{
  CLI_ERROR_FAILED = 1,       /* a file, the model or the system did not play along */
  CLI_ERROR_USAGE = 2,        /* the command line asks for something that cannot be */
  CLI_ERROR_INTERRUPTED = 130 /* Ctrl+C */
} CliError;
GQuark cli_error_quark (void);

/* Hands on what the engine reported; `subject` (may be NULL) is put in front with a colon. Always
 * returns FALSE, for use in a return statement. */
gboolean cli_take_engine_error (GError **error, const qtts_error *from, const char *subject);

/* CLI_ERROR_FAILED with "PATH: what: reason of errno". Always returns FALSE. */
gboolean cli_fail_errno (GError **error, int saved_errno, const char *path, const char *what);

/* A line on standard error with the program's name in front. The bytes go out as they are: a path
 * needs no particular encoding. */
void cli_message (const char *format, ...) G_GNUC_PRINTF (1, 2);
