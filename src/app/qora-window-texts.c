/* qora-window-texts.c: the window's part in reading texts, books and subtitles from files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <glib/gi18n.h>

#include "qora-window-private.h"

#define MAX_TEXT (8 * 1024 * 1024) /* bytes; more is slow to edit, and too much for one take */

void
qora_window_keep_text (QoraWindow *self)
{
  QoraTake *take = qora_project_get_take (self->project);
  g_autofree char *text = qora_script_view_get_text (self->script_view);
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  g_autoptr (QoraTake) kept = NULL;

  if (*stripped == '\0' || (take != NULL && g_str_equal (text, qora_take_get_text (take))))
    return;
  if (take != NULL && qora_take_is_chapter (take))
    {
      qora_window_keep_chapter (self);
      return;
    }
  kept = qora_take_new (qora_take_list_get_folder (self->takes));
  qora_take_set_content (kept, text, parts, g_settings_get_double (self->settings, "pause"));
  qora_take_save (kept);
  qora_take_list_add (self->takes, kept);
  qora_window_toast (self, _ ("The text that was here is kept in the list of takes"));
}

static void
show_text (QoraWindow *self, char *text)
{
  qora_window_keep_text (self);
  g_free (self->opened_text);
  self->opened_text = text;
  qora_project_open (self->project, NULL);
}

static void
show_document (QoraWindow *self, QoraDocument *document)
{
  g_autofree char *text = NULL;

  if (qora_notice_is_error (self->notice))
    qora_notice_hide (self->notice);
  if (document->chapters->len > 1)
    {
      qora_window_add_book (self, document);
      return;
    }
  text = qora_chapter_dup_text (document->chapters->pdata[0]);
  if (strlen (text) > MAX_TEXT)
    {
      g_autofree char *message
          /* translators: %s is the title of a text */
          = g_strdup_printf (_ ("“%s” is too long for one take: more than 8 MB"), document->title);

      qora_notice_show (self->notice, message, TRUE, NULL, NULL);
      return;
    }
  show_text (self, g_steal_pointer (&text));
}

void
qora_window_show_read_document (QoraWindow *self)
{
  g_autoptr (QoraDocument) document = g_steal_pointer (&self->read_document);

  if (document != NULL)
    show_document (self, document);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QoraDocument) document = qora_document_read_finish (G_FILE (source), result, &error);

  /* The window was closed meanwhile. */
  if (self->project == NULL)
    return;
  if (document == NULL)
    {
      qora_notice_show (self->notice, error->message, TRUE, NULL, NULL);
      return;
    }
  g_clear_pointer (&self->read_document, qora_document_unref);
  self->read_document = g_steal_pointer (&document);
  /* Which take the text in the window belongs to is not known before they have been read. */
  if (self->resume_take == NULL)
    qora_window_show_read_document (self);
}

void
qora_window_read_file (QoraWindow *self, GFile *file)
{
  qora_document_read_async (file, NULL, on_read, g_object_ref (self));
}
