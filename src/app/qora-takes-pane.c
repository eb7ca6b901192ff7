/* qora-takes-pane.c: the sidebar with the takes, and a search over their texts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-takes-pane.h"

#include "qora-take-row.h"

struct _QoraTakesPane
{
  AdwBin parent_instance;

  GtkEditable *search;
  GtkStack *stack;
  GtkListBox *list;

  QoraTakeList *takes;
  GtkFilterListModel *found;
  GtkCustomFilter *filter;
  QoraTake *current;
};

enum
{
  SIGNAL_OPEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraTakesPane, qora_takes_pane, ADW_TYPE_BIN)

static gboolean
matches (gpointer item, gpointer user_data)
{
  QoraTakesPane *self = user_data;

  return qora_take_matches (QORA_TAKE (item), gtk_editable_get_text (self->search));
}

static void
select_current (QoraTakesPane *self)
{
  GtkListBoxRow *row;

  gtk_list_box_unselect_all (self->list);
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (qora_take_row_get_take (QORA_TAKE_ROW (row)) == self->current)
      gtk_list_box_select_row (self->list, row);
}

static void
update_page (QoraTakesPane *self)
{
  guint n_all = g_list_model_get_n_items (G_LIST_MODEL (self->takes));
  guint n_found = g_list_model_get_n_items (G_LIST_MODEL (self->found));

  gtk_stack_set_visible_child_name (self->stack, n_found > 0 ? "list"
                                                 : n_all > 0 ? "nothing"
                                                             : "empty");
  select_current (self);
}

static void
on_search_changed (QoraTakesPane *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
on_row_activated (QoraTakesPane *self, GtkListBoxRow *row)
{
  g_signal_emit (self, signals[SIGNAL_OPEN], 0, qora_take_row_get_take (QORA_TAKE_ROW (row)));
}

static GtkWidget *
create_row (gpointer item, gpointer user_data)
{
  return qora_take_row_new (QORA_TAKE (item));
}

void
qora_takes_pane_set_list (QoraTakesPane *self, QoraTakeList *list)
{
  g_return_if_fail (QORA_IS_TAKES_PANE (self));
  g_return_if_fail (self->takes == NULL);

  self->takes = g_object_ref (list);
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->found = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (list)),
                                           GTK_FILTER (g_object_ref (self->filter)));
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (self->found), create_row, NULL, NULL);
  g_signal_connect_object (self->found, "items-changed", G_CALLBACK (update_page), self,
                           G_CONNECT_SWAPPED);
  update_page (self);
}

void
qora_takes_pane_set_current (QoraTakesPane *self, QoraTake *take)
{
  g_return_if_fail (QORA_IS_TAKES_PANE (self));
  g_set_object (&self->current, take);
  select_current (self);
}

void
qora_takes_pane_focus_search (QoraTakesPane *self)
{
  g_return_if_fail (QORA_IS_TAKES_PANE (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
qora_takes_pane_dispose (GObject *object)
{
  QoraTakesPane *self = QORA_TAKES_PANE (object);

  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  g_clear_object (&self->found);
  g_clear_object (&self->filter);
  g_clear_object (&self->takes);
  g_clear_object (&self->current);
  G_OBJECT_CLASS (qora_takes_pane_parent_class)->dispose (object);
}

static void
qora_takes_pane_class_init (QoraTakesPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_takes_pane_dispose;
  signals[SIGNAL_OPEN] = g_signal_new ("open", QORA_TYPE_TAKES_PANE, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, QORA_TYPE_TAKE);
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-takes-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraTakesPane, search);
  gtk_widget_class_bind_template_child (widget_class, QoraTakesPane, stack);
  gtk_widget_class_bind_template_child (widget_class, QoraTakesPane, list);
}

static void
qora_takes_pane_init (QoraTakesPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (on_search_changed), self);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (on_row_activated), self);
}
