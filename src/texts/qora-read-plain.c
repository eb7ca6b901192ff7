/* qora-read-plain.c: plain text: paragraphs, and chapters where it has headings for them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "qora-line-wrap.h"
#include "qora-plain-headings.h"
#include "qora-readers.h"
#include "qora-text-tools.h"

#define MAX_NAME       60 /* characters of a chapter's name on a line of its own */
#define MAX_STACKED    2  /* headings upon each other; more are a table of contents */
#define GUTENBERG_HEAD 200

/* Lines between empty lines. */
typedef struct
{
  guint from;
  guint to;
  gboolean is_heading;
} Block;

/* ---- the frame of Project Gutenberg's texts ---- */

static gboolean
is_frame (const char *line, const char *word)
{
  return g_str_has_prefix (line, "***") && strstr (line, word) != NULL
         && strstr (line, "PROJECT GUTENBERG") != NULL;
}

static void
take_field (const char *line, const char *name, char **value)
{
  if (g_str_has_prefix (line, name) && (*value == NULL || **value == '\0'))
    {
      g_free (*value);
      *value = qora_text_collapse (line + strlen (name));
    }
}

static char *
dup_language (const char *name)
{
  static const char *const languages[][2] = {
    { "English", "en" },  { "German", "de" },     { "French", "fr" },  { "Spanish", "es" },
    { "Italian", "it" },  { "Portuguese", "pt" }, { "Russian", "ru" }, { "Chinese", "zh" },
    { "Japanese", "ja" }, { "Korean", "ko" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    if (strcmp (name, languages[i][0]) == 0)
      return g_strdup (languages[i][1]);
  return NULL;
}

/* The lines between the licence and the licence; all of them in other texts. */
static void
find_content (QoraDocument *document, char **lines, guint *from, guint *to)
{
  guint n = g_strv_length (lines);
  g_autofree char *language = NULL;

  *from = 0;
  *to = n;
  for (guint i = 0; i < MIN (n, GUTENBERG_HEAD) && *from == 0; i++)
    if (is_frame (lines[i], "START OF"))
      *from = i + 1;
  if (*from == 0)
    return;
  for (guint i = 0; i < *from; i++)
    {
      take_field (lines[i], "Title: ", &document->title);
      take_field (lines[i], "Author: ", &document->author);
      take_field (lines[i], "Language: ", &language);
    }
  if (language != NULL)
    document->language = dup_language (language);
  for (guint i = *from; i < n && *to == n; i++)
    if (is_frame (lines[i], "END OF"))
      *to = i;
}

/* ---- headings ---- */

static GArray *
find_blocks (char **lines, guint from, guint to)
{
  GArray *blocks = g_array_new (FALSE, FALSE, sizeof (Block));

  for (guint i = from; i < to; i++)
    {
      Block block = { .from = i };
      g_autofree char *first = NULL;

      if (qora_text_is_blank (lines[i]))
        continue;
      first = qora_text_collapse (lines[i]);
      do
        i++;
      while (i < to && !qora_text_is_blank (lines[i]));
      block.to = i;
      /* One line, or a number and below it a name. */
      block.is_heading = block.to - block.from == 1   ? qora_plain_is_heading (first)
                         : block.to - block.from == 2 ? qora_plain_is_bare_heading (first)
                                                      : FALSE;
      g_array_append_val (blocks, block);
    }
  return blocks;
}

/* Headings with nothing below them are a table of contents, or stand above another heading. */
static guint
choose_headings (GArray *blocks)
{
  guint n = 0;

  for (guint i = 0; i < blocks->len; i++)
    {
      guint first = i;

      if (!g_array_index (blocks, Block, i).is_heading)
        continue;
      while (i + 1 < blocks->len && g_array_index (blocks, Block, i + 1).is_heading)
        i++;
      if (i + 1 == blocks->len)
        i++;
      for (guint j = first; j < i; j++)
        g_array_index (blocks, Block, j).is_heading = FALSE;
      if (i == blocks->len)
        break;
      if (i > first && i - first < MAX_STACKED)
        {
          g_array_index (blocks, Block, i).is_heading = FALSE;
          g_array_index (blocks, Block, first).is_heading = TRUE;
        }
      n++;
    }
  return n;
}

/* The block below "CHAPTER I." is the chapter's name: one short line that is no sentence. */
static char *
dup_name_below (char **lines, GArray *blocks, guint index)
{
  const Block *below = &g_array_index (blocks, Block, index + 1);
  g_autofree char *name = NULL;

  if (index + 2 >= blocks->len || below->to - below->from != 1)
    return NULL;
  name = qora_text_collapse (lines[below->from]);
  if (g_utf8_strlen (name, -1) > MAX_NAME || qora_text_ends_sentence (name)
      || g_unichar_islower (g_utf8_get_char (name)))
    return NULL;
  return g_steal_pointer (&name);
}

static char *
join_title (const char *number, const char *name)
{
  return name == NULL
             ? g_strdup (number)
             : g_strconcat (number, qora_text_ends_sentence (number) ? " " : ". ", name, NULL);
}

/* ---- reading ---- */

typedef struct
{
  QoraDocument *document;
  QoraChapter *chapter;
  QoraLineWrap *wrap;
  char **lines;
  GArray *blocks;
} Reader;

/* Returns how many blocks the heading takes. */
static guint
add_heading (Reader *self, guint index)
{
  const Block *block = &g_array_index (self->blocks, Block, index);
  g_autofree char *number = qora_text_collapse (self->lines[block->from]);
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;
  guint n = 1;

  if (block->to - block->from == 2)
    name = qora_text_collapse (self->lines[block->from + 1]);
  else if (qora_plain_is_bare_heading (number))
    {
      name = dup_name_below (self->lines, self->blocks, index);
      n += name != NULL;
    }
  title = join_title (number, name);
  self->chapter = qora_document_add_chapter (self->document, title);
  qora_chapter_add_part (self->chapter, QORA_CHAPTER_PART_HEADING, title);
  return n;
}

/* Plain texts set _words_ in italics like this; and tell of pictures that are not there. */
static char *
drop_marks (const char *text)
{
  static gsize compiled = 0;
  char *plain;

  if (g_str_has_prefix (text, "[Illustration"))
    return g_strdup ("");
  if (strchr (text, '_') == NULL)
    return g_strdup (text);
  if (g_once_init_enter (&compiled))
    g_once_init_leave (&compiled,
                       (gsize) g_regex_new ("(?<![\\w_])_([^_\\s](?:[^_]*[^_\\s])?)_(?![\\w_])",
                                            G_REGEX_OPTIMIZE, 0, NULL));
  plain = g_regex_replace ((GRegex *) compiled, text, -1, 0, "\\1", 0, NULL);
  return plain != NULL ? plain : g_strdup (text);
}

static void
add_block (Reader *self, const Block *block)
{
  g_autoptr (GPtrArray) paragraphs = qora_line_wrap_join (self->wrap, block->from, block->to);

  for (guint i = 0; i < paragraphs->len; i++)
    {
      g_autofree char *text = drop_marks (paragraphs->pdata[i]);

      qora_chapter_add_part (self->chapter, QORA_CHAPTER_PART_PARAGRAPH, text);
    }
}

/* One line end for all of them; a page's end is a paragraph's as well. */
static char **
split_lines (const char *text)
{
  g_autoptr (GRegex) ends = g_regex_new ("\\r\\n|\\r|\\x{2028}|\\x0B", 0, 0, NULL);
  g_autoptr (GRegex) paragraphs = g_regex_new ("\\f|\\x{2029}", 0, 0, NULL);
  g_autofree char *unified = g_regex_replace_literal (ends, text, -1, 0, "\n", 0, NULL);
  g_autofree char *paged = g_regex_replace_literal (paragraphs, unified, -1, 0, "\n\n", 0, NULL);

  return g_strsplit (paged, "\n", -1);
}

gboolean
qora_read_plain (QoraDocument *document, const char *text, const char *name, GError **error)
{
  g_auto (GStrv) lines = split_lines (text);
  g_autoptr (QoraLineWrap) wrap = NULL;
  g_autoptr (GArray) blocks = NULL;
  Reader reader = { .document = document, .lines = lines };
  gboolean has_chapters;
  guint from;
  guint to;

  find_content (document, lines, &from, &to);
  blocks = find_blocks (lines, from, to);
  wrap = qora_line_wrap_new (lines);
  reader.wrap = wrap;
  reader.blocks = blocks;
  reader.chapter = qora_document_add_chapter (document, NULL);
  has_chapters = choose_headings (blocks) > 1;
  for (guint i = 0; i < blocks->len;)
    {
      const Block *block = &g_array_index (blocks, Block, i);

      if (has_chapters && block->is_heading)
        i += add_heading (&reader, i);
      else
        {
          add_block (&reader, block);
          i++;
        }
    }
  return TRUE;
}
