/* qora-player.c: plays a sound, also while it is still being made
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two threads meet here. GStreamer's streaming thread asks for data and gets it block by block from
 * the sound; everything else happens on the main context. `lock` guards what both touch.
 */
#include "qora-player-private.h"

#include <glib/gi18n.h>
#include <gst/app/gstappsrc.h>
#include <math.h>

#define BLOCK_SAMPLES (QORA_SOUND_RATE / 20)

/* scaletempo keeps back what does not fill its window: this drives the last of the sound out of it.
 */
#define TAIL_SAMPLES (QORA_SOUND_RATE / 5)

/* Seconds to be heard that must be ready in any case before playing starts. */
#define MIN_READY 1.0

/* Waits before the last samples go to the sink, not after: an audio sink that runs dry lets its
 * clock go on, and drops what then comes too late. Seconds of hearing. */
#define LOW_WATER 0.1

/* Seconds of new sound that make a measurement of the production's speed. */
#define MIN_MEASURED 0.5

#define TICK_MS 50

struct _QoraPlayer
{
  GObject parent_instance;
  GMainContext *context;
  QoraSound *sound;

  char *sink;           /* as for gst_parse_launch() */
  GstElement *pipeline; /* NULL until it is needed */
  GstAppSrc *source;    /* inside it, not owned */
  GstElement *gain;     /* inside it, not owned */
  GSource *bus_watch;
  GSource *wakeup; /* made ready by the streaming thread */
  GSource *tick;   /* while playing */

  QoraPlayerState state;
  double rate;
  double volume;
  gboolean device_missing;
  gsize target;         /* sample to go on from, where the pipeline cannot be asked */
  gboolean unsettled;   /* the pipeline does not know its position yet: ask `target` */
  double expected;      /* seconds, 0: unknown */
  double hinted_rtf;    /* 0: unknown */
  gint64 measured_from; /* monotonic time of the first growth seen, 0: none yet */
  gsize measured_start; /* samples at that time */
  double measured_rtf;  /* 0: not yet */

