/* test-plain.c: plain text becomes paragraphs and chapters
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "document-tools.h"

static void
test_lines (void)
{
  assert_reads_as ("One line.\nAnother line.\n\n  A third,\tindented.  \n", "a.txt",
                   "p One line.\np Another line.\np A third, indented.\n");
  assert_reads_as ("Windows.\r\n\r\nOld Mac.\rUnix.\fNext page.", "a.txt",
                   "p Windows.\np Old Mac.\np Unix.\np Next page.\n");
}

static void
test_nothing_to_say_is_left_out (void)
{
  assert_reads_as ("Before.\n\n* * * * *\n\n---\n\nAfter.\n", "a.txt", "p Before.\np After.\n");
}

static void
test_broken_lines_are_joined (void)
{
  assert_reads_as (
      "It was a bright cold day in April, and the clocks were striking\n"
      "thirteen. The old man, his chin nuzzled into his breast in an effort\n"
      "to escape the vile wind, slipped quickly through the glass doors.\n"
      "\n"
      "The hallway smelt of boiled cabbage and old rag mats, and at one end\n"
      "of it a coloured poster had been tacked to the wall.\n",
      "a.txt",
      "p It was a bright cold day in April, and the clocks were striking thirteen. The old man, "
      "his "
      "chin nuzzled into his breast in an effort to escape the vile wind, slipped quickly through "
      "the glass doors.\n"
      "p The hallway smelt of boiled cabbage and old rag mats, and at one end of it a coloured "
      "poster had been tacked to the wall.\n");
}

static void
test_verses_in_broken_text_stay_lines (void)
{
  assert_reads_as (
      "The king rose from the table and sang with a voice that nobody would\n"
      "have expected of him, for he was a small man and his beard was long\n"
      "and the hall was wide, but it was heard in the kitchen and above it:\n"
      "\n"
      "    Home is the sailor,\n"
      "    home from the sea,\n"
      "    and the hunter home.\n",
      "a.txt",
      "p The king rose from the table and sang with a voice that nobody would have "
      "expected of him, for he was a small man and his beard was long and the hall was "
      "wide, but it was heard in the kitchen and above it:\n"
      "p Home is the sailor,\np home from the sea,\np and the hunter home.\n");
}

static void
test_one_sentence_a_line_is_not_joined (void)
{
  assert_reads_as ("The first sentence of this text stands on a line that is quite long.\n"
                   "The second sentence of it stands on a line of nearly the same length.\n"
                   "The third of these sentences closes the text and is as long as they.\n",
                   "a.txt",
                   "p The first sentence of this text stands on a line that is quite long.\n"
                   "p The second sentence of it stands on a line of nearly the same length.\n"
                   "p The third of these sentences closes the text and is as long as they.\n");
}

/* "exam-ple" is put together; "well-known" keeps its hyphen, for the text has it elsewhere, and so
 * does "half-moon", for both halves are words of the text. */
static void
test_divided_words (void)
{
  assert_reads_as (
      "There was no reason to give an exam-\n"
      "ple of what had become so well-known in the village, where a well-\n"
      "known doctor had seen half of the moon, and above the roofs a half-\n"
      "moon stood as it does every month when the wind comes from the sea, un-\n"
      "less it is autumn and the clouds hang low over the hills beyond the bay.\n",
      "a.txt",
      "p There was no reason to give an example of what had become so well-known in the village, "
      "where a well-known doctor had seen half of the moon, and above the roofs a half-moon stood "
      "as "
      "it does every month when the wind comes from the sea, unless it is autumn and the clouds "
      "hang "
      "low over the hills beyond the bay.\n");
}

static void
test_broken_chinese_is_joined_without_spaces (void)
{
  assert_reads_as (
      "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收\n"
      "冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水\n"
      "玉出昆冈。\n",
      "a.txt",
      "p 天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜"
      "金生丽水玉出昆冈。\n");
}

#define BODY "\n\nSome text stands here.\n\n"

