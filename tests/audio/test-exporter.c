/* test-exporter.c: each format holds the sound that was put in, and a failed export leaves nothing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-exporter.h"
#include "qora-sound-loader.h"

#include <glib/gstdio.h>
#include <gst/pbutils/pbutils.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>

#include "folder.h"

#define SECOND QORA_SOUND_RATE

typedef struct
{
  QoraAudioFormat format;
  double min_correlation; /* with the sound put in, over its whole length */
  double max_bytes_per_second;
  gsize slack; /* samples that the format may add or lose at its ends */
} Expected;

static const Expected expected[] = {
  { QORA_AUDIO_FORMAT_WAV, 0.999999, 2 * SECOND + 1000, 0 },
  { QORA_AUDIO_FORMAT_FLAC, 0.999999, 2 * SECOND, 0 },
  { QORA_AUDIO_FORMAT_OPUS, 0.98, 48000 / 8 * 1.5, 0 },
  { QORA_AUDIO_FORMAT_VORBIS, 0.98, 80000 / 8, 1 },
  { QORA_AUDIO_FORMAT_MP3, 0.98, 96000 / 8 * 1.2, 3000 },
};

typedef struct
{
  char *folder;
  char *path;
  QoraSound *sound;
  GMainLoop *loop;
  GError *error;
  gboolean done;
} Fixture;

/* Vowel-like: a gliding fundamental with harmonics, louder and softer as syllables are. */
static QoraSound *
make_speech (double seconds)
{
  gsize n = seconds * SECOND;
  g_autofree float *samples = g_new (float, n);
  double phase = 0;

  for (gsize i = 0; i < n; i++)
    {
      double t = i / (double) SECOND;

      phase += 2 * G_PI * (140 + 40 * sin (2 * G_PI * 0.7 * t)) / SECOND;
      samples[i] = 0;
      for (int k = 1; k <= 12; k++)
        samples[i] += sin (k * phase) / k;
      samples[i] *= 0.25 * (0.55 + 0.45 * sin (2 * G_PI * 3 * t));
    }
  return qora_sound_new_for_samples (samples, n);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("qora-export-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "take.out", NULL);
  f->sound = make_speech (4);
  f->loop = g_main_loop_new (NULL, FALSE);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_unlink (f->path);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0); /* also: no temporary file is left */
  g_free (f->folder);
  g_free (f->path);
  g_object_unref (f->sound);
  g_main_loop_unref (f->loop);
  g_clear_error (&f->error);
}

static gboolean
skip_if_missing (QoraAudioFormat format)
{
  const char *package;
  g_autofree char *reason = NULL;

  if (qora_audio_format_is_available (format, &package))
    return FALSE;
  reason = g_strdup_printf ("%s needs %s", qora_audio_format_get_name (format), package);
  g_test_skip (reason);
  return TRUE;
}

static const float *
samples_of (GBytes *bytes, gsize *n)
{
  gsize size;
  const float *samples = g_bytes_get_data (bytes, &size);

  *n = size / sizeof *samples;
  return samples;
}

