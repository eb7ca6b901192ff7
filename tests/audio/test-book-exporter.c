/* test-book-exporter.c: a book's chapters come out whole, in their places, and with their tags
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-book-exporter.h"

#include <glib/gstdio.h>
#include <gst/pbutils/pbutils.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>

#include "folder.h"
#include "qora-chapter-marks.h"
#include "qora-exporter.h"
#include "qora-sound-loader.h"

#define SECOND     QORA_SOUND_RATE
#define N_CHAPTERS 3

/* Seconds of each part, one part a chapter; silence of half a second follows the first two. */
static const double lengths[N_CHAPTERS] = { 1.5, 1.0, 2.0 };
static const char *const titles[N_CHAPTERS] = { "The River", "Ünder \"Ground\"", "開けた道" };
#define PAUSE 0.5
#define TOTAL (1.5 + PAUSE + 1.0 + PAUSE + 2.0)

typedef struct
{
  char *folder;
  char *parts[N_CHAPTERS];
  char *path;
  GError *error;
} Fixture;

/* Every chapter has a tone of its own. */
static double
get_pitch (guint chapter)
{
  return 300 + 200 * chapter;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("qora-book-XXXXXX", NULL);
  for (guint i = 0; i < N_CHAPTERS; i++)
    {
      gsize n = (gsize) (lengths[i] * SECOND);
      g_autofree float *samples = g_new (float, n);
      g_autofree char *name = g_strdup_printf ("part-%u.wav", i);
      g_autoptr (QoraSound) sound = NULL;
      g_autoptr (QoraExporter) exporter = NULL;

      for (gsize j = 0; j < n; j++)
        samples[j] = (float) (0.5 * sin (2 * G_PI * get_pitch (i) * (double) j / SECOND));
      sound = qora_sound_new_for_samples (samples, n);
      f->parts[i] = g_build_filename (f->folder, name, NULL);
      exporter = qora_exporter_new (sound, QORA_AUDIO_FORMAT_WAV, f->parts[i]);
      g_assert_true (qora_exporter_run (exporter, NULL, NULL));
    }
  f->path = g_build_filename (f->folder, "out", NULL);
  g_assert_cmpint (g_mkdir (f->path, 0700), ==, 0);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_autoptr (GDir) dir = g_dir_open (f->path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->path, name, NULL);

      g_remove (path);
    }
  g_rmdir (f->path);
  for (guint i = 0; i < N_CHAPTERS; i++)
    {
      g_remove (f->parts[i]);
      g_free (f->parts[i]);
    }
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->path);
  g_clear_error (&f->error);
}

static char *
make_path (Fixture *f, const char *stem, QoraAudioFormat format)
{
  return g_strdup_printf ("%s/%s.%s", f->path, stem, qora_audio_format_get_extension (format));
}

/* A picture of one pixel. */
static GBytes *
make_cover (void)
{
  gsize size;
  guchar *data
      = g_base64_decode ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhg"
                         "GAWjR9awAAAABJRU5ErkJggg==",
                         &size);

  return g_bytes_new_take (data, size);
}

static QoraBookExporter *
create_exporter (Fixture *f, QoraAudioFormat format, gboolean whole)
{
  QoraBookExporter *exporter = qora_book_exporter_new (format, QORA_AUDIO_QUALITY_NORMAL);
  g_autofree char *path = make_path (f, "book", format);
  g_autoptr (GBytes) cover = make_cover ();

  qora_book_exporter_set_tags (exporter, "The Book", "K. Grahame", "Ryan", "en-GB", cover);
  if (whole)
    qora_book_exporter_set_path (exporter, path);
  for (guint i = 0; i < N_CHAPTERS; i++)
    {
      g_autofree char *stem = g_strdup_printf ("%02u", i + 1);
      g_autofree char *own = whole ? NULL : make_path (f, stem, format);

      qora_book_exporter_add_chapter (exporter, titles[i], own);
      qora_book_exporter_add_file (exporter, f->parts[i], (gsize) (lengths[i] * SECOND));
      if (i + 1 < N_CHAPTERS)
        qora_book_exporter_add_silence (exporter, (gsize) (PAUSE * SECOND));
    }
  return exporter;
}

