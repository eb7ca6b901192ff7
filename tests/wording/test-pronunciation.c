/* test-pronunciation.c: what is spoken in place of what is written
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-pronunciation.h"

#include <string.h>

static void
assert_spoken (const char *list, const char *language, const char *text, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QoraPronunciation) pairs = qora_pronunciation_parse (list, "list", &error);
  g_autofree char *spoken = NULL;

  g_assert_no_error (error);
  spoken = qora_pronunciation_apply (pairs, text, language);
  g_assert_cmpstr (spoken, ==, expected);
}

static void
test_words (void)
{
  assert_spoken ("SQL\tsequel\n", NULL, "SQL, sql and MySQL.", "sequel, sequel and MySQL.");
  assert_spoken ("SQL\tsequel\t\tcase", NULL, "SQL and sql.", "sequel and sql.");
  assert_spoken ("SQL\tsequel\t*\tpart", NULL, "SQL and MySQL5.", "sequel and Mysequel5.");
  assert_spoken ("GIF\tjif", NULL, "(GIF) GIFs 3GIF \"gif\"", "(jif) GIFs 3GIF \"jif\"");
  assert_spoken ("ÄÖÜ\tAh", NULL, "äöü äöüß Äöü", "Ah äöüß Ah");
  assert_spoken ("C++\tC plus plus", NULL, "C++ and c++!", "C plus plus and C plus plus!");
}

static void
test_no_spaces (void)
{
  assert_spoken ("東京\tとうきょう", NULL, "東京都の東京。", "とうきょう都のとうきょう。");
  assert_spoken ("서울\t쏘울", NULL, "서울은", "쏘울은");
}

static void
test_longest_once (void)
{
  assert_spoken ("New\tOld\nNew York\tNYC\nOld\tNew", NULL, "New York is New, not Old.",
                 "NYC is Old, not New.");
  assert_spoken ("a\tb\na\tc", NULL, "a", "b");
}

static void
test_languages (void)
{
  const char *list = "Gift\tpresent\tenglish\nGift\tTox\tgerman\nAll\tOll\t*";

  assert_spoken (list, "english", "Gift All", "present Oll");
  assert_spoken (list, "German", "Gift All", "Tox Oll");
  assert_spoken (list, "french", "Gift All", "Gift Oll");
  assert_spoken (list, NULL, "Gift All", "Gift Oll");
}

static void
test_nothing_left (void)
{
  assert_spoken ("hm\t", NULL, "Hm, yes.", ", yes.");
  assert_spoken ("hm\t", NULL, "Hm", "Hm");
  assert_spoken ("", NULL, "As it is.", "As it is.");
}

static void
test_text_and_back (void)
{
  const char *text = "a\\tb\\\\\\#\tc\\nd\tgerman\tpart,case\nx\t\t*\t\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (QoraPronunciation) pairs = qora_pronunciation_parse (
      "\xef\xbb\xbf# a comment\r\n\r\na\\tb\\\\\\#\tc\\nd\tGerman\tcase part\r\n"
      "x\t",
      "list", &error);
  const QoraPair *pair;
  g_autofree char *formatted = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (qora_pronunciation_get_n_pairs (pairs), ==, 2);
  pair = qora_pronunciation_get_pair (pairs, 0);
  g_assert_cmpstr (pair->find, ==, "a\tb\\#");
  g_assert_cmpstr (pair->replace, ==, "c\nd");
  g_assert_cmpstr (pair->language, ==, "german");
  g_assert_true (pair->in_words && pair->match_case);
  formatted = qora_pronunciation_format (pairs);
  g_assert_cmpstr (formatted, ==, text);
}

static void
test_broken (void)
{
  static const char *const broken[] = { "a\tb\nword", "a\tb\n\tx", "a\tb\na\tb\tc\td\te",
                                        "a\tb\na\tb\t*\tloud", "a\tb\n\xff\tx" };

  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (qora_pronunciation_parse (broken[i], "list.tsv", &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, "list.tsv"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pronunciation/words", test_words);
  g_test_add_func ("/pronunciation/no-spaces", test_no_spaces);
  g_test_add_func ("/pronunciation/longest-once", test_longest_once);
  g_test_add_func ("/pronunciation/languages", test_languages);
  g_test_add_func ("/pronunciation/nothing-left", test_nothing_left);
  g_test_add_func ("/pronunciation/text-and-back", test_text_and_back);
  g_test_add_func ("/pronunciation/broken", test_broken);
  return g_test_run ();
}
