/* qora-exporter.c: saves a sound as an audio file, whole or not at all
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-exporter.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_SAMPLES (QORA_SOUND_RATE / 2)

/* How often a run looks whether it was cancelled and tells how far it is. */
#define POLL_INTERVAL (20 * GST_MSECOND)

typedef struct
{
  gsize at; /* sample of the sound that the silence comes before */
  gsize n_samples;
} Gap;

struct _QoraExporter
{
  GObject parent_instance;
  QoraSound *sound;
  QoraAudioFormat format;
  QoraAudioQuality quality;
  char *path;
  char *title;
  char *voice;
  GArray *gaps; /* of Gap */

  GMutex lock; /* guards what follows */
  double progress;
  GMainContext *notify_context; /* NULL in a synchronous run */
  gboolean notification_pending;
};

/* What the encoder's thread has read so far; but for out_at its own until the pipeline is down. */
typedef struct
{
  QoraSound *sound;
  const GArray *gaps;
  gsize n_sound; /* samples to take from the sound */
  gsize sound_at;
  guint next_gap;
  gsize gap_left;
  atomic_size_t out_at; /* samples handed to the encoder; for progress, from the other thread */
  gboolean too_few;     /* the sound turned out shorter than at the start */
} Feed;

enum
{
  PROP_0,
  PROP_PROGRESS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (QoraExporter, qora_exporter, G_TYPE_OBJECT)

static gboolean
notify_progress (gpointer user_data)
{
  QoraExporter *self = user_data;

  g_mutex_lock (&self->lock);
  self->notification_pending = FALSE;
  g_mutex_unlock (&self->lock);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  return G_SOURCE_REMOVE;
}

static void
set_progress (QoraExporter *self, double progress)
{
  g_mutex_lock (&self->lock);
  if (progress != self->progress && self->notify_context != NULL && !self->notification_pending)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      self->notification_pending = TRUE;
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_static_name (source, "[qora] export progress");
      g_source_set_callback (source, notify_progress, g_object_ref (self), g_object_unref);
      g_source_attach (source, self->notify_context);
    }
  self->progress = progress;
  g_mutex_unlock (&self->lock);
}

/* The next samples of the file, sound and gaps in their order. Returns how many, 0 at the end. */
static gsize
feed_read (Feed *feed, float *samples, gsize n_samples)
{
  gsize n_until_gap = feed->n_sound - feed->sound_at;
  gsize n;

  while (feed->gap_left == 0 && feed->next_gap < feed->gaps->len)
    {
      const Gap *gap = &g_array_index (feed->gaps, Gap, feed->next_gap);

      if (gap->at > feed->sound_at && feed->sound_at < feed->n_sound)
        {
          n_until_gap = MIN (n_until_gap, gap->at - feed->sound_at);
          break;
        }
      feed->gap_left = gap->n_samples;
      feed->next_gap++;
    }
  if (feed->gap_left > 0)
    {
      n = MIN (n_samples, feed->gap_left);
      for (gsize i = 0; i < n; i++)
        samples[i] = 0;
      feed->gap_left -= n;
      return n;
    }
  n = qora_sound_read (feed->sound, feed->sound_at, samples, MIN (n_samples, n_until_gap));
  feed->too_few |= n == 0 && n_until_gap > 0;
  feed->sound_at += n;
  return n;
}

static GstClockTime
to_time (guint64 n_samples)
{
  return gst_util_uint64_scale_int (n_samples, GST_SECOND, QORA_SOUND_RATE);
}

static void
on_need_data (GstAppSrc *source, guint length, gpointer user_data)
{
  Feed *feed = user_data;
  g_autofree float *samples = g_new (float, BLOCK_SAMPLES);
  gsize n = feed_read (feed, samples, BLOCK_SAMPLES);
  GstBuffer *buffer;

  if (n == 0)
    {
      gst_app_src_end_of_stream (source);
      return;
    }
  buffer = gst_buffer_new_memdup (samples, n * sizeof *samples);
  GST_BUFFER_PTS (buffer) = to_time (feed->out_at);
  feed->out_at += n;
  GST_BUFFER_DURATION (buffer) = to_time (feed->out_at) - GST_BUFFER_PTS (buffer);
  gst_app_src_push_buffer (source, buffer);
}

