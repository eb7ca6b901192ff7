/* sequence.h: one request on its way from text to codes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <qtts/synthesis.h>

#include "model.h"
#include "text/prompt.h"

typedef struct
{
  qtts_request request; /* its strings are copies */
  qtts_prompt prompt;
  int expected_frames; /* by the length of the text */
  int runaway_frames;  /* more are not plausible; INT_MAX: no guard */

  /* While it is being generated: */
  bool running;
  qtts_kv_cache cache;
  float *hidden;    /* [talker stride] normed state of the last position */
  float *trailing;  /* [n_trailing + 1][talker stride] rows added to frames, the last is tts_pad */
  int32_t *history; /* [max_frames + 1] group-0 tokens drawn, an end of speech included */
  int n_history;
  qtts_random random;

  int32_t *codes;     /* [max_frames][groups] */
  qtts_result result; /* its codes are the ones above */
} qtts_sequence;

/* Checks and copies the request and lays out its prompt; `guard` sets runaway_frames. Errors:
 * ARGUMENT, MEMORY. */
qtts_status qtts_sequence_init (qtts_sequence *sequence, const qtts_model *model,
                                const qtts_request *request, bool guard, qtts_error *error);
void qtts_sequence_clear (qtts_sequence *sequence);

/* Makes the state for generating from the beginning with `seed`. Errors: MEMORY. */
qtts_status qtts_sequence_begin (qtts_sequence *sequence, const qtts_model *model, uint64_t seed,
                                 qtts_error *error);

/* Ends it: the state is released, codes and result stay. */
void qtts_sequence_end (qtts_sequence *sequence, qtts_end end);
