/* qora-part-mark.h: draws the state of a part as a small sign
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

#include "qora-part.h"

G_BEGIN_DECLS

#define QORA_PART_MARK_SIZE 16

/* Every state has a shape of its own, so that none is told by colour alone. (x, y) is the upper
 * left corner of a square of QORA_PART_MARK_SIZE pixels. */
void qora_part_mark_snapshot (GtkSnapshot *snapshot, QoraPartState state, double fraction, float x,
                              float y, const GdkRGBA *color, const GdkRGBA *accent);

G_END_DECLS
