/* qora-sound.c: the sound of one take while it grows, read by player, waveform and exporter alike
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-sound.h"

#include <math.h>
#include <string.h>

/* Level 0 holds one peak per QORA_SOUND_PEAK_SAMPLES, each further level half as many: 32 levels
 * are more than any memory holds. */
#define N_LEVELS 32

struct _QoraSound
{
  GObject parent_instance;
  GMainContext *context; /* where notifications go */

  GMutex lock; /* guards everything below */
  GArray *samples;
  GArray *peaks[N_LEVELS]; /* of float; created as they are needed */
  gboolean sealed;
  gboolean notification_pending;
  gsize changed_from;   /* smallest sample changed since the last emission */
  gsize rewritten_from; /* the same without those that were only added */
  gboolean sealed_changed;
};

enum
{
  PROP_0,
  PROP_N_SAMPLES,
  PROP_DURATION,
  PROP_SEALED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint signal_changed;
static guint signal_rewritten;

G_DEFINE_FINAL_TYPE (QoraSound, qora_sound, G_TYPE_OBJECT)

static gboolean
notify_on_context (gpointer user_data)
{
  QoraSound *self = user_data;
  gsize from;
  gsize rewritten_from;
  gboolean sealed_changed;

  g_mutex_lock (&self->lock);
  from = self->changed_from;
  rewritten_from = self->rewritten_from;
  sealed_changed = self->sealed_changed;
  self->changed_from = G_MAXSIZE;
  self->rewritten_from = G_MAXSIZE;
  self->sealed_changed = FALSE;
  self->notification_pending = FALSE;
  g_mutex_unlock (&self->lock);

  if (rewritten_from != G_MAXSIZE)
    g_signal_emit (self, signal_rewritten, 0, (guint64) rewritten_from);
  if (from != G_MAXSIZE)
    {
      g_signal_emit (self, signal_changed, 0, (guint64) from);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_SAMPLES]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
    }
  if (sealed_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SEALED]);
  return G_SOURCE_REMOVE;
}

/* With the lock held. Default priority, as a GTask's completion has: what a worker appends before
 * it returns is announced before its callback runs. */
static void
queue_notification (QoraSound *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->notification_pending)
    return;
  self->notification_pending = TRUE;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "[qora] sound changed");
  g_source_set_callback (source, notify_on_context, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
}

static float
peak_of (const float *samples, gsize n_samples)
{
  float peak = 0;

  for (gsize i = 0; i < n_samples; i++)
    peak = fmaxf (peak, fabsf (samples[i]));
  return peak;
}

/* With the lock held: makes the pyramid right again after samples from `from` on have changed. */
static void
update_peaks (QoraSound *self, gsize from)
{
  const float *samples = (const float *) (gpointer) self->samples->data;
  gsize n = (self->samples->len + QORA_SOUND_PEAK_SAMPLES - 1) / QORA_SOUND_PEAK_SAMPLES;
  gsize first = from / QORA_SOUND_PEAK_SAMPLES;

  for (guint level = 0; level < N_LEVELS; level++)
    {
      if (self->peaks[level] == NULL)
        self->peaks[level] = g_array_new (FALSE, TRUE, sizeof (float));
      g_array_set_size (self->peaks[level], n);
      for (gsize i = first; i < n; i++)
        {
          float *peak = &g_array_index (self->peaks[level], float, i);

          if (level == 0)
            {
              gsize at = i * QORA_SOUND_PEAK_SAMPLES;

              *peak
                  = peak_of (samples + at, MIN (QORA_SOUND_PEAK_SAMPLES, self->samples->len - at));
            }
          else
            {
              const GArray *below = self->peaks[level - 1];
              gsize second = MIN (2 * i + 1, below->len - 1);

              *peak = fmaxf (g_array_index (below, float, 2 * i),
                             g_array_index (below, float, second));
            }
        }
      if (n <= 1 && (level + 1 == N_LEVELS || self->peaks[level + 1] == NULL))
        break;
      n = (n + 1) / 2;
      first /= 2;
    }
}

