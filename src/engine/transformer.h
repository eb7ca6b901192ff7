/* transformer.h: a stack of decoder layers: the talker's, the code predictor's and the speech
 * decoder's
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "compute/kv_cache.h"
#include "compute/product.h"
#include "trace.h"
#include "weights/loader.h"

typedef struct
{
  const float *input_norm;          /* [hidden] */
  const float *post_attention_norm; /* [hidden] */
  const float *q_norm, *k_norm;     /* [head_dim], or NULL */
  const float *attention_scale;     /* [hidden], or NULL */
  const float *mlp_scale;           /* [hidden], or NULL */
  qtts_matrix q, k, v, o;
  qtts_matrix gate, up, down;
} qtts_transformer_layer;

/* The weights: views that belong to the loader. Immutable, shared. Zero-initialise. */
typedef struct
{
  qtts_stack_config config;
  const qtts_kernels *kernels;
  qtts_transformer_layer *layers;
  const float *norm;
  float *inverse_frequencies; /* [head_dim / 2] of the rotary embedding */
} qtts_transformer;

typedef struct
{
  qtts_role role;
  bool qk_norm;     /* heads of queries and keys are normed before rotation */
  bool layer_scale; /* both branches are scaled per channel */
} qtts_transformer_options;

/* Loads prefix.layers.N.* and prefix.norm.weight. Errors as qtts_loader_matrix(). */
qtts_status qtts_transformer_load (qtts_transformer *transformer, qtts_loader *loader,
                                   const char *prefix, const qtts_stack_config *config,
                                   const qtts_transformer_options *options, unsigned cpu,
                                   qtts_error *error);
void qtts_transformer_clear (qtts_transformer *transformer);

/* Intermediate values of one pass; one for each thread that runs passes. Zero-initialise. */
typedef struct
{
  qtts_columns hidden, attention, mlp;
  float *q, *k, *v, *up, *y; /* [capacity][stride of their dimension] */
  float *rotated;            /* [capacity][heads][padded head_dim] */
  float *cosines, *sines;    /* [capacity][head_dim / 2] */
  int capacity;
  float *scores; /* [team size][scores_per_worker] */
  size_t n_scores;
} qtts_transformer_scratch;

void qtts_transformer_scratch_clear (qtts_transformer_scratch *scratch);

/* One position of one sequence. Columns of the same sequence stand together, in order of position.
 */
typedef struct
{
  qtts_kv_cache *cache;
  int position; /* has a slot in the cache */
} qtts_column;

/* Runs n columns through all layers and the final norm. float x[n][qtts_stride (hidden)], padded
 * with zeros: input rows on entry, normed hidden states on return. Keys and values are stored;
 * advancing cache->length is the caller's. `trace` (may be NULL) gets "layers.N" and "norm".
 * Errors: MEMORY. */
qtts_status qtts_transformer_forward (const qtts_transformer *transformer,
                                      qtts_transformer_scratch *scratch, qtts_team *team,
                                      const qtts_column *columns, int n, float *x,
                                      const qtts_trace *trace, qtts_error *error);
