/* qora-window-export.c: the window's part in exporting books
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <glib/gi18n.h>

#include "qora-accessible.h"
#include "qora-book-export-page.h"
#include "qora-book-saver.h"
#include "qora-file-name.h"
#include "qora-toast.h"
#include "qora-window-private.h"

#define PROGRESS_INTERVAL 100 /* ms */

/* ---- the export ---- */

typedef struct
{
  QoraWindow *window;
  QoraBookExporter *exporter;
  char *path;
  guint progress_source;
} Export;

static gboolean
on_progress (gpointer user_data)
{
  Export *export = user_data;

  qora_player_bar_set_progress (export->window->player_bar,
                                qora_book_exporter_get_progress (export->exporter));
  return G_SOURCE_CONTINUE;
}

static void
tell_saved (QoraWindow *self, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  /* translators: %s is a file name */
  g_autofree char *text = g_strdup_printf (_ ("Saved as %s"), name);
  AdwToast *toast = qora_toast_new (text);

  adw_toast_set_button_label (toast, _ ("Show"));
  adw_toast_set_action_name (toast, "win.show-file");
  adw_toast_set_action_target (toast, "s", path);
  qora_window_add_toast (self, toast);
}

/* Chapters that were saved before it went wrong are still there. */
static void
tell_failed (QoraWindow *self, guint n_saved, const GError *error)
{
  g_autofree char *saved
      = g_strdup_printf (ngettext ("%u file was saved.", "%u files were saved.", n_saved), n_saved);
  g_autofree char *text = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      if (n_saved > 0)
        qora_window_toast (self, saved);
      return;
    }
  text = n_saved > 0 ? g_strdup_printf ("%s %s", error->message, saved) : g_strdup (error->message);
  qora_notice_show (self->notice, text, TRUE, NULL, NULL);
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Export *export = user_data;
  QoraWindow *self = export->window;
  g_autoptr (GError) error = NULL;

  g_source_remove (export->progress_source);
  g_clear_object (&self->saving);
  qora_player_bar_set_progress (self->player_bar, -1);
  qora_window_update (self);
  if (qora_book_exporter_run_finish (export->exporter, result, &error))
    tell_saved (self, export->path);
  else
    tell_failed (self, qora_book_exporter_get_n_saved (export->exporter), error);
  g_object_unref (export->window);
  g_object_unref (export->exporter);
  g_free (export->path);
  g_free (export);
}

static void
export_book (QoraWindow *self, QoraBook *book, gboolean whole, const char *path,
             QoraAudioFormat format)
{
  g_autofree char *pattern = g_settings_get_string (self->settings, "file-name");
  Export *export;

  if (self->saving != NULL)
    return;
  export = g_new0 (Export, 1);
  export->window = g_object_ref (self);
  export->path = g_strdup (path);
  export->exporter
      = qora_book_saver_new (book, whole, path, pattern, format,
                             (QoraAudioQuality) g_settings_get_enum (self->settings, "quality"));
  export->progress_source = g_timeout_add (PROGRESS_INTERVAL, on_progress, export);
  self->saving = g_cancellable_new ();
  qora_window_update (self);
  qora_book_exporter_run_async (export->exporter, self->saving, on_exported, export);
}

/* ---- asking ---- */

typedef struct
{
  QoraWindow *window;
  QoraBook *book;
  QoraBookExportPage *page;
  gboolean whole;
  QoraAudioFormat format;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->window);
  g_object_unref (question->book);
  g_free (question);
}

static void
on_place_chosen (GtkNativeDialog *dialog, int response, Question *question)
{
  QoraWindow *self = question->window;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GFile) parent = g_file_get_parent (file);
      g_autofree char *uri = g_file_get_uri (question->whole && parent != NULL ? parent : file);
      g_autofree char *path = g_file_get_path (file);

      g_settings_set_string (self->settings, "export-folder", uri);
      if (path != NULL)
        export_book (self, question->book, question->whole, path, question->format);
    }
  g_object_unref (dialog);
  question_free (question);
}

static void
ask_for_place (Question *question)
{
  QoraWindow *self = question->window;
  g_autoptr (GFile) folder = qora_window_dup_export_folder (self);
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      question->whole ? _ ("Export Book") : _ ("Export Chapters to a Folder"), GTK_WINDOW (self),
      question->whole ? GTK_FILE_CHOOSER_ACTION_SAVE : GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL,
      NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL);
  if (question->whole)
    {
      const QoraFileName fields = { .title = qora_book_get_title (question->book) };
      g_autofree char *name = qora_file_name_format (
          "{title}", &fields, qora_audio_format_get_extension (question->format));

      gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
    }
  g_signal_connect (dialog, "response", G_CALLBACK (on_place_chosen), question);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_response (AdwMessageDialog *dialog, const char *response, Question *question)
{
  if (!g_str_equal (response, "export"))
    {
      question_free (question);
      return;
    }
  question->whole = qora_book_export_page_get_whole (question->page);
  question->format = qora_book_export_page_get_format (question->page);
  ask_for_place (question);
}

static void
ask_how (QoraWindow *self, QoraBook *book)
{
  AdwMessageDialog *dialog
      = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (self), _ ("Export Book"), NULL));
  GtkWidget *page = qora_book_export_page_new (self->settings);
  Question *question = g_new0 (Question, 1);
  QoraTakeCount count;

  question->window = g_object_ref (self);
  question->book = g_object_ref (book);
  question->page = QORA_BOOK_EXPORT_PAGE (page);
  qora_book_count (book, &count);
  if (count.made < count.parts)
    adw_message_dialog_format_body (dialog,
                                    ngettext ("%u part is not made yet and will be missing.",
                                              "%u parts are not made yet and will be missing.",
                                              count.parts - count.made),
                                    count.parts - count.made);
  adw_message_dialog_set_extra_child (dialog, page);
  adw_message_dialog_add_response (dialog, "cancel", _ ("Cancel"));
  adw_message_dialog_add_response (dialog, "export", _ ("Export…"));
  adw_message_dialog_set_close_response (dialog, "cancel");
  adw_message_dialog_set_default_response (dialog, "export");
  adw_message_dialog_set_response_appearance (dialog, "export", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_response_enabled (dialog, "export", count.made > 0);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), question);
  qora_accessible_name_window (GTK_WINDOW (dialog), _ ("Export Book"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- actions ---- */

static void
export_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  QoraBook *book = qora_book_list_find (self->books, g_variant_get_string (parameter, NULL));

  if (book != NULL)
    ask_how (self, book);
}

/* The book's id, where to, and the ending of a format's file names. */
static void
export_to_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  const char *id;
  const char *path;
  const char *ending;
  g_autofree char *name = NULL;
  QoraAudioFormat format;
  QoraBook *book;

  g_variant_get (parameter, "(&s&s&s)", &id, &path, &ending);
  name = g_strconcat (".", ending, NULL);
  book = qora_book_list_find (self->books, id);
  if (book != NULL && qora_audio_format_from_name (name, &format))
    export_book (self, book, !g_file_test (path, G_FILE_TEST_IS_DIR), path, format);
}

static const GActionEntry actions[] = {
  { .name = "book-export", .activate = export_action, .parameter_type = "s" },
  { .name = "book-export-to", .activate = export_to_action, .parameter_type = "(sss)" },
};

void
qora_window_add_export_actions (QoraWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}
