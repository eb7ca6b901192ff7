/* talker.h: from prompt rows to the scores of the next frame's first code
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "transformer.h"

/* The weights: views that belong to the loader. Immutable, shared. */
typedef struct
{
  const qtts_config *config;
  int stride; /* floats from one row of hidden size to the next */
  qtts_transformer transformer;
  qtts_matrix text_embedding;
  qtts_matrix text_fc1, text_fc2;
  const float *text_fc1_bias, *text_fc2_bias;
  qtts_matrix codec_embedding;
  qtts_matrix codec_head;
} qtts_talker;

/* Errors as qtts_loader_matrix(). */
qtts_status qtts_talker_load (qtts_talker *talker, qtts_loader *loader, unsigned cpu,
                              qtts_error *error);
void qtts_talker_clear (qtts_talker *talker);

/* Scratch of one thread. Zero-initialise. */
typedef struct
{
  qtts_transformer_scratch transformer;
  qtts_columns text, text_middle; /* inputs of the two projections */
  qtts_columns head;              /* inputs of the codec head */
} qtts_talker_scratch;

void qtts_talker_scratch_clear (qtts_talker_scratch *scratch);

/* Projected embeddings of ids[n] into float rows[n][stride]. Errors: MEMORY. */
qtts_status qtts_talker_embed_text (const qtts_talker *talker, qtts_talker_scratch *scratch,
                                    qtts_team *team, const int32_t *ids, int n, float *rows,
                                    qtts_error *error);

/* row[stride] += codec embedding of `id`; `unpacked`[stride] is scratch. */
void qtts_talker_add_codec (const qtts_talker *talker, int id, float *row, float *unpacked);

/* Columns through the transformer, as qtts_transformer_forward(). */
qtts_status qtts_talker_forward (const qtts_talker *talker, qtts_talker_scratch *scratch,
                                 qtts_team *team, const qtts_column *columns, int n, float *x,
                                 const qtts_trace *trace, qtts_error *error);

/* Scores of the first code: hidden[i] points to a normed state, float logits[n][qtts_stride
 * (codec_vocab_size)] receives them. Errors: MEMORY. */
qtts_status qtts_talker_logits (const qtts_talker *talker, qtts_talker_scratch *scratch,
                                qtts_team *team, const float *const *hidden, int n, float *logits,
                                qtts_error *error);
