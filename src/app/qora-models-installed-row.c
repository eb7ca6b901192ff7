/* qora-models-installed-row.c: one voice model that is on this computer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-models-installed-row.h"

#include <glib/gi18n.h>

#include "qora-accessible.h"
#include "qora-model-convert.h"
#include "qora-models-words.h"
#include "qora-voice.h"

struct _QoraModelsInstalledRow
{
  AdwExpanderRow parent_instance;

  GtkWidget *in_use;
  GtkButton *use_button;
  AdwActionRow *place_row;
  AdwActionRow *voices_row;
  AdwActionRow *convert_row;
  GtkButton *convert_button;
  GtkButton *convert_cancel;
  AdwActionRow *source_row;
  GtkButton *source_button;
  AdwActionRow *check_row;
  GtkButton *check_button;
  AdwActionRow *remove_row;
  GtkButton *remove_button;

  QoraApplication *app;
  QoraModelsLibrary *library;
  QoraModel *model;
  QoraModelsJob *job; /* that packs it, or NULL */
  char *name;
  guint64 source_bytes; /* that dropping the checkpoint beside a packed file frees */
  GCancellable *checking;
};

G_DEFINE_FINAL_TYPE (QoraModelsInstalledRow, qora_models_installed_row, ADW_TYPE_EXPANDER_ROW)

QoraModel *
qora_models_installed_row_get_model (QoraModelsInstalledRow *self)
{
  g_return_val_if_fail (QORA_IS_MODELS_INSTALLED_ROW (self), NULL);
  return self->model;
}

/* ---- showing what is true ---- */

static void
update_use (QoraModelsInstalledRow *self)
{
  const char *path = qora_synthesizer_get_path (qora_application_get_synthesizer (self->app));
  gboolean in_use = g_strcmp0 (path, qora_model_get_path (self->model)) == 0;
  gboolean can_speak = !g_str_equal (qora_model_get_kind (self->model), "base");

  gtk_widget_set_visible (self->in_use, in_use);
  gtk_widget_set_visible (GTK_WIDGET (self->use_button), !in_use && can_speak);
}

static gboolean
update_conversion_needs (QoraModelsInstalledRow *self)
{
  QoraModelNeeds needs;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gboolean fits;

  qora_model_needs_of_conversion (
      &needs, self->model,
      qora_model_store_get_data_folder (qora_models_library_get_store (self->library)));
  fits = qora_model_needs_check_disk (&needs, &error);
  text = fits ? qora_models_describe_needs (&needs)
              : g_strdup_printf (_ ("There is not enough space: %s."), error->message);
  adw_action_row_set_subtitle (self->convert_row, text);
  return fits;
}

static void
update_conversion (QoraModelsInstalledRow *self)
{
  gboolean active = self->job != NULL && qora_models_job_is_active (self->job);
  gboolean failed
      = self->job != NULL && qora_models_job_get_state (self->job) == QORA_MODELS_JOB_FAILED;
  gboolean fits = TRUE;

  gtk_widget_set_visible (GTK_WIDGET (self->convert_row), qora_models_can_pack (self->model));
  if (!qora_models_can_pack (self->model))
    return;
  if (active || failed)
    {
      g_autofree char *text = qora_models_describe_job (self->job);

      adw_action_row_set_subtitle (self->convert_row, text);
    }
  else
    fits = update_conversion_needs (self);
  gtk_widget_set_visible (GTK_WIDGET (self->convert_button), !active);
  gtk_widget_set_sensitive (GTK_WIDGET (self->convert_button), fits);
  gtk_widget_set_visible (GTK_WIDGET (self->convert_cancel), active);
  gtk_widget_set_sensitive (GTK_WIDGET (self->remove_row), !active);
}

static void
update_job (QoraModelsInstalledRow *self)
{
  QoraModelsJob *job
      = qora_models_library_find_job (self->library, qora_model_get_path (self->model));

  if (job != self->job)
    {
      if (self->job != NULL)
        g_signal_handlers_disconnect_by_func (self->job, update_conversion, self);
      g_set_object (&self->job, job);
      if (job != NULL)
        g_signal_connect_object (job, "changed", G_CALLBACK (update_conversion), self,
                                 G_CONNECT_SWAPPED);
    }
  update_conversion (self);
}

void
qora_models_installed_row_update_source (QoraModelsInstalledRow *self)
{
  g_autofree char *folder = g_path_get_dirname (qora_model_get_path (self->model));
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  self->source_bytes = 0;
  if (qora_model_is_packed (self->model) && qora_model_get_place (self->model) == QORA_MODEL_OWN)
    self->source_bytes = qora_model_measure_source (folder);
  gtk_widget_set_visible (GTK_WIDGET (self->source_row), self->source_bytes > 0);
  size = g_format_size (self->source_bytes);
  /* translators: %s is a size */
  text = g_strdup_printf (_ ("Only needed for other precisions. Deleting them frees %s."), size);
  adw_action_row_set_subtitle (self->source_row, text);
}

