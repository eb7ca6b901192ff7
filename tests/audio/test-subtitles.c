/* test-subtitles.c: SRT, VTT and LRC as players read them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-subtitles.h"

#include <glib/gstdio.h>

#define JOINER "\xe2\x81\xa0"

static void
assert_written (QoraSubtitleFormat format, const QoraCue *cues, gsize n_cues,
                const QoraSubtitleInfo *info, const char *expected)
{
  g_autofree char *text = qora_subtitles_format (format, cues, n_cues, info);

  g_assert_cmpstr (text, ==, expected);
}

static const QoraCue two_parts[] = {
  { "Hello there.", 0, 1.5 },
  { "How are you?\nFine.", 1.5, 3661.25 },
};

static void
test_srt (void)
{
  assert_written (QORA_SUBTITLE_FORMAT_SRT, two_parts, 2, NULL,
                  "1\n00:00:00,000 --> 00:00:01,500\nHello there.\n"
                  "\n2\n00:00:01,500 --> 01:01:01,250\nHow are you?\nFine.\n");
}

static void
test_vtt (void)
{
  const QoraSubtitleInfo info = { .title = "Two --> parts" };

  assert_written (QORA_SUBTITLE_FORMAT_VTT, two_parts, 2, &info,
                  "WEBVTT Two --" JOINER "> parts\n"
                  "\n1\n00:00:00.000 --> 00:00:01.500\nHello there.\n"
                  "\n2\n00:00:01.500 --> 01:01:01.250\nHow are you?\nFine.\n");
}

static void
test_lrc (void)
{
  const QoraSubtitleInfo info = { .title = "A [first]\ntitle", .artist = "Ryan" };

  assert_written (QORA_SUBTITLE_FORMAT_LRC, two_parts, 2, &info,
                  "[ti:A (first) title]\n[ar:Ryan]\n[re:QORA-TTS]\n"
                  "[00:00.00]Hello there.\n[00:01.50]How are you? Fine.\n[61:01.25]\n");
}

static void
test_lrc_clears_the_line_in_a_silence (void)
{
  const QoraCue cues[] = { { "One.", 0, 1 }, { "Two.", 2, 3 }, { "Three.", 4.5, 5 } };

  assert_written (QORA_SUBTITLE_FORMAT_LRC, cues, 3, NULL,
                  "[re:QORA-TTS]\n[00:00.00]One.\n[00:02.00]Two.\n[00:03.00]\n"
                  "[00:04.50]Three.\n[00:05.00]\n");
}

static void
test_times_round_and_carry (void)
{
  const QoraCue cues[] = { { "a", 59.9994, 59.9996 }, { "b", 59.9996, 3599.9999 } };

  assert_written (QORA_SUBTITLE_FORMAT_SRT, cues, 2, NULL,
                  "1\n00:00:59,999 --> 00:01:00,000\na\n"
                  "\n2\n00:01:00,000 --> 01:00:00,000\nb\n");
  assert_written (QORA_SUBTITLE_FORMAT_LRC, cues, 2, NULL,
                  "[re:QORA-TTS]\n[01:00.00]a\n[01:00.00]b\n[60:00.00]\n");
}

static void
test_blank_lines_do_not_end_a_cue (void)
{
  const QoraCue cues[] = { { "\n one \r\n\r\n  two\t\n\n", 0, 1 } };

  assert_written (QORA_SUBTITLE_FORMAT_SRT, cues, 1, NULL,
                  "1\n00:00:00,000 --> 00:00:01,000\none\ntwo\n");
  assert_written (QORA_SUBTITLE_FORMAT_VTT, cues, 1, NULL,
                  "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.000\none\ntwo\n");
}

static void
test_empty_cues_are_left_out (void)
{
  const QoraCue cues[] = { { "", 0, 1 }, { "said", 1, 2 }, { " \n ", 2, 3 } };

  assert_written (QORA_SUBTITLE_FORMAT_SRT, cues, 3, NULL,
                  "1\n00:00:01,000 --> 00:00:02,000\nsaid\n");
  assert_written (QORA_SUBTITLE_FORMAT_LRC, cues, 3, NULL,
                  "[re:QORA-TTS]\n[00:01.00]said\n[00:02.00]\n");
  assert_written (QORA_SUBTITLE_FORMAT_SRT, NULL, 0, NULL, "");
}

static void
test_text_is_no_markup (void)
{
  const QoraCue cues[] = { { "<i>a</i> & b --> c, 1 < 2 {\\an8}", 0, 1 } };
  const QoraCue bracket[] = { { "[00:09.00] later", 0, 1 } };

  assert_written (QORA_SUBTITLE_FORMAT_SRT, cues, 1, NULL,
                  "1\n00:00:00,000 --> 00:00:01,000\n<" JOINER "i>a<" JOINER "/i> & b --" JOINER
                  "> c, 1 < 2 {" JOINER "\\an8}\n");
  assert_written (QORA_SUBTITLE_FORMAT_VTT, cues, 1, NULL,
                  "WEBVTT\n\n1\n00:00:00.000 --> 00:00:01.000\n"
                  "&lt;i&gt;a&lt;/i&gt; &amp; b --&gt; c, 1 &lt; 2 {\\an8}\n");
  assert_written (QORA_SUBTITLE_FORMAT_LRC, bracket, 1, NULL,
                  "[re:QORA-TTS]\n[00:00.00] [00:09.00] later\n[00:01.00]\n");
}

static void
test_formats_by_name (void)
{
  QoraSubtitleFormat format;

  g_assert_true (qora_subtitle_format_from_name ("/a.b/take.SRT", &format));
  g_assert_cmpint (format, ==, QORA_SUBTITLE_FORMAT_SRT);
  g_assert_true (qora_subtitle_format_from_name ("take.lrc", &format));
  g_assert_cmpint (format, ==, QORA_SUBTITLE_FORMAT_LRC);
  g_assert_cmpstr (qora_subtitle_format_get_extension (format), ==, "lrc");
  g_assert_false (qora_subtitle_format_from_name ("take.txt", &format));
  g_assert_false (qora_subtitle_format_from_name ("vtt", &format));
}

static void
test_writes_a_file_or_says_which_it_cannot (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("qora-subtitles-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "take.srt", NULL);
  g_autofree char *nowhere = g_build_filename (folder, "missing", "take.srt", NULL);
  g_autofree char *text = NULL;

  g_assert_true (qora_subtitles_write (path, QORA_SUBTITLE_FORMAT_SRT, two_parts, 1, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  g_assert_cmpstr (text, ==, "1\n00:00:00,000 --> 00:00:01,500\nHello there.\n");

  g_assert_false (
      qora_subtitles_write (nowhere, QORA_SUBTITLE_FORMAT_SRT, two_parts, 1, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_nonnull (strstr (error->message, nowhere));

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/subtitles/srt", test_srt);
  g_test_add_func ("/subtitles/vtt", test_vtt);
  g_test_add_func ("/subtitles/lrc", test_lrc);
  g_test_add_func ("/subtitles/lrc-clears-the-line-in-a-silence",
                   test_lrc_clears_the_line_in_a_silence);
  g_test_add_func ("/subtitles/times-round-and-carry", test_times_round_and_carry);
  g_test_add_func ("/subtitles/blank-lines-do-not-end-a-cue", test_blank_lines_do_not_end_a_cue);
  g_test_add_func ("/subtitles/empty-cues-are-left-out", test_empty_cues_are_left_out);
  g_test_add_func ("/subtitles/text-is-no-markup", test_text_is_no_markup);
  g_test_add_func ("/subtitles/formats-by-name", test_formats_by_name);
  g_test_add_func ("/subtitles/writes-a-file-or-says-which-it-cannot",
                   test_writes_a_file_or_says_which_it_cannot);
  return g_test_run ();
}
