/* qora-sound-content.c: a take that is dragged out of the window, as a file for other programs
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-sound-content.h"

#include "qora-exporter.h"

#define MIME_TYPE "text/uri-list"

struct _QoraSoundContent
{
  GdkContentProvider parent_instance;

  QoraSound *sound;
  char *path;
  char *title;
  char *voice;
};

G_DEFINE_FINAL_TYPE (QoraSoundContent, qora_sound_content, GDK_TYPE_CONTENT_PROVIDER)

static GdkContentFormats *
qora_sound_content_ref_formats (GdkContentProvider *provider)
{
  static const char *types[] = { MIME_TYPE };

  return gdk_content_formats_new (types, G_N_ELEMENTS (types));
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  QoraSoundContent *self = g_task_get_source_object (task);
  GOutputStream *stream = g_object_get_data (G_OBJECT (task), "stream");
  g_autofree char *uri = NULL;
  char *line;
  GError *error = NULL;

  if (!qora_exporter_run_finish (QORA_EXPORTER (source), result, &error)
      || (uri = g_filename_to_uri (self->path, NULL, &error)) == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  line = g_strconcat (uri, "\r\n", NULL);
  g_task_set_task_data (task, line, g_free);
  g_output_stream_write_all_async (stream, line, strlen (line), g_task_get_priority (task),
                                   g_task_get_cancellable (task), on_written, g_object_ref (task));
}

static void
qora_sound_content_write_async (GdkContentProvider *provider, const char *mime_type,
                                GOutputStream *stream, int io_priority, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  QoraSoundContent *self = QORA_SOUND_CONTENT (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (QoraExporter) exporter = NULL;
  g_autofree char *folder = g_path_get_dirname (self->path);
  QoraAudioFormat format = QORA_AUDIO_FORMAT_WAV;

  g_task_set_priority (task, io_priority);
  g_object_set_data_full (G_OBJECT (task), "stream", g_object_ref (stream), g_object_unref);
  g_mkdir_with_parents (folder, 0700);
  qora_audio_format_from_name (self->path, &format);
  exporter = qora_exporter_new (self->sound, format, self->path);
  qora_exporter_set_tags (exporter, self->title, self->voice);
  qora_exporter_run_async (exporter, cancellable, on_exported, g_object_ref (task));
}

static gboolean
qora_sound_content_write_finish (GdkContentProvider *provider, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
qora_sound_content_finalize (GObject *object)
{
  QoraSoundContent *self = QORA_SOUND_CONTENT (object);

  g_object_unref (self->sound);
  g_free (self->path);
  g_free (self->title);
  g_free (self->voice);
  G_OBJECT_CLASS (qora_sound_content_parent_class)->finalize (object);
}

static void
qora_sound_content_class_init (QoraSoundContentClass *klass)
{
  GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qora_sound_content_finalize;
  provider_class->ref_formats = qora_sound_content_ref_formats;
  provider_class->write_mime_type_async = qora_sound_content_write_async;
  provider_class->write_mime_type_finish = qora_sound_content_write_finish;
}

static void
qora_sound_content_init (QoraSoundContent *self)
{
}

GdkContentProvider *
qora_sound_content_new (QoraSound *sound, const char *path, const char *title, const char *voice)
{
  QoraSoundContent *self = g_object_new (QORA_TYPE_SOUND_CONTENT, NULL);

  self->sound = g_object_ref (sound);
  self->path = g_strdup (path);
  self->title = g_strdup (title);
  self->voice = g_strdup (voice);
  return GDK_CONTENT_PROVIDER (self);
}
