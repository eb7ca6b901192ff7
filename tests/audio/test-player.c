/* test-player.c: every sample is heard once and in order, however fast the sound is made
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sound is a ramp: each sample tells its own index. A sink that keeps time like an audio device
 * hands over what would be heard.
 */
#include "qora-player-private.h"

#include <math.h>

#define SECOND QORA_SOUND_RATE
#define BLOCK  1920 /* a codec frame */

/* A test that hangs is to fail by itself. */
#define TIMEOUT_S 60

typedef struct
{
  QoraSound *sound;
  QoraPlayer *player;
  guint n_finished;
  char *failure;

  GMutex lock;
  GArray *heard; /* of float */
} Fixture;

static float
ramp (gsize i)
{
  return i / 16777216.0f;
}

static gsize
index_of (float sample)
{
  return lrintf (sample * 16777216.0f);
}

static void
append_ramp (QoraSound *sound, gsize n_samples)
{
  gsize from = qora_sound_get_n_samples (sound);
  g_autofree float *samples = g_new (float, n_samples);

  for (gsize i = 0; i < n_samples; i++)
    samples[i] = ramp (from + i);
  qora_sound_append (sound, samples, n_samples);
}

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, Fixture *f)
{
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_mutex_lock (&f->lock);
  g_array_append_vals (f->heard, map.data, map.size / sizeof (float));
  g_mutex_unlock (&f->lock);
  gst_buffer_unmap (buffer, &map);
}

static void
on_finished (QoraPlayer *player, Fixture *f)
{
  f->n_finished++;
}

static void
on_failed (QoraPlayer *player, const char *message, Fixture *f)
{
  g_free (f->failure);
  f->failure = g_strdup (message);
}

/* `sink`: NULL to take the one from the environment. */
static void
set_up_with_sink (Fixture *f, const char *sink)
{
  g_mutex_init (&f->lock);
  f->heard = g_array_new (FALSE, FALSE, sizeof (float));
  f->sound = qora_sound_new ();
  f->player = qora_player_new ();
  if (sink != NULL)
    qora_player_set_sink (f->player, sink);
  qora_player_set_sound (f->player, f->sound);
  g_signal_connect (f->player, "finished", G_CALLBACK (on_finished), f);
  g_signal_connect (f->player, "failed", G_CALLBACK (on_failed), f);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GstElement) sink = NULL;

  set_up_with_sink (f, NULL);
  g_assert_nonnull (qora_player_get_pipeline (f->player));
  sink = gst_bin_get_by_name (GST_BIN (qora_player_get_pipeline (f->player)), "probe");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_assert_finalize_object (f->player);
  g_object_unref (f->sound);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_array_unref (f->heard);
  g_free (f->failure);
  g_mutex_clear (&f->lock);
}

static gsize
n_heard (Fixture *f)
{
  gsize n;

  g_mutex_lock (&f->lock);
  n = f->heard->len;
  g_mutex_unlock (&f->lock);
  return n;
}

static gboolean
on_timeout (gpointer unused)
{
  g_error ("Nothing happened for %d s", TIMEOUT_S);
  return G_SOURCE_REMOVE;
}

/* So that a condition that another thread makes true is looked at. */
static gboolean
on_look_again (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until the condition holds. */
#define run_until(condition)                                                                       \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint timeout = g_timeout_add_seconds (TIMEOUT_S, on_timeout, NULL);                           \
    guint wake = g_timeout_add (5, on_look_again, NULL);                                           \
                                                                                                   \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (wake);                                                                        \
    g_source_remove (timeout);                                                                     \
  }                                                                                                \
  G_STMT_END

/* What was heard from `at` on is the ramp from `first` on. Returns where this ends in `heard`. */
static gsize
assert_heard_ramp (Fixture *f, gsize at, gsize first)
{
  while (at < f->heard->len && g_array_index (f->heard, float, at) == ramp (first))
    {
      at++;
      first++;
    }
  return at;
}

static void
assert_heard_all_once (Fixture *f)
{
  gsize end = assert_heard_ramp (f, 0, 0);

  if (end != f->heard->len)
    g_error ("after sample %" G_GSIZE_FORMAT " came %" G_GSIZE_FORMAT, end - 1,
             index_of (g_array_index (f->heard, float, end)));
  g_assert_cmpuint (end, ==, qora_sound_get_n_samples (f->sound));
}

