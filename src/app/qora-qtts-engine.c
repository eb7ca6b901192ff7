/* qora-qtts-engine.c: libqtts as an engine of the application
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <qtts/qtts.h>

#include "qora-engine.h"

typedef struct
{
  const QoraEngineSink *sink;
  gpointer sink_data;
  GCancellable *cancellable;
  double rate; /* frames per second */
  gsize n_requests;
  gboolean *finished; /* [n_requests] */
} Run;

/* Takes over what libqtts says, which is written for people. */
static void
set_error (GError **error, qtts_status status, const qtts_error *reason)
{
  switch (status)
    {
    case QTTS_ERROR_CANCELLED:
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, reason->message);
      break;
    case QTTS_ERROR_ARGUMENT:
      g_set_error_literal (error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_REQUEST, reason->message);
      break;
    case QTTS_ERROR_MEMORY:
      g_set_error_literal (error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_MEMORY, reason->message);
      break;
    default:
      g_set_error_literal (error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_MODEL, reason->message);
    }
}

static bool
on_open_progress (double fraction, void *user_data)
{
  return !g_cancellable_is_cancelled (user_data);
}

static QoraModelInfo *
describe (const qtts_model_info *model)
{
  QoraModelInfo *info = g_new0 (QoraModelInfo, 1);
  g_autoptr (GStrvBuilder) voices = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) languages = g_strv_builder_new ();

  for (size_t i = 0; i < model->n_speakers; i++)
    g_strv_builder_add (voices, model->speakers[i].name);
  for (size_t i = 0; i < model->n_languages; i++)
    if (!model->languages[i].is_dialect)
      g_strv_builder_add (languages, model->languages[i].name);

  info->name = g_strdup (model->name);
  info->voices = g_strv_builder_end (voices);
  info->languages = g_strv_builder_end (languages);
  info->honours_style = model->honours_instruct;
  info->is_design = model->kind == QTTS_KIND_VOICE_DESIGN;
  info->sampling = (QoraSampling){ FALSE, model->sampling.temperature, model->sampling.top_k,
                                   model->sampling.top_p, model->sampling.repetition_penalty };
  return info;
}

static gpointer
open_model (const char *path, int threads, QoraModelInfo **info, GCancellable *cancellable,
            GError **error)
{
  qtts_model_options options = qtts_model_options_default ();
  qtts_error reason = { 0 };
  qtts_model *model = NULL;
  qtts_status status;

  options.threads = threads;
  options.progress = on_open_progress;
  options.progress_data = cancellable;
  status = qtts_model_open (path, &options, &model, &reason);
  if (status != QTTS_OK)
    {
      set_error (error, status, &reason);
      return NULL;
    }
  *info = describe (qtts_model_get_info (model));
  return model;
}

static void
close_model (gpointer model)
{
  qtts_model_close (model);
}

static bool
on_audio (size_t request, const float *pcm, size_t n, void *user_data)
{
  Run *run = user_data;

  run->sink->sound (request, pcm, n, run->sink_data);
  return !g_cancellable_is_cancelled (run->cancellable);
}

static bool
on_progress (const qtts_progress *progress, void *user_data)
{
  Run *run = user_data;
  QoraProgress out
      = { progress->request, progress->frames / (double) MAX (progress->expected_frames, 1),
          progress->frames / run->rate, progress->elapsed_s };

  run->sink->progress (&out, run->sink_data);
  return !g_cancellable_is_cancelled (run->cancellable);
}

static QoraEnd
translate_end (qtts_end end)
{
  switch (end)
    {
    case QTTS_END_OF_SPEECH:
      return QORA_END_COMPLETE;
    case QTTS_END_RUNAWAY:
      return QORA_END_RUNAWAY;
    default:
      return QORA_END_STOPPED;
    }
}

static void
on_finished (size_t request, const qtts_result *result, void *user_data)
{
  Run *run = user_data;

  run->finished[request] = TRUE;
  run->sink->finished (request, translate_end (result->end), result->seed, run->sink_data);
}

static void
on_restarted (size_t request, void *user_data)
{
  Run *run = user_data;

  run->sink->restarted (request, run->sink_data);
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  qtts_synthesis_cancel (user_data);
}

static void
fill_request (qtts_model *model, const QoraRequest *in, qtts_request *out)
{
  *out = qtts_request_default (model);
  out->text = in->text;
  out->speaker = in->voice;
  out->language = in->language;
  out->instruct = in->style;
  out->seed = in->seed;
  if (in->sampling.custom)
    {
      out->sampling.temperature = (float) in->sampling.temperature;
      out->sampling.top_k = in->sampling.top_k;
      out->sampling.top_p = (float) in->sampling.top_p;
      out->sampling.repetition_penalty = (float) in->sampling.repetition_penalty;
    }
}

static gboolean
run_model (gpointer model, const QoraRequest *requests, gsize n_requests,
           const QoraEngineSink *sink, gpointer sink_data, GCancellable *cancellable,
           GError **error)
{
  const qtts_model_info *info = qtts_model_get_info (model);
  static const qtts_callbacks callbacks = { on_audio, on_progress, on_finished, on_restarted };
  g_autofree qtts_request *qtts_requests = g_new0 (qtts_request, n_requests);
  g_autofree gboolean *finished = g_new0 (gboolean, n_requests);
  Run run
      = { sink,       sink_data, cancellable, info->sample_rate / (double) info->samples_per_frame,
          n_requests, finished };
  qtts_synthesis *synthesis = NULL;
  qtts_error reason = { 0 };
  const qtts_synthesis_options options = { .live = true };
  qtts_status status;

  for (gsize i = 0; i < n_requests; i++)
    fill_request (model, &requests[i], &qtts_requests[i]);
  status = qtts_synthesis_new (model, qtts_requests, n_requests, &options, &synthesis, &reason);
  if (status == QTTS_OK)
    {
      gulong id
          = cancellable == NULL
                ? 0
                : g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), synthesis, NULL);

      status = qtts_synthesis_run (synthesis, &callbacks, &run, &reason);
      g_cancellable_disconnect (cancellable, id);
    }

  /* A stopped run ends in the middle of the first request that is not finished. */
  for (gsize i = 0; status == QTTS_ERROR_CANCELLED && i < n_requests; i++)
    if (!finished[i])
      {
        const qtts_result *result = qtts_synthesis_get_result (synthesis, i);

        sink->finished (i, QORA_END_STOPPED, result->seed, sink_data);
        break;
      }
  qtts_synthesis_free (synthesis);
  if (status == QTTS_OK)
    return TRUE;
  set_error (error, status, &reason);
  return FALSE;
}

const QoraEngine qora_qtts_engine = { open_model, close_model, run_model };