  GMutex lock;
  gsize next;        /* sample that is handed out next */
  gsize segment;     /* sample where the running time began, after the last seek */
  gboolean hungry;   /* the pipeline has asked for data that was not there */
  gboolean eos_sent; /* the pipeline was told that nothing follows */
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

static GstClockTime
to_time (gsize sample)
{
  return gst_util_uint64_scale_int (sample, GST_SECOND, QORA_SOUND_RATE);
}

/* Inverse of to_time(), exact for what it returns. */
static gsize
to_sample (GstClockTime time)
{
  return gst_util_uint64_scale_int_round (time, QORA_SOUND_RATE, GST_SECOND);
}

double
qora_player_seconds_needed (double left, double rtf, double rate)
{
  double minimum = MIN_READY * rate;
  double slowness = rtf * rate; /* seconds to make what is heard in one */

  return slowness > 1 ? fmax (minimum, left * (1 - 1 / slowness)) : minimum;
}

/* With the lock held, from any thread. */
static gboolean
is_low (QoraPlayer *self)
{
  gsize made = qora_sound_get_n_samples (self->sound);
  gsize margin = LOW_WATER * self->rate * QORA_SOUND_RATE;

  return !qora_sound_get_sealed (self->sound) && made < self->next + margin;
}

/* With the lock held, from any thread. */
static void
push (QoraPlayer *self, const float *samples, gsize at, gsize n_samples)
{
  GstBuffer *buffer = gst_buffer_new_memdup (samples, n_samples * sizeof *samples);

  GST_BUFFER_PTS (buffer) = to_time (at);
  GST_BUFFER_DURATION (buffer) = to_time (at + n_samples) - to_time (at);
  GST_BUFFER_OFFSET (buffer) = at;
  gst_app_src_push_buffer (self->source, buffer);
}

/* Hands one block to the pipeline, which has asked for it. With the lock held, from any thread. */
static void
feed (QoraPlayer *self)
{
  static const float silence[TAIL_SAMPLES];
  float samples[BLOCK_SAMPLES];
  /* Asked first: a sound that is sealed now does not grow before the next line. */
  gboolean sealed = qora_sound_get_sealed (self->sound);
  gsize n = qora_sound_read (self->sound, self->next, samples, BLOCK_SAMPLES);

  self->hungry = n == 0 && !sealed;
  if (n > 0)
    {
      push (self, samples, self->next, n);
      self->next += n;
    }
  else if (sealed)
    {
      if (self->rate != 1)
        push (self, silence, self->next, TAIL_SAMPLES);
      self->eos_sent = TRUE;
      gst_app_src_end_of_stream (self->source);
    }
  if (is_low (self))
    g_source_set_ready_time (self->wakeup, 0);
}

/* On the streaming thread. */
static void
on_need_data (GstAppSrc *source, guint length, gpointer user_data)
{
  QoraPlayer *self = user_data;

  g_mutex_lock (&self->lock);
  feed (self);
  g_mutex_unlock (&self->lock);
}

/* On whichever thread seeks. appsrc drops what it has queued after this returns. */
static gboolean
on_seek_data (GstAppSrc *source, guint64 offset, gpointer user_data)
{
  QoraPlayer *self = user_data;

  g_mutex_lock (&self->lock);
  self->next = self->segment = to_sample (offset);
  self->hungry = FALSE;
  self->eos_sent = FALSE;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gsize
get_position_sample (QoraPlayer *self)
{
  gint64 time;
  gsize next;

  if (self->pipeline == NULL || self->unsettled
      || !gst_element_query_position (self->pipeline, GST_FORMAT_TIME, &time))
    return self->target;
  /* A sink that has run dry would count on. */
  g_mutex_lock (&self->lock);
  next = self->next;
  g_mutex_unlock (&self->lock);
  return MIN (to_sample (MAX (time, 0)), next);
}

static gboolean
on_tick (gpointer user_data)
{
  g_object_notify_by_pspec (user_data, properties[PROP_POSITION]);
  return G_SOURCE_CONTINUE;
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
      g_source_attach (self->tick, self->context);
    }
  else if (self->tick != NULL)
    {
      g_source_destroy (self->tick);
      g_clear_pointer (&self->tick, g_source_unref);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}

/* Takes the pipeline down, so that it can be started anew from `target`. */
static void
shut_pipeline (QoraPlayer *self)
{
  if (self->pipeline == NULL)
    return;
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  self->unsettled = TRUE;
}

static void
fail (QoraPlayer *self, const char *message)
{
  self->target = get_position_sample (self);
  shut_pipeline (self);
  set_state (self, QORA_PLAYER_STOPPED);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, message);
}

static GstEvent *
seek_event (QoraPlayer *self)
{
  return gst_event_new_seek (self->rate, GST_FORMAT_TIME,
                             GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SEEK_TYPE_SET,
                             to_time (self->target), GST_SEEK_TYPE_NONE, 0);
}

/* Lets the pipeline, where it runs, go on from `target` at the current rate. */
static void
flush_to_target (QoraPlayer *self)
{
  if (self->pipeline == NULL || GST_STATE_TARGET (self->pipeline) < GST_STATE_PAUSED)
    return;
  self->unsettled = TRUE;
  gst_element_send_event (self->pipeline, seek_event (self));
}

static double
seconds_ready (QoraPlayer *self)
{
  gsize made = qora_sound_get_n_samples (self->sound);
  gsize position = get_position_sample (self);

  return made > position ? (made - position) / (double) QORA_SOUND_RATE : 0;
}

static gboolean
is_enough_ready (QoraPlayer *self)
{
  double ready = seconds_ready (self);
  double position = get_position_sample (self) / (double) QORA_SOUND_RATE;
  double left = fmax (self->expected - position, ready);
  double rtf = self->measured_rtf > 0 ? self->measured_rtf : self->hinted_rtf;

  return qora_sound_get_sealed (self->sound)
         || ready >= qora_player_seconds_needed (left, rtf, self->rate);
}

/* Whether the sink has played all that it was given while its clock went on. */
static gboolean
has_run_dry (QoraPlayer *self)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (self->pipeline);
  double running;
  double fed;

  if (clock == NULL || self->unsettled)
    return FALSE;
  running = (gst_clock_get_time (clock) - gst_element_get_base_time (self->pipeline)) * 1e-9;
  g_mutex_lock (&self->lock);
  fed = (self->next - self->segment) / (QORA_SOUND_RATE * self->rate);
  g_mutex_unlock (&self->lock);
  return running > fed;
}

/* Playing, but the pipeline is about to have nothing to play. */
static void
start_waiting (QoraPlayer *self)
{
  if (has_run_dry (self))
    {
      /* All that was handed out was heard, but the sink's time is ahead of it: set it right. */
      g_mutex_lock (&self->lock);
      self->target = self->next;
      g_mutex_unlock (&self->lock);
      gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
      flush_to_target (self);
    }
  else
    gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
  set_state (self, QORA_PLAYER_WAITING);
}

