/* main.c: qora-tts, text to speech on the command line
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "document.h"
#include "errors.h"
#include "inform.h"
#include "interrupt.h"
#include "models.h"
#include "options.h"
#include "qora-locale.h"
#include "session.h"
#include "speak.h"

static gboolean
act (CliSession *session, GError **error)
{
  const CliOptions *options = session->options;

  if (options->save != NULL && !cli_session_save (session, error))
    return FALSE;
  switch (options->action)
    {
    case CLI_ACTION_SPEAK:
      return cli_speak (session, error);
    case CLI_ACTION_DECODE:
      return cli_decode (session, error);
    case CLI_ACTION_TOKENIZE:
      return cli_print_tokens (session, error);
    case CLI_ACTION_LIST_SPEAKERS:
      cli_list_speakers (session);
      break;
    case CLI_ACTION_LIST_LANGUAGES:
      cli_list_languages (session);
      break;
    case CLI_ACTION_INFO:
      cli_print_info (session);
      break;
    case CLI_ACTION_CONVERT:
    case CLI_ACTION_LIST_CHAPTERS:
    case CLI_ACTION_LIST_MODELS:
    case CLI_ACTION_DOWNLOAD:
    case CLI_ACTION_VERSION:
      break;
    }
  return TRUE;
}

/* What is asked of the program and the computer, not of a voice. */
static gboolean
needs_session (const CliOptions *options)
{
  return options->action != CLI_ACTION_VERSION && options->action != CLI_ACTION_LIST_MODELS
         && options->action != CLI_ACTION_LIST_CHAPTERS && options->action != CLI_ACTION_DOWNLOAD;
}

static gboolean
act_without_session (const CliOptions *options, GError **error)
{
  if (options->action == CLI_ACTION_VERSION)
    printf ("qora-tts %s\n", qtts_version ());
  if (options->action == CLI_ACTION_LIST_MODELS)
    return cli_list_models (options, error);
  if (options->action == CLI_ACTION_LIST_CHAPTERS)
    return cli_list_chapters (options, error);
  if (options->action == CLI_ACTION_DOWNLOAD)
    return cli_download_model (options, error);
  return TRUE;
}

static gboolean
run (char **argv, GError **error)
{
  g_auto (CliOptions) options = { 0 };
  g_auto (CliSession) session = { 0 };

  if (!cli_options_parse (&options, argv, error))
    return FALSE;
  if (!act_without_session (&options, error))
    return FALSE;
  if (needs_session (&options)
      && (!cli_session_open (&session, &options, error) || !act (&session, error)))
    return FALSE;
  return fflush (stdout) == 0
         || cli_fail_errno (error, errno, _ ("standard output"), _ ("cannot be written"));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  qora_locale_init ();
  /* Numbers keep their point in files and on the command line. */
  setlocale (LC_NUMERIC, "C");
  cli_interrupt_install ();
  if (run (argv, &error))
    return EXIT_SUCCESS;

  cli_message ("%s", error->message);
  if (error->code == CLI_ERROR_INTERRUPTED && cli_interrupted ())
    return 128 + cli_interrupted ();
  return error->code;
}
