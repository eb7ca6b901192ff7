/* qora-take-loader.c: puts the sound of a take together from the files of its parts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-take-loader.h"

#include "qora-pause.h"
#include "qora-sound-loader.h"

typedef struct
{
  char *folder;
  double pause;
  GPtrArray *parts; /* of QoraTakePart, a copy that shares the renderings */
  gsize *starts;    /* [parts] where each rendering begins */
  gsize *lengths;
} LoadJob;

static void
load_job_free (LoadJob *job)
{
  g_free (job->folder);
  g_ptr_array_unref (job->parts);
  g_free (job->starts);
  g_free (job->lengths);
  g_free (job);
}

static void
load_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  LoadJob *job = task_data;
  g_autoptr (GArray) samples = g_array_new (FALSE, TRUE, sizeof (float)); /* pauses are zero */

  for (guint i = 0; i < job->parts->len; i++)
    {
      const QoraTakePart *part = job->parts->pdata[i];
      const QoraTakePart *before = i > 0 ? job->parts->pdata[i - 1] : NULL;
      g_autofree char *path = NULL;
      g_autoptr (QoraSound) sound = NULL;
      GError *error = NULL;
      gsize at = samples->len;

      if (part->rendering == NULL || part->rendering->file == NULL)
        continue;
      path = g_build_filename (job->folder, part->rendering->file, NULL);
      sound = qora_sound_load (path, cancellable, &error);
      if (sound == NULL)
        {
          g_task_return_error (task, error);
          return;
        }
      if (before == NULL)
        at += qora_pause_get_samples (part->silence_before, FALSE, 0, at);
      else if (at > 0)
        at += qora_pause_get_samples (part->silence_before, before->ends_paragraph, job->pause, at);
      job->lengths[i] = qora_sound_get_n_samples (sound);
      job->starts[i] = at;
      g_array_set_size (samples, (guint) (at + job->lengths[i]));
      qora_sound_read (sound, 0, &g_array_index (samples, float, at), job->lengths[i]);
      g_array_set_size (samples, samples->len
                                     + (guint) qora_pause_get_samples (part->silence_after, FALSE,
                                                                       0, samples->len));
    }
  g_task_return_pointer (task, g_steal_pointer (&samples), (GDestroyNotify) g_array_unref);
}

void
qora_take_loader_run (GTask *task, const char *folder, double pause, GPtrArray *parts)
{
  LoadJob *job = g_new0 (LoadJob, 1);

  job->folder = g_strdup (folder);
  job->pause = pause;
  job->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) qora_take_part_free);
  for (guint i = 0; i < parts->len; i++)
    g_ptr_array_add (job->parts, qora_take_part_copy (parts->pdata[i]));
  job->starts = g_new0 (gsize, job->parts->len + 1);
  job->lengths = g_new0 (gsize, job->parts->len + 1);
  g_task_set_task_data (task, job, (GDestroyNotify) load_job_free);
  g_task_run_in_thread (task, load_thread);
}

QoraSound *
qora_take_loader_finish (GTask *task, GError **error)
{
  g_autoptr (GArray) samples = g_task_propagate_pointer (task, error);
  g_autoptr (QoraSound) sound = NULL;
  LoadJob *job = g_task_get_task_data (task);

  if (samples == NULL)
    return NULL;
  sound = qora_sound_new_for_samples ((const float *) samples->data, samples->len);
  for (guint i = 0; i < job->parts->len; i++)
    {
      QoraRendering *rendering = ((QoraTakePart *) job->parts->pdata[i])->rendering;

      /* What is not on disk yet has its sound with it. */
      if (rendering == NULL || job->lengths[i] == 0)
        continue;
      g_set_object (&rendering->sound, sound);
      rendering->start = job->starts[i];
      rendering->n_samples = job->lengths[i];
    }
  return g_steal_pointer (&sound);
}