static void
show_remove (QoraModelsInstalledRow *self)
{
  switch (qora_model_get_place (self->model))
    {
    case QORA_MODEL_OWN:
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->remove_row),
                                     _ ("Delete From This Computer"));
      break;
    case QORA_MODEL_ADDED:
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->remove_row),
                                     _ ("Remove From This List"));
      adw_action_row_set_subtitle (self->remove_row, _ ("The files stay where they are."));
      break;
    default:
      gtk_widget_set_visible (GTK_WIDGET (self->remove_row), FALSE);
    }
}

static void
name_button (QoraModelsInstalledRow *self, GtkButton *button)
{
  g_autofree char *name = g_strdup_printf ("%s: %s", gtk_button_get_label (button), self->name);

  qora_accessible_name (GTK_WIDGET (button), name);
}

/* (transfer full), empty for a model that has none. */
static char *
list_voices (QoraModel *model)
{
  const char *const *ids = qora_model_get_speakers (model);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autoptr (QoraVoice) voice = qora_voice_new (ids[i]);

      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", qora_voice_get_name (voice));
    }
  return g_markup_escape_text (names->str, -1);
}

static void
show_model (QoraModelsInstalledRow *self)
{
  g_autofree char *about = qora_models_describe (self->model);
  g_autofree char *voices = list_voices (self->model);
  g_autofree char *path = g_markup_escape_text (qora_model_get_path (self->model), -1);
  g_autofree char *title = g_markup_escape_text (self->name, -1);
  GtkButton *const buttons[] = { self->use_button,    self->convert_button, self->convert_cancel,
                                 self->source_button, self->check_button,   self->remove_button };

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), about);
  adw_action_row_set_subtitle (self->place_row, path);
  adw_action_row_set_subtitle (self->voices_row, voices);
  gtk_widget_set_visible (GTK_WIDGET (self->voices_row), *voices != '\0');
  for (gsize i = 0; i < G_N_ELEMENTS (buttons); i++)
    name_button (self, buttons[i]);
  qora_models_installed_row_update_source (self);
  show_remove (self);
  update_use (self);
  update_job (self);
}

/* ---- using and packing ---- */

static void
on_use (QoraModelsInstalledRow *self)
{
  gboolean is_demo = qora_model_get_place (self->model) == QORA_MODEL_DEMO;

  qora_application_open_model (self->app, is_demo ? NULL : qora_model_get_path (self->model));
}

static void
on_convert (QoraModelsInstalledRow *self)
{
  qora_models_library_convert (self->library, self->model);
}

static void
on_convert_cancel (QoraModelsInstalledRow *self)
{
  qora_models_job_cancel (self->job);
}

/* ---- checking ---- */

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraModelsInstalledRow) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = qora_model_verify_finish (QORA_MODEL (source), result, &error);
  g_autofree char *message = NULL;

  g_clear_object (&self->checking);
  gtk_widget_set_sensitive (GTK_WIDGET (self->check_button), TRUE);
  if (!ok)
    message = g_markup_escape_text (error->message, -1);
  adw_action_row_set_subtitle (self->check_row,
                               ok ? _ ("The files are as they should be.") : message);
  if (ok)
    gtk_widget_remove_css_class (GTK_WIDGET (self->check_row), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->check_row), "error");
}

static void
on_check (QoraModelsInstalledRow *self)
{
  GListModel *catalogue = qora_models_library_get_catalogue (self->library);
  g_autoptr (QoraCatalogueEntry) entry = NULL;

  if (catalogue != NULL && qora_model_get_place (self->model) == QORA_MODEL_OWN)
    entry = qora_catalogue_find (catalogue, qora_model_get_name (self->model));
  self->checking = g_cancellable_new ();
  gtk_widget_set_sensitive (GTK_WIDGET (self->check_button), FALSE);
  adw_action_row_set_subtitle (self->check_row, _ ("Verifying…"));
  qora_model_verify_async (self->model, entry, self->checking, on_checked, g_object_ref (self));
}

/* ---- deleting ---- */

static AdwMessageDialog *
ask (QoraModelsInstalledRow *self, const char *heading, const char *body, const char *answer)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                              heading, body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("Cancel"), "yes",
                                    answer, NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "yes",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  return ADW_MESSAGE_DIALOG (dialog);
}

static void
on_remove_answered (QoraModelsInstalledRow *self, const char *response)
{
  if (g_str_equal (response, "yes"))
    qora_application_remove_model (self->app, self->model);
}