static void
start_playing (QoraPlayer *self)
{
  if (qora_player_get_pipeline (self) == NULL)
    {
      fail (self, _ ("GStreamer lacks a part, install gstreamer1.0-plugins-good"));
      return;
    }
  if (GST_STATE_TARGET (self->pipeline) < GST_STATE_PAUSED)
    {
      g_mutex_lock (&self->lock);
      self->next = self->segment = self->target;
      g_mutex_unlock (&self->lock);
      /* Kept by the source until it starts. */
      gst_element_set_state (self->pipeline, GST_STATE_READY);
      gst_element_send_event (GST_ELEMENT (self->source), seek_event (self));
    }
  set_state (self, QORA_PLAYER_PLAYING);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

/* Waits or goes on, as the sound and the pipeline ask for. */
static void
evaluate (QoraPlayer *self)
{
  gboolean low;

  if (self->state == QORA_PLAYER_WAITING && is_enough_ready (self))
    start_playing (self);
  else if (self->state == QORA_PLAYER_PLAYING)
    {
      g_mutex_lock (&self->lock);
      low = is_low (self);
      g_mutex_unlock (&self->lock);
      if (low)
        start_waiting (self);
    }
}

static gboolean
on_wakeup (gpointer user_data)
{
  QoraPlayer *self = user_data;

  g_source_set_ready_time (self->wakeup, -1);
  evaluate (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_wakeup (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

/* autoaudiosink takes a silent sink that keeps time where there is no device. */
static void
look_for_device (QoraPlayer *self)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "auto");
  gboolean missing = FALSE;

  if (sink == NULL)
    return;
  for (GList *l = GST_BIN (sink)->children; l != NULL; l = l->next)
    {
      GstElementFactory *factory = gst_element_get_factory (l->data);

      missing |= factory != NULL && g_str_equal (GST_OBJECT_NAME (factory), "fakesink");
    }
  if (self->device_missing == missing)
    return;
  self->device_missing = missing;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEVICE_MISSING]);
}

static void
finish (QoraPlayer *self)
{
  self->target = qora_sound_get_n_samples (self->sound);
  shut_pipeline (self);
  set_state (self, QORA_PLAYER_STOPPED);
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  QoraPlayer *self = user_data;
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ASYNC_DONE:
      self->unsettled = FALSE;
      look_for_device (self);
      evaluate (self);
      break;
    case GST_MESSAGE_EOS:
      if (self->state == QORA_PLAYER_PLAYING)
        finish (self);
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      fail (self, error->message);
      break;
    case GST_MESSAGE_CLOCK_LOST:
      if (self->state == QORA_PLAYER_PLAYING)
        {
          gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
          gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
        }
      break;
    case GST_MESSAGE_LATENCY:
      gst_bin_recalculate_latency (GST_BIN (self->pipeline));
      break;
    default:
      break;
    }
  return G_SOURCE_CONTINUE;
}

static void
apply_volume (QoraPlayer *self)
{
  if (self->pipeline != NULL)
    g_object_set (self->gain, "volume", self->volume * self->volume * self->volume, NULL);
}

