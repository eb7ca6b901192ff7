/* qora-silence-tags.c: how marks for silence look in the text editor
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-silence-tags.h"

#include <glib/gi18n.h>

#include "qora-silence.h"

#define GOOD     "silence"
#define BAD      "bad-silence"
#define DIMMED   0.3f /* enough contrast is left in every scheme */
#define INSERTED "{silence 1s}"

void
qora_silence_tags_add (GtkTextBuffer *buffer)
{
  gtk_text_buffer_create_tag (buffer, GOOD, "style", PANGO_STYLE_ITALIC, NULL);
  gtk_text_buffer_create_tag (buffer, BAD, "underline", PANGO_UNDERLINE_ERROR, NULL);
}

/* A foreground of the tag's own would be simpler, but GTK 4.8 goes wrong where the accessibility
 * bus asks for it. */
void
qora_silence_tags_snapshot (GtkTextView *view, GtkSnapshot *snapshot, const GdkRGBA *background)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), GOOD);
  GdkRGBA veil = *background;
  GdkRectangle visible;
  GtkTextIter iter;
  GtkTextIter end;

  veil.alpha = DIMMED;
  gtk_text_view_get_visible_rect (view, &visible);
  gtk_text_view_get_iter_at_location (view, &iter, visible.x, visible.y);
  gtk_text_view_get_iter_at_location (view, &end, visible.x, visible.y + visible.height);
  gtk_text_iter_forward_line (&end);
  while (gtk_text_iter_compare (&iter, &end) < 0)
    if (gtk_text_iter_has_tag (&iter, tag))
      {
        GdkRectangle place;

        gtk_text_view_get_iter_location (view, &iter, &place);
        gtk_snapshot_append_color (snapshot, &veil,
                                   &GRAPHENE_RECT_INIT ((float) place.x, (float) place.y,
                                                        (float) place.width, (float) place.height));
        gtk_text_iter_forward_char (&iter);
      }
    else if (!gtk_text_iter_forward_to_tag_toggle (&iter, tag))
      break;
}

void
qora_silence_tags_update (GtkTextBuffer *buffer, const char *text)
{
  gsize length = strlen (text);
  gsize from = 0;
  int offset = 0; /* characters before text + from */
  QoraSilenceMark mark;
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_remove_tag_by_name (buffer, GOOD, &start, &end);
  gtk_text_buffer_remove_tag_by_name (buffer, BAD, &start, &end);
  while (qora_silence_find (text, from, length, &mark))
    {
      offset += (int) g_utf8_strlen (text + from, (gssize) (mark.start - from));
      gtk_text_buffer_get_iter_at_offset (buffer, &start, offset);
      offset += (int) g_utf8_strlen (text + mark.start, (gssize) (mark.end - mark.start));
      gtk_text_buffer_get_iter_at_offset (buffer, &end, offset);
      gtk_text_buffer_apply_tag_by_name (buffer, mark.seconds < 0 ? BAD : GOOD, &start, &end);
      from = mark.end;
    }
}

gboolean
qora_silence_tags_is_bad (const GtkTextIter *iter)
{
  GtkTextTagTable *table = gtk_text_buffer_get_tag_table (gtk_text_iter_get_buffer (iter));
  GtkTextTag *bad = gtk_text_tag_table_lookup (table, BAD);

  return gtk_text_iter_has_tag (iter, bad) || gtk_text_iter_ends_tag (iter, bad);
}

char *
qora_silence_tags_get_hint (void)
{
  /* translators: keep {silence 0.8s} as it is; %d is a number of seconds */
  return g_strdup_printf (_ ("Silence is written {silence 0.8s} and lasts at most %d seconds"),
                          (int) QORA_SILENCE_LONGEST);
}

void
qora_silence_tags_insert (GtkTextBuffer *buffer)
{
  g_autofree char *text = NULL;
  GtkTextIter cursor;
  GtkTextIter before;
  gboolean space_before;
  gboolean space_after;

  gtk_text_buffer_get_iter_at_mark (buffer, &cursor, gtk_text_buffer_get_insert (buffer));
  before = cursor;
  space_before = gtk_text_iter_backward_char (&before)
                 && !g_unichar_isspace (gtk_text_iter_get_char (&before));
  space_after
      = !gtk_text_iter_is_end (&cursor) && !g_unichar_isspace (gtk_text_iter_get_char (&cursor));
  text = g_strconcat (space_before ? " " : "", INSERTED, space_after ? " " : "", NULL);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_insert (buffer, &cursor, text, -1);
  gtk_text_buffer_end_user_action (buffer);
}
