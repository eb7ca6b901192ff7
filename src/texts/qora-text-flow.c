/* qora-text-flow.c: running text with headings and lists, on its way to chapters and their parts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-text-flow.h"

#include <string.h>

#include "qora-text-tools.h"

/* Control characters that no text has once it was read; collapsing would drop them. */
#define LINE_END     "\x1E"
#define CELL_END     "\x1F"
#define N_LEVELS     6
#define MAX_TITLE    120 /* characters; a longer heading is no title */
#define BEGINS_LEVEL (-1)

typedef struct
{
  QoraChapterPartKind kind;
  int level;  /* of a heading; BEGINS_LEVEL: a chapter begins here, and text is its title */
  char *text; /* NULL: a chapter without a title */
} Item;

struct _QoraTextFlow
{
  GPtrArray *items;
  GString *pending;
  QoraChapterPartKind kind;
  int level;
  gsize n_characters;
};

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->text);
  g_free (item);
}

QoraTextFlow *
qora_text_flow_new (void)
{
  QoraTextFlow *self = g_new0 (QoraTextFlow, 1);

  self->items = g_ptr_array_new_with_free_func (item_free);
  self->pending = g_string_new (NULL);
  return self;
}

void
qora_text_flow_free (QoraTextFlow *self)
{
  g_ptr_array_unref (self->items);
  g_string_free (self->pending, TRUE);
  g_free (self);
}

/* ---- text comes ---- */

void
qora_text_flow_append (QoraTextFlow *self, const char *text, gsize length)
{
  g_string_append_len (self->pending, text, (gssize) length);
}

void
qora_text_flow_break_line (QoraTextFlow *self)
{
  g_string_append (self->pending, LINE_END);
}

void
qora_text_flow_end_cell (QoraTextFlow *self)
{
  g_string_append (self->pending, CELL_END);
}

const char *
qora_text_flow_peek (QoraTextFlow *self)
{
  return self->pending->len > 0 ? self->pending->str : NULL;
}

gsize
qora_text_flow_count_characters (QoraTextFlow *self)
{
  return self->n_characters;
}

/* ---- text becomes items ---- */

static void
add_item (QoraTextFlow *self, QoraChapterPartKind kind, int level, char *text)
{
  Item *item = g_new0 (Item, 1);

  item->kind = kind;
  item->level = level;
  item->text = text;
  if (text != NULL && level != BEGINS_LEVEL)
    self->n_characters += (gsize) g_utf8_strlen (text, -1);
  g_ptr_array_add (self->items, item);
}

static void
add_text (QoraTextFlow *self, char *text)
{
  if (qora_text_has_words (text))
    add_item (self, self->kind, self->level, text);
  else
    g_free (text);
}

/* The pieces of the pending text between separators, without the empty ones. */
static GPtrArray *
split_pending (QoraTextFlow *self, const char *separator)
{
  GPtrArray *pieces = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) raw = g_strsplit (self->pending->str, separator, -1);

  for (char **piece = raw; *piece != NULL; piece++)
    {
      g_autofree char *text = NULL;

      g_strdelimit (*piece, LINE_END CELL_END, ' ');
      text = qora_text_collapse (*piece);
      if (*text != '\0')
        g_ptr_array_add (pieces, g_steal_pointer (&text));
    }
  return pieces;
}

/* Between lines of a verse, but not in the middle of a sentence that was broken to fit a page. */
static gboolean
is_own_line (const char *before, const char *line)
{
  return qora_text_ends_sentence (before) || !g_unichar_islower (g_utf8_get_char (line));
}

static void
flush_lines (QoraTextFlow *self)
{
  g_autoptr (GPtrArray) lines = split_pending (self, LINE_END);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    {
      const char *line = lines->pdata[i];

      if (text->len > 0 && is_own_line (text->str, line))
        {
          add_text (self, g_strdup (text->str));
          g_string_truncate (text, 0);
        }
      if (text->len > 0)
        g_string_append_c (text, ' ');
      g_string_append (text, line);
    }
  add_text (self, g_strdup (text->str));
}

