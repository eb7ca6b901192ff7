/* test-sound.c: the growing sound keeps every sample, knows its peaks and tells of every change
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-sound.h"

#include <math.h>

#define SECOND QORA_SOUND_RATE

/* Exact in a float up to 2^24 samples: each sample tells where it belongs. */
static float
ramp (gsize i)
{
  return i / 16777216.0f;
}

static void
append_ramp (QoraSound *sound, gsize from, gsize n_samples)
{
  g_autofree float *samples = g_new (float, n_samples);

  for (gsize i = 0; i < n_samples; i++)
    samples[i] = ramp (from + i);
  qora_sound_append (sound, samples, n_samples);
}

static void
assert_ramp (QoraSound *sound, gsize at, gsize n_samples, gsize first)
{
  g_autofree float *samples = g_new (float, n_samples);

  g_assert_cmpuint (qora_sound_read (sound, at, samples, n_samples), ==, n_samples);
  for (gsize i = 0; i < n_samples; i++)
    if (samples[i] != ramp (first + i))
      g_error ("sample %" G_GSIZE_FORMAT " is %.9g, not %.9g", at + i, samples[i],
               ramp (first + i));
}

static void
test_keeps_every_sample (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  float nothing;

  g_assert_cmpuint (qora_sound_read (sound, 0, &nothing, 1), ==, 0);
  for (gsize n = 1, at = 0; n < 3000; at += n, n += 97)
    append_ramp (sound, at, n);

  assert_ramp (sound, 0, qora_sound_get_n_samples (sound), 0);
  assert_ramp (sound, 12345, 777, 12345);
  g_assert_cmpuint (qora_sound_read (sound, qora_sound_get_n_samples (sound), &nothing, 1), ==, 0);
  g_assert_cmpuint (qora_sound_read (sound, qora_sound_get_n_samples (sound) - 1, &nothing, 1), ==,
                    1);
}

static void
test_bytes_are_a_copy_of_a_range (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (GBytes) middle = NULL;
  g_autoptr (GBytes) all = NULL;
  const float *samples;
  gsize size;

  append_ramp (sound, 0, 1000);
  middle = qora_sound_get_bytes (sound, 100, 50);
  all = qora_sound_get_bytes (sound, 0, G_MAXSIZE);
  qora_sound_truncate (sound, 0);

  samples = g_bytes_get_data (middle, &size);
  g_assert_cmpuint (size, ==, 50 * sizeof (float));
  g_assert_cmpfloat (samples[0], ==, ramp (100));
  g_assert_cmpfloat (samples[49], ==, ramp (149));
  g_assert_cmpuint (g_bytes_get_size (all), ==, 1000 * sizeof (float));
}

static void
test_splice_replaces_a_part (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autofree float *longer = g_new0 (float, 500);

  append_ramp (sound, 0, 1000);
  qora_sound_seal (sound);
  qora_sound_splice (sound, 300, 200, longer, 500);

  g_assert_true (qora_sound_get_sealed (sound));
  g_assert_cmpuint (qora_sound_get_n_samples (sound), ==, 1300);
  assert_ramp (sound, 0, 300, 0);
  assert_ramp (sound, 800, 500, 500);

  qora_sound_splice (sound, 300, 500, NULL, 0);
  g_assert_cmpuint (qora_sound_get_n_samples (sound), ==, 800);
  assert_ramp (sound, 300, 500, 500);

  qora_sound_splice (sound, 5000, 10, longer, 1);
  g_assert_cmpuint (qora_sound_get_n_samples (sound), ==, 801);
}

static void
test_truncating_opens_it_again (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();

  append_ramp (sound, 0, 1000);
  qora_sound_seal (sound);
  qora_sound_truncate (sound, 400);

  g_assert_false (qora_sound_get_sealed (sound));
  append_ramp (sound, 400, 100);
  assert_ramp (sound, 0, 500, 0);
  qora_sound_truncate (sound, 9000);
  g_assert_cmpuint (qora_sound_get_n_samples (sound), ==, 500);
}

static void
test_a_sealed_sound_does_not_grow (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();

  append_ramp (sound, 0, 10);
  qora_sound_seal (sound);
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*sealed*");
  append_ramp (sound, 10, 10);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (qora_sound_get_n_samples (sound), ==, 10);
}

/* Largest sample of the 10 ms windows that touch [from, to), the slow way. */
static float
slow_peak (const float *samples, gsize n_samples, gsize first_window, gsize end_window)
{
  float peak = 0;

  for (gsize i = first_window * QORA_SOUND_PEAK_SAMPLES;
       i < MIN (end_window * QORA_SOUND_PEAK_SAMPLES, n_samples); i++)
    peak = fmaxf (peak, fabsf (samples[i]));
  return peak;
}

static void
assert_all_peaks (QoraSound *sound)
{
  g_autoptr (GBytes) bytes = qora_sound_get_bytes (sound, 0, G_MAXSIZE);
  gsize size;
  const float *samples = g_bytes_get_data (bytes, &size);
  gsize n_samples = size / sizeof (float);
  gsize n_windows = n_samples / QORA_SOUND_PEAK_SAMPLES + 2;

  for (gsize first = 0; first < n_windows; first++)
    for (gsize end = first + 1; end <= n_windows; end++)
      g_assert_cmpfloat (qora_sound_get_peak (sound, first / 100.0, end / 100.0), ==,
                         slow_peak (samples, n_samples, first, end));
}