static gboolean
skip_if_missing (QoraAudioFormat format)
{
  const char *package;

  if (qora_audio_format_is_available (format, &package))
    return FALSE;
  g_test_skip (package);
  return TRUE;
}

static GstDiscovererInfo *
discover (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstDiscoverer) discoverer = gst_discoverer_new (30 * GST_SECOND, &error);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  GstDiscovererInfo *info = gst_discoverer_discover_uri (discoverer, uri, &error);

  g_assert_no_error (error);
  return info;
}

static const GstTagList *
get_tags (GstDiscovererInfo *info)
{
  g_autolist (GstDiscovererStreamInfo) streams = gst_discoverer_info_get_audio_streams (info);
  const GstTagList *tags = gst_discoverer_info_get_tags (info);

  if (tags == NULL && streams != NULL)
    tags = gst_discoverer_stream_info_get_tags (streams->data);
  return tags;
}

static void
assert_text_tag (const GstTagList *tags, const char *tag, const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (gst_tag_list_get_string (tags, tag, &text));
  g_assert_cmpstr (text, ==, expected);
}

/* How much of the sound in [from, to) seconds is the chapter's tone, 0..1. */
static double
hear_tone (QoraSound *sound, double from, double to, guint chapter)
{
  double re = 0;
  double im = 0;
  double power = 0;
  gsize n;
  g_autoptr (GBytes) bytes
      = qora_sound_get_bytes (sound, (gsize) (from * SECOND), (gsize) ((to - from) * SECOND));
  const float *samples = g_bytes_get_data (bytes, &n);

  n /= sizeof *samples;
  for (gsize i = 0; i < n; i++)
    {
      double angle = 2 * G_PI * get_pitch (chapter) * (double) i / SECOND;

      re += samples[i] * cos (angle);
      im += samples[i] * sin (angle);
      power += samples[i] * samples[i];
    }
  return power > 0 ? 2 * (re * re + im * im) / ((double) n * power) : 0;
}

static void
test_whole_book (Fixture *f, gconstpointer data)
{
  QoraAudioFormat format = GPOINTER_TO_INT (data);
  g_autofree char *path = make_path (f, "book", format);
  g_autoptr (QoraBookExporter) exporter = create_exporter (f, format, TRUE);
  g_autoptr (GstDiscovererInfo) info = NULL;
  g_autoptr (QoraSound) sound = NULL;
  double at = 0;

  if (skip_if_missing (format))
    return;
  qora_book_exporter_run (exporter, NULL, &f->error);
  g_assert_no_error (f->error);
  g_assert_cmpfloat (qora_book_exporter_get_progress (exporter), ==, 1);
  g_assert_cmpuint (qora_book_exporter_get_n_saved (exporter), ==, 1);

  sound = qora_sound_load (path, NULL, &f->error);
  g_assert_no_error (f->error);
  g_assert_cmpfloat_with_epsilon (qora_sound_get_duration (sound), TOTAL, 0.15);
  for (guint i = 0; i < N_CHAPTERS; i++)
    {
      g_assert_cmpfloat (hear_tone (sound, at + 0.2, at + lengths[i] - 0.2, i), >, 0.9);
      at += lengths[i] + PAUSE;
    }

  info = discover (path);
  assert_text_tag (get_tags (info), GST_TAG_TITLE, "The Book");
  assert_text_tag (get_tags (info), GST_TAG_ARTIST, "K. Grahame");
  if (format != QORA_AUDIO_FORMAT_WAV)
    {
      g_autoptr (GstSample) image = NULL;

      assert_text_tag (get_tags (info), GST_TAG_ALBUM, "The Book");
      assert_text_tag (get_tags (info), GST_TAG_GENRE, "Audiobook");
      g_assert_true (gst_tag_list_get_sample (get_tags (info), GST_TAG_IMAGE, &image));
    }
}

