/* code_predictor.h: the codes 1 .. groups - 1 of a frame, one after another
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "sampler.h"
#include "transformer.h"

/* The weights: views that belong to the loader. Immutable, shared. */
typedef struct
{
  const qtts_config *config;
  qtts_transformer transformer;
  bool half_cache;     /* keys and values are held as F16 */
  bool has_projection; /* where the predictor's width differs from the talker's */
  qtts_matrix projection;
  const float *projection_bias;
  qtts_matrix *embeddings; /* [groups - 1]: of codes 1 .. groups - 1, as wide as the talker */
  qtts_matrix *heads;      /* [groups - 1]: scores of codes 1 .. groups - 1 */
} qtts_code_predictor;

/* Errors as qtts_loader_matrix(). */
qtts_status qtts_code_predictor_load (qtts_code_predictor *predictor, qtts_loader *loader,
                                      unsigned cpu, qtts_error *error);
void qtts_code_predictor_clear (qtts_code_predictor *predictor);

/* Scratch of one thread. Zero-initialise. */
typedef struct
{
  qtts_transformer_scratch transformer;
  qtts_columns wide;     /* inputs of the projection */
  qtts_columns rows;     /* [2 * capacity] inputs and states of the transformer */
  qtts_columns head;     /* inputs of a head */
  float *logits;         /* [capacity][qtts_stride (vocab)] */
  float *sorting;        /* the sampler's scratch, as large */
  qtts_kv_cache *caches; /* [capacity] */
  qtts_column *columns;  /* [2 * capacity] */
  int capacity;          /* sequences */
} qtts_code_predictor_scratch;

void qtts_code_predictor_scratch_clear (qtts_code_predictor_scratch *scratch);

/* One sequence's frame. */
typedef struct
{
  const float *hidden; /* the talker's normed state that gave code 0, [talker hidden] */
  const float *code0;  /* codec embedding of code 0, [talker hidden] */
  int32_t *codes;      /* [groups]: codes[0] on entry, all on return */
  qtts_draw draw;
  qtts_random *random;
} qtts_code_frame;

/* Completes the frames of n sequences together. `trace` (may be NULL) gets "predictor.hidden" and
 * "predictor.logits" once per pass. Errors: MEMORY. */
qtts_status qtts_code_predictor_run (const qtts_code_predictor *predictor,
                                     qtts_code_predictor_scratch *scratch, qtts_team *team,
                                     const qtts_code_frame *frames, int n, const qtts_trace *trace,
                                     qtts_error *error);
