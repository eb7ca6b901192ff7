/* qora-models-window.c: the page of voice models: what is installed, and what can be downloaded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-models-window.h"

#include <glib/gi18n.h>

#include "qora-accessible.h"
#include "qora-models-download-row.h"
#include "qora-models-installed-row.h"
#include "qora-toast.h"

struct _QoraModelsWindow
{
  AdwPreferencesWindow parent_instance;

  AdwPreferencesGroup *installed;
  AdwPreferencesGroup *downloads;
  AdwEntryRow *mirror;
  GtkButton *add_file_button;
  GtkButton *add_folder_button;

  QoraApplication *app;
  QoraModelsLibrary *library;
  GSettings *settings;
  GPtrArray *installed_rows; /* QoraModelsInstalledRow */
  GPtrArray *download_rows;  /* QoraModelsDownloadRow */
};

G_DEFINE_FINAL_TYPE (QoraModelsWindow, qora_models_window, ADW_TYPE_PREFERENCES_WINDOW)

static void
name_all (QoraModelsWindow *self)
{
  qora_accessible_name_window (GTK_WINDOW (self), _ ("Voices and Models"));
}

/* Bad news do not wait behind good ones. */
static void
toast (QoraModelsWindow *self, const char *text)
{
  AdwToast *made = qora_toast_new (text);

  adw_toast_set_timeout (made, 0);
  adw_toast_set_priority (made, ADW_TOAST_PRIORITY_HIGH);
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), made);
  name_all (self);
}

/* ---- what is installed ---- */

/* A row of before that still is right, so that it stays open and keeps what it says. */
static GtkWidget *
take_row (GPtrArray *rows, QoraModel *model)
{
  for (guint i = 0; i < rows->len; i++)
    {
      QoraModel *other = qora_models_installed_row_get_model (rows->pdata[i]);

      if (g_str_equal (qora_model_get_path (model), qora_model_get_path (other))
          && qora_model_get_bytes (model) == qora_model_get_bytes (other)
          && qora_model_is_packed (model) == qora_model_is_packed (other))
        return rows->pdata[i];
    }
  return NULL;
}

/* The folder that a download is still at work in is not a model of its own. */
static gboolean
is_being_made (QoraModelsWindow *self, QoraModel *model)
{
  QoraModelsJob *job = qora_models_library_find_job (self->library, qora_model_get_path (model));

  return job != NULL && qora_models_job_get_download (job) != NULL
         && qora_models_job_is_active (job);
}

/* A group takes rows at its end only: what comes after the first change is put there anew. */
static void
show_rows (QoraModelsWindow *self, GPtrArray *rows)
{
  GPtrArray *before = self->installed_rows;
  guint same = 0;

  while (same < MIN (before->len, rows->len) && before->pdata[same] == rows->pdata[same])
    same++;
  for (guint i = same; i < before->len; i++)
    adw_preferences_group_remove (self->installed, before->pdata[i]);
  for (guint i = same; i < rows->len; i++)
    adw_preferences_group_add (self->installed, rows->pdata[i]);
}

static void
update_installed (QoraModelsWindow *self)
{
  GListModel *store = G_LIST_MODEL (qora_models_library_get_store (self->library));
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (store); i++)
    {
      g_autoptr (QoraModel) model = g_list_model_get_item (store, i);
      GtkWidget *row = take_row (self->installed_rows, model);

      if (is_being_made (self, model))
        continue;
      if (row == NULL)
        row = qora_models_installed_row_new (self->app, model);
      qora_models_installed_row_update_source (QORA_MODELS_INSTALLED_ROW (row));
      g_ptr_array_add (rows, g_object_ref_sink (row));
    }
  show_rows (self, rows);
  g_ptr_array_unref (self->installed_rows);
  self->installed_rows = g_steal_pointer (&rows);
}

/* ---- what can be downloaded ---- */

/* Nothing is offered that is there; a checkpoint that only has to be packed is listed above. */
static void
update_offers (QoraModelsWindow *self)
{
  QoraModelStore *store = qora_models_library_get_store (self->library);
  gboolean any = FALSE;

  for (guint i = 0; i < self->download_rows->len; i++)
    {
      QoraModelsDownloadRow *row = self->download_rows->pdata[i];
      QoraModelsJob *job = qora_models_download_row_get_job (row);
      QoraCatalogueEntry *entry
          = qora_model_download_get_entry (qora_models_job_get_download (job));
      g_autoptr (QoraModel) there
          = qora_model_store_find (store, qora_catalogue_entry_get_name (entry));
      gboolean offered = there == NULL || qora_models_job_is_active (job);

      gtk_widget_set_visible (GTK_WIDGET (row), offered);
      any = any || offered;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->downloads),
                          any || qora_models_library_get_catalogue (self->library) == NULL);
}

static void
update_catalogue (QoraModelsWindow *self)
{
  GListModel *catalogue = qora_models_library_get_catalogue (self->library);
  const GError *error = qora_models_library_get_catalogue_error (self->library);

  for (guint i = 0; i < self->download_rows->len; i++)
    adw_preferences_group_remove (self->downloads, self->download_rows->pdata[i]);
  g_ptr_array_set_size (self->download_rows, 0);
  for (guint i = 0; catalogue != NULL && i < g_list_model_get_n_items (catalogue); i++)
    {
      GtkWidget *row
          = qora_models_download_row_new (qora_models_library_get_download (self->library, i));

      adw_preferences_group_add (self->downloads, row);
      g_ptr_array_add (self->download_rows, g_object_ref (row));
    }
  adw_preferences_group_set_description (
      self->downloads,
      error != NULL
          ? error->message
          : _ ("Full voices of the Qwen3-TTS family. Every file is checked when it arrives; then "
               "nothing more is asked of the network."));
  update_offers (self);
  name_all (self);
}

