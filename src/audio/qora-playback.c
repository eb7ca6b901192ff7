/* qora-playback.c: the pipeline that carries a growing sound to the audio device
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two threads meet here. GStreamer's streaming thread asks for data and gets it block by block from
 * the sound; everything else happens on the main context. `lock` guards what both touch.
 */
#include "qora-playback.h"

#include <gst/app/gstappsrc.h>

#define BLOCK_SAMPLES (QORA_SOUND_RATE / 20)

/* scaletempo keeps back what does not fill its window: this drives the last of the sound out of it.
 */
#define TAIL_SAMPLES (QORA_SOUND_RATE / 5)

/* The owner hears of a shortage before the last samples go to the sink, not after: an audio sink
 * that runs dry lets its clock go on, and drops what then comes too late. Seconds of hearing. */
#define LOW_WATER 0.1

/* What the sink holds, in microseconds: the machine is busy making speech meanwhile, and must not
 * be too late with the next samples. A change of volume is heard after as long. */
#define SINK_BUFFER_US 500000

struct QoraPlayback
{
  const QoraPlaybackEvents *events;
  gpointer owner;
  GMainContext *context;
  char *sink;
  QoraSound *sound;

  GstElement *pipeline; /* NULL until it is needed */
  GstAppSrc *source;    /* inside it, not owned */
  GstElement *gain;     /* inside it, not owned */
  GSource *bus_watch;
  GSource *wakeup; /* made ready by the streaming thread */

  double factor; /* of the samples */
  gboolean device_missing;
  gsize target; /* sample to go on from, while the pipeline cannot be asked */

  GMutex lock;
  double rate;
  gsize next;        /* sample that is handed out next */
  gsize segment;     /* sample where the running time began, after the last seek */
  gboolean hungry;   /* the pipeline has asked for data that was not there */
  gboolean eos_sent; /* the pipeline was told that nothing follows */
};

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

/* With the lock held, from any thread. */
static gboolean
is_low (QoraPlayback *self)
{
  gsize made = qora_sound_get_n_samples (self->sound);
  gsize margin = LOW_WATER * self->rate * QORA_SOUND_RATE;

  return !qora_sound_get_sealed (self->sound) && made < self->next + margin;
}

/* With the lock held, from any thread. */
static void
push (QoraPlayback *self, const float *samples, gsize at, gsize n_samples)
{
  GstBuffer *buffer = gst_buffer_new_memdup (samples, n_samples * sizeof *samples);

  GST_BUFFER_PTS (buffer) = to_time (at);
  GST_BUFFER_DURATION (buffer) = to_time (at + n_samples) - to_time (at);
  GST_BUFFER_OFFSET (buffer) = at;
  gst_app_src_push_buffer (self->source, buffer);
}

/* Hands one block to the pipeline, which has asked for it. With the lock held, from any thread. */
static void
feed (QoraPlayback *self)
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
  QoraPlayback *self = user_data;

  g_mutex_lock (&self->lock);
  feed (self);
  g_mutex_unlock (&self->lock);
}

