/* qora-pronunciation-window.c: the list of words that are spoken in another way
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-pronunciation-window.h"

#include <glib/gi18n.h>

#include "qora-accessible.h"
#include "qora-pair-dialog.h"
#include "qora-paths.h"
#include "qora-preview.h"
#include "qora-toast.h"
#include "qora-voice.h"

#define FILE_NAME "pronunciation.tsv"
#define LARGEST   (1 << 20) /* bytes of a list that is imported */
#define INDEX     "qora-index"
#define NO_INDEX  G_MAXUINT

struct _QoraPronunciationWindow
{
  AdwPreferencesWindow parent_instance;

  GtkButton *add_button;
  GtkMenuButton *menu_button;
  GtkListBox *list;

  QoraApplication *app;
  QoraPronunciationStore *store;
  QoraPreview *preview;
};

G_DEFINE_FINAL_TYPE (QoraPronunciationWindow, qora_pronunciation_window,
                     ADW_TYPE_PREFERENCES_WINDOW)

static void
toast (QoraPronunciationWindow *self, const char *text)
{
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), qora_toast_new (text));
}

static const QoraModelInfo *
get_info (QoraPronunciationWindow *self)
{
  return qora_synthesizer_get_info (qora_application_get_synthesizer (self->app));
}

static guint
get_index (gpointer widget)
{
  return GPOINTER_TO_UINT (g_object_get_data (widget, INDEX));
}

/* ---- one pair ---- */

static void
on_response (QoraPairDialog *dialog, const char *response, QoraPronunciationWindow *self)
{
  g_autoptr (QoraPair) pair = NULL;

  if (!g_str_equal (response, "save"))
    return;
  pair = qora_pair_dialog_get_pair (dialog);
  qora_pronunciation_store_set_pair (self->store, get_index (dialog), pair);
}

static void
ask (QoraPronunciationWindow *self, guint index)
{
  QoraPronunciation *list = qora_pronunciation_store_get_list (self->store);
  const QoraPair *pair = index != NO_INDEX ? qora_pronunciation_get_pair (list, index) : NULL;
  const QoraModelInfo *info = get_info (self);
  GtkWidget *dialog = qora_pair_dialog_new (
      GTK_WINDOW (self), pair, info != NULL ? (const char *const *) info->languages : NULL);

  g_object_set_data (G_OBJECT (dialog), INDEX, GUINT_TO_POINTER (index));
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_add_clicked (QoraPronunciationWindow *self)
{
  ask (self, NO_INDEX);
}

static void
on_row_activated (QoraPronunciationWindow *self, AdwActionRow *row)
{
  ask (self, get_index (row));
}

static void
on_remove_clicked (GtkButton *button, QoraPronunciationWindow *self)
{
  qora_pronunciation_store_set_pair (self->store, get_index (button), NULL);
}

/* As the pair is spoken by the voice that is chosen at the moment. */
static void
on_hear_clicked (GtkButton *button, QoraPronunciationWindow *self)
{
  const QoraPair *pair = qora_pronunciation_get_pair (
      qora_pronunciation_store_get_list (self->store), get_index (button));
  g_autoptr (GSettings) settings = g_settings_new (QORA_APP_ID);
  g_autofree char *voice = g_settings_get_string (settings, "voice");
  const QoraModelInfo *info = get_info (self);
  const char *language = pair->language;

  if (info == NULL)
    {
      toast (self, _ ("There is no voice model"));
      return;
    }
  if (!g_strv_contains ((const char *const *) info->voices, voice))
    {
      g_free (voice);
      voice = g_strdup (info->voices[0]);
    }
  if (language != NULL && !g_strv_contains ((const char *const *) info->languages, language))
    language = NULL;
  qora_preview_say (self->preview, *pair->replace != '\0' ? pair->replace : pair->find, voice,
                    language);
}

static void
on_preview_failed (QoraPronunciationWindow *self, const GError *error)
{
  toast (self, error->message);
}

/* ---- the list ---- */

static void
name_after_tooltip (GtkWidget *widget)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_widget_get_tooltip_text (widget), -1);
}

static void
add_button (QoraPronunciationWindow *self, AdwActionRow *row, guint index, const char *icon,
            const char *label, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  name_after_tooltip (button);
  g_object_set_data (G_OBJECT (button), INDEX, GUINT_TO_POINTER (index));
  g_signal_connect_object (button, "clicked", clicked, self, 0);
  adw_action_row_add_suffix (row, button);
}

/* What applies to a pair, in words: "Tox · German · Inside words too". (transfer full) */
static char *
describe (const QoraPair *pair)
{
  GString *text = g_string_new (*pair->replace != '\0' ? pair->replace : _ ("Not spoken"));

  if (pair->language != NULL)
    {
      g_autofree char *language = qora_language_get_name (pair->language);

      g_string_append_printf (text, " · %s", language);
    }
  if (pair->in_words)
    g_string_append_printf (text, " · %s", _ ("Inside words too"));
  if (pair->match_case)
    g_string_append_printf (text, " · %s", _ ("Capital letters matter"));
  return g_string_free (text, FALSE);
}

