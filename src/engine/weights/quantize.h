/* quantize.h: packing a stored tensor into strips of a format
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "../compute/matrix.h"
#include "../compute/threads.h"

/* Packs rows [rows][cols] of `source` (as stored, unpacked) into `packed`, which has
 * qtts_packed_bytes (format, rows, cols) bytes, is aligned to 64 and zeroed or not. Q8 takes the
 * scale from the largest weight; Q4 searches the scale for the least squared error. NULL team: on
 * the caller's thread. `cpu` is the feature set to use; the result does not depend on it. */
void qtts_pack (const qtts_matrix *source, qtts_format format, void *packed, unsigned cpu,
                qtts_team *team);
