/* qora-queue-watch.h: what the program does while the queue works, with or without a window
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

#include "qora-pronunciation-store.h"
#include "qora-queue.h"

G_BEGIN_DECLS

/* While the queue runs, the program stays when its last window is closed and the computer does not
 * go to sleep by itself. A book that is ready is told of where no window is in use. The queue's
 * sampling follows the settings, and its pronunciation the list. To be called once. */
void qora_queue_watch (QoraQueue *queue, GtkApplication *app, GSettings *settings,
                       QoraPronunciationStore *pronunciation);

G_END_DECLS
