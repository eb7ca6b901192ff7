/* qora-takes-pane.c: the sidebar with the books and takes, and a search over their texts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-takes-pane.h"

#include "qora-book-row.h"
#include "qora-chapter-row.h"
#include "qora-queue-bar.h"
#include "qora-take-row.h"

struct _QoraTakesPane
{
  AdwBin parent_instance;

  GtkEditable *search;
  GtkStack *stack;
  GtkListBox *list;
  QoraQueueBar *queue_bar;

  QoraQueue *queue;
  GListModel *all;  /* of QoraBook and QoraTake */
  GListModel *rows; /* of GtkTreeListRow: what is found of them, and the chapters below */
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

  const char *words = gtk_editable_get_text (self->search);

  return QORA_IS_BOOK (item) ? qora_book_matches (item, words) : qora_take_matches (item, words);
}

/* NULL: the row is a book's. */
static QoraTake *
get_take (GtkListBoxRow *row)
{
  if (QORA_IS_TAKE_ROW (row))
    return qora_take_row_get_take (QORA_TAKE_ROW (row));
  return QORA_IS_CHAPTER_ROW (row) ? qora_chapter_row_get_chapter (QORA_CHAPTER_ROW (row)) : NULL;
}

static void
select_current (QoraTakesPane *self)
{
  GtkListBoxRow *row;

  gtk_list_box_unselect_all (self->list);
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (self->current != NULL && get_take (row) == self->current)
      gtk_list_box_select_row (self->list, row);
}

static void
update_page (QoraTakesPane *self)
{
  guint n_all = g_list_model_get_n_items (self->all);
  guint n_found = g_list_model_get_n_items (self->rows);

  gtk_stack_set_visible_child_name (self->stack, n_found > 0 ? "list"
                                                 : n_all > 0 ? "nothing"
                                                             : "empty");
  select_current (self);
}

static void
on_search_changed (QoraTakesPane *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  /* What is found in a chapter is to be seen. */
  if (*gtk_editable_get_text (self->search) != '\0')
    for (guint i = 0; i < g_list_model_get_n_items (self->rows); i++)
      {
        g_autoptr (GtkTreeListRow) row = g_list_model_get_item (self->rows, i);

        gtk_tree_list_row_set_expanded (row, TRUE);
      }
}

static void
on_row_activated (QoraTakesPane *self, GtkListBoxRow *row)
{
  if (QORA_IS_BOOK_ROW (row))
    qora_book_row_toggle (QORA_BOOK_ROW (row));
  else
    g_signal_emit (self, signals[SIGNAL_OPEN], 0, get_take (row));
}

static GtkWidget *
create_row (gpointer item, gpointer user_data)
{
  QoraTakesPane *self = user_data;
  GtkTreeListRow *row = item;
  g_autoptr (GtkTreeListRow) parent = gtk_tree_list_row_get_parent (row);
  g_autoptr (GObject) shown = gtk_tree_list_row_get_item (row);

  if (QORA_IS_BOOK (shown))
    return qora_book_row_new (QORA_BOOK (shown), row, self->queue);
  if (parent != NULL)
    {
      g_autoptr (QoraBook) book = gtk_tree_list_row_get_item (parent);

      return qora_chapter_row_new (book, QORA_TAKE (shown), self->queue);
    }
  return qora_take_row_new (QORA_TAKE (shown));
}

/* (transfer full), NULL: none. */
static GListModel *
create_children (gpointer item, gpointer user_data)
{
  QoraTakesPane *self = user_data;

  if (!QORA_IS_BOOK (item))
    return NULL;
  return G_LIST_MODEL (gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (item)),
                                                  GTK_FILTER (g_object_ref (self->filter))));
}

void
qora_takes_pane_set_lists (QoraTakesPane *self, QoraTakeList *takes, QoraBookList *books,
                           QoraQueue *queue)
{
  g_autoptr (GListStore) lists = g_list_store_new (G_TYPE_LIST_MODEL);
  GtkFilterListModel *found;

  g_return_if_fail (QORA_IS_TAKES_PANE (self));
  g_return_if_fail (self->all == NULL);

  g_list_store_append (lists, books);
  g_list_store_append (lists, takes);
  self->queue = g_object_ref (queue);
  self->all = G_LIST_MODEL (gtk_flatten_list_model_new (G_LIST_MODEL (g_steal_pointer (&lists))));
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  found = gtk_filter_list_model_new (g_object_ref (self->all),
                                     GTK_FILTER (g_object_ref (self->filter)));
  self->rows = G_LIST_MODEL (
      gtk_tree_list_model_new (G_LIST_MODEL (found), FALSE, FALSE, create_children, self, NULL));
  gtk_list_box_bind_model (self->list, self->rows, create_row, self, NULL);
  g_signal_connect_object (self->rows, "items-changed", G_CALLBACK (update_page), self,
                           G_CONNECT_SWAPPED);
  qora_queue_bar_set_queue (self->queue_bar, queue, books);
  update_page (self);
}

void
qora_takes_pane_show_book (QoraTakesPane *self, QoraBook *book)
{
  g_return_if_fail (QORA_IS_TAKES_PANE (self));
  for (guint i = 0; i < g_list_model_get_n_items (self->rows); i++)
    {
      g_autoptr (GtkTreeListRow) row = g_list_model_get_item (self->rows, i);
      g_autoptr (GObject) shown = gtk_tree_list_row_get_item (row);

      if (shown == G_OBJECT (book))
        gtk_tree_list_row_set_expanded (row, TRUE);
    }
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
  g_clear_object (&self->rows);
  g_clear_object (&self->all);
  g_clear_object (&self->filter);
  g_clear_object (&self->queue);
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
  g_type_ensure (QORA_TYPE_QUEUE_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-takes-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraTakesPane, search);
  gtk_widget_class_bind_template_child (widget_class, QoraTakesPane, stack);
  gtk_widget_class_bind_template_child (widget_class, QoraTakesPane, list);
  gtk_widget_class_bind_template_child (widget_class, QoraTakesPane, queue_bar);
}

static void
qora_takes_pane_init (QoraTakesPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (on_search_changed), self);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (on_row_activated), self);
}