static void
test_plays_a_whole_sound (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, SECOND + 17);
  qora_sound_seal (f->sound);
  g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_STOPPED);
  qora_player_play (f->player);
  g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_PLAYING);
  run_until (f->n_finished > 0);

  assert_heard_all_once (f);
  g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_STOPPED);
  g_assert_cmpfloat (qora_player_get_position (f->player), ==,
                     qora_player_get_duration (f->player));
  g_assert_null (f->failure);
}

static void
test_plays_again_from_the_start (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, SECOND / 2);
  qora_sound_seal (f->sound);
  qora_player_play (f->player);
  run_until (f->n_finished > 0);
  qora_player_play (f->player);
  run_until (f->n_finished > 1);

  g_assert_cmpuint (assert_heard_ramp (f, 0, 0), ==, SECOND / 2);
  g_assert_cmpuint (assert_heard_ramp (f, SECOND / 2, 0), ==, SECOND);
}

typedef struct
{
  const char *name;
  double rtf; /* seconds to make one second */
  gsize block;
  gsize n_samples;
} Production;

static const Production productions[] = {
  { "twice-as-fast", 0.5, BLOCK, 3 * SECOND },
  { "as-fast-as-heard", 1, BLOCK, 2 * SECOND },
  { "slower", 1.6, BLOCK, 2 * SECOND },
  { "slower-in-lumps", 1.4, 7 * BLOCK, 3 * SECOND },
};

typedef struct
{
  QoraSound *sound;
  const Production *production;
} Producer;

static gpointer
produce (gpointer data)
{
  Producer *producer = data;
  const Production *p = producer->production;

  while (qora_sound_get_n_samples (producer->sound) < p->n_samples)
    {
      gsize left = p->n_samples - qora_sound_get_n_samples (producer->sound);
      gsize n = MIN (p->block, left);

      g_usleep (p->rtf * n * G_USEC_PER_SEC / SECOND);
      append_ramp (producer->sound, n);
    }
  qora_sound_seal (producer->sound);
  return NULL;
}

static void
test_plays_while_it_is_made (Fixture *f, gconstpointer data)
{
  Producer producer = { f->sound, data };
  GThread *thread;

  qora_player_set_expectation (f->player, producer.production->n_samples / (double) SECOND, 0);
  qora_player_play (f->player);
  g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_WAITING);
  thread = g_thread_new ("producer", produce, &producer);
  run_until (f->n_finished > 0);
  g_thread_join (thread);

  assert_heard_all_once (f);
}

static void
test_waits_for_more_and_goes_on (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, SECOND + SECOND / 2);
  qora_player_play (f->player);
  g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_PLAYING);
  run_until (qora_player_get_state (f->player) == QORA_PLAYER_WAITING);

  /* Less than a second more is not enough to go on. */
  append_ramp (f->sound, SECOND / 2);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_WAITING);
  append_ramp (f->sound, SECOND);
  run_until (qora_player_get_state (f->player) == QORA_PLAYER_PLAYING);
  run_until (qora_player_get_state (f->player) == QORA_PLAYER_WAITING);
  qora_sound_seal (f->sound);
  run_until (f->n_finished > 0);

  assert_heard_all_once (f);
}

/* The pause then comes too late, and the sink's time runs past what it was given. */
static void
test_survives_a_main_loop_that_stalls (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, SECOND);
  qora_player_play (f->player);
  run_until (n_heard (f) > 0);
  while (n_heard (f) < SECOND)
    g_usleep (10000);
  g_usleep (G_USEC_PER_SEC / 2);
  run_until (qora_player_get_state (f->player) == QORA_PLAYER_WAITING);
  g_assert_cmpfloat (qora_player_get_position (f->player), ==, 1);
  append_ramp (f->sound, SECOND);
  qora_sound_seal (f->sound);
  run_until (f->n_finished > 0);

  assert_heard_all_once (f);
}

