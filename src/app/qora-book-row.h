/* qora-book-row.h: one book in the sidebar, which unfolds to its chapters
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

#include "qora-queue.h"

G_BEGIN_DECLS

#define QORA_TYPE_BOOK_ROW (qora_book_row_get_type ())
G_DECLARE_FINAL_TYPE (QoraBookRow, qora_book_row, QORA, BOOK_ROW, GtkListBoxRow)

/* Follows the book and the queue. `tree_row` is unfolded and folded by the row's button. The menu
 * has the window's actions for books, with the book's id. */
GtkWidget *qora_book_row_new (QoraBook *book, GtkTreeListRow *tree_row, QoraQueue *queue);
QoraBook *qora_book_row_get_book (QoraBookRow *self);
void qora_book_row_toggle (QoraBookRow *self);

G_END_DECLS
