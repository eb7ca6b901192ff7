/* qora-exporter.c: saves a sound as an audio file, whole or not at all
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-exporter.h"

#include <glib/gi18n.h>

#include "qora-encode.h"

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

/* What the encoder's thread has read so far. */
typedef struct
{
  QoraExporter *exporter;
  QoraSound *sound;
  const GArray *gaps;
  gsize n_sound; /* samples to take from the sound */
  gsize sound_at;
  guint next_gap;
  gsize gap_left;
  gboolean too_few; /* the sound turned out shorter than at the start */
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

static gsize
on_read (float *samples, gsize n_samples, gpointer user_data, GError **error)
{
  Feed *feed = user_data;
  gsize n = feed_read (feed, samples, n_samples);

  if (n == 0 && feed->too_few)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                         _ ("the sound was changed while it was being saved"));
  return n;
}

static void
on_progress (double fraction, gpointer user_data)
{
  set_progress (((Feed *) user_data)->exporter, fraction);
}

static gboolean
export_to_path (QoraExporter *self, GCancellable *cancellable, GError **error)
{
  Feed feed = { .exporter = self,
                .sound = self->sound,
                .gaps = self->gaps,
                .n_sound = qora_sound_get_n_samples (self->sound) };
  g_autoptr (GstTagList) tags = NULL;
  QoraEncoding encoding = { .format = self->format,
                            .quality = self->quality,
                            .read = on_read,
                            .progress = on_progress,
                            .user_data = &feed,
                            .n_total = feed.n_sound };

  if (feed.n_sound == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("there is no sound to save"));
      return FALSE;
    }
  for (guint i = 0; i < self->gaps->len; i++)
    encoding.n_total += g_array_index (self->gaps, Gap, i).n_samples;
  tags = qora_encode_create_tags (self->title, self->voice);
  encoding.tags = tags;
  return qora_encode (&encoding, self->path, cancellable, error);
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
