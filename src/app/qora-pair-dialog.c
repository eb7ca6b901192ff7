/* qora-pair-dialog.c: asks how a word is to be spoken
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-pair-dialog.h"

#include <glib/gi18n.h>

#include "qora-accessible.h"
#include "qora-voice.h"

struct _QoraPairDialog
{
  AdwMessageDialog parent_instance;

  AdwEntryRow *find;
  AdwEntryRow *replace;
  AdwComboRow *language;
  GtkSwitch *whole_words;
  GtkSwitch *match_case;

  GPtrArray *languages; /* of char *, the model's names; the row has one for all before them */
};

G_DEFINE_FINAL_TYPE (QoraPairDialog, qora_pair_dialog, ADW_TYPE_MESSAGE_DIALOG)

static void
update_save (QoraPairDialog *self)
{
  const char *find = gtk_editable_get_text (GTK_EDITABLE (self->find));

  adw_message_dialog_set_response_enabled (ADW_MESSAGE_DIALOG (self), "save", *find != '\0');
}

static void
on_activated (QoraPairDialog *self)
{
  if (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (self), "save"))
    {
      adw_message_dialog_response (ADW_MESSAGE_DIALOG (self), "save");
      gtk_window_close (GTK_WINDOW (self));
    }
}

static void
add_language (QoraPairDialog *self, GtkStringList *names, const char *language)
{
  g_ptr_array_add (self->languages, g_strdup (language));
  gtk_string_list_take (names, qora_language_get_name (language));
}

/* The model's languages, and the pair's own where that is none of them. */
static void
fill_languages (QoraPairDialog *self, const char *const *languages, const char *own)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;

  gtk_string_list_append (names, _ ("All Languages"));
  for (guint i = 0; languages != NULL && languages[i] != NULL; i++)
    {
      add_language (self, names, languages[i]);
      if (own != NULL && g_ascii_strcasecmp (own, languages[i]) == 0)
        selected = i + 1;
    }
  if (own != NULL && selected == 0)
    {
      add_language (self, names, own);
      selected = self->languages->len;
    }
  adw_combo_row_set_model (self->language, G_LIST_MODEL (names));
  adw_combo_row_set_selected (self->language, selected);
}

QoraPair *
qora_pair_dialog_get_pair (QoraPairDialog *self)
{
  guint selected;

  g_return_val_if_fail (QORA_IS_PAIR_DIALOG (self), NULL);
  selected = adw_combo_row_get_selected (self->language);
  return qora_pair_new (gtk_editable_get_text (GTK_EDITABLE (self->find)),
                        gtk_editable_get_text (GTK_EDITABLE (self->replace)),
                        selected > 0 ? self->languages->pdata[selected - 1] : NULL,
                        !gtk_switch_get_active (self->whole_words),
                        gtk_switch_get_active (self->match_case));
}

static void
qora_pair_dialog_finalize (GObject *object)
{
  g_ptr_array_unref (QORA_PAIR_DIALOG (object)->languages);
  G_OBJECT_CLASS (qora_pair_dialog_parent_class)->finalize (object);
}

static void
qora_pair_dialog_class_init (QoraPairDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qora_pair_dialog_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-pair-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraPairDialog, find);
  gtk_widget_class_bind_template_child (widget_class, QoraPairDialog, replace);
  gtk_widget_class_bind_template_child (widget_class, QoraPairDialog, language);
  gtk_widget_class_bind_template_child (widget_class, QoraPairDialog, whole_words);
  gtk_widget_class_bind_template_child (widget_class, QoraPairDialog, match_case);
}

static void
qora_pair_dialog_init (QoraPairDialog *self)
{
  self->languages = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->find, "changed", G_CALLBACK (update_save), self);
  g_signal_connect_swapped (self->find, "entry-activated", G_CALLBACK (on_activated), self);
  g_signal_connect_swapped (self->replace, "entry-activated", G_CALLBACK (on_activated), self);
}

GtkWidget *
qora_pair_dialog_new (GtkWindow *parent, const QoraPair *pair, const char *const *languages)
{
  const char *heading = pair != NULL ? _ ("Change Pronunciation") : _ ("Add Pronunciation");
  QoraPairDialog *self = g_object_new (QORA_TYPE_PAIR_DIALOG, "transient-for", parent, "modal",
                                       TRUE, "heading", heading, NULL);

  fill_languages (self, languages, pair != NULL ? pair->language : NULL);
  if (pair != NULL)
    {
      gtk_editable_set_text (GTK_EDITABLE (self->find), pair->find);
      gtk_editable_set_text (GTK_EDITABLE (self->replace), pair->replace);
      gtk_switch_set_active (self->whole_words, !pair->in_words);
      gtk_switch_set_active (self->match_case, pair->match_case);
    }
  update_save (self);
  qora_accessible_name_window (GTK_WINDOW (self), heading);
  return GTK_WIDGET (self);
}
