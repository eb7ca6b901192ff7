/* session.c: the open model and what every action of the program needs beside it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "errors.h"
#include "interrupt.h"
#include "voices.h"

static bool
show_loading (double fraction, void *data)
{
  CliSession *session = data;

  cli_progress_task (session->progress, _ ("Loading the voice"), fraction);
  return !cli_interrupted ();
}

static bool
show_saving (double fraction, void *data)
{
  CliSession *session = data;

  cli_progress_task (session->progress, _ ("Saving the voice"), fraction);
  return !cli_interrupted ();
}

static void
say_if_precision_is_fixed (CliSession *session)
{
  const CliOptions *options = session->options;

  if (options->precision_given && options->precision != session->info->precision)
    cli_session_say (session, _ ("the voice is stored as %s; --precision %s has no effect"),
                     qtts_precision_name (session->info->precision),
                     qtts_precision_name (options->precision));
}

gboolean
cli_session_open (CliSession *session, const CliOptions *options, GError **error)
{
  g_auto (CliVoice) voice = { 0 };
  qtts_model_options model_options = qtts_model_options_default ();
  qtts_error engine_error;
  gint64 start;
  qtts_status status;

  *session = (CliSession){ .options = options, .progress = cli_progress_new (options->quiet) };
  if (!cli_voice_find (options, &voice, error))
    return FALSE;
  cli_session_say (session, _ ("voice: %s"), voice.description);
  session->is_demo = voice.is_demo;

  model_options.precision = options->precision;
  model_options.threads = options->threads;
  model_options.progress = show_loading;
  model_options.progress_data = session;
  start = g_get_monotonic_time ();
  status = qtts_model_open (voice.path, &model_options, &session->model, &engine_error);
  session->load_s = (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;
  cli_progress_clear (session->progress);
  if (status != QTTS_OK)
    return cli_take_engine_error (error, &engine_error, NULL);

  session->info = qtts_model_get_info (session->model);
  say_if_precision_is_fixed (session);
  return TRUE;
}

void
cli_session_clear (CliSession *session)
{
  qtts_model_close (session->model);
  g_clear_pointer (&session->progress, cli_progress_free);
  session->model = NULL;
  session->info = NULL;
}

gboolean
cli_session_save (CliSession *session, GError **error)
{
  const char *path = session->options->save;
  qtts_error engine_error;
  GStatBuf file;
  qtts_status status;

  if (session->options->compact)
    status = qtts_model_save_compact (session->model, path, show_saving, session, &engine_error);
  else
    status = qtts_model_save (session->model, path, show_saving, session, &engine_error);
  cli_progress_clear (session->progress);
  if (status != QTTS_OK)
    return cli_take_engine_error (error, &engine_error, NULL);
  if (g_stat (path, &file) == 0)
    cli_session_say (session, _ ("%s: %.1f MB, %s"), path, file.st_size / 1e6,
                     qtts_precision_name (session->info->precision));
  return TRUE;
}

void
cli_session_say (CliSession *session, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (session->options->quiet)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  cli_progress_clear (session->progress);
  cli_message ("%s", text);
}
