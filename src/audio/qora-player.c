/* qora-player.c: plays a sound, also while it is still being made
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-player-private.h"

#include <glib/gi18n.h>
#include <math.h>

#include "qora-playback.h"

/* Seconds to be heard that must be ready in any case before playing starts. */
#define MIN_READY 1.0

/* Seconds of new sound that make a measurement of the production's speed. */
#define MIN_MEASURED 0.5

#define TICK_MS 50

struct _QoraPlayer
{
  GObject parent_instance;
  QoraSound *sound;
  QoraPlayback *playback;
  GSource *tick; /* while playing */

  QoraPlayerState state;
  double rate;
  double volume;
  gboolean device_missing;
  double expected;      /* seconds, 0: unknown */
  double hinted_rtf;    /* 0: unknown */
  gint64 measured_from; /* monotonic time of the first growth seen, 0: none yet */
  gsize measured_start; /* samples at that time */
  double measured_rtf;  /* 0: not yet */
};

enum
{
  PROP_0,
  PROP_SOUND,
  PROP_STATE,
  PROP_POSITION,
  PROP_DURATION,
  PROP_RATE,
  PROP_VOLUME,
  PROP_DEVICE_MISSING,
  N_PROPS
};

enum
{
  SIGNAL_FINISHED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_ENUM_TYPE (QoraPlayerState, qora_player_state,
                    G_DEFINE_ENUM_VALUE (QORA_PLAYER_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (QORA_PLAYER_PAUSED, "paused"),
                    G_DEFINE_ENUM_VALUE (QORA_PLAYER_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (QORA_PLAYER_PLAYING, "playing"))

G_DEFINE_FINAL_TYPE (QoraPlayer, qora_player, G_TYPE_OBJECT)

double
qora_player_seconds_needed (double left, double rtf, double rate)
{
  double minimum = MIN_READY * rate;
  double slowness = rtf * rate; /* seconds to make what is heard in one */

  return slowness > 1 ? fmax (minimum, left * (1 - 1 / slowness)) : minimum;
}

static gboolean
on_tick (gpointer user_data)
{
  g_object_notify_by_pspec (user_data, properties[PROP_POSITION]);
  return G_SOURCE_CONTINUE;
}

static void
stop_tick (QoraPlayer *self)
{
  if (self->tick != NULL)
    g_source_destroy (self->tick);
  g_clear_pointer (&self->tick, g_source_unref);
}

static void
set_state (QoraPlayer *self, QoraPlayerState state)
{
  if (self->state == state)
    return;
  self->state = state;
  if (state == QORA_PLAYER_PLAYING)
    {
      self->tick = g_timeout_source_new (TICK_MS);
      g_source_set_static_name (self->tick, "[qora] player position");
      g_source_set_callback (self->tick, on_tick, self, NULL);
      g_source_attach (self->tick, g_main_context_get_thread_default ());
    }
  else
    stop_tick (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}

static void
on_playback_failed (gpointer owner, const char *message)
{
  QoraPlayer *self = owner;

  qora_playback_shut (self->playback, qora_playback_get_position (self->playback));
  set_state (self, QORA_PLAYER_STOPPED);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, message);
}

static void
on_playback_ended (gpointer owner)
{
  QoraPlayer *self = owner;

  if (self->state != QORA_PLAYER_PLAYING)
    return;
  qora_playback_shut (self->playback, qora_sound_get_n_samples (self->sound));
  set_state (self, QORA_PLAYER_STOPPED);
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0);
}

static gboolean
is_enough_ready (QoraPlayer *self)
{
  double position = qora_player_get_position (self);
  double ready = qora_sound_get_duration (self->sound) - position;
  double left = fmax (self->expected - position, ready);
  double rtf = self->measured_rtf > 0 ? self->measured_rtf : self->hinted_rtf;

  return qora_sound_get_sealed (self->sound)
         || ready >= qora_player_seconds_needed (left, rtf, self->rate);
}

static void
start_playing (QoraPlayer *self)
{
  if (qora_playback_play (self->playback))
    set_state (self, QORA_PLAYER_PLAYING);
  else
    on_playback_failed (self, _ ("GStreamer lacks a part, install gstreamer1.0-plugins-good"));
}

static void
start_waiting (QoraPlayer *self)
{
  qora_playback_hold (self->playback);
  set_state (self, QORA_PLAYER_WAITING);
}

/* Waits or goes on, as the sound and the pipeline ask for. */
static void
evaluate (QoraPlayer *self)
{
  if (self->state == QORA_PLAYER_WAITING && is_enough_ready (self))
    start_playing (self);
  else if (self->state == QORA_PLAYER_PLAYING && qora_playback_is_low (self->playback))
    start_waiting (self);
}

static void
on_playback_changed (gpointer owner)
{
  QoraPlayer *self = owner;
  gboolean missing = qora_playback_get_device_missing (self->playback);

  evaluate (self);
  if (self->device_missing == missing)
    return;
  self->device_missing = missing;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEVICE_MISSING]);
}