static void
test_pausing_loses_nothing (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, 3 * SECOND);
  qora_sound_seal (f->sound);
  qora_player_play (f->player);
  for (gsize i = 1; i < 5; i++)
    {
      double position;

      run_until (n_heard (f) > i * SECOND / 6);
      qora_player_pause (f->player);
      g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_PAUSED);
      gst_element_get_state (qora_player_get_pipeline (f->player), NULL, NULL,
                             TIMEOUT_S * GST_SECOND);
      position = qora_player_get_position (f->player);
      g_usleep (100000);
      g_assert_cmpfloat (qora_player_get_position (f->player), ==, position);
      qora_player_play (f->player);
    }
  run_until (f->n_finished > 0);

  assert_heard_all_once (f);
}

static void
test_seeking_while_it_is_made (Fixture *f, gconstpointer unused)
{
  const Production production = { "", 0.5, BLOCK, 3 * SECOND };
  Producer producer = { f->sound, &production };
  GThread *thread = g_thread_new ("producer", produce, &producer);
  gsize end;

  qora_player_play (f->player);
  run_until (n_heard (f) > SECOND / 2);
  qora_player_seek (f->player, 0.25);
  run_until (f->n_finished > 0);
  g_thread_join (thread);

  end = assert_heard_ramp (f, 0, 0);
  g_assert_cmpuint (end, >, SECOND / 2);
  g_assert_cmpuint (end, <, f->heard->len);
  g_assert_cmpuint (assert_heard_ramp (f, end, SECOND / 4), ==, f->heard->len);
  g_assert_cmpuint (index_of (g_array_index (f->heard, float, f->heard->len - 1)), ==,
                    3 * SECOND - 1);
}

static void
test_seeking_before_playing (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, SECOND);
  qora_sound_seal (f->sound);
  qora_player_seek (f->player, 12345.0 / SECOND);
  g_assert_cmpfloat (qora_player_get_position (f->player), ==, 12345.0 / SECOND);
  qora_player_play (f->player);
  run_until (f->n_finished > 0);

  g_assert_cmpuint (assert_heard_ramp (f, 0, 12345), ==, SECOND - 12345);
  g_assert_cmpuint (f->heard->len, ==, SECOND - 12345);
}

static void
test_seeking_stays_within_what_is_made (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, SECOND);
  qora_player_set_expectation (f->player, 10, 0);
  g_assert_cmpfloat (qora_player_get_duration (f->player), ==, 10);
  qora_player_seek (f->player, 7);
  g_assert_cmpfloat (qora_player_get_position (f->player), ==, 1);
  qora_sound_truncate (f->sound, SECOND / 2);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpfloat (qora_player_get_position (f->player), ==, 0.5);
  qora_player_seek (f->player, -7);
  g_assert_cmpfloat (qora_player_get_position (f->player), ==, 0);
  qora_sound_seal (f->sound);
  g_assert_cmpfloat (qora_player_get_duration (f->player), ==, 0.5);
}

typedef struct
{
  gsize first; /* buffer offsets that entered the time stretcher since the last seek */
  gsize next;
  gboolean broken;
} Entered;

static GstPadProbeReturn
on_enter (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Entered *entered = user_data;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_FLUSH)
    entered->next = G_MAXSIZE;
  else if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    {
      GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
      gsize at = GST_BUFFER_OFFSET (buffer);

      if (entered->next == G_MAXSIZE)
        entered->first = at;
      else if (entered->next != at)
        entered->broken = TRUE;
      entered->next = at + gst_buffer_get_size (buffer) / sizeof (float);
    }
  return GST_PAD_PROBE_OK;
}

