/* qora-take-row.c: one take in the sidebar
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-take-row.h"

#include <glib/gi18n.h>

struct _QoraTakeRow
{
  GtkListBoxRow parent_instance;

  QoraTake *take;
  GtkLabel *title;
  GtkLabel *details;
  GtkMenuButton *menu_button;
  int has_sound; /* that the menu was made for; -1: there is none yet */
};

G_DEFINE_FINAL_TYPE (QoraTakeRow, qora_take_row, GTK_TYPE_LIST_BOX_ROW)

QoraTake *
qora_take_row_get_take (QoraTakeRow *self)
{
  g_return_val_if_fail (QORA_IS_TAKE_ROW (self), NULL);
  return self->take;
}

static void
append_action (GMenu *menu, const char *label, const char *action, const char *id)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", id);
  g_menu_append_item (menu, item);
}

static GMenuModel *
create_menu (QoraTake *take)
{
  GMenu *menu = g_menu_new ();
  const char *id = qora_take_get_id (take);

  if (qora_take_has_sound (take))
    append_action (menu, _ ("Delete _Sound, Keep Text"), "win.delete-sound", id);
  append_action (menu, _ ("_Delete Take"), "win.delete-take", id);
  return G_MENU_MODEL (menu);
}

static void
update (QoraTakeRow *self)
{
  const char *title = qora_take_get_title (self->take);
  g_autofree char *details = qora_take_dup_details (self->take);
  g_autofree char *menu_label = NULL;
  gboolean has_sound = qora_take_has_sound (self->take);

  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->details, details);
  if (self->has_sound != has_sound)
    {
      g_autoptr (GMenuModel) menu = create_menu (self->take);

      gtk_menu_button_set_menu_model (self->menu_button, menu);
      self->has_sound = has_sound;
    }
  /* translators: %s is the title of a take */
  menu_label = g_strdup_printf (_ ("Menu of %s"), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  menu_label, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, details, -1);
}

static void
qora_take_row_dispose (GObject *object)
{
  QoraTakeRow *self = QORA_TAKE_ROW (object);

  if (self->take != NULL)
    g_signal_handlers_disconnect_by_data (self->take, self);
  g_clear_object (&self->take);
  G_OBJECT_CLASS (qora_take_row_parent_class)->dispose (object);
}

static void
qora_take_row_class_init (QoraTakeRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_take_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-take-row.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraTakeRow, title);
  gtk_widget_class_bind_template_child (widget_class, QoraTakeRow, details);
  gtk_widget_class_bind_template_child (widget_class, QoraTakeRow, menu_button);
}

static void
qora_take_row_init (QoraTakeRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->has_sound = -1;
}

GtkWidget *
qora_take_row_new (QoraTake *take)
{
  QoraTakeRow *self = g_object_new (QORA_TYPE_TAKE_ROW, NULL);

  self->take = g_object_ref (take);
  g_signal_connect_swapped (take, "changed", G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}
