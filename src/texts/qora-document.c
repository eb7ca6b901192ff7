/* qora-document.c: a text that was read from a file: its chapters and what is to be said in them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-document.h"

#include "qora-text-tools.h"

G_DEFINE_QUARK (qora_document_error, qora_document_error)
G_DEFINE_BOXED_TYPE (QoraDocument, qora_document, qora_document_ref, qora_document_unref)

static void
part_free (gpointer data)
{
  QoraChapterPart *part = data;

  g_free (part->text);
  g_free (part);
}

static void
chapter_free (gpointer data)
{
  QoraChapter *chapter = data;

  g_free (chapter->title);
  g_ptr_array_unref (chapter->parts);
  g_free (chapter);
}

QoraDocument *
qora_document_new (void)
{
  QoraDocument *self = g_atomic_rc_box_new0 (QoraDocument);

  self->title = g_strdup ("");
  self->chapters = g_ptr_array_new_with_free_func (chapter_free);
  return self;
}

QoraDocument *
qora_document_ref (QoraDocument *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
document_clear (gpointer data)
{
  QoraDocument *self = data;

  g_free (self->title);
  g_free (self->author);
  g_free (self->language);
  g_clear_pointer (&self->cover, g_bytes_unref);
  g_free (self->cover_mime);
  g_ptr_array_unref (self->chapters);
}

void
qora_document_unref (QoraDocument *self)
{
  g_atomic_rc_box_release_full (self, document_clear);
}

QoraChapter *
qora_document_add_chapter (QoraDocument *self, const char *title)
{
  QoraChapter *chapter = g_new0 (QoraChapter, 1);

  chapter->title = qora_text_collapse (title != NULL ? title : "");
  chapter->parts = g_ptr_array_new_with_free_func (part_free);
  g_ptr_array_add (self->chapters, chapter);
  return chapter;
}

static void
add_part (QoraChapter *self, QoraChapterPartKind kind, const char *text, double start, double end)
{
  g_autofree char *collapsed = qora_text_collapse (text);
  QoraChapterPart *part;

  if (!qora_text_has_words (collapsed))
    return;
  part = g_new0 (QoraChapterPart, 1);
  part->text = g_steal_pointer (&collapsed);
  part->kind = kind;
  part->start = start;
  part->end = end;
  g_ptr_array_add (self->parts, part);
}

void
qora_chapter_add_part (QoraChapter *self, QoraChapterPartKind kind, const char *text)
{
  add_part (self, kind, text, -1, -1);
}

void
qora_chapter_add_subtitle (QoraChapter *self, const char *text, double start, double end)
{
  add_part (self, QORA_CHAPTER_PART_SUBTITLE, text, start, end);
}

static void
append_mark (GString *text, double start)
{
  guint64 thousandths = (guint64) (start * 1000 + 0.5);
  guint seconds = (guint) (thousandths / 1000);

  g_string_append_printf (text, "{silence until %u:%02u:%02u.%03u} ", seconds / 3600,
                          seconds / 60 % 60, seconds % 60, (guint) (thousandths % 1000));
}

char *
qora_chapter_dup_text (QoraChapter *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->parts->len; i++)
    {
      const QoraChapterPart *part = self->parts->pdata[i];

      if (i > 0)
        g_string_append (text, "\n\n");
      if (part->start >= 0)
        append_mark (text, part->start);
      g_string_append (text, part->text);
    }
  return g_string_free (text, FALSE);
}

gsize
qora_chapter_count_characters (QoraChapter *self)
{
  gsize n = 0;

  for (guint i = 0; i < self->parts->len; i++)
    n += (gsize) g_utf8_strlen (((QoraChapterPart *) self->parts->pdata[i])->text, -1);
  return n;
}

gboolean
qora_chapter_is_timed (QoraChapter *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    if (((QoraChapterPart *) self->parts->pdata[i])->start < 0)
      return FALSE;
  return self->parts->len > 0;
}