/* With the lock held. */
static void
samples_changed (QoraSound *self, gsize from)
{
  update_peaks (self, from);
  self->changed_from = MIN (self->changed_from, from);
  queue_notification (self);
}

/* With the lock held. */
static void
set_sealed (QoraSound *self, gboolean sealed)
{
  if (self->sealed == sealed)
    return;
  self->sealed = sealed;
  self->sealed_changed = TRUE;
  queue_notification (self);
}

void
qora_sound_append (QoraSound *self, const float *samples, gsize n_samples)
{
  g_return_if_fail (QORA_IS_SOUND (self));
  g_return_if_fail (samples != NULL || n_samples == 0);

  if (n_samples == 0)
    return;
  g_mutex_lock (&self->lock);
  if (self->sealed)
    g_critical ("A sealed sound cannot grow");
  else
    {
      gsize from = self->samples->len;

      g_array_append_vals (self->samples, samples, n_samples);
      samples_changed (self, from);
    }
  g_mutex_unlock (&self->lock);
}

void
qora_sound_append_silence (QoraSound *self, gsize n_samples)
{
  g_autofree float *silence = g_new0 (float, n_samples);

  qora_sound_append (self, silence, n_samples);
}

void
qora_sound_truncate (QoraSound *self, gsize n_samples)
{
  g_return_if_fail (QORA_IS_SOUND (self));

  g_mutex_lock (&self->lock);
  set_sealed (self, FALSE);
  if (n_samples < self->samples->len)
    {
      g_array_set_size (self->samples, n_samples);
      self->rewritten_from = MIN (self->rewritten_from, n_samples);
      samples_changed (self, n_samples);
    }
  g_mutex_unlock (&self->lock);
}

void
qora_sound_splice (QoraSound *self, gsize at, gsize n_removed, const float *samples,
                   gsize n_samples)
{
  g_return_if_fail (QORA_IS_SOUND (self));
  g_return_if_fail (samples != NULL || n_samples == 0);

  g_mutex_lock (&self->lock);
  at = MIN (at, self->samples->len);
  if (at < self->samples->len && (n_removed > 0 || n_samples > 0))
    self->rewritten_from = MIN (self->rewritten_from, at);
  n_removed = MIN (n_removed, self->samples->len - at);
  if (n_removed > 0)
    g_array_remove_range (self->samples, at, n_removed);
  if (n_samples > 0)
    g_array_insert_vals (self->samples, at, samples, n_samples);
  if (n_removed > 0 || n_samples > 0)
    samples_changed (self, at);
  g_mutex_unlock (&self->lock);
}

void
qora_sound_seal (QoraSound *self)
{
  g_return_if_fail (QORA_IS_SOUND (self));

  g_mutex_lock (&self->lock);
  set_sealed (self, TRUE);
  g_mutex_unlock (&self->lock);
}

gboolean
qora_sound_get_sealed (QoraSound *self)
{
  gboolean sealed;

  g_return_val_if_fail (QORA_IS_SOUND (self), FALSE);

  g_mutex_lock (&self->lock);
  sealed = self->sealed;
  g_mutex_unlock (&self->lock);
  return sealed;
}

gsize
qora_sound_get_n_samples (QoraSound *self)
{
  gsize n_samples;

  g_return_val_if_fail (QORA_IS_SOUND (self), 0);

  g_mutex_lock (&self->lock);
  n_samples = self->samples->len;
  g_mutex_unlock (&self->lock);
  return n_samples;
}

double
qora_sound_get_duration (QoraSound *self)
{
  return qora_sound_get_n_samples (self) / (double) QORA_SOUND_RATE;
}

gsize
qora_sound_read (QoraSound *self, gsize at, float *samples, gsize n_samples)
{
  gsize n = 0;

  g_return_val_if_fail (QORA_IS_SOUND (self), 0);

  g_mutex_lock (&self->lock);
  if (at < self->samples->len)
    {
      n = MIN (n_samples, self->samples->len - at);
      memcpy (samples, &g_array_index (self->samples, float, at), n * sizeof *samples);
    }
  g_mutex_unlock (&self->lock);
  return n;
}