/* What another program makes of the marks. */
static void
test_marks_are_read_elsewhere (Fixture *f, gconstpointer data)
{
  QoraAudioFormat format = GPOINTER_TO_INT (data);
  g_autofree char *path = make_path (f, "book", format);
  g_autofree char *probe = g_find_program_in_path ("ffprobe");
  g_autoptr (QoraBookExporter) exporter = create_exporter (f, format, TRUE);
  const char *argv[] = { "ffprobe", "-v", "error", "-show_chapters", "-of", "csv=p=0", path, NULL };
  g_autofree char *output = NULL;
  g_auto (GStrv) lines = NULL;
  double at = 0;

  if (skip_if_missing (format))
    return;
  if (probe == NULL)
    {
      g_test_skip ("ffprobe is not installed");
      return;
    }
  g_assert_true (qora_book_exporter_run (exporter, NULL, NULL));
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output,
                               NULL, NULL, NULL));
  g_test_message ("%s", output);
  lines = g_strsplit (g_strstrip (output), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, N_CHAPTERS);
  for (guint i = 0; i < N_CHAPTERS; i++)
    {
      /* id, time base, start, start in seconds, end, end in seconds, title */
      g_auto (GStrv) fields = g_strsplit (lines[i], ",", 7);

      g_assert_cmpuint (g_strv_length (fields), ==, 7);
      g_assert_cmpfloat_with_epsilon (g_ascii_strtod (fields[3], NULL), at, 0.002);
      g_assert_nonnull (strstr (fields[6], i == 1 ? "Ünder" : titles[i]));
      at += lengths[i] + PAUSE;
    }
}

static void
test_wav_has_a_cue_sheet (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraBookExporter) exporter = create_exporter (f, QORA_AUDIO_FORMAT_WAV, TRUE);
  g_autofree char *path = g_build_filename (f->path, "book.wav.cue", NULL);
  g_autofree char *cue = NULL;

  g_assert_cmpint (qora_book_exporter_get_marks (QORA_AUDIO_FORMAT_WAV), ==,
                   QORA_CHAPTER_MARKS_BESIDE);
  g_assert_true (qora_book_exporter_run (exporter, NULL, NULL));
  g_assert_true (g_file_get_contents (path, &cue, NULL, NULL));
  g_assert_cmpstr (cue, ==,
                   "PERFORMER \"K. Grahame\"\r\n"
                   "TITLE \"The Book\"\r\n"
                   "FILE \"book.wav\" WAVE\r\n"
                   "  TRACK 01 AUDIO\r\n"
                   "    TITLE \"The River\"\r\n"
                   "    INDEX 01 00:00:00\r\n"
                   "  TRACK 02 AUDIO\r\n"
                   "    TITLE \"Ünder 'Ground'\"\r\n"
                   "    INDEX 01 00:02:00\r\n"
                   "  TRACK 03 AUDIO\r\n"
                   "    TITLE \"開けた道\"\r\n"
                   "    INDEX 01 00:03:37\r\n");
}

static void
test_a_file_for_each_chapter (Fixture *f, gconstpointer data)
{
  QoraAudioFormat format = GPOINTER_TO_INT (data);
  g_autoptr (QoraBookExporter) exporter = create_exporter (f, format, FALSE);

  if (skip_if_missing (format))
    return;
  qora_book_exporter_run (exporter, NULL, &f->error);
  g_assert_no_error (f->error);
  g_assert_cmpuint (qora_book_exporter_get_n_saved (exporter), ==, N_CHAPTERS);
  for (guint i = 0; i < N_CHAPTERS; i++)
    {
      g_autofree char *stem = g_strdup_printf ("%02u", i + 1);
      g_autofree char *path = make_path (f, stem, format);
      g_autoptr (QoraSound) sound = qora_sound_load (path, NULL, NULL);
      g_autoptr (GstDiscovererInfo) info = discover (path);
      guint number = 0;
      guint count = 0;

      g_assert_cmpfloat (hear_tone (sound, 0.2, lengths[i] - 0.2, i), >, 0.9);
      assert_text_tag (get_tags (info), GST_TAG_TITLE, titles[i]);
      assert_text_tag (get_tags (info), GST_TAG_ALBUM, "The Book");
      g_assert_true (gst_tag_list_get_uint (get_tags (info), GST_TAG_TRACK_NUMBER, &number));
      g_assert_true (gst_tag_list_get_uint (get_tags (info), GST_TAG_TRACK_COUNT, &count));
      g_assert_cmpuint (number, ==, i + 1);
      g_assert_cmpuint (count, ==, N_CHAPTERS);
    }
}

