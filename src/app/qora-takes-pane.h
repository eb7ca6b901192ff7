/* qora-takes-pane.h: the sidebar with the books and takes, and a search over their texts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

#include "qora-queue.h"
#include "qora-take-list.h"

G_BEGIN_DECLS

/* Signal "open" (QoraTake): the user wants it in the window. */
#define QORA_TYPE_TAKES_PANE (qora_takes_pane_get_type ())
G_DECLARE_FINAL_TYPE (QoraTakesPane, qora_takes_pane, QORA, TAKES_PANE, AdwBin)

/* To be called once: what it shows, the books above the takes. */
void qora_takes_pane_set_lists (QoraTakesPane *self, QoraTakeList *takes, QoraBookList *books,
                                QoraQueue *queue);

/* Unfolds a book. */
void qora_takes_pane_show_book (QoraTakesPane *self, QoraBook *book);

/* Marks the take that the window shows, NULL: none of them. */
void qora_takes_pane_set_current (QoraTakesPane *self, QoraTake *take);

void qora_takes_pane_focus_search (QoraTakesPane *self);

G_END_DECLS