/* On whichever thread seeks. appsrc drops what it has queued after this returns. */
static gboolean
on_seek_data (GstAppSrc *source, guint64 offset, gpointer user_data)
{
  QoraPlayback *self = user_data;

  g_mutex_lock (&self->lock);
  self->next = self->segment = to_sample (offset);
  self->hungry = FALSE;
  self->eos_sent = FALSE;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
on_wakeup (gpointer user_data)
{
  QoraPlayback *self = user_data;

  g_source_set_ready_time (self->wakeup, -1);
  self->events->changed (self->owner);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_wakeup (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

/* autoaudiosink takes a silent sink that keeps time where there is no device. */
static void
look_for_device (QoraPlayback *self)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "auto");

  if (sink == NULL)
    return;
  self->device_missing = FALSE;
  for (GList *l = GST_BIN (sink)->children; l != NULL; l = l->next)
    {
      GstElementFactory *factory = gst_element_get_factory (l->data);

      self->device_missing
          |= factory != NULL && g_str_equal (GST_OBJECT_NAME (factory), "fakesink");
    }
}

static gboolean
is_running (QoraPlayback *self)
{
  return self->pipeline != NULL && GST_STATE_TARGET (self->pipeline) >= GST_STATE_PAUSED;
}

/* While it starts, after a seek, and when it waits for data in a pause, the pipeline does not know
 * where it is. */
static gboolean
is_settled (QoraPlayback *self)
{
  return is_running (self)
         && gst_element_get_state (self->pipeline, NULL, NULL, 0) != GST_STATE_CHANGE_ASYNC;
}

gsize
qora_playback_get_position (QoraPlayback *self)
{
  gint64 time;
  gsize next;

  if (!is_settled (self) || !gst_element_query_position (self->pipeline, GST_FORMAT_TIME, &time))
    return self->target;
  /* A sink that has run dry would count on. */
  g_mutex_lock (&self->lock);
  next = self->next;
  g_mutex_unlock (&self->lock);
  return MIN (to_sample (MAX (time, 0)), next);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  QoraPlayback *self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean at_end;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ASYNC_DONE:
      look_for_device (self);
      self->events->changed (self->owner);
      break;
    case GST_MESSAGE_EOS:
      /* Of before a seek, when there is no end now. */
      g_mutex_lock (&self->lock);
      at_end = self->eos_sent;
      g_mutex_unlock (&self->lock);
      if (at_end)
        self->events->ended (self->owner);
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      self->events->failed (self->owner, error->message);
      break;
    case GST_MESSAGE_CLOCK_LOST:
      if (GST_STATE_TARGET (self->pipeline) == GST_STATE_PLAYING)
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

/* autoaudiosink has its sink only once it starts. */
static void
on_element_added (GstBin *pipeline, GstBin *bin, GstElement *element, gpointer user_data)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "buffer-time") != NULL)
    g_object_set (element, "buffer-time", (gint64) SINK_BUFFER_US, NULL);
}

static void
watch_bus (QoraPlayback *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  self->bus_watch = gst_bus_create_watch (bus);
  g_source_set_callback (self->bus_watch, G_SOURCE_FUNC (on_message), self, NULL);
  g_source_attach (self->bus_watch, self->context);
}

GstElement *
qora_playback_get_pipeline (QoraPlayback *self)
{
  static const GstAppSrcCallbacks callbacks
      = { .need_data = on_need_data, .seek_data = on_seek_data };
  g_autofree char *description = NULL;
  g_autoptr (GError) error = NULL;

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
  g_object_set (self->gain, "volume", self->factor, NULL);
  g_signal_connect (self->pipeline, "deep-element-added", G_CALLBACK (on_element_added), NULL);
  watch_bus (self);
  return self->pipeline;
}

static GstEvent *
seek_event (QoraPlayback *self)
{
  return gst_event_new_seek (self->rate, GST_FORMAT_TIME,
                             GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SEEK_TYPE_SET,
                             to_time (self->target), GST_SEEK_TYPE_NONE, 0);
}

void
qora_playback_seek (QoraPlayback *self, gsize position)
{
  self->target = position;
  if (!is_running (self))
    return;
  gst_element_send_event (self->pipeline, seek_event (self));
}

void
qora_playback_set_rate (QoraPlayback *self, double rate)
{
  gsize position = qora_playback_get_position (self);

  g_mutex_lock (&self->lock);
  self->rate = rate;
  g_mutex_unlock (&self->lock);
  qora_playback_seek (self, position);
}

void
qora_playback_set_gain (QoraPlayback *self, double gain)
{
  self->factor = gain;
  if (self->pipeline != NULL)
    g_object_set (self->gain, "volume", gain, NULL);
}

gboolean
qora_playback_play (QoraPlayback *self)
{
  if (qora_playback_get_pipeline (self) == NULL)
    return FALSE;
  self->target = qora_playback_get_position (self);
  if (!is_running (self))
    {
      g_mutex_lock (&self->lock);
      self->next = self->segment = self->target;
      g_mutex_unlock (&self->lock);
      /* Kept by the source until it starts. */
      gst_element_set_state (self->pipeline, GST_STATE_READY);
      gst_element_send_event (GST_ELEMENT (self->source), seek_event (self));
    }
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return TRUE;
}