static void
set_tags_on (const GValue *item, gpointer user_data)
{
  QoraExporter *self = user_data;
  GstTagSetter *setter = g_value_get_object (item);

  gst_tag_setter_add_tags (setter, GST_TAG_MERGE_REPLACE, GST_TAG_COMMENT,
                           _ ("Synthetic speech, made with QORA-TTS"), GST_TAG_APPLICATION_NAME,
                           "QORA-TTS", NULL);
  if (self->title != NULL && *self->title != '\0')
    gst_tag_setter_add_tags (setter, GST_TAG_MERGE_REPLACE, GST_TAG_TITLE, self->title, NULL);
  if (self->voice != NULL && *self->voice != '\0')
    gst_tag_setter_add_tags (setter, GST_TAG_MERGE_REPLACE, GST_TAG_ARTIST, self->voice, NULL);
}

/* The pipeline from `feed` to the open file `fd`, with tags set. */
static GstElement *
build_pipeline (QoraExporter *self, Feed *feed, int fd, GError **error)
{
  static const GstAppSrcCallbacks callbacks = { .need_data = on_need_data };
  g_autofree char *encoder = qora_audio_format_get_encoder (self->format, self->quality);
  /* No dither: the same sound gives the same file. */
  g_autofree char *description = g_strdup_printf (
      "appsrc name=source format=time max-bytes=0 caps=audio/x-raw,format=F32LE,layout=interleaved,"
      "rate=%d,channels=1 ! audioconvert dithering=none ! audioresample ! %s ! fdsink fd=%d",
      QORA_SOUND_RATE, encoder, fd);
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, error);
  g_autoptr (GstElement) source = NULL;
  GstIterator *setters;

  if (pipeline == NULL)
    return NULL;
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  gst_app_src_set_callbacks (GST_APP_SRC (source), (GstAppSrcCallbacks *) &callbacks, feed, NULL);
  setters = gst_bin_iterate_all_by_interface (GST_BIN (pipeline), GST_TYPE_TAG_SETTER);
  gst_iterator_foreach (setters, set_tags_on, self);
  gst_iterator_free (setters);
  return g_steal_pointer (&pipeline);
}

/* The pipeline's own words name a file descriptor; what the user needs is the reason. */
static void
set_error_from_message (GstMessage *message, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *details = NULL;
  int code = G_IO_ERROR_FAILED;

  gst_message_parse_error (message, &cause, &details);
  if (g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT))
    code = G_IO_ERROR_NO_SPACE;
  if (g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE))
    {
      /* fdsink ends its details with the system's reason: "… descriptor 7: File too large". */
      char *colon = details != NULL ? strrchr (details, ':') : NULL;

      g_set_error (error, G_IO_ERROR, code, "%s",
                   colon != NULL ? g_strstrip (colon + 1) : cause->message);
      return;
    }
  g_set_error_literal (error, G_IO_ERROR, code, cause->message);
}

/* Runs the pipeline to its end, in the calling thread. */
static gboolean
run_pipeline (QoraExporter *self, GstElement *pipeline, Feed *feed, guint64 n_total,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      g_autoptr (GstMessage) message
          = gst_bus_timed_pop_filtered (bus, POLL_INTERVAL, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

      if (message == NULL)
        {
          set_progress (self, feed->out_at / (n_total + 1.0));
          continue;
        }
      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
        return TRUE;
      set_error_from_message (message, error);
      return FALSE;
    }
  return FALSE;
}

static gboolean
encode (QoraExporter *self, int fd, GCancellable *cancellable, GError **error)
{
  Feed feed = { .sound = self->sound,
                .gaps = self->gaps,
                .n_sound = qora_sound_get_n_samples (self->sound) };
  guint64 n_total = feed.n_sound;
  g_autoptr (GstElement) pipeline = build_pipeline (self, &feed, fd, error);
  gboolean done;

  if (pipeline == NULL)
    return FALSE;
  for (guint i = 0; i < self->gaps->len; i++)
    n_total += g_array_index (self->gaps, Gap, i).n_samples;
  done = run_pipeline (self, pipeline, &feed, n_total, cancellable, error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (done && feed.too_few)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           _ ("the sound was changed while it was being saved"));
      return FALSE;
    }
  return done;
}

static gboolean
set_error_from_errno (GError **error)
{
  int saved = errno;

  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (saved), g_strerror (saved));
  return FALSE;
}

/* Without this a crash of the system could leave a file that is in its folder, but empty. */
static gboolean
sync_and_rename (int fd, const char *temporary, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int folder_fd;

  if (fsync (fd) != 0 || g_rename (temporary, path) != 0)
    return set_error_from_errno (error);
  folder_fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder_fd >= 0)
    {
      (void) fsync (folder_fd);
      close (folder_fd);
    }
  return TRUE;
}

