/* qora-window-books.c: the window's part in books: adding, making, renaming and deleting them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <glib/gi18n.h>

#include "qora-toast.h"
#include "qora-voice.h"
#include "qora-window-private.h"

/* (transfer full) NULL: it is gone. */
static QoraBook *
find_book (QoraWindow *self, GVariant *id)
{
  QoraBook *book = qora_book_list_find (self->books, g_variant_get_string (id, NULL));

  return book != NULL ? g_object_ref (book) : NULL;
}

QoraTake *
qora_window_find_take (QoraWindow *self, const char *id)
{
  QoraTake *take = qora_take_list_find (self->takes, id);

  if (take == NULL)
    qora_book_list_find_chapter (self->books, id, &take);
  return take;
}

/* How chapters are to be spoken, as the voice bar has it at the moment; strings are borrowed. */
static QoraBookSpeech
get_speech (QoraWindow *self)
{
  return (QoraBookSpeech){
    (char *) qora_voice_bar_get_voice (self->voice_bar),
    (char *) qora_voice_bar_get_language (self->voice_bar),
    (char *) qora_voice_bar_get_style (self->voice_bar),
    qora_voice_bar_take_seed (self->voice_bar),
  };
}

/* ---- adding ---- */

static void
on_book_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QoraBook) book = qora_book_create_finish (result, &error);
  g_autofree char *text = NULL;
  AdwToast *toast;

  if (book == NULL)
    {
      qora_notice_show (self->notice, error->message, TRUE, NULL, NULL);
      return;
    }
  g_set_object (&book, qora_book_list_add (self->books, book));
  adw_flap_set_reveal_flap (self->flap, TRUE);
  qora_takes_pane_show_book (self->takes_pane, book);
  /* translators: %s is the title of a book */
  text = g_strdup_printf (_ ("“%s” was added to the list"), qora_book_get_title (book));
  toast = qora_toast_new (text);
  adw_toast_set_button_label (toast, _ ("Generate"));
  adw_toast_set_action_name (toast, "win.book-generate");
  adw_toast_set_action_target (toast, "s", qora_book_get_id (book));
  qora_window_add_toast (self, toast);
}

void
qora_window_add_book (QoraWindow *self, QoraDocument *document)
{
  const QoraBookOptions options
      = { .speech = get_speech (self),
          .pause = g_settings_get_double (self->settings, "pause"),
          .part_length = (guint) g_settings_get_int (self->settings, "part-length") };

  qora_book_create_async (qora_book_list_get_folder (self->books), document, &options, NULL,
                          on_book_created, g_object_ref (self));
}

/* ---- making ---- */

static void
generate_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  g_autoptr (QoraBook) book = find_book (self, parameter);

  if (book != NULL)
    qora_queue_start (self->queue, book);
}

static void
pause_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  g_autoptr (QoraBook) book = find_book (self, parameter);

  if (book != NULL)
    qora_queue_pause (self->queue, book);
}

static void
cancel_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  g_autoptr (QoraBook) book = find_book (self, parameter);

  if (book != NULL)
    qora_queue_cancel (self->queue, book);
}

static void
on_book_finished (QoraWindow *self, QoraBook *book)
{
  g_autofree char *text = NULL;
  AdwToast *toast;

  if (!gtk_window_is_active (GTK_WINDOW (self)))
    return;
  /* translators: %s is the title of a book */
  text = g_strdup_printf (_ ("“%s” is ready"), qora_book_get_title (book));
  toast = qora_toast_new (text);
  adw_toast_set_button_label (toast, _ ("Export…"));
  adw_toast_set_action_name (toast, "win.book-export");
  adw_toast_set_action_target (toast, "s", qora_book_get_id (book));
  qora_window_add_toast (self, toast);
}

/* ---- questions ---- */

/* A dialog about a book lives with both of them. */
typedef struct
{
  QoraWindow *window;
  QoraBook *book;
  GtkEditable *entry; /* of the dialog for a new title */
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  g_object_unref (question->window);
  g_object_unref (question->book);
  g_free (question);
}