static void
test_peaks_follow_every_change (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  g_assert_cmpfloat (qora_sound_get_peak (sound, 0, 1), ==, 0);
  for (int round = 0; round < 60; round++)
    {
      gsize n = g_rand_int_range (rand, 1, 1500);
      gsize length = qora_sound_get_n_samples (sound);
      g_autofree float *noise = g_new (float, n);

      for (gsize i = 0; i < n; i++)
        noise[i] = g_rand_double_range (rand, -1, 1) * (round % 10 + 1) / 10;
      if (round % 5 == 3)
        qora_sound_truncate (sound, g_rand_int_range (rand, 0, length));
      else if (round % 5 == 4)
        qora_sound_splice (sound, g_rand_int_range (rand, 0, length), n / 2, noise, n);
      else
        qora_sound_append (sound, noise, n);
      assert_all_peaks (sound);
    }
  qora_sound_truncate (sound, 0);
  g_assert_cmpfloat (qora_sound_get_peak (sound, 0, 1e300), ==, 0);
}

typedef struct
{
  guint n_changed;
  guint64 from;
  guint n_rewritten;
  guint64 rewritten_from;
  guint n_sealed;
  gboolean wrong_thread;
  GThread *thread;
} Seen;

static void
on_changed (QoraSound *sound, guint64 from, Seen *seen)
{
  seen->n_changed++;
  seen->from = from;
  seen->wrong_thread |= g_thread_self () != seen->thread;
}

static void
on_rewritten (QoraSound *sound, guint64 from, Seen *seen)
{
  seen->n_rewritten++;
  seen->rewritten_from = from;
}

static void
on_sealed (QoraSound *sound, GParamSpec *pspec, Seen *seen)
{
  seen->n_sealed++;
}

static void
run_pending (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_changes_are_gathered (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  Seen seen = { .thread = g_thread_self () };

  g_signal_connect (sound, "changed", G_CALLBACK (on_changed), &seen);
  g_signal_connect (sound, "rewritten", G_CALLBACK (on_rewritten), &seen);
  g_signal_connect (sound, "notify::sealed", G_CALLBACK (on_sealed), &seen);
  append_ramp (sound, 0, 100);
  append_ramp (sound, 100, 100);
  g_assert_cmpuint (seen.n_changed, ==, 0);
  run_pending ();
  g_assert_cmpuint (seen.n_changed, ==, 1);
  g_assert_cmpuint (seen.from, ==, 0);
  g_assert_cmpuint (seen.n_rewritten, ==, 0);

  append_ramp (sound, 200, 100);
  qora_sound_truncate (sound, 50);
  append_ramp (sound, 50, 10);
  run_pending ();
  g_assert_cmpuint (seen.n_changed, ==, 2);
  g_assert_cmpuint (seen.from, ==, 50);
  g_assert_cmpuint (seen.n_rewritten, ==, 1);
  g_assert_cmpuint (seen.rewritten_from, ==, 50);

  qora_sound_splice (sound, 40, 0, (float[]){ 1 }, 1);
  qora_sound_splice (sound, 61, 0, (float[]){ 1 }, 1);
  run_pending ();
  g_assert_cmpuint (seen.n_rewritten, ==, 2);
  g_assert_cmpuint (seen.rewritten_from, ==, 40);

  qora_sound_seal (sound);
  run_pending ();
  g_assert_cmpuint (seen.n_changed, ==, 3);
  g_assert_cmpuint (seen.n_sealed, ==, 1);
}

#define N_BLOCKS 2000
#define BLOCK    173

static gpointer
produce (gpointer data)
{
  for (gsize i = 0; i < N_BLOCKS; i++)
    append_ramp (data, i * BLOCK, BLOCK);
  qora_sound_seal (data);
  return NULL;
}

static void
test_one_thread_makes_another_reads (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  Seen seen = { .thread = g_thread_self () };
  GThread *producer;
  gsize at = 0;

  g_signal_connect (sound, "changed", G_CALLBACK (on_changed), &seen);
  producer = g_thread_new ("producer", produce, sound);
  while (!qora_sound_get_sealed (sound) || at < qora_sound_get_n_samples (sound))
    {
      float samples[500];
      gsize n = qora_sound_read (sound, at, samples, G_N_ELEMENTS (samples));

      for (gsize i = 0; i < n; i++)
        g_assert_cmpfloat (samples[i], ==, ramp (at + i));
      at += n;
      run_pending ();
    }
  g_thread_join (producer);
  run_pending ();

  g_assert_cmpuint (at, ==, N_BLOCKS * BLOCK);
  g_assert_cmpuint (seen.n_changed, >, 0);
  g_assert_false (seen.wrong_thread);
}

static void
test_properties (void)
{
  g_autofree float *silence = g_new0 (float, SECOND / 2);
  g_autoptr (QoraSound) sound = qora_sound_new_for_samples (silence, SECOND / 2);
  guint64 n_samples;
  double duration;
  gboolean sealed;

  g_object_get (sound, "n-samples", &n_samples, "duration", &duration, "sealed", &sealed, NULL);
  g_assert_cmpuint (n_samples, ==, SECOND / 2);
  g_assert_cmpfloat (duration, ==, 0.5);
  g_assert_true (sealed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound/keeps-every-sample", test_keeps_every_sample);
  g_test_add_func ("/sound/bytes-are-a-copy-of-a-range", test_bytes_are_a_copy_of_a_range);
  g_test_add_func ("/sound/splice-replaces-a-part", test_splice_replaces_a_part);
  g_test_add_func ("/sound/truncating-opens-it-again", test_truncating_opens_it_again);
  g_test_add_func ("/sound/a-sealed-sound-does-not-grow", test_a_sealed_sound_does_not_grow);
  g_test_add_func ("/sound/peaks-follow-every-change", test_peaks_follow_every_change);
  g_test_add_func ("/sound/changes-are-gathered", test_changes_are_gathered);
  g_test_add_func ("/sound/one-thread-makes-another-reads", test_one_thread_makes_another_reads);
  g_test_add_func ("/sound/properties", test_properties);
  return g_test_run ();
}
