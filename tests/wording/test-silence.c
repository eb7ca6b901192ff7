/* test-silence.c: marks for silence are found, and nothing else is taken for one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-silence.h"

#include <string.h>

#define UNTIL(time) (QORA_SILENCE_UNTIL + (time))

static void
test_lengths (void)
{
  static const struct
  {
    const char *text;
    double seconds;
  } cases[] = {
    { "{silence 0.8s}", 0.8 },
    { "{silence 500ms}", 0.5 },
    { "{silence 0,8 s}", 0.8 },
    { "{ Silence\t2 s }", 2 },
    { "{SILENCE .25S}", 0.25 },
    { "{silence 0s}", 0 },
    { "{silence 60s}", 60 },
    { "{silence 60000ms}", 60 },
    { "{silence 1.s}", 1 },
    { "{silence}", -1 },
    { "{silence 5}", -1 },
    { "{silence s}", -1 },
    { "{silence -1s}", -1 },
    { "{silence 61s}", -1 },
    { "{silence 1e9s}", -1 },
    { "{silence0.8s}", -2 },
    { "{silence 1 h}", -1 },
    { "{silence nan s}", -1 },
    { "{silence 1.5.2s}", -1 },
    { "{silence 9999999s}", -1 },
    { "{silences 1s}", -2 },
    { "silence 1s", -2 },
    { "{silence\n1s}", -2 },
    { "{silence 1s", -2 },
    { "{silence until 5s}", UNTIL (5) },
    { "{silence until 1:02:03.5}", UNTIL (3723.5) },
    { "{Silence  until 0:00,25}", UNTIL (0.25) },
    { "{silence until}", -1 },
    { "{silence until 100:00:00:00}", -1 },
    { "{silence until 360001s}", -1 },
    { "{pause 1s}", -2 },
    { "{silence-1s}", -2 },
    { "{{silence 1s}", 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      QoraSilenceMark mark = { 0, 0, -2 };
      gboolean found = qora_silence_find (cases[i].text, 0, strlen (cases[i].text), &mark);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (found, ==, cases[i].seconds > -2);
      g_assert_cmpfloat_with_epsilon (mark.seconds, cases[i].seconds, 1e-9);
    }
}

/* "before|text" for each piece, and the silence after the last. */
static void
assert_cut (const char *text, const char *expected)
{
  double trailing;
  g_autoptr (GArray) pieces = qora_silence_cut (text, strlen (text), &trailing);
  g_autoptr (GString) cut = g_string_new (NULL);

  for (guint i = 0; i < pieces->len; i++)
    {
      const QoraSpokenPiece *piece = &g_array_index (pieces, QoraSpokenPiece, i);

      g_string_append_printf (cut, "%g|%.*s ", piece->silence, (int) (piece->end - piece->start),
                              text + piece->start);
    }
  g_string_append_printf (cut, "%g", trailing);
  g_assert_cmpstr (cut->str, ==, expected);
}

static void
test_cut (void)
{
  assert_cut ("Plain.", "-1|Plain. -1");
  assert_cut ("One {silence 0.5s} two", "-1|One 0.5|two -1");
  assert_cut ("{silence 1s} One. {silence 2s}", "1|One. 2");
  assert_cut ("One{silence 1s}{silence 500ms}\n {silence 0s}über", "-1|One 1.5|über -1");
  assert_cut ("One {silence} two {silence 1s} three", "-1|One {silence} two 1|three -1");
  assert_cut ("{silence 3s}", "3");
  assert_cut ("", "-1");
  /* Punctuation alone would be read in strange ways. */
  assert_cut ("One {silence 1s}. Two {silence 1s}!", "-1|One 1|. Two 1");
  assert_cut ("…", "-1|… -1");
}

static void
test_strip (void)
{
  g_autofree char *stripped = qora_silence_strip ("{silence 1s}One {silence} two{silence 2s}.");

  g_assert_cmpstr (stripped, ==, "One {silence} two.");
}

static void
test_until (void)
{
  g_assert_cmpfloat (qora_silence_resolve (UNTIL (5), 3), ==, 2);
  g_assert_cmpfloat (qora_silence_resolve (UNTIL (5), 6), ==, 0);
  g_assert_cmpfloat (qora_silence_resolve (1.5, 6), ==, 1.5);
  g_assert_cmpfloat (qora_silence_resolve (-1, 6), ==, -1);
  /* Instead of what was said before it, and longer by what is said behind it. */
  g_assert_cmpfloat (qora_silence_add (2, UNTIL (5)), ==, UNTIL (5));
  g_assert_cmpfloat (qora_silence_add (UNTIL (5), 2), ==, UNTIL (7));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/silence/lengths", test_lengths);
  g_test_add_func ("/silence/cut", test_cut);
  g_test_add_func ("/silence/strip", test_strip);
  g_test_add_func ("/silence/until", test_until);
  return g_test_run ();
}
