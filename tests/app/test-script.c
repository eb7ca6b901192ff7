/* test-script.c: parts keep their sound through edits of the text
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "qora-script.h"
#include "qora-splitter.h"

#define LENGTH 300

/* Gives a part a sound of one second that says its text. */
static void
speak (QoraScript *script, guint index, QoraSound *sound)
{
  QoraPart *part = qora_script_get_part (script, index);
  QoraRequest request = { .text = qora_part_get_text (part), .voice = "ryan", .seed = index };
  g_autoptr (QoraRendering) rendering = qora_rendering_new (&request, request.text);

  rendering->end = QORA_END_COMPLETE;
  rendering->sound = g_object_ref (sound);
  rendering->start = qora_sound_get_n_samples (sound);
  rendering->n_samples = QORA_SOUND_RATE;
  qora_sound_append_silence (sound, QORA_SOUND_RATE);
  qora_part_set_rendering (part, rendering);
}

static QoraScript *
create_spoken (const char *text, QoraSound *sound)
{
  QoraScript *script = qora_script_new ();

  qora_script_set_text (script, text, LENGTH);
  for (guint i = 0; i < qora_script_get_n_parts (script); i++)
    speak (script, i, sound);
  return script;
}

static QoraPartState
get_state (QoraScript *script, guint index)
{
  return qora_part_get_state (qora_script_get_part (script, index));
}

/* ---- splitting ---- */

static void
test_split_paragraphs (void)
{
  g_autoptr (GPtrArray) spans = qora_split_text ("  One.\n\n\tZwei über.  \r\nThree", LENGTH);
  const QoraSpan *second;

  g_assert_cmpuint (spans->len, ==, 3);
  second = spans->pdata[1];
  g_assert_cmpstr (second->text, ==, "Zwei über.");
  g_assert_cmpuint (second->start, ==, 9);
  g_assert_cmpuint (second->end, ==, 19);
  g_assert_true (second->ends_paragraph);
}

static void
test_split_nothing (void)
{
  g_autoptr (GPtrArray) spans = qora_split_text (" \n\t\n  ", LENGTH);

  g_assert_cmpuint (spans->len, ==, 0);
}

static void
test_split_long_paragraph (void)
{
  const char *sentence = "This is a sentence of fifty characters or so, yes. ";
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) spans = NULL;
  g_autoptr (GString) joined = g_string_new (NULL);

  for (int i = 0; i < 20; i++)
    g_string_append (text, sentence);
  spans = qora_split_text (text->str, LENGTH);

  g_assert_cmpuint (spans->len, >=, 4);
  for (guint i = 0; i < spans->len; i++)
    {
      const QoraSpan *span = spans->pdata[i];

      g_assert_cmpint (g_utf8_strlen (span->text, -1), <=, LENGTH);
      g_assert_true (g_str_has_suffix (span->text, "yes."));
      g_assert_cmpint (span->ends_paragraph, ==, i + 1 == spans->len);
      g_string_append (joined, span->text);
      g_string_append_c (joined, ' ');
    }
  g_assert_cmpstr (joined->str, ==, text->str);
}

static void
test_split_at_silence (void)
{
  g_autoptr (GPtrArray) spans = qora_split_text (
      "Ünë {silence 1s} two\n\n{silence 2s}\nthree {silence}{silence 3s}\n", LENGTH);
  const QoraSpan *span;

  g_assert_cmpuint (spans->len, ==, 3);
  span = spans->pdata[0];
  g_assert_cmpfloat (span->silence_before, <, 0);
  span = spans->pdata[1];
  g_assert_cmpstr (span->text, ==, "two");
  g_assert_cmpuint (span->start, ==, 17);
  g_assert_cmpuint (span->end, ==, 20);
  g_assert_cmpfloat (span->silence_before, ==, 1);
  g_assert_cmpfloat (span->silence_after, <, 0);
  span = spans->pdata[2];
  g_assert_cmpstr (span->text, ==, "three {silence}");
  g_assert_cmpfloat (span->silence_before, ==, 2);
  g_assert_cmpfloat (span->silence_after, ==, 3);
}

/* ---- edits ---- */

static void
test_edit_makes_stale (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (QoraScript) script = create_spoken ("One.\nTwo.\nThree.", sound);

  g_assert_cmpuint (qora_script_get_n_stale (script), ==, 0);
  qora_script_set_text (script, "One.\nTwo, changed.\nThree.", LENGTH);

  g_assert_cmpint (get_state (script, 0), ==, QORA_PART_DONE);
  g_assert_cmpint (get_state (script, 1), ==, QORA_PART_CHANGED);
  g_assert_cmpint (get_state (script, 2), ==, QORA_PART_DONE);
  g_assert_cmpuint (qora_script_get_n_stale (script), ==, 1);
}

static void
test_edit_back_is_done_again (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (QoraScript) script = create_spoken ("One.\nTwo.", sound);

  qora_script_set_text (script, "One.\nTwoo.", LENGTH);
  g_assert_cmpint (get_state (script, 1), ==, QORA_PART_CHANGED);
  qora_script_set_text (script, "One.\nTwo.", LENGTH);
  g_assert_cmpint (get_state (script, 1), ==, QORA_PART_DONE);
}