static AdwMessageDialog *
ask (QoraWindow *self, QoraBook *book, const char *heading, const char *body,
     Question **question_out, GCallback on_response)
{
  AdwMessageDialog *dialog
      = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), heading, body));
  Question *question = g_new0 (Question, 1);

  question->window = g_object_ref (self);
  question->book = g_object_ref (book);
  *question_out = question;
  adw_message_dialog_add_response (dialog, "cancel", _ ("Cancel"));
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", on_response, question, question_free, 0);
  return dialog;
}

static void
on_rename_response (AdwMessageDialog *dialog, const char *response, Question *question)
{
  g_autofree char *title = g_strstrip (g_strdup (gtk_editable_get_text (question->entry)));

  if (g_str_equal (response, "rename") && *title != '\0')
    qora_book_set_title (question->book, title);
}

static void
rename_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  g_autoptr (QoraBook) book = find_book (self, parameter);
  AdwMessageDialog *dialog;
  GtkWidget *entry;
  Question *question;

  if (book == NULL)
    return;
  dialog = ask (self, book, _ ("Rename Book"), NULL, &question, G_CALLBACK (on_rename_response));
  entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), qora_book_get_title (book));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Title"), -1);
  question->entry = GTK_EDITABLE (entry);
  adw_message_dialog_set_extra_child (dialog, entry);
  adw_message_dialog_add_response (dialog, "rename", _ ("Rename"));
  adw_message_dialog_set_response_appearance (dialog, "rename", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (dialog, "rename");
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_voice_response (AdwMessageDialog *dialog, const char *response, Question *question)
{
  QoraWindow *self = question->window;
  const QoraBookSpeech speech = get_speech (self);
  gboolean anew = g_str_equal (response, "anew");

  if (!anew && !g_str_equal (response, "keep"))
    return;
  qora_book_set_speech (question->book, &speech);
  if (anew)
    qora_window_drop_book_sound (self, question->book);
  /* A voice that was missing may not be any more. */
  if (qora_book_get_state (question->book) == QORA_BOOK_QUEUED)
    qora_queue_start (self->queue, question->book);
}

static void
voice_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  g_autoptr (QoraBook) book = find_book (self, parameter);
  const char *id = qora_voice_bar_get_voice (self->voice_bar);
  g_autoptr (QoraVoice) voice = id != NULL ? qora_voice_new (id) : NULL;
  g_autofree char *heading = NULL;
  AdwMessageDialog *dialog;
  Question *question;
  QoraTakeCount count;

  if (book == NULL)
    return;
  if (voice != NULL)
    /* translators: %s is the name of a voice */
    heading = g_strdup_printf (_ ("Read All Chapters with %s?"), qora_voice_get_name (voice));
  else
    heading = g_strdup (_ ("Read All Chapters with This Voice?"));
  dialog = ask (self, book, heading,
                _ ("Voice, language and style are those that this window has now. They apply to "
                   "what is made from now on."),
                &question, G_CALLBACK (on_voice_response));
  qora_book_count (book, &count);
  adw_message_dialog_add_response (dialog, "keep",
                                   count.made > 0 ? _ ("Keep What Is Made") : _ ("Use Voice"));
  if (count.made > 0)
    adw_message_dialog_add_response (dialog, "anew", _ ("Make All Anew"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- deleting, with a way back ---- */

typedef struct
{
  QoraWindow *window;
  QoraBook *book;
  gboolean sound_only;
  gboolean undone;
} Deletion;

/* Nothing of the book is to be seen in the window any more. */
static void
close_chapter (QoraWindow *self, QoraBook *book)
{
  QoraTake *take = qora_project_get_take (self->project);

  if (take != NULL && qora_book_find_chapter (book, qora_take_get_id (take)) == take)
    qora_project_open (self->project, NULL);
}

static void
on_undo_clicked (AdwToast *toast, Deletion *deletion)
{
  deletion->undone = TRUE;
  if (!deletion->sound_only)
    {
      qora_book_list_add (deletion->window->books, deletion->book);
      return;
    }
  close_chapter (deletion->window, deletion->book);
  for (guint i = 0; i < qora_book_get_n_chapters (deletion->book); i++)
    qora_take_restore_sound (qora_book_get_chapter (deletion->book, i));
}

static void
on_toast_gone (AdwToast *toast, Deletion *deletion)
{
  for (guint i = 0;
       !deletion->undone && deletion->sound_only && i < qora_book_get_n_chapters (deletion->book);
       i++)
    qora_take_purge_sound (qora_book_get_chapter (deletion->book, i));
  if (!deletion->undone && !deletion->sound_only)
    qora_book_delete (deletion->book);
  g_object_unref (deletion->window);
  g_object_unref (deletion->book);
  g_free (deletion);
}

static void
offer_undo (QoraWindow *self, QoraBook *book, gboolean sound_only)
{
  AdwToast *toast = qora_toast_new (sound_only ? _ ("Sound deleted") : _ ("Book deleted"));
  Deletion *deletion = g_new0 (Deletion, 1);

  deletion->window = g_object_ref (self);
  deletion->book = g_object_ref (book);
  deletion->sound_only = sound_only;
  adw_toast_set_button_label (toast, _ ("Undo"));
  g_signal_connect (toast, "button-clicked", G_CALLBACK (on_undo_clicked), deletion);
  g_signal_connect (toast, "dismissed", G_CALLBACK (on_toast_gone), deletion);
  qora_window_add_toast (self, toast);
}

void
qora_window_drop_book_sound (QoraWindow *self, QoraBook *book)
{
  close_chapter (self, book);
  for (guint i = 0; i < qora_book_get_n_chapters (book); i++)
    qora_take_drop_sound (qora_book_get_chapter (book, i));
  offer_undo (self, book, TRUE);
}

static void
delete_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  g_autoptr (QoraBook) book = find_book (self, parameter);

  if (book == NULL)
    return;
  qora_queue_cancel (self->queue, book);
  qora_book_list_remove (self->books, book);
  offer_undo (self, book, FALSE);
}

/* ---- chapters in the window ---- */

void
qora_window_keep_chapter (QoraWindow *self)
{
  QoraTake *take = qora_project_get_take (self->project);
  QoraScript *script = qora_script_view_get_script (self->script_view);
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *text = NULL;

  if (take == NULL || !qora_take_is_chapter (take) || qora_project_get_running (self->project))
    return;
  qora_script_view_flush (self->script_view);
  text = qora_script_view_get_text (self->script_view);
  if (g_str_equal (text, qora_take_get_text (take)))
    return;
  parts = g_ptr_array_new ();
  for (guint i = 0; i < qora_script_get_n_parts (script); i++)
    g_ptr_array_add (parts, qora_script_get_part (script, i));
  qora_take_set_content (take, text, parts, qora_take_get_pause (take));
  qora_take_save (take);
}

/* A book that was deleted, perhaps from another window, is not shown any more. */
static void
on_books_changed (QoraWindow *self)
{
  QoraTake *take = qora_project_get_take (self->project);

  if (take != NULL && qora_take_is_chapter (take)
      && qora_window_find_take (self, qora_take_get_id (take)) == NULL)
    qora_project_open (self->project, NULL);
}

/* ---- setting up ---- */

static const GActionEntry actions[] = {
  { .name = "book-generate", .activate = generate_action, .parameter_type = "s" },
  { .name = "book-pause", .activate = pause_action, .parameter_type = "s" },
  { .name = "book-cancel", .activate = cancel_action, .parameter_type = "s" },
  { .name = "book-voice", .activate = voice_action, .parameter_type = "s" },
  { .name = "book-rename", .activate = rename_action, .parameter_type = "s" },
  { .name = "book-delete", .activate = delete_action, .parameter_type = "s" },
};

void
qora_window_add_book_actions (QoraWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  g_signal_connect_object (self->queue, "finished", G_CALLBACK (on_book_finished), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->books, "items-changed", G_CALLBACK (on_books_changed), self,
                           G_CONNECT_SWAPPED);
}
