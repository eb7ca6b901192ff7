/* qora-sound-loader.c: reads an audio file back into a sound
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-sound-loader.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <unistd.h>

#define POLL_INTERVAL (20 * GST_MSECOND)

/* filesrc, and a sink from which the sound's own kind of samples comes. */
static GstElement *
build_pipeline (const char *path, GstElement **sink, GError **error)
{
  g_autofree char *description = g_strdup_printf (
      "filesrc name=file ! decodebin ! audioconvert ! audioresample ! appsink name=sink sync=false"
      " caps=audio/x-raw,format=F32LE,layout=interleaved,rate=%d,channels=1 max-buffers=16",
      QORA_SOUND_RATE);
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, error);
  g_autoptr (GstElement) file = NULL;

  if (pipeline == NULL)
    return NULL;
  file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  g_object_set (file, "location", path, NULL);
  *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  return g_steal_pointer (&pipeline);
}

static void
append_sample (QoraSound *sound, GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  qora_sound_append (sound, (const float *) (gpointer) map.data, map.size / sizeof (float));
  gst_buffer_unmap (buffer, &map);
}

/* Whether the pipeline has failed; sets the error then. */
static gboolean
has_failed (GstElement *pipeline, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) cause = NULL;
  int code = G_IO_ERROR_INVALID_DATA;

  if (message == NULL)
    return FALSE;
  gst_message_parse_error (message, &cause, NULL);
  if (cause->domain == GST_CORE_ERROR
      || g_error_matches (cause, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND))
    code = G_IO_ERROR_NOT_SUPPORTED;
  g_set_error_literal (error, G_IO_ERROR, code, cause->message);
  return TRUE;
}

static gboolean
decode (GstElement *pipeline, GstAppSink *sink, QoraSound *sound, GCancellable *cancellable,
        GError **error)
{
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (sink, POLL_INTERVAL);

      if (sample != NULL)
        append_sample (sound, sample);
      else if (has_failed (pipeline, error))
        return FALSE;
      else if (gst_app_sink_is_eos (sink))
        return TRUE;
    }
  return FALSE;
}

/* A reason in the system's own words, where the file cannot even be opened. */
static gboolean
can_open (const char *path, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (fd < 0)
    {
      int saved = errno;

      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (saved), g_strerror (saved));
      return FALSE;
    }
  close (fd);
  return TRUE;
}

static QoraSound *
load (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) sink = NULL;
  gboolean done;

  if (!can_open (path, error) || !gst_init_check (NULL, NULL, error))
    return NULL;
  pipeline = build_pipeline (path, &sink, error);
  if (pipeline == NULL)
    return NULL;
  done = decode (pipeline, GST_APP_SINK (sink), sound, cancellable, error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (!done)
    return NULL;
  qora_sound_seal (sound);
  return g_steal_pointer (&sound);
}

QoraSound *
qora_sound_load (const char *path, GCancellable *cancellable, GError **error)
{
  QoraSound *sound;

  g_return_val_if_fail (path != NULL, NULL);

  sound = load (path, cancellable, error);
  if (sound == NULL)
    g_prefix_error (error, "%s: ", path);
  return sound;
}

static void
load_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  QoraSound *sound = qora_sound_load (task_data, cancellable, &error);

  if (sound != NULL)
    g_task_return_pointer (task, sound, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
qora_sound_load_async (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, qora_sound_load_async);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, load_thread);
}

QoraSound *
qora_sound_load_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