static void
test_insert_keeps_the_others (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (QoraScript) script = create_spoken ("One.\nTwo.", sound);

  qora_script_set_text (script, "One.\nBetween.\nTwo.", LENGTH);
  g_assert_cmpint (get_state (script, 0), ==, QORA_PART_DONE);
  g_assert_cmpint (get_state (script, 1), ==, QORA_PART_WAITING);
  g_assert_cmpint (get_state (script, 2), ==, QORA_PART_DONE);
}

static void
test_cut_and_paste_keeps_sound (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (QoraScript) script = create_spoken ("One.\nTwo.\nThree.", sound);

  g_assert_true (qora_script_is_arranged (script, sound, 0));
  qora_script_set_text (script, "Two.\nThree.", LENGTH);
  g_assert_cmpuint (qora_script_get_n_parts (script), ==, 2);
  qora_script_set_text (script, "Two.\nThree.\nOne.", LENGTH);

  g_assert_cmpuint (qora_script_get_n_stale (script), ==, 0);
  /* Everything is there, but in another order than it sounds. */
  g_assert_false (qora_script_is_arranged (script, sound, 0));
}

static void
test_find (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (QoraScript) script = create_spoken ("One.\nTwo.\nThree.", sound);

  g_assert_cmpint (qora_script_find_offset (script, 0), ==, 0);
  g_assert_cmpint (qora_script_find_offset (script, 5), ==, 1);
  g_assert_cmpint (qora_script_find_offset (script, 100), ==, 2);
  g_assert_cmpint (qora_script_find_sample (script, sound, 0), ==, 0);
  g_assert_cmpint (qora_script_find_sample (script, sound, 2 * QORA_SOUND_RATE - 1), ==, 1);
  g_assert_cmpint (qora_script_find_sample (script, sound, 2 * QORA_SOUND_RATE), ==, 2);
}

static void
test_pronunciation_makes_stale (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (QoraScript) script = create_spoken ("Ask SQL.\nTwo.", sound);
  g_autoptr (QoraPronunciation) list = qora_pronunciation_parse ("SQL\tsequel", "list", NULL);
  g_autoptr (QoraPronunciation) german
      = qora_pronunciation_parse ("Two\tzwei\tgerman", "list", NULL);

  qora_script_set_pronunciation (script, list);
  g_assert_cmpint (get_state (script, 0), ==, QORA_PART_CHANGED);
  g_assert_cmpint (get_state (script, 1), ==, QORA_PART_DONE);
  /* Nothing that was spoken was German. */
  qora_script_set_pronunciation (script, german);
  g_assert_cmpuint (qora_script_get_n_stale (script), ==, 0);
}

static void
count (QoraScript *script, guint *n)
{
  (*n)++;
}

static void
look_at_all (QoraScript *script, guint *n)
{
  for (guint i = 0; i < qora_script_get_n_parts (script); i++)
    g_assert_true (QORA_IS_PART (qora_script_get_part (script, i)));
  (*n)++;
}

static void
test_never_seen_half_done (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (QoraScript) script = create_spoken ("One.\nTwo.\nThree.", sound);
  guint n = 0;

  g_signal_connect (script, "changed", G_CALLBACK (look_at_all), &n);
  qora_script_set_text (script, "One.\nTwo, changed.\nThree, changed.", LENGTH);
  g_assert_cmpuint (n, ==, 1);
}

static void
test_tells_changes (void)
{
  g_autoptr (QoraSound) sound = qora_sound_new ();
  g_autoptr (QoraScript) script = create_spoken ("One.\nTwo.", sound);
  guint n = 0;

  g_signal_connect (script, "changed", G_CALLBACK (count), &n);
  qora_part_set_activity (qora_script_get_part (script, 0), QORA_PART_QUEUED, 0);
  g_assert_cmpuint (n, ==, 1);
  qora_script_set_text (script, "One.", LENGTH);
  g_assert_cmpuint (n, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/split/paragraphs", test_split_paragraphs);
  g_test_add_func ("/split/nothing", test_split_nothing);
  g_test_add_func ("/split/long-paragraph", test_split_long_paragraph);
  g_test_add_func ("/split/at-silence", test_split_at_silence);
  g_test_add_func ("/script/edit-makes-stale", test_edit_makes_stale);
  g_test_add_func ("/script/edit-back-is-done-again", test_edit_back_is_done_again);
  g_test_add_func ("/script/insert-keeps-the-others", test_insert_keeps_the_others);
  g_test_add_func ("/script/cut-and-paste-keeps-sound", test_cut_and_paste_keeps_sound);
  g_test_add_func ("/script/pronunciation-makes-stale", test_pronunciation_makes_stale);
  g_test_add_func ("/script/find", test_find);
  g_test_add_func ("/script/tells-changes", test_tells_changes);
  g_test_add_func ("/script/never-seen-half-done", test_never_seen_half_done);
  return g_test_run ();
}