/* How fast the sound grows. */
static void
measure (QoraPlayer *self, gsize from)
{
  gint64 now = g_get_monotonic_time ();
  gsize made = qora_sound_get_n_samples (self->sound);
  double seconds;

  if (self->measured_from == 0 || from < self->measured_start)
    {
      self->measured_from = now;
      self->measured_start = made;
      return;
    }
  seconds = (made - self->measured_start) / (double) QORA_SOUND_RATE;
  if (seconds >= MIN_MEASURED)
    self->measured_rtf = (now - self->measured_from) * 1e-6 / seconds;
}

static void
on_sound_changed (QoraSound *sound, guint64 from, gpointer user_data)
{
  QoraPlayer *self = user_data;

  measure (self, from);
  qora_playback_sound_grown (self->playback);
  evaluate (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
}

static void
on_sound_rewritten (QoraSound *sound, guint64 from, gpointer user_data)
{
  QoraPlayer *self = user_data;

  qora_playback_sound_rewritten (self->playback, from);
}

static void
on_sound_sealed (QoraSound *sound, GParamSpec *pspec, gpointer user_data)
{
  QoraPlayer *self = user_data;

  self->measured_from = 0;
  qora_playback_sound_grown (self->playback);
  evaluate (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
}

static const QoraPlaybackEvents playback_events
    = { .changed = on_playback_changed, .ended = on_playback_ended, .failed = on_playback_failed };

void
qora_player_set_sink (QoraPlayer *self, const char *description)
{
  g_return_if_fail (QORA_IS_PLAYER (self));
  g_return_if_fail (self->sound == NULL);

  qora_playback_free (self->playback);
  self->playback = qora_playback_new (description, &playback_events, self);
}

GstElement *
qora_player_get_pipeline (QoraPlayer *self)
{
  g_return_val_if_fail (QORA_IS_PLAYER (self), NULL);

  return qora_playback_get_pipeline (self->playback);
}

void
qora_player_set_sound (QoraPlayer *self, QoraSound *sound)
{
  g_return_if_fail (QORA_IS_PLAYER (self));
  g_return_if_fail (sound == NULL || QORA_IS_SOUND (sound));

  if (sound == self->sound)
    return;
  qora_player_stop (self);
  if (self->sound != NULL)
    g_signal_handlers_disconnect_by_data (self->sound, self);
  g_set_object (&self->sound, sound);
  qora_playback_set_sound (self->playback, sound);
  self->expected = 0;
  self->measured_from = 0;
  self->measured_rtf = 0;
  if (sound != NULL)
    {
      g_signal_connect (sound, "rewritten", G_CALLBACK (on_sound_rewritten), self);
      g_signal_connect (sound, "changed", G_CALLBACK (on_sound_changed), self);
      g_signal_connect (sound, "notify::sealed", G_CALLBACK (on_sound_sealed), self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SOUND]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
}

QoraSound *
qora_player_get_sound (QoraPlayer *self)
{
  g_return_val_if_fail (QORA_IS_PLAYER (self), NULL);

  return self->sound;
}

void
qora_player_play (QoraPlayer *self)
{
  g_return_if_fail (QORA_IS_PLAYER (self));

  if (self->sound == NULL || self->state >= QORA_PLAYER_WAITING)
    return;
  if (qora_sound_get_sealed (self->sound)
      && qora_playback_get_position (self->playback) >= qora_sound_get_n_samples (self->sound))
    qora_playback_seek (self->playback, 0);
  if (is_enough_ready (self))
    start_playing (self);
  else
    set_state (self, QORA_PLAYER_WAITING);
}

void
qora_player_pause (QoraPlayer *self)
{
  g_return_if_fail (QORA_IS_PLAYER (self));

  if (self->state < QORA_PLAYER_WAITING)
    return;
  qora_playback_pause (self->playback);
  set_state (self, QORA_PLAYER_PAUSED);
}

void
qora_player_stop (QoraPlayer *self)
{
  g_return_if_fail (QORA_IS_PLAYER (self));

  qora_playback_shut (self->playback, 0);
  set_state (self, QORA_PLAYER_STOPPED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}

void
qora_player_seek (QoraPlayer *self, double position)
{
  double made;

  g_return_if_fail (QORA_IS_PLAYER (self));

  if (self->sound == NULL)
    return;
  made = qora_sound_get_n_samples (self->sound);
  qora_playback_seek (self->playback, (gsize) CLAMP (round (position * QORA_SOUND_RATE), 0, made));
  if (self->state == QORA_PLAYER_PLAYING && !is_enough_ready (self))
    start_waiting (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}

QoraPlayerState
qora_player_get_state (QoraPlayer *self)
{
  g_return_val_if_fail (QORA_IS_PLAYER (self), QORA_PLAYER_STOPPED);

  return self->state;
}

double
qora_player_get_position (QoraPlayer *self)
{
  g_return_val_if_fail (QORA_IS_PLAYER (self), 0);

  return qora_playback_get_position (self->playback) / (double) QORA_SOUND_RATE;
}

double
qora_player_get_duration (QoraPlayer *self)
{
  double made;

  g_return_val_if_fail (QORA_IS_PLAYER (self), 0);

  if (self->sound == NULL)
    return 0;
  made = qora_sound_get_duration (self->sound);
  return qora_sound_get_sealed (self->sound) ? made : fmax (made, self->expected);
}

void
qora_player_set_rate (QoraPlayer *self, double rate)
{
  g_return_if_fail (QORA_IS_PLAYER (self));

  rate = CLAMP (rate, 0.25, 4);
  if (rate == self->rate)
    return;
  self->rate = rate;
  qora_playback_set_rate (self->playback, rate);
  if (self->state == QORA_PLAYER_PLAYING && !is_enough_ready (self))
    start_waiting (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RATE]);
}

double
qora_player_get_rate (QoraPlayer *self)
{
  g_return_val_if_fail (QORA_IS_PLAYER (self), 1);

  return self->rate;
}

void
qora_player_set_volume (QoraPlayer *self, double volume)
{
  g_return_if_fail (QORA_IS_PLAYER (self));

  volume = CLAMP (volume, 0, 1);
  if (volume == self->volume)
    return;
  self->volume = volume;
  qora_playback_set_gain (self->playback, volume * volume * volume);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VOLUME]);
}

double
qora_player_get_volume (QoraPlayer *self)
{
  g_return_val_if_fail (QORA_IS_PLAYER (self), 1);

  return self->volume;
}

void
qora_player_set_expectation (QoraPlayer *self, double duration, double rtf)
{
  g_return_if_fail (QORA_IS_PLAYER (self));

  self->hinted_rtf = rtf;
  if (duration == self->expected)
    return;
  self->expected = duration;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
}

gboolean
qora_player_get_device_missing (QoraPlayer *self)
{
  g_return_val_if_fail (QORA_IS_PLAYER (self), FALSE);

  return self->device_missing;
}

static void
qora_player_get_property (GObject *object, guint property_id, GValue *value, GParamSpec *pspec)
{
  QoraPlayer *self = QORA_PLAYER (object);

  switch (property_id)
    {
    case PROP_SOUND:
      g_value_set_object (value, self->sound);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_POSITION:
      g_value_set_double (value, qora_player_get_position (self));
      break;
    case PROP_DURATION:
      g_value_set_double (value, qora_player_get_duration (self));
      break;
    case PROP_RATE:
      g_value_set_double (value, self->rate);
      break;
    case PROP_VOLUME:
      g_value_set_double (value, self->volume);
      break;
    case PROP_DEVICE_MISSING:
      g_value_set_boolean (value, self->device_missing);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
qora_player_set_property (GObject *object, guint property_id, const GValue *value,
                          GParamSpec *pspec)
{
  QoraPlayer *self = QORA_PLAYER (object);

  switch (property_id)
    {
    case PROP_SOUND:
      qora_player_set_sound (self, g_value_get_object (value));
      break;
    case PROP_RATE:
      qora_player_set_rate (self, g_value_get_double (value));
      break;
    case PROP_VOLUME:
      qora_player_set_volume (self, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
qora_player_dispose (GObject *object)
{
  QoraPlayer *self = QORA_PLAYER (object);

  g_clear_pointer (&self->playback, qora_playback_free);
  if (self->sound != NULL)
    g_signal_handlers_disconnect_by_data (self->sound, self);
  stop_tick (self);
  g_clear_object (&self->sound);
  G_OBJECT_CLASS (qora_player_parent_class)->dispose (object);
}

static void
qora_player_class_init (QoraPlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags settable = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = qora_player_get_property;
  object_class->set_property = qora_player_set_property;
  object_class->dispose = qora_player_dispose;

  properties[PROP_SOUND] = g_param_spec_object ("sound", NULL, NULL, QORA_TYPE_SOUND, settable);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, QORA_TYPE_PLAYER_STATE,
                                              QORA_PLAYER_STOPPED, readable);
  properties[PROP_POSITION]
      = g_param_spec_double ("position", NULL, NULL, 0, G_MAXDOUBLE, 0, readable);
  properties[PROP_DURATION]
      = g_param_spec_double ("duration", NULL, NULL, 0, G_MAXDOUBLE, 0, readable);
  properties[PROP_RATE] = g_param_spec_double ("rate", NULL, NULL, 0.25, 4, 1, settable);
  properties[PROP_VOLUME] = g_param_spec_double ("volume", NULL, NULL, 0, 1, 1, settable);
  properties[PROP_DEVICE_MISSING]
      = g_param_spec_boolean ("device-missing", NULL, NULL, FALSE, readable);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_FINISHED] = g_signal_new ("finished", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
qora_player_init (QoraPlayer *self)
{
  const char *sink = g_getenv ("QORA_AUDIO_SINK");

  self->playback = qora_playback_new (
      sink != NULL && *sink != '\0' ? sink : QORA_PLAYER_DEFAULT_SINK, &playback_events, self);
  self->rate = 1;
  self->volume = 1;
}

QoraPlayer *
qora_player_new (void)
{
  return g_object_new (QORA_TYPE_PLAYER, NULL);
}
