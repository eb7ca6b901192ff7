/* test-segmenter.c: texts of ten languages fall into sentences, and nothing gets lost
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <qtts/text.h>
#include <stdlib.h>
#include <string.h>

#define BAR "¦" /* between expected segments; "¶" instead where a paragraph ends */

/* The segments with bars between, each trimmed by the segmenter itself. */
static char *
segment (const char *text, const qtts_segment_options *options)
{
  GString *joined = g_string_new ("");
  qtts_segment *segments;
  qtts_error error;
  size_t n;

  if (qtts_segment_text (text, strlen (text), options, &segments, &n, &error) != QTTS_OK)
    g_error ("%s", error.message);
  for (size_t i = 0; i < n; i++)
    {
      g_string_append_len (joined, text + segments[i].start,
                           (gssize) (segments[i].end - segments[i].start));
      if (i + 1 < n)
        g_string_append (joined, segments[i].ends_paragraph ? "¶" : BAR);
      else
        g_assert_true (segments[i].ends_paragraph);
    }
  free (segments);
  return g_string_free (joined, FALSE);
}

/* Each sentence on its own: no joining. `expected` is the text with bars in place of the spaces
 * between sentences. */
static void
check_sentences (const char *const *expected, size_t n)
{
  static const qtts_segment_options apart = { .min_characters = 1 };

  for (size_t i = 0; i < n; i++)
    {
      g_auto (GStrv) sentences = g_strsplit (expected[i], BAR, -1);
      g_autofree char *text = g_strjoinv (" ", sentences);
      g_autofree char *actual = segment (text, &apart);

      g_assert_cmpstr (actual, ==, expected[i]);
    }
}

static void
test_english (void)
{
  static const char *const texts[] = {
    "Hello there.¦How are you?¦Fine!",
    "Mr. Smith met Dr. J. R. R. Tolkien at 3.14 p.m. yesterday.¦It rained.",
    "We met at 3 p.m.¦Then we left.",
    "\"Really?\" she asked.¦\"Yes.\"¦He nodded.",
    "It was No. 5.¦No.¦Five.",
    "He lives in the U.S.¦The U.S. Army is big, e.g. Berlin.",
    "Visit example.com/a?b=c today.¦Or www.example.com.¦Bye.",
    "I was born in 1990.¦5 years later… it ended.",
    "Wait...¦What?!¦(Nothing.)¦Go on.",
    "Take vitamin C.¦The best one.¦You and I.¦Then they.",
    "George W. Bush saw St. Paul.¦John Jr.¦He did.",
    "Yahoo! is a name.¦So is this one.",
    "She holds a Ph.D. Degree, see Fig. 3 and vol. 2.¦Good.",
  };

  check_sentences (texts, G_N_ELEMENTS (texts));
}

static void
test_german (void)
{
  static const char *const texts[] = {
    "Am 3. Mai war z. B. Herr Dr. Müller da.¦Er kam um 3.¦Gut.",
    "Der 2. Weltkrieg endete 1945.¦Das weiß man.",
    "Es kostet 1.000.000 Euro, d. h. Geld usw.¦Danach kam Nr. 5.",
    "»Komm!« sagte er.¦„Nein.“¦Er ging.",
    "Vgl. Kapitel 3 bzw. Seite 7.¦Dr. med. Hans Meier ging.",
  };

  check_sentences (texts, G_N_ELEMENTS (texts));
}

static void
test_french (void)
{
  static const char *const texts[] = {
    "M. Dupont arrive.¦« Ici ! » dit-il.¦« Non ! »¦Elle part.",
    "Voir p. ex. Paris et Mme. Curie.¦C'est fini, etc.¦Bon.",
    "Où êtes-vous allés ?¦À la mer !¦L'été est là.",
  };

  check_sentences (texts, G_N_ELEMENTS (texts));
}

static void
test_spanish (void)
{
  static const char *const texts[] = {
    "El Sr. García llegó.¦¿Cómo estás?¦¡Muy bien!¦¿y tú?",
    "Vive en Av. Central, p. ej. Madrid.¦La Dra. Ruiz no.",
    "Son 1.234,56 euros.¦«Bueno.»¦Adiós.",
  };

  check_sentences (texts, G_N_ELEMENTS (texts));
}

static void
test_italian (void)
{
  static const char *const texts[] = {
    "Il sig. Rossi è qui.¦Il dott. Bianchi no.¦Perché?",
    "«Ecco.»¦L'università c'è già, cfr. Roma ecc.¦Fine.",
  };

  check_sentences (texts, G_N_ELEMENTS (texts));
}

static void
test_portuguese (void)
{
  static const char *const texts[] = {
    "O Sr. Silva chegou.¦A Dra. Ana também.¦Custa R$ 1.234,56.¦Não!",
    "Olá, tudo bem?¦Ver pág. 12.¦“Sim.”¦Ele riu.",
  };

  check_sentences (texts, G_N_ELEMENTS (texts));
}

