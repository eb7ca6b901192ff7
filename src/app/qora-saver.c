/* qora-saver.c: saves a take as a sound file, with subtitles beside it if wanted
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-saver.h"

#include <glib/gi18n.h>
#include <string.h>

#include "qora-exporter.h"
#include "qora-voice.h"

typedef struct
{
  char *path;
  char *title;
  char *voice;
  QoraBeside beside;
  GArray *cues; /* of QoraCue, which own their texts */
  void (*progress) (double fraction, gpointer user_data);
} SaveJob;

static void
clear_cue (gpointer cue)
{
  g_free ((char *) ((QoraCue *) cue)->text);
}

static void
save_job_free (SaveJob *job)
{
  g_free (job->path);
  g_free (job->title);
  g_free (job->voice);
  g_array_unref (job->cues);
  g_free (job);
}

static void
collect_cues (QoraScript *script, QoraSound *sound, GArray *cues)
{
  for (guint i = 0; i < qora_script_get_n_parts (script); i++)
    {
      QoraRendering *rendering = qora_part_get_rendering (qora_script_get_part (script, i));

      if (rendering != NULL && rendering->sound == sound)
        {
          double begin = qora_rendering_get_begin (rendering);
          QoraCue cue = { g_strdup (rendering->text), begin,
                          begin + qora_rendering_get_duration (rendering) };

          g_array_append_val (cues, cue);
        }
    }
}

static gboolean
write_subtitles (const SaveJob *job, GError **error)
{
  static const QoraSubtitleFormat formats[]
      = { QORA_SUBTITLE_FORMAT_SRT, QORA_SUBTITLE_FORMAT_VTT, QORA_SUBTITLE_FORMAT_LRC };
  const char *name = strrchr (job->path, '/');
  const char *dot = strrchr (name != NULL ? name : job->path, '.');
  g_autofree char *stem
      = g_strndup (job->path, dot != NULL ? (gsize) (dot - job->path) : strlen (job->path));
  QoraSubtitleInfo info = { job->title, job->voice };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if ((job->beside & (1u << formats[i])) != 0)
      {
        g_autofree char *path
            = g_strconcat (stem, ".", qora_subtitle_format_get_extension (formats[i]), NULL);

        if (!qora_subtitles_write (path, formats[i], (const QoraCue *) job->cues->data,
                                   job->cues->len, &info, error))
          return FALSE;
      }
  return TRUE;
}

static void
subtitles_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  SaveJob *job = task_data;
  GError *error = NULL;

  if (write_subtitles (job, &error))
    g_task_return_pointer (task, g_strdup (job->path), g_free);
  else
    g_task_return_error (task, error);
}

static void
on_progress (QoraExporter *exporter, GParamSpec *pspec, gpointer user_data)
{
  const SaveJob *job = g_object_get_data (G_OBJECT (exporter), "job");

  job->progress (qora_exporter_get_progress (exporter), user_data);
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  g_signal_handlers_disconnect_matched (source, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, on_progress, NULL);
  if (qora_exporter_run_finish (QORA_EXPORTER (source), result, &error))
    g_task_run_in_thread (task, subtitles_thread);
  else
    g_task_return_error (task, error);
}

static SaveJob *
create_job (const QoraSaveOptions *options)
{
  SaveJob *job = g_new0 (SaveJob, 1);

  job->path = g_strdup (options->path);
  job->title = g_strdup (options->title);
  job->beside = options->beside;
  job->progress = options->progress;
  job->cues = g_array_new (FALSE, FALSE, sizeof (QoraCue));
  g_array_set_clear_func (job->cues, clear_cue);
  collect_cues (options->script, options->sound, job->cues);
  if (options->voice != NULL)
    {
      g_autoptr (QoraVoice) speaker = qora_voice_new (options->voice);

      job->voice = g_strdup (qora_voice_get_name (speaker));
    }
  return job;
}

void
qora_save_async (const QoraSaveOptions *options, GCancellable *cancellable,
                 GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (QoraExporter) exporter = NULL;
  QoraAudioFormat format;
  SaveJob *job;

  if (!qora_audio_format_from_name (options->path, &format))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                               /* translators: %s is a file name */
                               _ ("%s does not end in wav, flac, opus, ogg or mp3"), options->path);
      return;
    }

  job = create_job (options);
  g_task_set_task_data (task, job, (GDestroyNotify) save_job_free);
  exporter = qora_exporter_new (options->sound, format, options->path);
  qora_exporter_set_quality (exporter, options->quality);
  qora_exporter_set_tags (exporter, job->title, job->voice);
  if (job->progress != NULL)
    {
      g_object_set_data (G_OBJECT (exporter), "job", job);
      g_signal_connect (exporter, "notify::progress", G_CALLBACK (on_progress), user_data);
    }
  qora_exporter_run_async (exporter, cancellable, on_exported, g_steal_pointer (&task));
}

char *
qora_save_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
