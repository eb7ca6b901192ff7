/* qora-take-disk.c: how a take comes to disk, and from there to nothing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "qora-exporter.h"
#include "qora-kept-folders.h"
#include "qora-take-private.h"

/* ---- saving ---- */

static void save_next (QoraTake *self);

static void
fail_saving (QoraTake *self, const GError *error)
{
  self->saving = FALSE;
  g_signal_emit_by_name (self, "save-failed", error);
}

/* Writes the description, then deletes the sounds that it does not name. The names are in the
 * task's data so that the thread has no business with the object. */
typedef struct
{
  char *folder;
  char *json;
  GHashTable *needed; /* file names */
} WriteJob;

static void
write_job_free (WriteJob *job)
{
  g_free (job->folder);
  g_free (job->json);
  g_hash_table_unref (job->needed);
  g_free (job);
}

static void
remove_unneeded (const char *folder, GHashTable *needed)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "part-") && !g_hash_table_contains (needed, name))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_remove (path);
      }
}

static void
write_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  WriteJob *job = task_data;
  g_autofree char *path = g_build_filename (job->folder, QORA_TAKE_FILE_NAME, NULL);
  GError *error = NULL;

  if (!g_file_set_contents_full (path, job->json, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &error))
    {
      g_task_return_error (task, error);
      return;
    }
  remove_unneeded (job->folder, job->needed);
  g_task_return_boolean (task, TRUE);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  QoraTake *self = QORA_TAKE (source);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      fail_saving (self, error);
      return;
    }
  self->saving = FALSE;
  if (self->save_again)
    qora_take_save (self);
  else
    g_ptr_array_set_size (self->unwanted, 0);
}

static void
need_files (GHashTable *needed, GPtrArray *parts)
{
  for (guint i = 0; parts != NULL && i < parts->len; i++)
    {
      const QoraTakePart *part = parts->pdata[i];

      if (part->rendering != NULL && part->rendering->file != NULL)
        g_hash_table_add (needed, g_strdup (part->rendering->file));
    }
}

static void
write_description (QoraTake *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_written, NULL);
  WriteJob *job = g_new0 (WriteJob, 1);

  job->folder = g_strdup (self->folder);
  job->json = qora_take_file_format (&self->content);
  job->needed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  need_files (job->needed, self->content.parts);
  need_files (job->needed, self->dropped);
  g_task_set_task_data (task, job, (GDestroyNotify) write_job_free);
  g_task_run_in_thread (task, write_thread);
}

typedef struct
{
  QoraTake *take;
  QoraRendering *rendering;
  char *name;
} PartExport;

static void
on_part_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  PartExport *part = user_data;
  g_autoptr (QoraTake) self = part->take;
  g_autoptr (GError) error = NULL;

  if (qora_exporter_run_finish (QORA_EXPORTER (source), result, &error))
    {
      part->rendering->file = g_steal_pointer (&part->name);
      qora_take_release_rendering (self, part->rendering);
      save_next (self);
    }
  else
    fail_saving (self, error);
  qora_rendering_unref (part->rendering);
  g_free (part->name);
  g_free (part);
}

static void
export_part (QoraTake *self, QoraRendering *rendering)
{
  QoraAudioFormat format = qora_audio_format_is_available (QORA_AUDIO_FORMAT_FLAC, NULL)
                               ? QORA_AUDIO_FORMAT_FLAC
                               : QORA_AUDIO_FORMAT_WAV;
  g_autoptr (GBytes) bytes
      = qora_sound_get_bytes (rendering->sound, rendering->start, rendering->n_samples);
  g_autoptr (QoraSound) sound = NULL;
  g_autoptr (QoraExporter) exporter = NULL;
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *path = NULL;
  PartExport *part = g_new0 (PartExport, 1);
  gsize size;
  const float *samples = g_bytes_get_data (bytes, &size);

  sound = qora_sound_new_for_samples (samples, size / sizeof *samples);
  part->take = g_object_ref (self);
  part->rendering = qora_rendering_ref (rendering);
  part->name = g_strdup_printf ("part-%.8s.%s", uuid, qora_audio_format_get_extension (format));
  path = g_build_filename (self->folder, part->name, NULL);
  exporter = qora_exporter_new (sound, format, path);
  qora_exporter_run_async (exporter, NULL, on_part_exported, part);
}

static void
save_next (QoraTake *self)
{
  for (guint i = 0; i < self->content.parts->len; i++)
    {
      QoraRendering *rendering = ((QoraTakePart *) self->content.parts->pdata[i])->rendering;

      if (rendering != NULL && rendering->file == NULL && rendering->sound != NULL)
        {
          export_part (self, rendering);
          return;
        }
    }
  write_description (self);
}

void
qora_take_save (QoraTake *self)
{
  g_return_if_fail (QORA_IS_TAKE (self));

  self->save_again = self->saving;
  if (self->saving)
    return;
  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    {
      g_autoptr (GError) error = g_error_new (G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s",
                                              self->folder, g_strerror (errno));

      fail_saving (self, error);
      return;
    }
  self->saving = TRUE;
  save_next (self);
}

gint64
qora_take_get_changed (QoraTake *self)
{
  g_autofree char *path = NULL;
  GStatBuf status;

  g_return_val_if_fail (QORA_IS_TAKE (self), 0);
  path = g_build_filename (self->folder, QORA_TAKE_FILE_NAME, NULL);
  return g_stat (path, &status) == 0 ? status.st_mtime : self->content.created;
}

gboolean
qora_take_get_saving (QoraTake *self)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), FALSE);
  return self->saving;
}

/* ---- deleting ---- */

void
qora_take_delete (QoraTake *self)
{
  g_return_if_fail (QORA_IS_TAKE (self));
  qora_kept_folders_delete_later (self->folder);
}