GstElement *
qora_player_get_pipeline (QoraPlayer *self)
{
  static const GstAppSrcCallbacks callbacks
      = { .need_data = on_need_data, .seek_data = on_seek_data };
  g_autofree char *description = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;

  if (self->pipeline != NULL || !gst_init_check (NULL, NULL, NULL))
    return self->pipeline;
  description
      = g_strdup_printf ("appsrc name=source stream-type=seekable format=time max-bytes=0"
                         " caps=audio/x-raw,format=F32LE,layout=interleaved,rate=%d,channels=1"
                         " ! scaletempo ! audioconvert ! audioresample ! volume name=gain ! %s",
                         QORA_SOUND_RATE, self->sink);
  self->pipeline = gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (self->pipeline == NULL)
    {
      g_debug ("No playback: %s", error->message);
      return NULL;
    }
  gst_object_ref_sink (self->pipeline);
  self->source = GST_APP_SRC (gst_bin_get_by_name (GST_BIN (self->pipeline), "source"));
  gst_object_unref (self->source);
  self->gain = gst_bin_get_by_name (GST_BIN (self->pipeline), "gain");
  gst_object_unref (self->gain);
  gst_app_src_set_callbacks (self->source, (GstAppSrcCallbacks *) &callbacks, self, NULL);
  apply_volume (self);

  bus = gst_element_get_bus (self->pipeline);
  self->bus_watch = gst_bus_create_watch (bus);
  g_source_set_callback (self->bus_watch, G_SOURCE_FUNC (on_message), self, NULL);
  g_source_attach (self->bus_watch, self->context);
  self->unsettled = TRUE;
  return self->pipeline;
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
  g_mutex_lock (&self->lock);
  if (self->hungry)
    feed (self);
  g_mutex_unlock (&self->lock);
  evaluate (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
}

/* What the pipeline has taken of it is no longer true. */
static void
on_sound_rewritten (QoraSound *sound, guint64 from, gpointer user_data)
{
  QoraPlayer *self = user_data;
  gsize position = get_position_sample (self);
  gsize made = qora_sound_get_n_samples (sound);
  gboolean stale;

  g_mutex_lock (&self->lock);
  stale = from < self->next || position > made;
  g_mutex_unlock (&self->lock);
  if (!stale)
    return;
  self->target = MIN (position, made);
  flush_to_target (self);
}

static void
on_sound_sealed (QoraSound *sound, GParamSpec *pspec, gpointer user_data)
{
  QoraPlayer *self = user_data;
  gboolean reopened;

  self->measured_from = 0;
  g_mutex_lock (&self->lock);
  reopened = self->eos_sent && !qora_sound_get_sealed (sound);
  if (self->hungry)
    feed (self);
  g_mutex_unlock (&self->lock);
  if (reopened)
    {
      self->target = get_position_sample (self);
      flush_to_target (self);
    }
  evaluate (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
}

void
qora_player_set_sink (QoraPlayer *self, const char *description)
{
  g_return_if_fail (QORA_IS_PLAYER (self));
  g_return_if_fail (self->pipeline == NULL);

  g_free (self->sink);
  self->sink = g_strdup (description);
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
      && get_position_sample (self) >= qora_sound_get_n_samples (self->sound))
    {
      self->target = 0;
      flush_to_target (self);
    }
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
  if (self->state == QORA_PLAYER_PLAYING)
    gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
  set_state (self, QORA_PLAYER_PAUSED);
}

void
qora_player_stop (QoraPlayer *self)
{
  g_return_if_fail (QORA_IS_PLAYER (self));

  shut_pipeline (self);
  self->target = 0;
  g_mutex_lock (&self->lock);
  self->next = 0;
  self->hungry = FALSE;
  self->eos_sent = FALSE;
  g_mutex_unlock (&self->lock);
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
  self->target = (gsize) CLAMP (round (position * QORA_SOUND_RATE), 0, made);
  flush_to_target (self);
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

  return get_position_sample (self) / (double) QORA_SOUND_RATE;
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
  self->target = get_position_sample (self);
  g_mutex_lock (&self->lock);
  self->rate = rate;
  g_mutex_unlock (&self->lock);
  flush_to_target (self);
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
  apply_volume (self);
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
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
qora_player_dispose (GObject *object)
{
  QoraPlayer *self = QORA_PLAYER (object);

  /* First of all: after this no other thread calls back. */
  shut_pipeline (self);
  if (self->sound != NULL)
    g_signal_handlers_disconnect_by_data (self->sound, self);
  clear_source (&self->bus_watch);
  clear_source (&self->wakeup);
  clear_source (&self->tick);
  g_clear_object (&self->pipeline);
  g_clear_object (&self->sound);
  G_OBJECT_CLASS (qora_player_parent_class)->dispose (object);
}

static void
qora_player_finalize (GObject *object)
{
  QoraPlayer *self = QORA_PLAYER (object);

  g_free (self->sink);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (qora_player_parent_class)->finalize (object);
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
  object_class->finalize = qora_player_finalize;

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
  static GSourceFuncs wakeup_funcs = { .dispatch = dispatch_wakeup };
  const char *sink = g_getenv ("QORA_AUDIO_SINK");

  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->sink = g_strdup (sink != NULL && *sink != '\0' ? sink : QORA_PLAYER_DEFAULT_SINK);
  self->rate = 1;
  self->volume = 1;
  self->unsettled = TRUE;
  self->wakeup = g_source_new (&wakeup_funcs, sizeof (GSource));
  g_source_set_static_name (self->wakeup, "[qora] player wakeup");
  g_source_set_callback (self->wakeup, on_wakeup, self, NULL);
  g_source_attach (self->wakeup, self->context);
}

QoraPlayer *
qora_player_new (void)
{
  return g_object_new (QORA_TYPE_PLAYER, NULL);
}