void
qora_playback_pause (QoraPlayback *self)
{
  if (!is_running (self))
    return;
  self->target = qora_playback_get_position (self);
  gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
}

/* Whether the sink has played all that it was given while its clock went on. */
static gboolean
has_run_dry (QoraPlayback *self)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (self->pipeline);
  double running;
  double fed;

  if (clock == NULL || !is_settled (self))
    return FALSE;
  running = (gst_clock_get_time (clock) - gst_element_get_base_time (self->pipeline)) * 1e-9;
  g_mutex_lock (&self->lock);
  fed = (self->next - self->segment) / (QORA_SOUND_RATE * self->rate);
  g_mutex_unlock (&self->lock);
  return running > fed;
}

void
qora_playback_hold (QoraPlayback *self)
{
  gboolean dry;
  gsize next;

  if (!is_running (self))
    return;
  dry = has_run_dry (self);
  qora_playback_pause (self);
  if (!dry)
    return;
  /* All that was handed out was heard, but the sink's time is ahead of it: set it right. */
  g_mutex_lock (&self->lock);
  next = self->next;
  g_mutex_unlock (&self->lock);
  qora_playback_seek (self, next);
}

void
qora_playback_shut (QoraPlayback *self, gsize position)
{
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  self->target = position;
  g_mutex_lock (&self->lock);
  self->next = position;
  self->hungry = FALSE;
  self->eos_sent = FALSE;
  g_mutex_unlock (&self->lock);
}

void
qora_playback_set_sound (QoraPlayback *self, QoraSound *sound)
{
  qora_playback_shut (self, 0);
  g_set_object (&self->sound, sound);
}

gboolean
qora_playback_is_low (QoraPlayback *self)
{
  gboolean low;

  g_mutex_lock (&self->lock);
  low = is_low (self);
  g_mutex_unlock (&self->lock);
  return low;
}

void
qora_playback_sound_grown (QoraPlayback *self)
{
  gboolean reopened;

  g_mutex_lock (&self->lock);
  reopened = self->eos_sent && !qora_sound_get_sealed (self->sound);
  if (self->hungry)
    feed (self);
  g_mutex_unlock (&self->lock);
  if (reopened)
    qora_playback_seek (self, qora_playback_get_position (self));
}

void
qora_playback_sound_rewritten (QoraPlayback *self, gsize from)
{
  gsize position = qora_playback_get_position (self);
  gsize made = qora_sound_get_n_samples (self->sound);
  gboolean stale;

  g_mutex_lock (&self->lock);
  stale = from < self->next || position > made;
  g_mutex_unlock (&self->lock);
  if (stale)
    qora_playback_seek (self, MIN (position, made));
}

gboolean
qora_playback_get_device_missing (QoraPlayback *self)
{
  return self->device_missing;
}

QoraPlayback *
qora_playback_new (const char *sink, const QoraPlaybackEvents *events, gpointer owner)
{
  static GSourceFuncs wakeup_funcs = { .dispatch = dispatch_wakeup };
  QoraPlayback *self = g_new0 (QoraPlayback, 1);

  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->events = events;
  self->owner = owner;
  self->sink = g_strdup (sink);
  self->rate = 1;
  self->factor = 1;
  self->wakeup = g_source_new (&wakeup_funcs, sizeof (GSource));
  g_source_set_static_name (self->wakeup, "[qora] playback wakeup");
  g_source_set_callback (self->wakeup, on_wakeup, self, NULL);
  g_source_attach (self->wakeup, self->context);
  return self;
}

void
qora_playback_free (QoraPlayback *self)
{
  if (self == NULL)
    return;
  /* First of all: after this no other thread calls back. */
  qora_playback_shut (self, 0);
  if (self->bus_watch != NULL)
    g_source_destroy (self->bus_watch);
  g_clear_pointer (&self->bus_watch, g_source_unref);
  g_source_destroy (self->wakeup);
  g_source_unref (self->wakeup);
  g_clear_object (&self->pipeline);
  g_clear_object (&self->sound);
  g_free (self->sink);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_free (self);
}