static void
test_rate (Fixture *f, gconstpointer data)
{
  const double rate = *(const double *) data;
  Entered entered = { .next = G_MAXSIZE };
  g_autoptr (GstElement) source
      = gst_bin_get_by_name (GST_BIN (qora_player_get_pipeline (f->player)), "source");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");
  gsize n_before;
  double last = 0;

  append_ramp (f->sound, 3 * SECOND);
  qora_sound_seal (f->sound);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_FLUSH, on_enter,
                     &entered, NULL);
  qora_player_play (f->player);
  run_until (n_heard (f) > SECOND / 2);
  n_before = n_heard (f);
  qora_player_set_rate (f->player, rate);
  run_until (f->n_finished > 0);

  /* Goes on with the block that was being heard, and takes in all of the rest. */
  g_assert_false (entered.broken);
  g_assert_cmpuint (entered.first, <=, n_before + BLOCK);
  g_assert_cmpuint (entered.first + 2 * BLOCK, >, n_before);
  g_assert_cmpuint (entered.next, >=, 3 * SECOND);
  for (gsize i = n_before; i < f->heard->len; i++)
    last = fmax (last, g_array_index (f->heard, float, i) * 16777216.0);
  g_test_message ("at %g: %u samples for %" G_GSIZE_FORMAT ", last %.0f", rate,
                  f->heard->len - (guint) n_before, 3 * SECOND - entered.first, last);
  /* All but what the stretcher blends into the silence behind. */
  g_assert_cmpfloat (last, >=, 3 * SECOND - 0.01 * SECOND);
  g_assert_cmpfloat (fabs ((f->heard->len - n_before) * rate - (3 * SECOND - entered.first)), <,
                     0.35 * SECOND);
}

static void
test_a_part_that_begins_anew (Fixture *f, gconstpointer unused)
{
  gsize end;

  append_ramp (f->sound, 2 * SECOND);
  qora_player_play (f->player);
  run_until (n_heard (f) > SECOND / 2);
  qora_sound_truncate (f->sound, SECOND / 4);
  run_until (qora_player_get_state (f->player) == QORA_PLAYER_WAITING
             && qora_player_get_position (f->player) == 0.25);
  append_ramp (f->sound, 2 * SECOND);
  qora_sound_seal (f->sound);
  run_until (f->n_finished > 0);

  end = assert_heard_ramp (f, 0, 0);
  g_assert_cmpuint (end, >, SECOND / 2);
  g_assert_cmpuint (assert_heard_ramp (f, end, SECOND / 4), ==, f->heard->len);
  g_assert_cmpuint (f->heard->len - end, ==, 2 * SECOND);
}

static void
test_another_sound_stops_the_first (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraSound) other = qora_sound_new ();
  gsize n;

  append_ramp (f->sound, 2 * SECOND);
  append_ramp (other, SECOND / 3);
  qora_sound_seal (other);
  qora_player_play (f->player);
  run_until (n_heard (f) > 0);
  qora_player_set_sound (f->player, other);
  n = n_heard (f);
  g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_STOPPED);
  g_assert_cmpfloat (qora_player_get_position (f->player), ==, 0);
  qora_player_play (f->player);
  run_until (f->n_finished > 0);

  g_assert_cmpuint (assert_heard_ramp (f, n, 0), ==, n + SECOND / 3);
}

static void
test_volume_is_felt (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, SECOND / 2);
  qora_sound_seal (f->sound);
  qora_player_set_volume (f->player, 0.5);
  qora_player_play (f->player);
  run_until (f->n_finished > 0);

  for (gsize i = 0; i < f->heard->len; i++)
    g_assert_cmpfloat (fabs (g_array_index (f->heard, float, i) - ramp (i) / 8), <, 1e-8);
}

static void
test_seconds_needed (void)
{
  /* Made faster than heard, or nothing known: one second will do. */
  g_assert_cmpfloat (qora_player_seconds_needed (100, 0, 1), ==, 1);
  g_assert_cmpfloat (qora_player_seconds_needed (100, 0.5, 1), ==, 1);
  g_assert_cmpfloat (qora_player_seconds_needed (100, 1, 1), ==, 1);
  /* Made at half the speed: while half is heard the other half is made. */
  g_assert_cmpfloat (qora_player_seconds_needed (100, 2, 1), ==, 50);
  g_assert_cmpfloat (qora_player_seconds_needed (100, 4, 1), ==, 75);
  g_assert_cmpfloat (qora_player_seconds_needed (1, 2, 1), ==, 1);
  /* Heard twice as fast needs as much as made twice as slowly. */
  g_assert_cmpfloat (qora_player_seconds_needed (100, 1, 2), ==, 50);
  g_assert_cmpfloat (qora_player_seconds_needed (100, 0.25, 2), ==, 2);
}

