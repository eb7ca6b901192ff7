/* qora-chapter-row.h: one chapter of a book in the sidebar
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

#include "qora-queue.h"

G_BEGIN_DECLS

#define QORA_TYPE_CHAPTER_ROW (qora_chapter_row_get_type ())
G_DECLARE_FINAL_TYPE (QoraChapterRow, qora_chapter_row, QORA, CHAPTER_ROW, GtkListBoxRow)

/* Follows the chapter and the queue. */
GtkWidget *qora_chapter_row_new (QoraBook *book, QoraTake *chapter, QoraQueue *queue);
QoraTake *qora_chapter_row_get_chapter (QoraChapterRow *self);

G_END_DECLS
