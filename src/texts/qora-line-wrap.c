/* qora-line-wrap.c: lines that were broken to fit a page, made whole again
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-line-wrap.h"

#include <string.h>

#include "qora-text-tools.h"

/* Columns; a character of a script without spaces takes two. Narrower than that are verses, wider
 * than that are paragraphs. */
#define MIN_WIDTH  40
#define MAX_WIDTH  120
#define RAGGED     8 /* columns that a line may be shorter than the rule asks for */
#define MAX_SAMPLE 20000

struct _QoraLineWrap
{
  char **lines;
  guint width;       /* 0: lines are not broken to fit */
  GHashTable *words; /* of the text, in small letters; made when it is asked for */
};

static guint
get_width (const char *text, gsize length)
{
  guint width = 0;

  for (const char *at = text; at < text + length; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (!g_unichar_iszerowidth (c))
        width += g_unichar_iswide (c) ? 2 : 1;
    }
  return width;
}

static int
compare_widths (const void *a, const void *b)
{
  return (int) *(const guint *) a - (int) *(const guint *) b;
}

/* Most lines that have one behind them are about equally long, and end in the middle of a sentence:
 * then the width is what the longest of them have. */
static guint
find_width (char **lines)
{
  g_autoptr (GArray) widths = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n_sentences = 0;
  guint n_long = 0;
  guint width;

  for (char **line = lines; *line != NULL && widths->len < MAX_SAMPLE; line++)
    if (!qora_text_is_blank (line[0]) && line[1] != NULL && !qora_text_is_blank (line[1]))
      {
        g_autofree char *text = g_strchomp (g_strdup (*line));
        guint w = get_width (text, strlen (text));

        g_array_append_val (widths, w);
        n_sentences += qora_text_ends_sentence (text);
      }
  if (widths->len == 0 || n_sentences * 2 > widths->len)
    return 0;
  qsort (widths->data, widths->len, sizeof (guint), compare_widths);
  width = g_array_index (widths, guint, widths->len - 1 - widths->len / 20);
  if (width < MIN_WIDTH || width > MAX_WIDTH)
    return 0;
  for (guint i = 0; i < widths->len; i++)
    n_long += g_array_index (widths, guint, i) * 4 >= width * 3;
  return n_long * 2 >= widths->len ? width : 0;
}

QoraLineWrap *
qora_line_wrap_new (char **lines)
{
  QoraLineWrap *self = g_new0 (QoraLineWrap, 1);

  self->lines = lines;
  self->width = find_width (lines);
  return self;
}

void
qora_line_wrap_free (QoraLineWrap *self)
{
  g_clear_pointer (&self->words, g_hash_table_unref);
  g_free (self);
}

/* ---- divided words ---- */

static gboolean
is_word_character (gunichar c)
{
  return g_unichar_isalpha (c) || g_unichar_ismark (c) || c == '-' || c == 0x2010;
}

static char *
fold_word (const char *word, gsize length)
{
  return g_utf8_strdown (word, (gssize) length);
}

/* With their hyphens; a word at a line's end that has one there is no word yet. */
static void
add_words (GHashTable *words, const char *line)
{
  while (*line != '\0')
    {
      const char *end = line;

      while (is_word_character (g_utf8_get_char (end)))
        end = g_utf8_next_char (end);
      if (end > line && end[-1] != '-')
        g_hash_table_add (words, fold_word (line, (gsize) (end - line)));
      line = *end != '\0' && end == line ? g_utf8_next_char (end) : end;
    }
}

static gboolean
is_known (QoraLineWrap *self, const char *word)
{
  g_autofree char *folded = fold_word (word, strlen (word));

  if (self->words == NULL)
    {
      self->words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      for (char **line = self->lines; *line != NULL; line++)
        add_words (self->words, *line);
    }
  return g_hash_table_contains (self->words, folded);
}