static void
on_models (QoraModelsWindow *self)
{
  update_installed (self);
  update_offers (self);
  name_all (self);
}

/* ---- adding ---- */

static void
on_chosen (GtkNativeDialog *dialog, int response, QoraModelsWindow *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

      if (path != NULL)
        qora_models_library_add (self->library, path);
    }
  g_object_unref (dialog);
}

static void
choose (QoraModelsWindow *self, const char *title, GtkFileChooserAction action)
{
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, NULL, NULL);

  if (action == GTK_FILE_CHOOSER_ACTION_OPEN)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

      gtk_file_filter_set_name (filter, _ ("Voice Models"));
      gtk_file_filter_add_pattern (filter, "*.qora-tts");
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
    }
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
on_add_file (QoraModelsWindow *self)
{
  choose (self, _ ("Add Voice Model"), GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void
on_add_folder (QoraModelsWindow *self)
{
  choose (self, _ ("Add Voice Model Folder"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER);
}

/* ---- the server ---- */

static void
on_mirror_applied (QoraModelsWindow *self)
{
  g_autofree char *address = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->mirror)));

  g_strstrip (address);
  if (*address != '\0' && !qora_catalogue_is_server (address))
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->mirror), "error");
      toast (self, _ ("The address must begin with https:// and name a server"));
      return;
    }
  gtk_widget_remove_css_class (GTK_WIDGET (self->mirror), "error");
  g_settings_set_string (self->settings, "mirror", address);
}

/* Another server in the middle of a download would be another download. */
static void
update_server (QoraModelsWindow *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->mirror),
                            qora_models_library_can_change_server (self->library));
  update_offers (self);
}

/* ---- telling ---- */

static void
on_failed (QoraModelsWindow *self, const char *message)
{
  toast (self, message);
}

static void
on_model_error (QoraModelsWindow *self)
{
  const char *message = qora_application_get_model_error (self->app);

  if (message != NULL)
    toast (self, message);
}

void
qora_models_window_tell_ready (QoraModelsWindow *self, QoraModelsJob *job)
{
  /* translators: %s is the name of a voice model */
  g_autofree char *text = g_strdup_printf (_ ("%s is ready"), qora_models_job_get_title (job));
  AdwToast *made = qora_toast_new (text);

  g_return_if_fail (QORA_IS_MODELS_WINDOW (self));

  adw_toast_set_timeout (made, 0);
  adw_toast_set_button_label (made, _ ("Use"));
  adw_toast_set_action_name (made, "app.use-model");
  adw_toast_set_action_target (made, "s", qora_models_job_get_target (job));
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), made);
  name_all (self);
}

/* ---- the widget ---- */

static void
qora_models_window_dispose (GObject *object)
{
  QoraModelsWindow *self = QORA_MODELS_WINDOW (object);

  g_clear_pointer (&self->installed_rows, g_ptr_array_unref);
  g_clear_pointer (&self->download_rows, g_ptr_array_unref);
  g_clear_object (&self->settings);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (qora_models_window_parent_class)->dispose (object);
}

static void
qora_models_window_class_init (QoraModelsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_models_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               QORA_RESOURCES "qora-models-window.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraModelsWindow, installed);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsWindow, downloads);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsWindow, mirror);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsWindow, add_file_button);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsWindow, add_folder_button);
}

static void
qora_models_window_init (QoraModelsWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->installed_rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->download_rows = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
connect (gpointer object, const char *signal, GCallback callback, QoraModelsWindow *self)
{
  g_signal_connect_object (object, signal, callback, self, G_CONNECT_SWAPPED);
}

QoraModelsWindow *
qora_models_window_new (QoraApplication *app)
{
  QoraModelsWindow *self = g_object_new (QORA_TYPE_MODELS_WINDOW, "application", app, NULL);
  g_autofree char *mirror = NULL;

  self->app = app;
  self->library = g_object_ref (qora_application_get_library (app));
  self->settings = g_settings_new (QORA_APP_ID);
  mirror = g_settings_get_string (self->settings, "mirror");
  gtk_editable_set_text (GTK_EDITABLE (self->mirror), mirror);
  connect (self->add_file_button, "clicked", G_CALLBACK (on_add_file), self);
  connect (self->add_folder_button, "clicked", G_CALLBACK (on_add_folder), self);
  connect (self->mirror, "apply", G_CALLBACK (on_mirror_applied), self);
  connect (qora_models_library_get_store (self->library), "items-changed", G_CALLBACK (on_models),
           self);
  connect (self->library, "catalogue-changed", G_CALLBACK (update_catalogue), self);
  connect (self->library, "notify::busy", G_CALLBACK (update_server), self);
  connect (self->library, "job-ended", G_CALLBACK (update_server), self);
  connect (self->library, "failed", G_CALLBACK (on_failed), self);
  connect (app, "notify::model-error", G_CALLBACK (on_model_error), self);
  update_installed (self);
  update_catalogue (self);
  update_server (self);
  return self;
}