static void
flush (QoraTextFlow *self)
{
  if (self->pending->len == 0)
    return;
  if (strchr (self->pending->str, *CELL_END) != NULL)
    {
      g_autoptr (GPtrArray) cells = split_pending (self, CELL_END);

      add_text (self, qora_text_join_sentences (cells));
    }
  else if (self->kind != QORA_CHAPTER_PART_HEADING
           && strchr (self->pending->str, *LINE_END) != NULL)
    flush_lines (self);
  else
    {
      g_strdelimit (self->pending->str, LINE_END, ' ');
      add_text (self, qora_text_collapse (self->pending->str));
    }
  g_string_truncate (self->pending, 0);
}

void
qora_text_flow_begin (QoraTextFlow *self, QoraChapterPartKind kind, int level)
{
  flush (self);
  self->kind = kind;
  self->level = level;
}

void
qora_text_flow_begin_chapter (QoraTextFlow *self, const char *title)
{
  flush (self);
  add_item (self, QORA_CHAPTER_PART_HEADING, BEGINS_LEVEL,
            title != NULL ? qora_text_collapse (title) : NULL);
}

/* ---- items become chapters ---- */

static void
add_item_to (QoraChapter *chapter, const Item *item)
{
  if (item->kind == QORA_CHAPTER_PART_HEADING && *chapter->title == '\0' && chapter->parts->len == 0
      && g_utf8_strlen (item->text, -1) <= MAX_TITLE)
    {
      g_free (chapter->title);
      chapter->title = g_strdup (item->text);
    }
  qora_chapter_add_part (chapter, item->kind, item->text);
}

void
qora_text_flow_to_chapters (QoraTextFlow *self, QoraDocument *document)
{
  QoraChapter *chapter = NULL;

  flush (self);
  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = self->items->pdata[i];

      if (chapter == NULL || item->level == BEGINS_LEVEL)
        chapter
            = qora_document_add_chapter (document, item->level == BEGINS_LEVEL ? item->text : NULL);
      if (item->level != BEGINS_LEVEL)
        add_item_to (chapter, item);
    }
}

/* The highest level that is used more than once; 0: none. */
static int
find_chapter_level (QoraTextFlow *self)
{
  guint n[N_LEVELS + 1] = { 0 };

  for (guint i = 0; i < self->items->len; i++)
    n[CLAMP (((Item *) self->items->pdata[i])->level, 0, N_LEVELS)]++;
  for (int level = 1; level <= N_LEVELS; level++)
    if (n[level] > 1)
      return level;
  return 0;
}

/* A title page that is not one: all of it so far stands above the chapters' level. */
static gboolean
has_only_titles (QoraTextFlow *self, guint n, int level)
{
  for (guint i = 0; i < n; i++)
    {
      const Item *item = self->items->pdata[i];

      if (item->level == 0 || item->level >= level)
        return FALSE;
    }
  return TRUE;
}

void
qora_text_flow_to_outline (QoraTextFlow *self, QoraDocument *document, gsize min_characters)
{
  QoraChapter *chapter = qora_document_add_chapter (document, NULL);
  int split;

  flush (self);
  split = self->n_characters > min_characters ? find_chapter_level (self) : 0;
  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = self->items->pdata[i];

      if (item->level > 0 && (split == 0 || item->level < split) && *document->title == '\0')
        {
          g_free (document->title);
          document->title = g_strdup (item->text);
        }
      if (split > 0 && item->level == split)
        {
          if (!has_only_titles (self, i, split))
            chapter = qora_document_add_chapter (document, item->text);
          else
            {
              g_free (chapter->title);
              chapter->title = g_strdup (item->text);
            }
        }
      add_item_to (chapter, item);
    }
}
