/* qora-takes-pane.h: the sidebar with the takes, and a search over their texts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

#include "qora-take-list.h"

G_BEGIN_DECLS

/* Signal "open" (QoraTake): the user wants it in the window. */
#define QORA_TYPE_TAKES_PANE (qora_takes_pane_get_type ())
G_DECLARE_FINAL_TYPE (QoraTakesPane, qora_takes_pane, QORA, TAKES_PANE, AdwBin)

void qora_takes_pane_set_list (QoraTakesPane *self, QoraTakeList *list);

/* Marks the take that the window shows, NULL: none of them. */
void qora_takes_pane_set_current (QoraTakesPane *self, QoraTake *take);

void qora_takes_pane_focus_search (QoraTakesPane *self);

G_END_DECLS