static void
on_remove (QoraModelsInstalledRow *self)
{
  g_autofree char *folder = qora_model_is_packed (self->model)
                                ? g_path_get_dirname (qora_model_get_path (self->model))
                                : g_strdup (qora_model_get_path (self->model));
  g_autofree char *size = NULL;
  g_autofree char *heading = NULL;
  g_autofree char *body = NULL;
  AdwMessageDialog *dialog;

  if (qora_model_get_place (self->model) == QORA_MODEL_ADDED)
    {
      qora_application_remove_model (self->app, self->model);
      return;
    }
  size = g_format_size (qora_model_get_bytes (self->model) + self->source_bytes);
  /* translators: %s is the name of a voice model */
  heading = g_strdup_printf (_ ("Delete %s?"), self->name);
  /* translators: the path of a folder, then a size */
  body = g_strdup_printf (_ ("The folder %s with all that is in it is deleted, which frees %s. "
                             "Takes that were made with it stay."),
                          folder, size);
  dialog = ask (self, heading, body, _ ("Delete"));
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_remove_answered), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_source_answered (QoraModelsInstalledRow *self, const char *response)
{
  const char *path = qora_synthesizer_get_path (qora_application_get_synthesizer (self->app));
  g_autofree char *folder = g_path_get_dirname (qora_model_get_path (self->model));

  if (!g_str_equal (response, "yes"))
    return;
  if (g_strcmp0 (path, folder) == 0)
    on_use (self);
  qora_models_library_drop_source (self->library, self->model);
}

static void
on_source (QoraModelsInstalledRow *self)
{
  g_autofree char *size = g_format_size (self->source_bytes);
  g_autofree char *folder = g_path_get_dirname (qora_model_get_path (self->model));
  /* translators: the path of a folder, then a size */
  g_autofree char *body
      = g_strdup_printf (_ ("The safetensors files in %s are deleted, which frees %s. The packed "
                            "file stays and speaks as before."),
                         folder, size);
  AdwMessageDialog *dialog = ask (self, _ ("Delete the Original Files?"), body, _ ("Delete"));

  g_signal_connect_object (dialog, "response", G_CALLBACK (on_source_answered), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- the widget ---- */

static void
qora_models_installed_row_dispose (GObject *object)
{
  QoraModelsInstalledRow *self = QORA_MODELS_INSTALLED_ROW (object);

  if (self->checking != NULL)
    g_cancellable_cancel (self->checking);
  g_clear_object (&self->job);
  g_clear_object (&self->model);
  g_clear_object (&self->library);
  g_clear_pointer (&self->name, g_free);
  G_OBJECT_CLASS (qora_models_installed_row_parent_class)->dispose (object);
}

#define BIND(child)                                                                                \
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), QoraModelsInstalledRow, child)

static void
qora_models_installed_row_class_init (QoraModelsInstalledRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qora_models_installed_row_dispose;
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass),
                                               QORA_RESOURCES "qora-models-installed-row.ui");
  BIND (in_use);
  BIND (use_button);
  BIND (place_row);
  BIND (voices_row);
  BIND (convert_row);
  BIND (convert_button);
  BIND (convert_cancel);
  BIND (source_row);
  BIND (source_button);
  BIND (check_row);
  BIND (check_button);
  BIND (remove_row);
  BIND (remove_button);
}

static void
connect_button (QoraModelsInstalledRow *self, GtkButton *button, GCallback callback)
{
  g_signal_connect_swapped (button, "clicked", callback, self);
}

static void
qora_models_installed_row_init (QoraModelsInstalledRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  connect_button (self, self->use_button, G_CALLBACK (on_use));
  connect_button (self, self->convert_button, G_CALLBACK (on_convert));
  connect_button (self, self->convert_cancel, G_CALLBACK (on_convert_cancel));
  connect_button (self, self->source_button, G_CALLBACK (on_source));
  connect_button (self, self->check_button, G_CALLBACK (on_check));
  connect_button (self, self->remove_button, G_CALLBACK (on_remove));
}

GtkWidget *
qora_models_installed_row_new (QoraApplication *app, QoraModel *model)
{
  QoraModelsInstalledRow *self = g_object_new (QORA_TYPE_MODELS_INSTALLED_ROW, NULL);

  self->app = app;
  self->library = g_object_ref (qora_application_get_library (app));
  self->model = g_object_ref (model);
  self->name = qora_models_name (self->library, model);
  g_signal_connect_object (qora_application_get_synthesizer (app), "notify::path",
                           G_CALLBACK (update_use), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->library, "jobs-changed", G_CALLBACK (update_job), self,
                           G_CONNECT_SWAPPED);
  show_model (self);
  return GTK_WIDGET (self);
}
