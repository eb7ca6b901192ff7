/* qora-queue-bar.c: how far all the books in line are, with a button that pauses and resumes them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-queue-bar.h"

#include <glib/gi18n.h>

#include "qora-time.h"

struct _QoraQueueBar
{
  AdwBin parent_instance;

  GtkRevealer *revealer;
  GtkLabel *status;
  GtkProgressBar *progress;
  GtkButton *pause_button;

  QoraQueue *queue;
  QoraBookList *books;
};

G_DEFINE_FINAL_TYPE (QoraQueueBar, qora_queue_bar, ADW_TYPE_BIN)

/* All books in that state. (transfer full) (element-type QoraBook) */
static GPtrArray *
find_books (QoraQueueBar *self, QoraBookState state)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *books = G_LIST_MODEL (self->books);

  for (guint i = 0; i < g_list_model_get_n_items (books); i++)
    {
      g_autoptr (QoraBook) book = g_list_model_get_item (books, i);

      if (qora_book_get_state (book) == state)
        g_ptr_array_add (found, g_steal_pointer (&book));
    }
  return found;
}

/* (transfer full) */
static char *
describe (QoraQueueBar *self, const QoraQueueProgress *progress)
{
  g_autoptr (GString) text = g_string_new (NULL);

  /* translators: how many parts of the books in line have been made, and how many there are */
  g_string_append_printf (text, _ ("%u of %u parts made"), progress->count.made,
                          progress->count.parts);
  if (qora_queue_get_running (self->queue) && progress->left >= 0)
    {
      g_autofree char *left = qora_time_format_left (progress->left);

      /* translators: %s is a duration, for example “50 s” */
      g_string_append_printf (text, _ (" · about %s left"), left);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
update (QoraQueueBar *self)
{
  g_autoptr (GPtrArray) queued = find_books (self, QORA_BOOK_QUEUED);
  g_autoptr (GPtrArray) paused = find_books (self, QORA_BOOK_PAUSED);
  const char *label = queued->len > 0 ? _ ("Pause Books") : _ ("Resume Books");
  QoraQueueProgress progress;
  g_autofree char *status = NULL;

  gtk_revealer_set_reveal_child (self->revealer, queued->len + paused->len > 0);
  qora_queue_get_progress (self->queue, NULL, &progress);
  if (queued->len == 0)
    status = g_strdup (_ ("Books are paused"));
  else
    status = describe (self, &progress);
  gtk_label_set_label (self->status, status);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->status), status);
  gtk_progress_bar_set_fraction (self->progress, progress.fraction);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), queued->len > 0);
  gtk_button_set_icon_name (self->pause_button, queued->len > 0 ? "media-playback-pause-symbolic"
                                                                : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pause_button), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->pause_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
on_pause_clicked (QoraQueueBar *self)
{
  g_autoptr (GPtrArray) queued = find_books (self, QORA_BOOK_QUEUED);
  g_autoptr (GPtrArray) paused = find_books (self, QORA_BOOK_PAUSED);

  for (guint i = 0; i < queued->len; i++)
    qora_queue_pause (self->queue, queued->pdata[i]);
  for (guint i = 0; queued->len == 0 && i < paused->len; i++)
    qora_queue_start (self->queue, paused->pdata[i]);
}

void
qora_queue_bar_set_queue (QoraQueueBar *self, QoraQueue *queue, QoraBookList *books)
{
  g_return_if_fail (QORA_IS_QUEUE_BAR (self));
  g_return_if_fail (self->queue == NULL);

  self->queue = g_object_ref (queue);
  self->books = g_object_ref (books);
  g_signal_connect_object (queue, "progress", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "notify::running", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (books, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
qora_queue_bar_dispose (GObject *object)
{
  QoraQueueBar *self = QORA_QUEUE_BAR (object);

  g_clear_object (&self->queue);
  g_clear_object (&self->books);
  G_OBJECT_CLASS (qora_queue_bar_parent_class)->dispose (object);
}

static void
qora_queue_bar_class_init (QoraQueueBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_queue_bar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-queue-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraQueueBar, revealer);
  gtk_widget_class_bind_template_child (widget_class, QoraQueueBar, status);
  gtk_widget_class_bind_template_child (widget_class, QoraQueueBar, progress);
  gtk_widget_class_bind_template_child (widget_class, QoraQueueBar, pause_button);
}

static void
qora_queue_bar_init (QoraQueueBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->pause_button, "clicked", G_CALLBACK (on_pause_clicked), self);
}
