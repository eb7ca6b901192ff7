/* qora-notice.c: a strip above the text for what stays true until something is done about it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-notice.h"

struct _QoraNotice
{
  AdwBin parent_instance;

  GtkRevealer *revealer;
  GtkLabel *label;
  GtkBox *box;
  GtkButton *action_button;
  GtkButton *second_button;
  GtkButton *close_button;
};

enum
{
  SIGNAL_DISMISSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraNotice, qora_notice, ADW_TYPE_BIN)

static void
on_close_clicked (QoraNotice *self)
{
  qora_notice_hide (self);
  g_signal_emit (self, signals[SIGNAL_DISMISSED], 0);
}

static void
set_action (GtkButton *button, const char *label, const char *action)
{
  gtk_widget_set_visible (GTK_WIDGET (button), TRUE);
  gtk_button_set_label (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), action);
}

void
qora_notice_show (QoraNotice *self, const char *text, gboolean is_error, const char *action_label,
                  const char *action)
{
  g_return_if_fail (QORA_IS_NOTICE (self));

  gtk_label_set_label (self->label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->label), text);
  if (is_error)
    gtk_widget_add_css_class (GTK_WIDGET (self), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  gtk_widget_set_visible (GTK_WIDGET (self->action_button), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->second_button), FALSE);
  if (action_label != NULL && action != NULL)
    set_action (self->action_button, action_label, action);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
}

void
qora_notice_add_action (QoraNotice *self, const char *label, const char *action)
{
  g_return_if_fail (QORA_IS_NOTICE (self));
  set_action (self->second_button, label, action);
}

void
qora_notice_set_narrow (QoraNotice *self, gboolean narrow)
{
  g_return_if_fail (QORA_IS_NOTICE (self));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->box),
                                  narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
}

void
qora_notice_hide (QoraNotice *self)
{
  g_return_if_fail (QORA_IS_NOTICE (self));
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}

gboolean
qora_notice_is_error (QoraNotice *self)
{
  g_return_val_if_fail (QORA_IS_NOTICE (self), FALSE);
  return gtk_revealer_get_reveal_child (self->revealer)
         && gtk_widget_has_css_class (GTK_WIDGET (self), "error");
}

/* A hidden strip takes no part in keyboard navigation. */
static void
on_child_revealed (QoraNotice *self)
{
  if (!gtk_revealer_get_reveal_child (self->revealer)
      && !gtk_revealer_get_child_revealed (self->revealer))
    gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

static void
qora_notice_class_init (QoraNoticeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[SIGNAL_DISMISSED] = g_signal_new ("dismissed", QORA_TYPE_NOTICE, G_SIGNAL_RUN_LAST, 0,
                                            NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-notice.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraNotice, revealer);
  gtk_widget_class_bind_template_child (widget_class, QoraNotice, label);
  gtk_widget_class_bind_template_child (widget_class, QoraNotice, box);
  gtk_widget_class_bind_template_child (widget_class, QoraNotice, action_button);
  gtk_widget_class_bind_template_child (widget_class, QoraNotice, second_button);
  gtk_widget_class_bind_template_child (widget_class, QoraNotice, close_button);
}

static void
qora_notice_init (QoraNotice *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_signal_connect_swapped (self->close_button, "clicked", G_CALLBACK (on_close_clicked), self);
  g_signal_connect_swapped (self->revealer, "notify::child-revealed",
                            G_CALLBACK (on_child_revealed), self);
}
