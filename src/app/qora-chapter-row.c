/* qora-chapter-row.c: one chapter of a book in the sidebar
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-chapter-row.h"

#include <glib/gi18n.h>

#include "qora-part-mark.h"
#include "qora-time.h"

struct _QoraChapterRow
{
  GtkListBoxRow parent_instance;

  QoraBook *book;
  QoraTake *chapter;
  QoraQueue *queue;
  QoraPartState state;
  double fraction;
  gboolean in_work; /* when it was shown last */
  GtkWidget *mark;
  GtkLabel *title;
  GtkLabel *details;
};

G_DEFINE_FINAL_TYPE (QoraChapterRow, qora_chapter_row, GTK_TYPE_LIST_BOX_ROW)

QoraTake *
qora_chapter_row_get_chapter (QoraChapterRow *self)
{
  g_return_val_if_fail (QORA_IS_CHAPTER_ROW (self), NULL);
  return self->chapter;
}

static gboolean
is_in_work (QoraChapterRow *self)
{
  return qora_queue_get_chapter (self->queue) == self->chapter;
}

static QoraPartState
find_state (QoraChapterRow *self, const QoraTakeCount *count)
{
  if (count->made == count->parts)
    return QORA_PART_DONE;
  if (is_in_work (self))
    return QORA_PART_MAKING;
  if (count->failed > 0)
    return QORA_PART_RUNAWAY;
  if (qora_book_get_state (self->book) == QORA_BOOK_QUEUED)
    return QORA_PART_QUEUED;
  return count->made > 0 ? QORA_PART_STOPPED : QORA_PART_WAITING;
}

/* (transfer full) */
static char *
describe (QoraChapterRow *self, const QoraTakeCount *count)
{
  g_autofree char *duration = NULL;

  if (count->failed > 0 && !is_in_work (self))
    return g_strdup_printf (
        ngettext ("%u part could not be made", "%u parts could not be made", count->failed),
        count->failed);
  if (count->made < count->parts && (count->made > 0 || self->state == QORA_PART_MAKING))
    return g_strdup_printf (_ ("%u of %u parts made"), count->made, count->parts);
  if (count->made < count->parts)
    return g_strdup (qora_part_state_get_label (self->state));
  duration = qora_time_format (qora_take_get_duration (self->chapter));
  return g_strdup_printf ("%s · %s", qora_part_state_get_label (self->state), duration);
}

static void
update (QoraChapterRow *self)
{
  const char *title = qora_take_get_title (self->chapter);
  g_autofree char *details = NULL;
  QoraTakeCount count;

  qora_take_count (self->chapter, &count);
  self->in_work = is_in_work (self);
  self->state = find_state (self, &count);
  self->fraction = count.parts > 0 ? count.made / (double) count.parts : 1;
  details = describe (self, &count);
  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->details, details);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, details, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Most of what the queue tells is about other chapters. */
static void
on_progress (QoraChapterRow *self)
{
  if (self->in_work != is_in_work (self))
    update (self);
}

static void
qora_chapter_row_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QoraChapterRow *self = QORA_CHAPTER_ROW (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  graphene_rect_t bounds;
  GdkRGBA color;
  GdkRGBA accent;

  GTK_WIDGET_CLASS (qora_chapter_row_parent_class)->snapshot (widget, snapshot);
  if (!gtk_widget_compute_bounds (self->mark, widget, &bounds))
    return;
  gtk_style_context_get_color (context, &color);
  if (!gtk_style_context_lookup_color (context, "accent_color", &accent))
    accent = color;
  qora_part_mark_snapshot (snapshot, self->state, self->fraction, bounds.origin.x, bounds.origin.y,
                           &color, &accent);
}

static void
qora_chapter_row_dispose (GObject *object)
{
  QoraChapterRow *self = QORA_CHAPTER_ROW (object);

  g_clear_object (&self->book);
  g_clear_object (&self->chapter);
  g_clear_object (&self->queue);
  G_OBJECT_CLASS (qora_chapter_row_parent_class)->dispose (object);
}

static void
qora_chapter_row_class_init (QoraChapterRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_chapter_row_dispose;
  widget_class->snapshot = qora_chapter_row_snapshot;
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-chapter-row.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraChapterRow, mark);
  gtk_widget_class_bind_template_child (widget_class, QoraChapterRow, title);
  gtk_widget_class_bind_template_child (widget_class, QoraChapterRow, details);
}

static void
qora_chapter_row_init (QoraChapterRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_size_request (self->mark, QORA_PART_MARK_SIZE, QORA_PART_MARK_SIZE);
}

GtkWidget *
qora_chapter_row_new (QoraBook *book, QoraTake *chapter, QoraQueue *queue)
{
  QoraChapterRow *self = g_object_new (QORA_TYPE_CHAPTER_ROW, NULL);

  self->book = g_object_ref (book);
  self->chapter = g_object_ref (chapter);
  self->queue = g_object_ref (queue);
  g_signal_connect_object (chapter, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "progress", G_CALLBACK (on_progress), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (book, "state-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