static double
correlation (const float *a, const float *b, gsize n)
{
  double ab = 0, aa = 0, bb = 0;

  for (gsize i = 0; i < n; i++)
    {
      ab += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
  return ab / sqrt (aa * bb + 1e-30);
}

/* The best over the delays that an encoder without a length in its file may add. */
static double
best_correlation (QoraSound *in, QoraSound *out, gsize max_delay)
{
  g_autoptr (GBytes) in_bytes = qora_sound_get_bytes (in, 0, G_MAXSIZE);
  g_autoptr (GBytes) out_bytes = qora_sound_get_bytes (out, 0, G_MAXSIZE);
  gsize n_in, n_out;
  const float *a = samples_of (in_bytes, &n_in);
  const float *b = samples_of (out_bytes, &n_out);
  double best = -1;

  for (gsize delay = 0; delay <= max_delay && delay < n_out; delay++)
    best = fmax (best, correlation (a, b + delay, MIN (n_in, n_out - delay)));
  return best;
}

static void
test_format_holds_the_sound (Fixture *f, gconstpointer data)
{
  const Expected *e = data;
  g_autoptr (QoraExporter) exporter = qora_exporter_new (f->sound, e->format, f->path);
  g_autoptr (QoraSound) decoded = NULL;
  gsize n_in = qora_sound_get_n_samples (f->sound);
  gsize n_out;
  GStatBuf info;

  if (skip_if_missing (e->format))
    return;
  g_assert_true (qora_exporter_run (exporter, NULL, &f->error));
  g_assert_no_error (f->error);
  g_assert_cmpfloat (qora_exporter_get_progress (exporter), ==, 1);

  decoded = qora_sound_load (f->path, NULL, &f->error);
  g_assert_no_error (f->error);
  n_out = qora_sound_get_n_samples (decoded);
  g_test_message ("%s: %" G_GSIZE_FORMAT " samples of %" G_GSIZE_FORMAT ", correlation %.6f",
                  qora_audio_format_get_name (e->format), n_out, n_in,
                  best_correlation (f->sound, decoded, e->slack));
  g_assert_cmpuint (n_out, >=, n_in);
  g_assert_cmpuint (n_out, <=, n_in + e->slack);
  g_assert_cmpfloat (best_correlation (f->sound, decoded, e->slack), >, e->min_correlation);

  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpfloat (info.st_size / 4.0, <, e->max_bytes_per_second);
}

/* Not only alike: every sample is the nearest that 16 bits can say. */
static void
test_lossless_formats_round_to_16_bits (Fixture *f, gconstpointer data)
{
  const Expected *e = data;
  g_autoptr (QoraExporter) exporter = qora_exporter_new (f->sound, e->format, f->path);
  g_autoptr (QoraSound) decoded = NULL;
  g_autoptr (GBytes) in_bytes = qora_sound_get_bytes (f->sound, 0, G_MAXSIZE);
  g_autoptr (GBytes) out_bytes = NULL;
  const float *in, *out;
  gsize n_in, n_out;

  if (skip_if_missing (e->format))
    return;
  g_assert_true (qora_exporter_run (exporter, NULL, &f->error));
  decoded = qora_sound_load (f->path, NULL, &f->error);
  g_assert_no_error (f->error);
  out_bytes = qora_sound_get_bytes (decoded, 0, G_MAXSIZE);
  in = samples_of (in_bytes, &n_in);
  out = samples_of (out_bytes, &n_out);
  g_assert_cmpuint (n_out, ==, n_in);
  for (gsize i = 0; i < n_in; i++)
    g_assert_cmpfloat (fabs (in[i] - out[i]), <, 0.51 / 32768);
}

static void
test_tags (Fixture *f, gconstpointer data)
{
  const Expected *e = data;
  g_autoptr (QoraExporter) exporter = qora_exporter_new (f->sound, e->format, f->path);
  g_autofree char *uri = g_filename_to_uri (f->path, NULL, NULL);
  g_autoptr (GstDiscoverer) discoverer = NULL;
  g_autoptr (GstDiscovererInfo) info = NULL;
  g_autoptr (GstTagList) tags = NULL;
  g_autofree char *title = NULL;
  g_autofree char *artist = NULL;
  g_autofree char *comment = NULL;

  if (skip_if_missing (e->format))
    return;
  qora_exporter_set_tags (exporter, "The Wind in the Willows: Grüße", "Uncle Fu");
  g_assert_true (qora_exporter_run (exporter, NULL, &f->error));

  discoverer = gst_discoverer_new (20 * GST_SECOND, &f->error);
  info = gst_discoverer_discover_uri (discoverer, uri, &f->error);
  g_assert_no_error (f->error);
  g_assert_cmpint (gst_discoverer_info_get_result (info), ==, GST_DISCOVERER_OK);
  g_assert_cmpfloat (fabs (gst_discoverer_info_get_duration (info) * 1e-9 - 4), <, 0.15);
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  tags = gst_tag_list_copy (gst_discoverer_info_get_tags (info));
  G_GNUC_END_IGNORE_DEPRECATIONS
  g_assert_true (gst_tag_list_get_string (tags, GST_TAG_TITLE, &title));
  g_assert_cmpstr (title, ==, "The Wind in the Willows: Grüße");
  g_assert_true (gst_tag_list_get_string (tags, GST_TAG_ARTIST, &artist));
  g_assert_cmpstr (artist, ==, "Uncle Fu");
  g_assert_true (gst_tag_list_get_string (tags, GST_TAG_COMMENT, &comment));
  g_assert_nonnull (strstr (comment, "Synthetic speech"));
  g_assert_nonnull (strstr (comment, "QORA-TTS"));
}

static void
test_gaps_are_silence_in_their_place (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraExporter) exporter = qora_exporter_new (f->sound, QORA_AUDIO_FORMAT_WAV, f->path);
  g_autoptr (QoraSound) with_gaps = make_speech (4);
  g_autoptr (QoraSound) decoded = NULL;
  g_autofree float *silence = g_new0 (float, SECOND);

  if (skip_if_missing (QORA_AUDIO_FORMAT_WAV))
    return;
  qora_exporter_add_gap (exporter, 0, 100);
  qora_exporter_add_gap (exporter, SECOND, SECOND);
  qora_exporter_add_gap (exporter, SECOND, 5);
  qora_exporter_add_gap (exporter, 4 * SECOND, 1234);
  g_assert_true (qora_exporter_run (exporter, NULL, &f->error));
  decoded = qora_sound_load (f->path, NULL, &f->error);
  g_assert_no_error (f->error);

  qora_sound_splice (with_gaps, 4 * SECOND, 0, silence, 1234);
  qora_sound_splice (with_gaps, SECOND, 0, silence, SECOND);
  qora_sound_splice (with_gaps, SECOND, 0, silence, 5);
  qora_sound_splice (with_gaps, 0, 0, silence, 100);
  g_assert_cmpuint (qora_sound_get_n_samples (decoded), ==, qora_sound_get_n_samples (with_gaps));
  g_assert_cmpfloat (best_correlation (with_gaps, decoded, 0), >, 0.999999);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->done = qora_exporter_run_finish (QORA_EXPORTER (source), result, &f->error);
  g_main_loop_quit (f->loop);
}