static GtkWidget *
make_row (QoraPronunciationWindow *self, const QoraPair *pair, guint index)
{
  g_autofree char *subtitle = describe (pair);
  /* translators: %s is a word that is spoken in another way than it is written */
  g_autofree char *hear = g_strdup_printf (_ ("Hear %s"), pair->find);
  g_autofree char *remove = g_strdup_printf (_ ("Remove %s"), pair->find);
  AdwActionRow *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", pair->find,
                                    "subtitle", subtitle, "activatable", TRUE, NULL);

  add_button (self, row, index, "media-playback-start-symbolic", hear,
              G_CALLBACK (on_hear_clicked));
  add_button (self, row, index, "user-trash-symbolic", remove, G_CALLBACK (on_remove_clicked));
  g_object_set_data (G_OBJECT (row), INDEX, GUINT_TO_POINTER (index));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, pair->find,
                                  -1);
  return GTK_WIDGET (row);
}

static void
fill (QoraPronunciationWindow *self)
{
  QoraPronunciation *list = qora_pronunciation_store_get_list (self->store);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL
         && GTK_IS_LIST_BOX_ROW (child))
    gtk_list_box_remove (self->list, child);
  for (guint i = 0; i < qora_pronunciation_get_n_pairs (list); i++)
    gtk_list_box_append (self->list, make_row (self, qora_pronunciation_get_pair (list, i), i));
}

/* ---- files ---- */

static void
on_imported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraPronunciationWindow) self = user_data;
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (QoraPronunciation) list = NULL;
  g_autofree char *message = NULL;
  gsize length;
  guint n;

  if (g_file_load_contents_finish (G_FILE (source), result, &text, &length, NULL, &error)
      && length > LARGEST)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("%s is too large"), name);
  if (error == NULL)
    list = qora_pronunciation_parse (text, name, &error);
  if (list == NULL)
    {
      toast (self, error->message);
      return;
    }
  n = qora_pronunciation_get_n_pairs (list);
  qora_pronunciation_store_add_list (self->store, list);
  message = g_strdup_printf (ngettext ("%u pair was imported", "%u pairs were imported", n), n);
  toast (self, message);
}

static void
on_exported (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraPronunciationWindow) self = user_data;
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  g_autofree char *message = NULL;
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    /* translators: %s is a file name */
    message = g_strdup_printf (_ ("Saved as %s"), name);
  toast (self, message != NULL ? message : error->message);
}

static void
on_chosen (GtkNativeDialog *dialog, int response, QoraPronunciationWindow *self)
{
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (dialog);

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (chooser);

      if (gtk_file_chooser_get_action (chooser) == GTK_FILE_CHOOSER_ACTION_OPEN)
        g_file_load_contents_async (file, NULL, on_imported, g_object_ref (self));
      else
        {
          char *text = qora_pronunciation_format (qora_pronunciation_store_get_list (self->store));
          g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

          g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                               on_exported, g_object_ref (self));
        }
    }
  g_object_unref (dialog);
}

static void
choose_file (QoraPronunciationWindow *self, const char *title, GtkFileChooserAction action)
{
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, NULL, NULL);

  if (action == GTK_FILE_CHOOSER_ACTION_SAVE)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), FILE_NAME);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
import_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose_file (QORA_PRONUNCIATION_WINDOW (widget), _ ("Import Pronunciation List"),
               GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose_file (QORA_PRONUNCIATION_WINDOW (widget), _ ("Export Pronunciation List"),
               GTK_FILE_CHOOSER_ACTION_SAVE);
}

/* ---- the widget ---- */

static void
on_failed (QoraPronunciationWindow *self, const GError *error)
{
  toast (self, error->message);
}

static void
qora_pronunciation_window_dispose (GObject *object)
{
  QoraPronunciationWindow *self = QORA_PRONUNCIATION_WINDOW (object);

  g_clear_object (&self->preview);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (qora_pronunciation_window_parent_class)->dispose (object);
}

static void
qora_pronunciation_window_class_init (QoraPronunciationWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_pronunciation_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               QORA_RESOURCES "qora-pronunciation-window.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraPronunciationWindow, add_button);
  gtk_widget_class_bind_template_child (widget_class, QoraPronunciationWindow, menu_button);
  gtk_widget_class_bind_template_child (widget_class, QoraPronunciationWindow, list);
  gtk_widget_class_install_action (widget_class, "pronunciation.import", NULL, import_action);
  gtk_widget_class_install_action (widget_class, "pronunciation.export", NULL, export_action);
}

static void
qora_pronunciation_window_init (QoraPronunciationWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->add_button, "clicked", G_CALLBACK (on_add_clicked), self);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (on_row_activated), self);
}

GtkWidget *
qora_pronunciation_window_new (QoraApplication *app)
{
  QoraPronunciationWindow *self = g_object_new (QORA_TYPE_PRONUNCIATION_WINDOW, NULL);
  g_autofree char *previews = qora_paths_get_previews ();

  self->app = app;
  self->store = g_object_ref (qora_application_get_pronunciation (app));
  self->preview = qora_preview_new (qora_application_get_synthesizer (app), previews);
  g_signal_connect_object (self->store, "changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->store, "failed", G_CALLBACK (on_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->preview, "failed", G_CALLBACK (on_preview_failed), self,
                           G_CONNECT_SWAPPED);
  qora_accessible_name_window (GTK_WINDOW (self), _ ("Pronunciation"));
  name_after_tooltip (GTK_WIDGET (self->add_button));
  name_after_tooltip (GTK_WIDGET (self->menu_button));
  fill (self);
  return GTK_WIDGET (self);
}
