/* qora-book-row.c: one book in the sidebar, which unfolds to its chapters
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-book-row.h"

#include <glib/gi18n.h>
#include <math.h>

#include "qora-time.h"

struct _QoraBookRow
{
  GtkListBoxRow parent_instance;

  QoraBook *book;
  GtkTreeListRow *tree_row;
  QoraQueue *queue;
  GtkToggleButton *fold_button;
  GtkLabel *title;
  GtkLabel *details;
  GtkProgressBar *progress;
  GtkMenuButton *menu_button;
  int menu_state; /* that the menu was made for; -1: there is none yet */
};

G_DEFINE_FINAL_TYPE (QoraBookRow, qora_book_row, GTK_TYPE_LIST_BOX_ROW)

QoraBook *
qora_book_row_get_book (QoraBookRow *self)
{
  g_return_val_if_fail (QORA_IS_BOOK_ROW (self), NULL);
  return self->book;
}

void
qora_book_row_toggle (QoraBookRow *self)
{
  g_return_if_fail (QORA_IS_BOOK_ROW (self));
  gtk_tree_list_row_set_expanded (self->tree_row, !gtk_tree_list_row_get_expanded (self->tree_row));
}

/* ---- the menu ---- */

static void
append_action (GMenu *menu, const char *label, const char *action, QoraBook *book)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", qora_book_get_id (book));
  g_menu_append_item (menu, item);
}

static GMenuModel *
create_menu (QoraBook *book)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) making = g_menu_new ();
  g_autoptr (GMenu) rest = g_menu_new ();
  QoraBookState state = qora_book_get_state (book);

  if (state == QORA_BOOK_IDLE)
    append_action (making, _ ("_Generate All Chapters"), "win.book-generate", book);
  if (state == QORA_BOOK_PAUSED)
    append_action (making, _ ("_Resume"), "win.book-generate", book);
  if (state == QORA_BOOK_QUEUED)
    append_action (making, _ ("_Pause"), "win.book-pause", book);
  if (state != QORA_BOOK_IDLE)
    append_action (making, _ ("_Stop Generating"), "win.book-cancel", book);
  append_action (rest, _ ("_Export…"), "win.book-export", book);
  append_action (rest, _ ("_Voice of All Chapters…"), "win.book-voice", book);
  append_action (rest, _ ("Re_name…"), "win.book-rename", book);
  append_action (rest, _ ("_Delete Book"), "win.book-delete", book);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (making));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
  return G_MENU_MODEL (menu);
}

/* ---- what is shown ---- */

/* What there is of a book that nothing is done with. (transfer full) */
static char *
describe_rest (QoraBook *book, const QoraTakeCount *count)
{
  guint n = qora_book_get_n_chapters (book);
  g_autofree char *chapters = g_strdup_printf (ngettext ("%u chapter", "%u chapters", n), n);
  g_autofree char *duration = NULL;

  if (count->failed > 0)
    return g_strdup_printf (
        ngettext ("%u part could not be made", "%u parts could not be made", count->failed),
        count->failed);
  if (count->made == 0)
    return g_steal_pointer (&chapters);
  if (count->made < count->parts)
    /* translators: how many parts of the book have been made, and how many there are */
    return g_strdup_printf (_ ("%u of %u parts made"), count->made, count->parts);
  duration = qora_time_format (qora_book_get_duration (book));
  return g_strdup_printf ("%s · %s", chapters, duration);
}

static char *
describe (QoraBookRow *self, const QoraQueueProgress *progress)
{
  const char *hindrance = qora_book_get_hindrance (self->book);
  int percent = (int) floor (progress->fraction * 100);
  g_autofree char *left = NULL;

  if (hindrance != NULL)
    return g_strdup (hindrance);
  switch (qora_book_get_state (self->book))
    {
    case QORA_BOOK_PAUSED:
      /* translators: how much of a book has been made */
      return g_strdup_printf (_ ("Paused · %d%%"), percent);
    case QORA_BOOK_QUEUED:
      if (qora_queue_get_book (self->queue) != self->book)
        /* translators: how much of a book has been made, which waits for its turn */
        return g_strdup_printf (_ ("In line · %d%%"), percent);
      if (progress->left < 0)
        return g_strdup_printf (_ ("%d%%"), percent);
      left = qora_time_format_left (progress->left);
      /* translators: how much of a book has been made, and a duration such as “2 h 10 min” */
      return g_strdup_printf (_ ("%d%% · about %s left"), percent, left);
    case QORA_BOOK_IDLE:
    default:
      return describe_rest (self->book, &progress->count);
    }
}

