/* clauses.h: cutting a sentence that is too long
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "sentences.h"

/* Appends `sentence` to `pieces`, cut into pieces of speech length `max` at most, if it is longer.
 * Cuts are made where it hurts least: behind stops inside the sentence, at the ends of clauses,
 * before conjunctions, between words; inside a word, between graphemes, only where no other place
 * is left. Error: MEMORY. */
qtts_status qtts_cut_clauses (const int32_t *text, qtts_span sentence, int max, qtts_spans *pieces,
                              qtts_error *error);
