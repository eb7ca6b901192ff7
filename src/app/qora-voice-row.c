/* qora-voice-row.c: one voice in the voice picker
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-voice-row.h"

#include <glib/gi18n.h>

struct _QoraVoiceRow
{
  GtkListBoxRow parent_instance;

  QoraVoice *voice;
  GtkButton *play;
  GtkLabel *name;
  GtkLabel *origin;
  GtkLabel *description;
  GtkWidget *check;
};

enum
{
  SIGNAL_PREVIEW,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraVoiceRow, qora_voice_row, GTK_TYPE_LIST_BOX_ROW)

static void
on_play_clicked (QoraVoiceRow *self)
{
  g_signal_emit (self, signals[SIGNAL_PREVIEW], 0);
}

QoraVoice *
qora_voice_row_get_voice (QoraVoiceRow *self)
{
  g_return_val_if_fail (QORA_IS_VOICE_ROW (self), NULL);
  return self->voice;
}

void
qora_voice_row_set_chosen (QoraVoiceRow *self, gboolean chosen)
{
  g_return_if_fail (QORA_IS_VOICE_ROW (self));
  gtk_widget_set_visible (self->check, chosen);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, chosen, -1);
}

void
qora_voice_row_set_playing (QoraVoiceRow *self, gboolean playing)
{
  const char *name;
  g_autofree char *label = NULL;

  g_return_if_fail (QORA_IS_VOICE_ROW (self));

  name = qora_voice_get_name (self->voice);
  /* translators: %s is the name of a voice */
  label = g_strdup_printf (playing ? _ ("Stop %s") : _ ("Hear %s"), name);
  gtk_button_set_icon_name (self->play, playing ? "media-playback-stop-symbolic"
                                                : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static void
show_optional (GtkLabel *label, const char *text)
{
  gtk_label_set_label (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

static void
qora_voice_row_dispose (GObject *object)
{
  QoraVoiceRow *self = QORA_VOICE_ROW (object);

  g_clear_object (&self->voice);
  G_OBJECT_CLASS (qora_voice_row_parent_class)->dispose (object);
}

static void
qora_voice_row_class_init (QoraVoiceRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_voice_row_dispose;
  signals[SIGNAL_PREVIEW] = g_signal_new ("preview", QORA_TYPE_VOICE_ROW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-voice-row.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceRow, play);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceRow, name);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceRow, origin);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceRow, description);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceRow, check);
}

static void
qora_voice_row_init (QoraVoiceRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->play, "clicked", G_CALLBACK (on_play_clicked), self);
}

GtkWidget *
qora_voice_row_new (QoraVoice *voice)
{
  QoraVoiceRow *self = g_object_new (QORA_TYPE_VOICE_ROW, NULL);
  const char *description = qora_voice_get_description (voice);

  self->voice = g_object_ref (voice);
  gtk_label_set_label (self->name, qora_voice_get_name (voice));
  show_optional (self->origin, qora_voice_get_origin (voice));
  show_optional (self->description, description);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  qora_voice_get_name (voice), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description != NULL ? description : "", -1);
  qora_voice_row_set_playing (self, FALSE);
  return GTK_WIDGET (self);
}