static void
test_russian (void)
{
  static const char *const texts[] = {
    "Он родился в 1990 г.¦Он жил на ул. Ленина, т. е. Здесь, и т. д.¦Потом ушёл.",
    "«Привет! — сказал он.¦— Как дела?»",
    "А. С. Пушкин писал.¦Это стоит 5 руб.¦Дом рядом.",
  };

  check_sentences (texts, G_N_ELEMENTS (texts));
}

static void
test_korean (void)
{
  static const char *const texts[] = {
    "안녕하세요.¦저는 학생입니다.¦정말요?¦\"네.\"¦그렇습니다!",
    "가격은 3.5원입니다.¦좋네요.",
  };

  check_sentences (texts, G_N_ELEMENTS (texts));
}

/* No spaces between sentences: the bars just go away. */
static void
check_unspaced (const char *const *expected, size_t n)
{
  static const qtts_segment_options apart = { .min_characters = 1 };

  for (size_t i = 0; i < n; i++)
    {
      g_auto (GStrv) sentences = g_strsplit (expected[i], BAR, -1);
      g_autofree char *text = g_strjoinv ("", sentences);
      g_autofree char *actual = segment (text, &apart);

      g_assert_cmpstr (actual, ==, expected[i]);
    }
}

static void
test_chinese (void)
{
  static const char *const texts[] = {
    "你好，世界！¦今天天气很好。¦“好。”¦他说。",
    "他说：“我不知道……”然后走了。¦价格是3.5元。¦真的？！¦《书》。",
  };

  check_unspaced (texts, G_N_ELEMENTS (texts));
}

static void
test_japanese (void)
{
  static const char *const texts[] = {
    "「はい。」と言った。¦今日はいい天気ですね。¦本当？！¦すごい。",
    "『行こう！』¦彼は立った。¦３．１４です。",
  };

  check_unspaced (texts, G_N_ELEMENTS (texts));
}

static void
test_paragraphs_and_lists (void)
{
  static const qtts_segment_options apart = { .min_characters = 1 };
  g_autofree char *actual
      = segment ("Title\r\n\r\nFirst one. Second.\nList:\n- one\n* two\n1. Foo bar\n2. Baz. End\n"
                 "first line\nof two\u2029last",
                 &apart);

  g_assert_cmpstr (actual, ==,
                   "Title¶First one.¦Second.¶List:¶- one¶* two¶1. Foo bar¶2. Baz.¦End\n"
                   "first line\nof two¶last");
}

/* Lines that were broken because the next word did not fit go on; a short line ends. */
static void
test_wrapped_lines (void)
{
  static const qtts_segment_options apart = { .min_characters = 1 };
  g_autofree char *actual
      = segment ("It was a dark and stormy night, and the wind howled over Old\n"
                 "Mary Smith's house. The rain fell down, as it had, said John\n"
                 "Brown.\n"
                 "Everybody slept.",
                 &apart);

  g_assert_cmpstr (actual, ==,
                   "It was a dark and stormy night, and the wind howled over Old\n"
                   "Mary Smith's house.¦The rain fell down, as it had, said John\n"
                   "Brown.¶Everybody slept.");
}

static void
test_short_ones_join (void)
{
  static const qtts_segment_options options = { .min_characters = 12, .max_characters = 30 };
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "Hi. Yes. Good. Well then. This is long enough. No.",
      "Hi. Yes. Good.¦Well then.¦This is long enough. No." },
    { "Hi.\n\nThis is a paragraph. No.\n\nYes.", "Hi.¶This is a paragraph. No.¶Yes." },
    { "This one is twenty-nine long. Eh?", "This one is twenty-nine long.¦Eh?" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *actual = segment (cases[i].text, &options);

      g_assert_cmpstr (actual, ==, cases[i].expected);
    }
}

static void
test_long_ones_are_cut (void)
{
  static const qtts_segment_options options = { .min_characters = 1, .max_characters = 40 };
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    /* clause ends come before commas */
    { "We went home, all of us; they stayed there, and waited",
      "We went home, all of us;¦they stayed there, and waited" },
    /* commas before conjunctions */
    { "We went to the house and sat down, waiting for the rain",
      "We went to the house and sat down,¦waiting for the rain" },
    /* conjunctions before other spaces */
    { "We went to the old house and waited for the rain to stop",
      "We went to the old house¦and waited for the rain to stop" },
    /* then spaces, evenly */
    { "We went into the green house over the blue river yesterday",
      "We went into the green house¦over the blue river yesterday" },
    /* numbers are kept together */
    { "It cost them 1,000,000 a year in every one of the years", NULL },
    { "今天天气很好，我们去公园散步吧，然后回家", "今天天气很好，¦我们去公园散步吧，然后回家" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *actual = segment (cases[i].text, &options);

      if (cases[i].expected != NULL)
        g_assert_cmpstr (actual, ==, cases[i].expected);
      else
        g_assert_nonnull (strstr (actual, "1,000,000"));
    }
}

