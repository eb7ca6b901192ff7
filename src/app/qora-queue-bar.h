/* qora-queue-bar.h: how far all the books in line are, with a button that pauses and resumes them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

#include "qora-queue.h"

G_BEGIN_DECLS

/* Hidden while no book is in line or paused. */
#define QORA_TYPE_QUEUE_BAR (qora_queue_bar_get_type ())
G_DECLARE_FINAL_TYPE (QoraQueueBar, qora_queue_bar, QORA, QUEUE_BAR, AdwBin)

void qora_queue_bar_set_queue (QoraQueueBar *self, QoraQueue *queue, QoraBookList *books);

G_END_DECLS
