/* generator.h: one frame of codes for several sequences at once
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "sequence.h"

/* Scratch and clocks of one run. */
typedef struct
{
  const qtts_model *model;
  const qtts_trace
      *trace; /* NULL, or for tests: "prefill_embeds", "layers.N", "norm", "logits", "scores",
                 "predictor.hidden", "predictor.logits", "step_embeds", "step_hidden" */
  qtts_talker_scratch talker;
  qtts_code_predictor_scratch predictor;
  int capacity;                            /* sequences */
  float *x;                                /* [capacity][talker stride] */
  float *code0;                            /* [capacity][talker stride] */
  float *unpacked;                         /* [capacity][talker stride] */
  float *logits;                           /* [capacity][stride of the codec vocabulary] */
  float *sorting;                          /* the same */
  const float **hidden;                    /* [capacity] */
  qtts_column *columns;                    /* [capacity] */
  qtts_code_frame *frames;                 /* [capacity] */
  qtts_sequence **live;                    /* [capacity] */
  double prefill_s, talker_s, predictor_s; /* wall time so far */
} qtts_generator;

/* Errors: MEMORY. */
qtts_status qtts_generator_init (qtts_generator *generator, const qtts_model *model, int capacity,
                                 qtts_error *error);
void qtts_generator_clear (qtts_generator *generator);

/* Runs the prompt of a sequence that has just begun. Errors: MEMORY. */
qtts_status qtts_generator_prefill (qtts_generator *generator, qtts_sequence *sequence,
                                    qtts_error *error);

/* Advances each of n running sequences by a frame: draws code 0; a sequence whose draw is the end
 * of speech, or that is at its limit, is ended (QTTS_END_OF_SPEECH, _LIMIT, _RUNAWAY); the others
 * get a frame of codes and go through the talker. Errors: MEMORY. */
qtts_status qtts_generator_step (qtts_generator *generator, qtts_sequence **sequences, int n,
                                 qtts_error *error);