static const char *
find_last_word (const char *text, const char *end)
{
  const char *start = end;

  for (const char *at = end; (at = g_utf8_find_prev_char (text, at)) != NULL; start = at)
    if (!is_word_character (g_utf8_get_char (at)))
      break;
  return start;
}

static char *
dup_without_last (const char *text)
{
  return g_strndup (text, (gsize) (g_utf8_prev_char (text + strlen (text)) - text));
}

/* "exam-" and "ple" are one word, "well-" and "known" are two: the text itself has used the one or
 * the other, or has the halves as words. */
static gboolean
is_divided_word (QoraLineWrap *self, const GString *before, const char *after)
{
  const char *head = find_last_word (before->str, before->str + before->len);
  const char *end = after;
  g_autofree char *first = dup_without_last (head);
  g_autofree char *second = NULL;
  g_autofree char *whole = NULL;
  g_autofree char *compound = NULL;

  while (is_word_character (g_utf8_get_char (end)))
    end = g_utf8_next_char (end);
  second = g_strndup (after, (gsize) (end - after));
  whole = g_strconcat (first, second, NULL);
  compound = g_strconcat (first, "-", second, NULL);
  if (is_known (self, whole))
    return TRUE;
  return !is_known (self, compound) && !(is_known (self, first) && is_known (self, second));
}

/* With a hyphen behind a letter. */
static gboolean
ends_divided (const char *line, gsize length)
{
  const char *last = g_utf8_find_prev_char (line, line + length);
  const char *before = last != NULL ? g_utf8_find_prev_char (line, last) : NULL;

  return before != NULL && g_unichar_isalpha (g_utf8_get_char (before))
         && (*last == '-' || g_utf8_get_char (last) == 0x2010);
}

static void
append_line (QoraLineWrap *self, GString *text, const char *line)
{
  const char *last = g_utf8_find_prev_char (text->str, text->str + text->len);
  gunichar c = last != NULL ? g_utf8_get_char (last) : 0;

  if (c == 0x00AD)
    g_string_truncate (text, (gsize) (last - text->str));
  else if (ends_divided (text->str, text->len))
    {
      if (g_unichar_islower (g_utf8_get_char (line)) && is_divided_word (self, text, line))
        g_string_truncate (text, (gsize) (last - text->str));
    }
  else if (c != 0 && c != 0x2014
           && (text->len < 2 || strcmp (text->str + text->len - 2, "--") != 0))
    g_string_append_c (text, '\n');
  g_string_append (text, line);
}

/* ---- lines ---- */

/* Columns of what could not stand on the line before. */
static guint
get_first_word_width (const char *line)
{
  const char *end = line;

  if (qora_text_is_spaceless (g_utf8_get_char (line)))
    return 2;
  while (*end != '\0' && !g_unichar_isspace (g_utf8_get_char (end)))
    end = g_utf8_next_char (end);
  return get_width (line, (gsize) (end - line)) + 1;
}

static gboolean
is_continued (QoraLineWrap *self, const char *raw, const char *next)
{
  g_autofree char *line = g_strchomp (g_strdup (raw));

  if (self->width == 0)
    return FALSE;
  if (ends_divided (line, strlen (line)) && g_unichar_islower (g_utf8_get_char (next)))
    return TRUE;
  return get_width (line, strlen (line)) + get_first_word_width (next) + RAGGED > self->width;
}

GPtrArray *
qora_line_wrap_join (QoraLineWrap *self, guint from, guint to)
{
  GPtrArray *paragraphs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = from; i < to; i++)
    {
      g_autofree char *line = g_strstrip (g_strdup (self->lines[i]));

      if (*line == '\0')
        continue;
      if (text->len > 0 && !is_continued (self, self->lines[i - 1], line))
        {
          g_ptr_array_add (paragraphs, g_strdup (text->str));
          g_string_truncate (text, 0);
        }
      append_line (self, text, line);
    }
  if (text->len > 0)
    g_ptr_array_add (paragraphs, g_strdup (text->str));
  return paragraphs;
}
