/* compact.h: how a .qora-tts file that is to be small stores what would take more room
 *
 * Matrices and codebooks of more than 8 bits a weight are stored as Q8, and the rows of zeros that
 * a matrix ends in are left out. Both are undone when the file is loaded.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "container.h"

/* Gives `source` the format and the number of rows that are stored. Vectors stay as they are. */
void qtts_compact_plan (qtts_container_source *source);

/* Whether the bytes of `tensor` differ from what it has to become. */
bool qtts_compact_is_stored_smaller (const qtts_container_tensor *tensor);

/* What `tensor` has to become, aligned to 64: packed strips of its format, or plain float
 * [rows][cols]. The caller frees it. NULL when out of memory. */
void *qtts_compact_expand (const qtts_container_tensor *tensor, unsigned cpu, qtts_team *team);
