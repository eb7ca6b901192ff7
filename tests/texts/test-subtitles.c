/* test-subtitles.c: what subtitles say, and when
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "document-tools.h"

static void
refuse (const char *text, const char *words)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  assert_refused (bytes, "film.srt", QORA_DOCUMENT_ERROR_DAMAGED, words);
}

static void
test_subrip (void)
{
  assert_reads_as ("1\r\n00:00:01,000 --> 00:00:02,500\r\n{\\an8}<i>Hello,</i>\r\nworld.\r\n\r\n"
                   "2\r\n01:02:03,04 --> 01:02:04,5 X1:100 X2:200\r\n- Who?\r\n– <b>Me</b>.\r\n\r\n"
                   "3\r\n01:02:05,000 --> 01:02:06,000\r\n♪ ♪\r\n\r\n",
                   "film.srt", "1-2.5 Hello, world.\n3723.04-3724.5 Who? Me.\n");
}

static void
test_webvtt (void)
{
  assert_reads_as ("WEBVTT - a film\nKind: captions\n\nSTYLE\n::cue {}\n\nNOTE\nnot read\n\n"
                   "intro\n00:01.000 --> 00:02.000 align:start\n<v Ann>Tom &amp; I</v> "
                   "<00:01.500><c.red>go</c>.\n\n"
                   "01:00:00.000 --> 01:00:01.000\n<ruby>漢<rt>かん</rt></ruby>字\n",
                   "film.vtt", "1-2 Tom & I go.\n3600-3601 漢字\n");
}

static void
test_out_of_order (void)
{
  assert_reads_as ("2\n00:00:05,000 --> 00:00:06,000\nSecond.\n\n"
                   "1\n00:00:01,000 --> 00:00:02,000\nFirst.\n",
                   "film.srt", "1-2 First.\n5-6 Second.\n");
}

static void
test_minus_is_no_dash (void)
{
  assert_reads_as ("1\n00:00:01,000 --> 00:00:02,000\n-5 degrees.\n", "film.srt",
                   "1-2 -5 degrees.\n");
}

static void
test_timed (void)
{
  g_autoptr (QoraDocument) document = read_string ("1\n00:00:01,000 --> 00:00:02,000\nYes.\n\n"
                                                   "2\n01:02:03,040 --> 01:02:04,000\nNo.\n",
                                                   "film.srt");

  g_autofree char *text = qora_chapter_dup_text (document->chapters->pdata[0]);

  g_assert_true (qora_chapter_is_timed (document->chapters->pdata[0]));
  g_assert_cmpstr (text, ==, "{silence until 0:00:01.000} Yes.\n\n{silence until 1:02:03.040} No.");
}

static void
test_broken_cues (void)
{
  refuse ("1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n00:00:03,000 -> 00:00:04,000\nB\n", "line 6");
  refuse ("1\n00:00:01,000 --> 00:00:02,000\nA\n\nstray text\n", "line 5");
  refuse ("1\n00:00:05,000 --> 00:00:02,000\nA\n", "ends before it begins");
  refuse ("1\n00:61:01,000 --> 00:00:02,000\nA\n", "line 2");
  refuse ("1\n", "line 2");
  refuse ("Just a text.\n", "line 1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/subtitles/subrip", test_subrip);
  g_test_add_func ("/subtitles/webvtt", test_webvtt);
  g_test_add_func ("/subtitles/out-of-order", test_out_of_order);
  g_test_add_func ("/subtitles/minus", test_minus_is_no_dash);
  g_test_add_func ("/subtitles/timed", test_timed);
  g_test_add_func ("/subtitles/broken", test_broken_cues);
  return g_test_run ();
}