static void
test_a_slow_sound_is_held_back (Fixture *f, gconstpointer unused)
{
  qora_player_set_expectation (f->player, 8, 2);
  append_ramp (f->sound, 3 * SECOND);
  qora_player_play (f->player);
  g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_WAITING);
  append_ramp (f->sound, SECOND);
  run_until (qora_player_get_state (f->player) == QORA_PLAYER_PLAYING);
  qora_player_pause (f->player);
  g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_PAUSED);
}

static void
set_up_system_sink (Fixture *f, gconstpointer unused)
{
  set_up_with_sink (f, QORA_PLAYER_DEFAULT_SINK);
}

static void
test_no_device_is_told (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, SECOND / 2);
  qora_sound_seal (f->sound);
  qora_player_play (f->player);
  run_until (f->n_finished > 0 || f->failure != NULL);
  g_assert_null (f->failure);
  if (!qora_player_get_device_missing (f->player))
    g_test_skip ("this system has a sound device");
}

static void
set_up_unknown_sink (Fixture *f, gconstpointer unused)
{
  set_up_with_sink (f, "no-such-sink");
}

static void
set_up_broken_sink (Fixture *f, gconstpointer unused)
{
  set_up_with_sink (f, "fakesink state-error=ready-to-paused");
}

static void
test_failing_sinks_are_reported (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, SECOND);
  qora_sound_seal (f->sound);
  qora_player_play (f->player);
  run_until (f->failure != NULL);
  g_assert_cmpint (qora_player_get_state (f->player), ==, QORA_PLAYER_STOPPED);
  g_assert_cmpuint (f->n_finished, ==, 0);
}

static void
test_goes_away_while_playing (Fixture *f, gconstpointer unused)
{
  append_ramp (f->sound, 3 * SECOND);
  qora_player_play (f->player);
  run_until (n_heard (f) > 0);
}

#define ADD(name, test) g_test_add ("/player/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  static const double rates[] = { 0.75, 1.5, 2 };

  g_test_init (&argc, &argv, NULL);
  g_setenv ("QORA_AUDIO_SINK", "fakesink name=probe sync=true signal-handoffs=true", TRUE);
  gst_init (&argc, &argv);
  g_test_add_func ("/player/seconds-needed", test_seconds_needed);
  ADD ("plays-a-whole-sound", test_plays_a_whole_sound);
  ADD ("plays-again-from-the-start", test_plays_again_from_the_start);
  for (gsize i = 0; i < G_N_ELEMENTS (productions); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/player/plays-while-it-is-made/%s", productions[i].name);

      g_test_add (path, Fixture, &productions[i], set_up, test_plays_while_it_is_made, tear_down);
    }
  ADD ("waits-for-more-and-goes-on", test_waits_for_more_and_goes_on);
  ADD ("survives-a-main-loop-that-stalls", test_survives_a_main_loop_that_stalls);
  ADD ("pausing-loses-nothing", test_pausing_loses_nothing);
  ADD ("seeking-while-it-is-made", test_seeking_while_it_is_made);
  ADD ("seeking-before-playing", test_seeking_before_playing);
  ADD ("seeking-stays-within-what-is-made", test_seeking_stays_within_what_is_made);
  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      g_autofree char *path = g_strdup_printf ("/player/rate/%g", rates[i]);

      g_test_add (path, Fixture, &rates[i], set_up, test_rate, tear_down);
    }
  ADD ("a-part-that-begins-anew", test_a_part_that_begins_anew);
  ADD ("another-sound-stops-the-first", test_another_sound_stops_the_first);
  ADD ("volume-is-felt", test_volume_is_felt);
  ADD ("a-slow-sound-is-held-back", test_a_slow_sound_is_held_back);
  ADD ("goes-away-while-playing", test_goes_away_while_playing);
  g_test_add ("/player/no-device-is-told", Fixture, NULL, set_up_system_sink,
              test_no_device_is_told, tear_down);
  g_test_add ("/player/an-unknown-sink-is-reported", Fixture, NULL, set_up_unknown_sink,
              test_failing_sinks_are_reported, tear_down);
  g_test_add ("/player/a-broken-sink-is-reported", Fixture, NULL, set_up_broken_sink,
              test_failing_sinks_are_reported, tear_down);
  return g_test_run ();
}
