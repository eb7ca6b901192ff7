/* qora-models-download-row.c: one model that can be downloaded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-models-download-row.h"

#include <glib/gi18n.h>

#include "qora-accessible.h"
#include "qora-models-words.h"

struct _QoraModelsDownloadRow
{
  AdwPreferencesRow parent_instance;

  GtkLabel *title;
  GtkLabel *about;
  GtkLabel *needs;
  GtkProgressBar *bar;
  GtkLabel *status;
  GtkButton *discard_button;
  GtkButton *pause_button;
  GtkButton *start_button;

  QoraModelsJob *job;
};

G_DEFINE_FINAL_TYPE (QoraModelsDownloadRow, qora_models_download_row, ADW_TYPE_PREFERENCES_ROW)

QoraModelsJob *
qora_models_download_row_get_job (QoraModelsDownloadRow *self)
{
  g_return_val_if_fail (QORA_IS_MODELS_DOWNLOAD_ROW (self), NULL);
  return self->job;
}

/* Several rows have such a button: a name of its own tells them apart. */
static void
name_button (QoraModelsDownloadRow *self, GtkButton *button, const char *label)
{
  g_autofree char *name = g_strdup_printf ("%s: %s", label, qora_models_job_get_title (self->job));

  gtk_button_set_label (button, label);
  qora_accessible_name (GTK_WIDGET (button), name);
}

static void
set_class (gpointer widget, const char *name, gboolean has)
{
  if (has)
    gtk_widget_add_css_class (GTK_WIDGET (widget), name);
  else
    gtk_widget_remove_css_class (GTK_WIDGET (widget), name);
}

/* What it takes is of interest until it begins. */
static gboolean
update_needs (QoraModelsDownloadRow *self)
{
  QoraModelNeeds needs;
  g_autofree char *text = NULL;
  g_autofree char *whole = NULL;
  g_autoptr (GError) error = NULL;
  gboolean fits;

  qora_model_needs_of_download (&needs, qora_models_job_get_download (self->job));
  fits = qora_model_needs_check_disk (&needs, &error);
  text = qora_models_describe_needs (&needs);
  if (!fits)
    whole = g_strdup_printf (_ ("%s\nThere is not enough space: %s."), text, error->message);
  else if (!qora_model_needs_fit_memory (&needs))
    whole = g_strdup_printf (
        _ ("%s\nThis computer has too little memory for it: speech would be very slow."), text);
  gtk_label_set_label (self->needs, whole != NULL ? whole : text);
  set_class (self->needs, "warning", whole != NULL);
  return fits;
}

static void
update_buttons (QoraModelsDownloadRow *self, gboolean fits)
{
  QoraModelsJobState state = qora_models_job_get_state (self->job);
  gboolean active = qora_models_job_is_active (self->job);
  gboolean paused = state == QORA_MODELS_JOB_PAUSED;
  gboolean begun = qora_models_job_get_arrived (self->job) > 0;

  gtk_widget_set_visible (GTK_WIDGET (self->start_button),
                          (!active || paused) && state != QORA_MODELS_JOB_DONE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->start_button), fits);
  gtk_widget_set_visible (GTK_WIDGET (self->pause_button),
                          active && !paused && state != QORA_MODELS_JOB_CONVERTING);
  gtk_widget_set_visible (GTK_WIDGET (self->discard_button),
                          active || (begun && state != QORA_MODELS_JOB_DONE));
  name_button (self, self->start_button, begun || paused ? _ ("Resume") : _ ("Download"));
  name_button (self, self->pause_button, _ ("Pause"));
  name_button (self, self->discard_button, active ? _ ("Cancel") : _ ("Discard"));
}

static void
update (QoraModelsDownloadRow *self)
{
  QoraModelsJobState state = qora_models_job_get_state (self->job);
  gboolean active = qora_models_job_is_active (self->job);
  gboolean begun = active || qora_models_job_get_arrived (self->job) > 0;
  gboolean fits = active || update_needs (self);
  g_autofree char *status = qora_models_describe_job (self->job);

  gtk_widget_set_visible (GTK_WIDGET (self->needs), !active && state != QORA_MODELS_JOB_DONE);
  gtk_widget_set_visible (GTK_WIDGET (self->bar), begun && state != QORA_MODELS_JOB_DONE);
  gtk_progress_bar_set_fraction (self->bar, qora_models_job_get_fraction (self->job));
  gtk_widget_set_visible (GTK_WIDGET (self->status), *status != '\0');
  gtk_label_set_label (self->status, status);
  set_class (self->status, "error", state == QORA_MODELS_JOB_FAILED);
  update_buttons (self, fits);
}

static void
on_discard (QoraModelsDownloadRow *self)
{
  qora_models_job_cancel (self->job);
}

static void
on_pause (QoraModelsDownloadRow *self)
{
  qora_models_job_pause (self->job);
}

static void
on_start (QoraModelsDownloadRow *self)
{
  qora_models_job_start (self->job);
}

static void
qora_models_download_row_dispose (GObject *object)
{
  g_clear_object (&QORA_MODELS_DOWNLOAD_ROW (object)->job);
  G_OBJECT_CLASS (qora_models_download_row_parent_class)->dispose (object);
}

static void
qora_models_download_row_class_init (QoraModelsDownloadRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_models_download_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               QORA_RESOURCES "qora-models-download-row.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraModelsDownloadRow, title);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsDownloadRow, about);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsDownloadRow, needs);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsDownloadRow, bar);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsDownloadRow, status);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsDownloadRow, discard_button);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsDownloadRow, pause_button);
  gtk_widget_class_bind_template_child (widget_class, QoraModelsDownloadRow, start_button);
}

static void
qora_models_download_row_init (QoraModelsDownloadRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->discard_button, "clicked", G_CALLBACK (on_discard), self);
  g_signal_connect_swapped (self->pause_button, "clicked", G_CALLBACK (on_pause), self);
  g_signal_connect_swapped (self->start_button, "clicked", G_CALLBACK (on_start), self);
}

static void
show_entry (QoraModelsDownloadRow *self)
{
  QoraCatalogueEntry *entry
      = qora_model_download_get_entry (qora_models_job_get_download (self->job));
  g_autofree char *size = g_format_size (qora_catalogue_entry_get_size (entry));
  g_autofree char *packed = g_format_size (qora_catalogue_entry_get_packed_size (entry));
  g_autofree char *about = g_strdup_printf (
      /* translators: kind of model, for example “Preset voices”; then two sizes */
      _ ("%s · %s to download, about %s when ready"),
      qora_models_describe_kind (qora_catalogue_entry_get_kind (entry)), size, packed);
  const char *title = qora_catalogue_entry_get_title (entry);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->about, about);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
}

GtkWidget *
qora_models_download_row_new (QoraModelsJob *job)
{
  QoraModelsDownloadRow *self = g_object_new (QORA_TYPE_MODELS_DOWNLOAD_ROW, NULL);

  self->job = g_object_ref (job);
  show_entry (self);
  g_signal_connect_object (job, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