static void
test_chapters (void)
{
  static const char *const headings[][3] = {
    { "Chapter 1", "CHAPTER II.", "en" },
    { "Chapter One: The River", "Chapter Twenty-One", "en" },
    { "Kapitel 3", "Drittes Kapitel", "de" },
    { "Chapitre premier", "CHAPITRE IV", "fr" },
    { "Capítulo 1", "Capítulo segundo", "es" },
    { "Capitolo 1", "Capitolo primo", "it" },
    { "Глава 1", "Глава вторая", "ru" },
    { "第一章", "第12回", "zh" },
    { "第1話", "第二章　旅立ち", "ja" },
    { "제1장", "제 2 장", "ko" },
    { "Prologue", "Chapter 1 The Beginning", "en" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (headings); i++)
    {
      g_autofree char *text
          = g_strconcat ("Front.\n\n", headings[i][0], BODY, headings[i][1], BODY, NULL);
      g_autoptr (QoraDocument) document = read_string (text, "a.txt");

      g_test_message ("%s", headings[i][0]);
      g_assert_cmpuint (document->chapters->len, ==, 3);
      for (guint j = 1; j < 3; j++)
        {
          const QoraChapter *chapter = document->chapters->pdata[j];
          const QoraChapterPart *first = chapter->parts->pdata[0];

          g_assert_true (g_str_has_prefix (headings[i][j - 1], "第二章")
                         || g_str_equal (chapter->title, headings[i][j - 1]));
          g_assert_cmpint (first->kind, ==, QORA_CHAPTER_PART_HEADING);
        }
    }
}

static void
test_one_heading_is_no_chapter (void)
{
  assert_reads_as ("Chapter 1" BODY "More text.\n", "a.txt",
                   "p Chapter 1\np Some text stands here.\np More text.\n");
}

static void
test_sentences_are_no_headings (void)
{
  assert_reads_as ("Chapter one was the longest of all." BODY "Chapter two is over." BODY, "a.txt",
                   "p Chapter one was the longest of all.\np Some text stands here.\n"
                   "p Chapter two is over.\np Some text stands here.\n");
}

static void
test_contents_are_no_chapters (void)
{
  assert_reads_as ("CHAPTER I. Rain\n\nCHAPTER II. Snow\n\nCHAPTER III. Fog\n\n"
                   "CHAPTER I. Rain" BODY "CHAPTER II. Snow" BODY "CHAPTER III. Fog" BODY,
                   "a.txt",
                   "p CHAPTER I. Rain\np CHAPTER II. Snow\np CHAPTER III. Fog\n"
                   "= CHAPTER I. Rain\nh CHAPTER I. Rain\np Some text stands here.\n"
                   "= CHAPTER II. Snow\nh CHAPTER II. Snow\np Some text stands here.\n"
                   "= CHAPTER III. Fog\nh CHAPTER III. Fog\np Some text stands here.\n");
}

static void
test_name_below_the_number (void)
{
  assert_reads_as ("CHAPTER I\n\nThe River Bank" BODY "CHAPTER II.\nThe Open Road" BODY, "a.txt",
                   "= CHAPTER I. The River Bank\nh CHAPTER I. The River Bank\n"
                   "p Some text stands here.\n"
                   "= CHAPTER II. The Open Road\nh CHAPTER II. The Open Road\n"
                   "p Some text stands here.\n");
}

static void
test_project_gutenberg (void)
{
  g_autoptr (QoraDocument) document
      = read_string ("The Project Gutenberg eBook of A Tale\n\nThis eBook is for anyone.\n\n"
                     "Title: A Tale\n\nAuthor: A. Writer\n\nLanguage: English\n\n"
                     "*** START OF THE PROJECT GUTENBERG EBOOK A TALE ***\n\n"
                     "[Illustration: A house]\n\nIt was _very_ late; snake_case stays.\n\n"
                     "*** END OF THE PROJECT GUTENBERG EBOOK A TALE ***\n\nA long licence.\n",
                     "pg1.txt");
  g_autofree char *printed = print_document (document);

  g_assert_cmpstr (printed, ==, "p It was very late; snake_case stays.\n");
  g_assert_cmpstr (document->title, ==, "A Tale");
  g_assert_cmpstr (document->author, ==, "A. Writer");
  g_assert_cmpstr (document->language, ==, "en");
}

static void
test_title_from_name (void)
{
  g_autoptr (QoraDocument) document = read_string ("Text.", "My notes.2024.txt");

  g_assert_cmpstr (document->title, ==, "My notes.2024");
}

static void
test_text_of_a_chapter (void)
{
  g_autoptr (QoraDocument) document = read_string ("One.\n\n\nTwo.\n", "a.txt");
  g_autofree char *text = qora_chapter_dup_text (document->chapters->pdata[0]);

  g_assert_cmpstr (text, ==, "One.\n\nTwo.");
  g_assert_cmpuint (qora_chapter_count_characters (document->chapters->pdata[0]), ==, 8);
  g_assert_false (qora_chapter_is_timed (document->chapters->pdata[0]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plain/lines", test_lines);
  g_test_add_func ("/plain/nothing-to-say", test_nothing_to_say_is_left_out);
  g_test_add_func ("/plain/broken-lines", test_broken_lines_are_joined);
  g_test_add_func ("/plain/verses", test_verses_in_broken_text_stay_lines);
  g_test_add_func ("/plain/one-sentence-a-line", test_one_sentence_a_line_is_not_joined);
  g_test_add_func ("/plain/divided-words", test_divided_words);
  g_test_add_func ("/plain/broken-chinese", test_broken_chinese_is_joined_without_spaces);
  g_test_add_func ("/plain/chapters", test_chapters);
  g_test_add_func ("/plain/one-heading", test_one_heading_is_no_chapter);
  g_test_add_func ("/plain/sentences", test_sentences_are_no_headings);
  g_test_add_func ("/plain/contents", test_contents_are_no_chapters);
  g_test_add_func ("/plain/name-below", test_name_below_the_number);
  g_test_add_func ("/plain/project-gutenberg", test_project_gutenberg);
  g_test_add_func ("/plain/title", test_title_from_name);
  g_test_add_func ("/plain/text", test_text_of_a_chapter);
  return g_test_run ();
}