/* A word longer than all that is allowed is cut between graphemes. */
static void
test_graphemes_stay_whole (void)
{
  static const qtts_segment_options options = { .min_characters = 1, .max_characters = 16 };
  GString *text = g_string_new ("");
  qtts_segment *segments;
  size_t n;

  for (int i = 0; i < 40; i++)
    g_string_append (text, "e\u0301");
  g_assert_cmpint (qtts_segment_text (text->str, text->len, &options, &segments, &n, NULL), ==,
                   QTTS_OK);
  g_assert_cmpuint (n, ==, 5);
  for (size_t i = 0; i < n; i++)
    g_assert_cmpint (text->str[segments[i].start], ==, 'e');
  free (segments);
  g_string_free (text, TRUE);
}

static int
speech_length (const char *start, const char *end)
{
  int length = 0;

  for (; start < end; start = g_utf8_next_char (start))
    {
      gunichar c = g_utf8_get_char (start);

      length += g_unichar_iswide (c) && g_unichar_isalpha (c) ? 3 : 1;
    }
  return length;
}

static void
append_unspaced (GString *out, const char *start, const char *end)
{
  for (; start < end; start = g_utf8_next_char (start))
    if (!g_unichar_isspace (g_utf8_get_char (start)))
      g_string_append_unichar (out, g_utf8_get_char (start));
}

static char *
random_text (void)
{
  static const char *const words[] = {
    "Hello",    "Mr.",        "z. B.",
    "world.",   "Why?",       "no!",
    "\"Yes.\"", "« Ici ! »",  "3.14",
    "The",      "и т. д.",    "世界。",
    "and",      "but,",       "—",
    "(x)",      "e\u0301",    "...",
    "…",        "- item",     "1.",
    "¿Qué?",    "etc.",       "안녕.",
    ";",        "「はい。」", "と",
    "\n",       "\n\n",       "你好，",
    "U.S.",     "p.",         "wordwordwordwordword",
  };
  GString *text = g_string_new ("");

  for (int n = g_test_rand_int_range (0, 60); n > 0; n--)
    {
      g_string_append (text, words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
      g_string_append_c (text, ' ');
    }
  return g_string_free (text, FALSE);
}

/* All text but the space is in the segments, in order; none is longer than the maximum; and a
 * segment, put on one line, is one segment. */
static void
test_properties (void)
{
  for (int round = 0; round < 3000; round++)
    {
      const qtts_segment_options options = { .max_characters = g_test_rand_int_range (24, 120),
                                             .min_characters = g_test_rand_int_range (1, 24) };
      g_autofree char *text = random_text ();
      GString *given = g_string_new ("");
      GString *kept = g_string_new ("");
      qtts_segment *segments;
      size_t n;

      g_assert_cmpint (qtts_segment_text (text, strlen (text), &options, &segments, &n, NULL), ==,
                       QTTS_OK);
      append_unspaced (given, text, text + strlen (text));
      for (size_t i = 0; i < n; i++)
        {
          g_autofree char *line
              = g_strndup (text + segments[i].start, segments[i].end - segments[i].start);
          g_autofree char *again = NULL;

          append_unspaced (kept, line, line + strlen (line));
          g_assert_cmpint (speech_length (line, line + strlen (line)), <=, options.max_characters);
          g_strdelimit (line, "\n", ' ');
          again = segment (line, &options);
          g_assert_cmpstr (again, ==, line);
        }
      g_assert_cmpstr (kept->str, ==, given->str);
      free (segments);
      g_string_free (given, TRUE);
      g_string_free (kept, TRUE);
    }
}

static void
test_empty_and_broken (void)
{
  qtts_error error = { 0 };
  qtts_segment *segments;
  size_t n = 1;

  g_assert_cmpint (qtts_segment_text (" \n\t\u3000", 6, NULL, &segments, &n, NULL), ==, QTTS_OK);
  g_assert_cmpuint (n, ==, 0);
  free (segments);
  g_assert_cmpint (qtts_segment_text ("a. b\xC3", 5, NULL, &segments, &n, &error), ==,
                   QTTS_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error.message, "byte 4"));
  g_assert_null (segments);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/segmenter/english", test_english);
  g_test_add_func ("/segmenter/german", test_german);
  g_test_add_func ("/segmenter/french", test_french);
  g_test_add_func ("/segmenter/spanish", test_spanish);
  g_test_add_func ("/segmenter/italian", test_italian);
  g_test_add_func ("/segmenter/portuguese", test_portuguese);
  g_test_add_func ("/segmenter/russian", test_russian);
  g_test_add_func ("/segmenter/korean", test_korean);
  g_test_add_func ("/segmenter/chinese", test_chinese);
  g_test_add_func ("/segmenter/japanese", test_japanese);
  g_test_add_func ("/segmenter/paragraphs-and-lists", test_paragraphs_and_lists);
  g_test_add_func ("/segmenter/wrapped-lines", test_wrapped_lines);
  g_test_add_func ("/segmenter/short-ones-join", test_short_ones_join);
  g_test_add_func ("/segmenter/long-ones-are-cut", test_long_ones_are_cut);
  g_test_add_func ("/segmenter/graphemes-stay-whole", test_graphemes_stay_whole);
  g_test_add_func ("/segmenter/properties", test_properties);
  g_test_add_func ("/segmenter/empty-and-broken", test_empty_and_broken);
  return g_test_run ();
}