static gboolean
export_to_path (QoraExporter *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *temporary = g_build_filename (folder, ".qora-export-XXXXXX", NULL);
  const char *package = NULL;
  gboolean done;
  int fd;

  if (!qora_audio_format_is_available (self->format, &package))
    {
      /* translators: a file format, then a Debian package */
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _ ("no %s encoder on this system, install %s"),
                   qora_audio_format_get_name (self->format), package);
      return FALSE;
    }
  if (qora_sound_get_n_samples (self->sound) == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("there is no sound to save"));
      return FALSE;
    }
  if (g_file_test (self->path, G_FILE_TEST_IS_DIR))
    {
      errno = EISDIR;
      return set_error_from_errno (error);
    }
  fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    return set_error_from_errno (error);
  done
      = encode (self, fd, cancellable, error) && sync_and_rename (fd, temporary, self->path, error);
  close (fd);
  if (!done)
    g_unlink (temporary);
  return done;
}

gboolean
qora_exporter_run (QoraExporter *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (QORA_IS_EXPORTER (self), FALSE);

  set_progress (self, 0);
  if (!export_to_path (self, cancellable, error))
    {
      g_prefix_error (error, "%s: ", self->path);
      return FALSE;
    }
  set_progress (self, 1);
  return TRUE;
}

static void
run_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (qora_exporter_run (source, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
qora_exporter_run_async (QoraExporter *self, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (QORA_IS_EXPORTER (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, qora_exporter_run_async);
  /* Otherwise a cancel that comes after the rename would report a failure that is none. */
  g_task_set_check_cancellable (task, FALSE);
  self->notify_context = g_main_context_ref (g_task_get_context (task));
  g_task_run_in_thread (task, run_thread);
}

gboolean
qora_exporter_run_finish (QoraExporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
qora_exporter_set_quality (QoraExporter *self, QoraAudioQuality quality)
{
  g_return_if_fail (QORA_IS_EXPORTER (self));
  g_return_if_fail (quality < QORA_N_AUDIO_QUALITIES);

  self->quality = quality;
}

void
qora_exporter_set_tags (QoraExporter *self, const char *title, const char *voice)
{
  g_return_if_fail (QORA_IS_EXPORTER (self));

  g_free (self->title);
  g_free (self->voice);
  self->title = g_strdup (title);
  self->voice = g_strdup (voice);
}

void
qora_exporter_add_gap (QoraExporter *self, gsize at, gsize n_samples)
{
  const Gap gap = { at, n_samples };

  g_return_if_fail (QORA_IS_EXPORTER (self));
  g_return_if_fail (self->gaps->len == 0
                    || g_array_index (self->gaps, Gap, self->gaps->len - 1).at <= at);

  g_array_append_val (self->gaps, gap);
}

double
qora_exporter_get_progress (QoraExporter *self)
{
  double progress;

  g_return_val_if_fail (QORA_IS_EXPORTER (self), 0);

  g_mutex_lock (&self->lock);
  progress = self->progress;
  g_mutex_unlock (&self->lock);
  return progress;
}

static void
qora_exporter_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  switch (property_id)
    {
    case PROP_PROGRESS:
      g_value_set_double (value, qora_exporter_get_progress (QORA_EXPORTER (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
qora_exporter_finalize (GObject *object)
{
  QoraExporter *self = QORA_EXPORTER (object);

  g_object_unref (self->sound);
  g_free (self->path);
  g_free (self->title);
  g_free (self->voice);
  g_array_unref (self->gaps);
  g_clear_pointer (&self->notify_context, g_main_context_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (qora_exporter_parent_class)->finalize (object);
}

static void
qora_exporter_class_init (QoraExporterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = qora_exporter_get_property;
  object_class->finalize = qora_exporter_finalize;

  properties[PROP_PROGRESS]
      = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0,
                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
qora_exporter_init (QoraExporter *self)
{
  g_mutex_init (&self->lock);
  self->quality = QORA_AUDIO_QUALITY_NORMAL;
  self->gaps = g_array_new (FALSE, FALSE, sizeof (Gap));
}

QoraExporter *
qora_exporter_new (QoraSound *sound, QoraAudioFormat format, const char *path)
{
  QoraExporter *self;

  g_return_val_if_fail (QORA_IS_SOUND (sound), NULL);
  g_return_val_if_fail (format < QORA_N_AUDIO_FORMATS, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (QORA_TYPE_EXPORTER, NULL);
  self->sound = g_object_ref (sound);
  self->format = format;
  self->path = g_strdup (path);
  return self;
}
