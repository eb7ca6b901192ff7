/* qora-take-row.h: one take in the sidebar
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

#include "qora-take.h"

G_BEGIN_DECLS

#define QORA_TYPE_TAKE_ROW (qora_take_row_get_type ())
G_DECLARE_FINAL_TYPE (QoraTakeRow, qora_take_row, QORA, TAKE_ROW, GtkListBoxRow)

/* Follows the take's title and details. Its menu has "win.delete-take" and "win.delete-sound" with
 * the take's id. */
GtkWidget *qora_take_row_new (QoraTake *take);
QoraTake *qora_take_row_get_take (QoraTakeRow *self);

G_END_DECLS