static void
on_progress (QoraExporter *exporter, GParamSpec *pspec, GArray *seen)
{
  double progress = qora_exporter_get_progress (exporter);

  g_array_append_val (seen, progress);
}

static void
test_runs_beside_the_main_loop (Fixture *f, gconstpointer unused)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (QoraExporter) exporter = qora_exporter_new (f->sound, QORA_AUDIO_FORMAT_OPUS, f->path);

  if (skip_if_missing (QORA_AUDIO_FORMAT_OPUS))
    return;
  g_signal_connect (exporter, "notify::progress", G_CALLBACK (on_progress), seen);
  qora_exporter_run_async (exporter, NULL, on_done, f);
  g_main_loop_run (f->loop);

  g_assert_no_error (f->error);
  g_assert_true (f->done);
  g_assert_cmpuint (seen->len, >, 0);
  for (guint i = 1; i < seen->len; i++)
    g_assert_cmpfloat (g_array_index (seen, double, i - 1), <=, g_array_index (seen, double, i));
  g_assert_cmpfloat (g_array_index (seen, double, seen->len - 1), ==, 1);
}

static void
cancel_on_progress (QoraExporter *exporter, GParamSpec *pspec, GCancellable *cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
test_cancelling_keeps_the_old_file (Fixture *f, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (QoraSound) hour = qora_sound_new ();
  g_autoptr (QoraExporter) exporter = NULL;
  g_autofree char *contents = NULL;

  if (skip_if_missing (QORA_AUDIO_FORMAT_OPUS))
    return;
  qora_sound_append_silence (hour, 3600 * SECOND);
  exporter = qora_exporter_new (hour, QORA_AUDIO_FORMAT_OPUS, f->path);
  g_assert_true (g_file_set_contents (f->path, "old", -1, NULL));
  g_signal_connect (exporter, "notify::progress", G_CALLBACK (cancel_on_progress), cancellable);
  qora_exporter_run_async (exporter, cancellable, on_done, f);
  g_main_loop_run (f->loop);

  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (f->done);
  g_assert_true (g_file_get_contents (f->path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "old");
  g_assert_cmpuint (folder_count (f->folder), ==, 1);
}

static void
test_unwritable_places_are_named (Fixture *f, gconstpointer unused)
{
  g_autofree char *nowhere = g_build_filename (f->folder, "missing", "take.wav", NULL);
  g_autoptr (QoraExporter) exporter = qora_exporter_new (f->sound, QORA_AUDIO_FORMAT_WAV, nowhere);
  g_autoptr (QoraExporter) onto_folder
      = qora_exporter_new (f->sound, QORA_AUDIO_FORMAT_WAV, f->folder);

  if (skip_if_missing (QORA_AUDIO_FORMAT_WAV))
    return;
  g_assert_false (qora_exporter_run (exporter, NULL, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (f->error->message, nowhere));
  g_clear_error (&f->error);

  g_assert_false (qora_exporter_run (onto_folder, NULL, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_assert_nonnull (strstr (f->error->message, f->folder));
}

static void
test_no_sound_is_no_file (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraSound) empty = qora_sound_new ();
  g_autoptr (QoraExporter) exporter = qora_exporter_new (empty, QORA_AUDIO_FORMAT_WAV, f->path);

  if (skip_if_missing (QORA_AUDIO_FORMAT_WAV))
    return;
  g_assert_false (qora_exporter_run (exporter, NULL, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
}

/* A file size limit fails writes in the middle as a full disk does. */
static void
test_a_full_disk_leaves_nothing (Fixture *f, gconstpointer data)
{
  const Expected *e = data;
  g_autoptr (QoraExporter) exporter = qora_exporter_new (f->sound, e->format, f->path);
  struct rlimit before;
  struct rlimit small;
  gboolean done;

  if (skip_if_missing (e->format))
    return;
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 8000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  done = qora_exporter_run (exporter, NULL, &f->error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);

  g_assert_false (done);
  g_assert_nonnull (f->error);
  g_test_message ("%s", f->error->message);
  g_assert_true (g_str_has_prefix (f->error->message, f->path));
  g_assert_nonnull (strstr (f->error->message, g_strerror (EFBIG)));
  g_assert_cmpuint (folder_count (f->folder), ==, 0);
}

static void
test_a_cut_sound_is_not_saved (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraSound) hour = qora_sound_new ();
  g_autoptr (QoraExporter) exporter = NULL;

  if (skip_if_missing (QORA_AUDIO_FORMAT_OPUS))
    return;
  qora_sound_append_silence (hour, 3600 * SECOND);
  exporter = qora_exporter_new (hour, QORA_AUDIO_FORMAT_OPUS, f->path);
  qora_exporter_run_async (exporter, NULL, on_done, f);
  while (qora_exporter_get_progress (exporter) == 0)
    g_usleep (1000);
  qora_sound_truncate (hour, SECOND);
  g_main_loop_run (f->loop);

  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpuint (folder_count (f->folder), ==, 0);
}

static void
test_loading_says_what_is_wrong (Fixture *f, gconstpointer unused)
{
  g_assert_null (qora_sound_load (f->path, NULL, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (f->error->message, f->path));
  g_clear_error (&f->error);

  g_assert_true (g_file_set_contents (f->path, "This is not a sound at all.\n", -1, NULL));
  g_assert_null (qora_sound_load (f->path, NULL, &f->error));
  g_assert_nonnull (f->error);
  g_test_message ("%s", f->error->message);
  g_assert_cmpint (f->error->domain, ==, G_IO_ERROR);
  g_assert_nonnull (strstr (f->error->message, f->path));
}

static void
test_formats_by_name (void)
{
  QoraAudioFormat format;

  g_assert_true (qora_audio_format_from_name ("/tmp/a.wav/take.OPUS", &format));
  g_assert_cmpint (format, ==, QORA_AUDIO_FORMAT_OPUS);
  g_assert_true (qora_audio_format_from_name ("take.ogg", &format));
  g_assert_cmpint (format, ==, QORA_AUDIO_FORMAT_VORBIS);
  g_assert_false (qora_audio_format_from_name ("take.aac", &format));
  g_assert_false (qora_audio_format_from_name ("flac", &format));
}

/* With warnings fatal: the encoder has been heard to complain about sounds below its block. */
static void
test_short_sounds (Fixture *f, gconstpointer unused)
{
  static const gsize lengths[] = { 40, 1920, 4608, 9215 };

  if (skip_if_missing (QORA_AUDIO_FORMAT_FLAC))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GBytes) bytes = qora_sound_get_bytes (f->sound, SECOND / 2, lengths[i]);
      gsize n;
      const float *samples = samples_of (bytes, &n);
      g_autoptr (QoraSound) sound = qora_sound_new_for_samples (samples, n);
      g_autoptr (QoraExporter) exporter
          = qora_exporter_new (sound, QORA_AUDIO_FORMAT_FLAC, f->path);
      g_autoptr (QoraSound) loaded = NULL;

      g_assert_true (qora_exporter_run (exporter, NULL, &f->error));
      loaded = qora_sound_load (f->path, NULL, &f->error);
      g_assert_no_error (f->error);
      g_assert_cmpuint (qora_sound_get_n_samples (loaded), ==, lengths[i]);
    }
}

/* Takes one element's factory away, as on a system without the package. */
static void
test_a_missing_encoder_is_named (Fixture *f, gconstpointer unused)
{
  g_autoptr (GstPluginFeature) feature = NULL;
  g_autoptr (QoraExporter) exporter = qora_exporter_new (f->sound, QORA_AUDIO_FORMAT_MP3, f->path);
  const char *package = NULL;

  if (skip_if_missing (QORA_AUDIO_FORMAT_MP3))
    return;
  feature = gst_registry_lookup_feature (gst_registry_get (), "lamemp3enc");
  gst_registry_remove_feature (gst_registry_get (), feature);

  g_assert_false (qora_audio_format_is_available (QORA_AUDIO_FORMAT_MP3, &package));
  g_assert_cmpstr (package, ==, "gstreamer1.0-plugins-good");
  g_assert_true (qora_audio_format_is_available (QORA_AUDIO_FORMAT_OPUS, NULL));
  g_assert_false (qora_exporter_run (exporter, NULL, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (f->error->message, "MP3"));
  g_assert_nonnull (strstr (f->error->message, package));

  gst_registry_add_feature (gst_registry_get (), gst_object_ref (feature));
}

static void
add_for_format (const char *what, const Expected *e, void (*test) (Fixture *f, gconstpointer data))
{
  g_autofree char *path
      = g_strdup_printf ("/exporter/%s/%s", what, qora_audio_format_get_extension (e->format));

  g_test_add (path, Fixture, e, set_up, test, tear_down);
}

#define ADD(name, test) g_test_add ("/exporter/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      add_for_format ("holds-the-sound", &expected[i], test_format_holds_the_sound);
      add_for_format ("tags", &expected[i], test_tags);
      add_for_format ("a-full-disk-leaves-nothing", &expected[i], test_a_full_disk_leaves_nothing);
      if (expected[i].format <= QORA_AUDIO_FORMAT_FLAC)
        add_for_format ("rounds-to-16-bits", &expected[i], test_lossless_formats_round_to_16_bits);
    }
  ADD ("gaps-are-silence-in-their-place", test_gaps_are_silence_in_their_place);
  ADD ("runs-beside-the-main-loop", test_runs_beside_the_main_loop);
  ADD ("cancelling-keeps-the-old-file", test_cancelling_keeps_the_old_file);
  ADD ("unwritable-places-are-named", test_unwritable_places_are_named);
  ADD ("short-sounds", test_short_sounds);
  ADD ("no-sound-is-no-file", test_no_sound_is_no_file);
  ADD ("a-cut-sound-is-not-saved", test_a_cut_sound_is_not_saved);
  ADD ("loading-says-what-is-wrong", test_loading_says_what_is_wrong);
  ADD ("a-missing-encoder-is-named", test_a_missing_encoder_is_named);
  g_test_add_func ("/exporter/formats-by-name", test_formats_by_name);
  return g_test_run ();
}
