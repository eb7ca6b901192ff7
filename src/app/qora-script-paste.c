/* qora-script-paste.c: pasting what web browsers and word processors copy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-script-paste.h"

#include "qora-document.h"

#define HTML "text/html"

static void on_paste (GtkTextView *view);

void
qora_script_paste_plain (GtkTextView *view)
{
  g_signal_handlers_block_by_func (view, on_paste, NULL);
  g_signal_emit_by_name (view, "paste-clipboard");
  g_signal_handlers_unblock_by_func (view, on_paste, NULL);
}

static void
insert (GtkTextView *view, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);

  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete_selection (buffer, TRUE, gtk_text_view_get_editable (view));
  gtk_text_buffer_insert_interactive_at_cursor (buffer, text, -1,
                                                gtk_text_view_get_editable (view));
  gtk_text_buffer_end_user_action (buffer);
  gtk_text_view_scroll_mark_onscreen (view, gtk_text_buffer_get_insert (buffer));
}

static char *
flatten (GBytes *html)
{
  g_autoptr (QoraDocument) document = qora_document_read_bytes (html, "", HTML, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; document != NULL && i < document->chapters->len; i++)
    {
      g_autofree char *chapter = qora_chapter_dup_text (document->chapters->pdata[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n\n" : "", chapter);
    }
  return text->len > 0 ? g_strdup (text->str) : NULL;
}

static void
on_copied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (source);
  g_autoptr (GtkTextView) view = user_data;
  g_autoptr (GBytes) html = NULL;
  g_autofree char *text = NULL;

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (memory), result, NULL) > 0)
    {
      html = g_memory_output_stream_steal_as_bytes (memory);
      text = flatten (html);
    }
  if (text != NULL)
    insert (view, text);
  else
    qora_script_paste_plain (view);
}

static void
on_offered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkTextView) view = user_data;
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GInputStream) stream
      = gdk_clipboard_read_finish (GDK_CLIPBOARD (source), result, NULL, NULL);

  if (stream == NULL)
    {
      qora_script_paste_plain (view);
      return;
    }
  g_output_stream_splice_async (
      memory, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
      G_PRIORITY_DEFAULT, NULL, on_copied, g_object_ref (view));
}

static void
on_paste (GtkTextView *view)
{
  static const char *mime_types[] = { HTML, NULL };
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (view));

  if (!gdk_content_formats_contain_mime_type (gdk_clipboard_get_formats (clipboard), HTML))
    return;
  g_signal_stop_emission_by_name (view, "paste-clipboard");
  gdk_clipboard_read_async (clipboard, mime_types, G_PRIORITY_DEFAULT, NULL, on_offered,
                            g_object_ref (view));
}

void
qora_script_paste_add (GtkTextView *view)
{
  g_signal_connect (view, "paste-clipboard", G_CALLBACK (on_paste), NULL);
}