static void
update_names (QoraBookRow *self, const char *details)
{
  const char *title = qora_book_get_title (self->book);
  /* translators: %s is the title of a book */
  g_autofree char *menu_label = g_strdup_printf (_ ("Menu of %s"), title);
  /* translators: %s is the title of a book */
  g_autofree char *fold_label = g_strdup_printf (_ ("Chapters of %s"), title);
  /* translators: %s is the title of a book */
  g_autofree char *progress_label = g_strdup_printf (_ ("Progress of %s"), title);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  menu_label, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->fold_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  fold_label, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  progress_label, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, details, -1);
}

static void
update (QoraBookRow *self)
{
  QoraBookState state = qora_book_get_state (self->book);
  const char *author = qora_book_get_author (self->book);
  QoraQueueProgress progress;
  g_autofree char *details = NULL;
  g_autofree char *tooltip = NULL;

  qora_queue_get_progress (self->queue, self->book, &progress);
  details = describe (self, &progress);
  gtk_label_set_label (self->title, qora_book_get_title (self->book));
  gtk_label_set_label (self->details, details);
  /* What does not fit, and who wrote it. */
  tooltip = author != NULL ? g_strconcat (qora_book_get_title (self->book), "\n", author, NULL)
                           : g_strdup (qora_book_get_title (self->book));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), tooltip);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->details), details);
  gtk_progress_bar_set_fraction (self->progress, progress.fraction);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), state != QORA_BOOK_IDLE);
  if (self->menu_state != (int) state)
    {
      g_autoptr (GMenuModel) menu = create_menu (self->book);

      gtk_menu_button_set_menu_model (self->menu_button, menu);
      self->menu_state = (int) state;
    }
  update_names (self, details);
}

/* ---- folding ---- */

static void
on_expanded (QoraBookRow *self)
{
  gboolean expanded = gtk_tree_list_row_get_expanded (self->tree_row);

  gtk_toggle_button_set_active (self->fold_button, expanded);
  gtk_button_set_icon_name (GTK_BUTTON (self->fold_button),
                            expanded ? "pan-down-symbolic" : "pan-end-symbolic");
}

static void
on_fold_toggled (QoraBookRow *self)
{
  gtk_tree_list_row_set_expanded (self->tree_row, gtk_toggle_button_get_active (self->fold_button));
}

static gboolean
on_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType modifiers,
        QoraBookRow *self)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  if (key == GDK_KEY_Right || key == GDK_KEY_Left)
    {
      gtk_tree_list_row_set_expanded (self->tree_row, (key == GDK_KEY_Right) != rtl);
      return GDK_EVENT_STOP;
    }
  return GDK_EVENT_PROPAGATE;
}

/* ---- the widget ---- */

static void
qora_book_row_dispose (GObject *object)
{
  QoraBookRow *self = QORA_BOOK_ROW (object);

  g_clear_object (&self->book);
  g_clear_object (&self->tree_row);
  g_clear_object (&self->queue);
  G_OBJECT_CLASS (qora_book_row_parent_class)->dispose (object);
}

static void
qora_book_row_class_init (QoraBookRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_book_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-book-row.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraBookRow, fold_button);
  gtk_widget_class_bind_template_child (widget_class, QoraBookRow, title);
  gtk_widget_class_bind_template_child (widget_class, QoraBookRow, details);
  gtk_widget_class_bind_template_child (widget_class, QoraBookRow, progress);
  gtk_widget_class_bind_template_child (widget_class, QoraBookRow, menu_button);
}

static void
qora_book_row_init (QoraBookRow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->menu_state = -1;
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

GtkWidget *
qora_book_row_new (QoraBook *book, GtkTreeListRow *tree_row, QoraQueue *queue)
{
  QoraBookRow *self = g_object_new (QORA_TYPE_BOOK_ROW, NULL);

  self->book = g_object_ref (book);
  self->tree_row = g_object_ref (tree_row);
  self->queue = g_object_ref (queue);
  g_signal_connect_object (book, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "progress", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (tree_row, "notify::expanded", G_CALLBACK (on_expanded), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->fold_button, "toggled", G_CALLBACK (on_fold_toggled), self);
  on_expanded (self);
  update (self);
  return GTK_WIDGET (self);
}
