/* test-text-language.c: texts in a language that a voice does not speak are told from those it does
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-text-language.h"

static void
test_guesses (void)
{
  static const struct
  {
    const char *text, *language;
  } cases[] = {
    { "Hello, how are you today?", "english" },
    { "The quick brown fox jumps over the lazy dog.", "english" },
    { "Guten Tag, wie geht es Ihnen heute?", "german" },
    { "Die Sonne scheint, aber der Wind ist kalt.", "german" },
    { "Bonjour, je ne sais pas où est la gare.", "french" },
    { "Hola, ¿qué tal está usted hoy?", "spanish" },
    { "Oggi il tempo è bello, ma domani piove.", "italian" },
    { "Olá, você não está com fome?", "portuguese" },
    { "今日はいい天気ですね。", "japanese" },
    { "今天天气很好。", "chinese" },
    { "오늘 날씨가 좋네요.", "korean" },
    { "Сегодня хорошая погода.", "russian" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (qora_text_language_guess (cases[i].text), ==, cases[i].language);
}

/* Names, numbers and single words are in every language; a foreign word or quotation is no reason
 * to complain. */
static void
test_no_guess (void)
{
  static const char *const texts[]
      = { "", "42", "Zürich", "Bonjour!", "Napoleon Bonaparte, Paris, 1804", "\xff\xfe" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (qora_text_language_guess (texts[i]));
  g_assert_cmpstr (
      qora_text_language_guess ("She said \"das ist gut\" and then left, but he was not there."),
      ==, "english");
  g_assert_cmpstr (qora_text_language_guess ("The sign says 東京 and it is not far from here."), ==,
                   "english");
}

static void
test_foreign (void)
{
  static const char *const english[] = { "English", NULL };
  static const char *const two[] = { "english", "german", NULL };
  static const char *const none[] = { NULL };
  static const char german[] = "Das ist nicht schwer, und wir sind da.";

  g_assert_cmpstr (qora_text_language_find_foreign (german, english), ==, "german");
  g_assert_null (qora_text_language_find_foreign (german, two));
  g_assert_null (qora_text_language_find_foreign (german, none));
  g_assert_null (qora_text_language_find_foreign (german, NULL));
  g_assert_null (qora_text_language_find_foreign ("This is not hard to do.", english));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-language/guesses", test_guesses);
  g_test_add_func ("/text-language/no-guess", test_no_guess);
  g_test_add_func ("/text-language/foreign", test_foreign);
  return g_test_run ();
}