GBytes *
qora_sound_get_bytes (QoraSound *self, gsize at, gsize n_samples)
{
  GBytes *bytes;

  g_return_val_if_fail (QORA_IS_SOUND (self), NULL);

  g_mutex_lock (&self->lock);
  at = MIN (at, self->samples->len);
  n_samples = MIN (n_samples, self->samples->len - at);
  bytes = g_bytes_new (self->samples->data + at * sizeof (float), n_samples * sizeof (float));
  g_mutex_unlock (&self->lock);
  return bytes;
}

float
qora_sound_get_peak (QoraSound *self, double from, double to)
{
  const double peaks_per_second = QORA_SOUND_RATE / (double) QORA_SOUND_PEAK_SAMPLES;
  /* 0.29 * 100 is a little more than 29: a border must not take in its neighbour. */
  const double slack = 1e-6;
  float peak = 0;
  gsize first;
  gsize end;

  g_return_val_if_fail (QORA_IS_SOUND (self), 0);

  if (!(to > from) || to <= 0)
    return 0;
  g_mutex_lock (&self->lock);
  first = (gsize) CLAMP (floor (from * peaks_per_second + slack), 0, self->peaks[0]->len);
  end = (gsize) CLAMP (ceil (to * peaks_per_second - slack), 0, self->peaks[0]->len);
  /* As in a segment tree: the ends that do not pair up are taken at this level, the rest above. */
  for (guint level = 0; first < end; level++)
    {
      const GArray *peaks = self->peaks[level];

      if (first & 1)
        peak = fmaxf (peak, g_array_index (peaks, float, first++));
      if (first < end && (end & 1))
        peak = fmaxf (peak, g_array_index (peaks, float, --end));
      first /= 2;
      end /= 2;
    }
  g_mutex_unlock (&self->lock);
  return peak;
}

static void
qora_sound_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  QoraSound *self = QORA_SOUND (object);

  switch (property_id)
    {
    case PROP_N_SAMPLES:
      g_value_set_uint64 (value, qora_sound_get_n_samples (self));
      break;
    case PROP_DURATION:
      g_value_set_double (value, qora_sound_get_duration (self));
      break;
    case PROP_SEALED:
      g_value_set_boolean (value, qora_sound_get_sealed (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
qora_sound_finalize (GObject *object)
{
  QoraSound *self = QORA_SOUND (object);

  for (guint level = 0; level < N_LEVELS; level++)
    g_clear_pointer (&self->peaks[level], g_array_unref);
  g_array_unref (self->samples);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (qora_sound_parent_class)->finalize (object);
}

static void
qora_sound_class_init (QoraSoundClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = qora_sound_get_property;
  object_class->finalize = qora_sound_finalize;

  properties[PROP_N_SAMPLES] = g_param_spec_uint64 ("n-samples", NULL, NULL, 0, G_MAXUINT64, 0,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_DURATION] = g_param_spec_double ("duration", NULL, NULL, 0, G_MAXDOUBLE, 0,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SEALED] = g_param_spec_boolean ("sealed", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signal_changed = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
  signal_rewritten = g_signal_new ("rewritten", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
qora_sound_init (QoraSound *self)
{
  self->context = g_main_context_ref_thread_default ();
  g_mutex_init (&self->lock);
  self->samples = g_array_new (FALSE, FALSE, sizeof (float));
  self->peaks[0] = g_array_new (FALSE, TRUE, sizeof (float));
  self->changed_from = G_MAXSIZE;
  self->rewritten_from = G_MAXSIZE;
}

QoraSound *
qora_sound_new (void)
{
  return g_object_new (QORA_TYPE_SOUND, NULL);
}

QoraSound *
qora_sound_new_for_samples (const float *samples, gsize n_samples)
{
  QoraSound *self = qora_sound_new ();

  qora_sound_append (self, samples, n_samples);
  qora_sound_seal (self);
  return self;
}