static void
test_a_part_that_is_gone (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraBookExporter) whole = create_exporter (f, QORA_AUDIO_FORMAT_WAV, TRUE);
  g_autoptr (QoraBookExporter) chapters = create_exporter (f, QORA_AUDIO_FORMAT_WAV, FALSE);

  g_assert_cmpint (g_remove (f->parts[1]), ==, 0);
  g_assert_false (qora_book_exporter_run (whole, NULL, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (f->error->message, f->parts[1]));
  g_assert_cmpuint (folder_count (f->path), ==, 0);
  g_clear_error (&f->error);

  /* The first chapter is complete and stays. */
  g_assert_false (qora_book_exporter_run (chapters, NULL, &f->error));
  g_assert_cmpuint (qora_book_exporter_get_n_saved (chapters), ==, 1);
  g_assert_cmpuint (folder_count (f->path), ==, 1);
}

static void
test_cancelled (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraBookExporter) exporter = create_exporter (f, QORA_AUDIO_FORMAT_WAV, TRUE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  g_assert_false (qora_book_exporter_run (exporter, cancellable, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (folder_count (f->path), ==, 0);
}

/* A file size limit fails writes in the middle as a full disk does. */
static void
test_a_full_disk_leaves_nothing (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraBookExporter) exporter = create_exporter (f, QORA_AUDIO_FORMAT_WAV, TRUE);
  struct rlimit before;
  struct rlimit small;
  gboolean done;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 20000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  done = qora_book_exporter_run (exporter, NULL, &f->error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);

  g_assert_false (done);
  g_assert_nonnull (strstr (f->error->message, g_strerror (EFBIG)));
  g_assert_cmpuint (folder_count (f->path), ==, 0);
}

static void
test_nothing_to_save (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraBookExporter) exporter
      = qora_book_exporter_new (QORA_AUDIO_FORMAT_WAV, QORA_AUDIO_QUALITY_NORMAL);

  qora_book_exporter_add_chapter (exporter, "Empty", f->path);
  g_assert_false (qora_book_exporter_run (exporter, NULL, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

static void
add_for_format (const char *what, QoraAudioFormat format,
                void (*function) (Fixture *, gconstpointer))
{
  g_autofree char *path
      = g_strdup_printf ("/book-exporter/%s/%s", what, qora_audio_format_get_extension (format));

  g_test_add (path, Fixture, GINT_TO_POINTER (format), set_up, function, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  for (QoraAudioFormat format = 0; format < QORA_N_AUDIO_FORMATS; format++)
    {
      add_for_format ("whole-book", format, test_whole_book);
      if (format != QORA_AUDIO_FORMAT_WAV)
        {
          add_for_format ("marks-are-read-elsewhere", format, test_marks_are_read_elsewhere);
          add_for_format ("a-file-for-each-chapter", format, test_a_file_for_each_chapter);
        }
    }
  ADD ("/book-exporter/wav-has-a-cue-sheet", test_wav_has_a_cue_sheet);
  ADD ("/book-exporter/a-part-that-is-gone", test_a_part_that_is_gone);
  ADD ("/book-exporter/cancelled", test_cancelled);
  ADD ("/book-exporter/a-full-disk-leaves-nothing", test_a_full_disk_leaves_nothing);
  ADD ("/book-exporter/nothing-to-save", test_nothing_to_save);
  return g_test_run ();
}
