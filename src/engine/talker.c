/* talker.c: from prompt rows to the scores of the next frame's first code
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "talker.h"

#include <math.h>
#include <string.h>

#include "error.h"

static qtts_status
load_embeddings (qtts_talker *talker, qtts_loader *loader, qtts_error *error)
{
  const qtts_config *config = talker->config;
  const int hidden = config->talker.hidden_size, text = config->text_hidden_size;
  qtts_status status;

  status
      = qtts_loader_matrix (loader, "talker.model.text_embedding.weight", config->text_vocab_size,
                            text, QTTS_ROLE_TEXT_EMBEDDING, &talker->text_embedding, error);
  if (status == QTTS_OK)
    status = qtts_loader_matrix (loader, "talker.text_projection.linear_fc1.weight", text, text,
                                 QTTS_ROLE_PROJECTION, &talker->text_fc1, error);
  if (status == QTTS_OK)
    status = qtts_loader_vector (loader, "talker.text_projection.linear_fc1.bias", text,
                                 &talker->text_fc1_bias, error);
  if (status == QTTS_OK)
    status = qtts_loader_matrix (loader, "talker.text_projection.linear_fc2.weight", hidden, text,
                                 QTTS_ROLE_PROJECTION, &talker->text_fc2, error);
  if (status == QTTS_OK)
    status = qtts_loader_vector (loader, "talker.text_projection.linear_fc2.bias", hidden,
                                 &talker->text_fc2_bias, error);
  if (status == QTTS_OK)
    status = qtts_loader_matrix (loader, "talker.model.codec_embedding.weight",
                                 config->codec_vocab_size, hidden, QTTS_ROLE_CODEC_EMBEDDING,
                                 &talker->codec_embedding, error);
  return status;
}

qtts_status
qtts_talker_load (qtts_talker *talker, qtts_loader *loader, unsigned cpu, qtts_error *error)
{
  const qtts_config *config = qtts_loader_config (loader);
  const qtts_transformer_options options = { .role = QTTS_ROLE_TALKER, .qk_norm = true };
  qtts_status status;

  *talker = (qtts_talker){ .config = config, .stride = qtts_stride (config->talker.hidden_size) };
  status = qtts_transformer_load (&talker->transformer, loader, "talker.model", &config->talker,
                                  &options, cpu, error);
  if (status == QTTS_OK)
    status = load_embeddings (talker, loader, error);
  if (status == QTTS_OK)
    status = qtts_loader_matrix (loader, "talker.codec_head.weight", config->codec_vocab_size,
                                 config->talker.hidden_size, QTTS_ROLE_TALKER_HEAD,
                                 &talker->codec_head, error);
  if (status != QTTS_OK)
    qtts_talker_clear (talker);
  return status;
}

void
qtts_talker_clear (qtts_talker *talker)
{
  qtts_transformer_clear (&talker->transformer);
  *talker = (qtts_talker){ 0 };
}

void
qtts_talker_scratch_clear (qtts_talker_scratch *scratch)
{
  qtts_transformer_scratch_clear (&scratch->transformer);
  qtts_columns_clear (&scratch->text);
  qtts_columns_clear (&scratch->text_middle);
  qtts_columns_clear (&scratch->head);
}

static void
silu (float *x, int n)
{
  for (int i = 0; i < n; i++)
    x[i] = x[i] / (1.0f + expf (-x[i]));
}

qtts_status
qtts_talker_embed_text (const qtts_talker *talker, qtts_talker_scratch *scratch, qtts_team *team,
                        const int32_t *ids, int n, float *rows, qtts_error *error)
{
  const qtts_kernels *kernels = talker->transformer.kernels;
  const int text = talker->config->text_hidden_size;
  qtts_product fc1 = { &talker->text_fc1, talker->text_fc1_bias, NULL, 0 };
  const qtts_product fc2 = { &talker->text_fc2, talker->text_fc2_bias, rows, talker->stride };

  if (!qtts_columns_reserve (&scratch->text, text, n)
      || !qtts_columns_reserve (&scratch->text_middle, text, n))
    return qtts_fail_memory (error);
  for (int i = 0; i < n; i++)
    qtts_matrix_row (&talker->text_embedding, ids[i], qtts_column_at (&scratch->text, i));

  fc1.y = scratch->text_middle.x;
  fc1.stride = scratch->text_middle.stride;
  qtts_multiply (kernels, team, &scratch->text, n, &fc1, 1);
  for (int i = 0; i < n; i++)
    silu (qtts_column_at (&scratch->text_middle, i), text);
  qtts_multiply (kernels, team, &scratch->text_middle, n, &fc2, 1);
  return QTTS_OK;
}

void
qtts_talker_add_codec (const qtts_talker *talker, int id, float *row, float *unpacked)
{
  qtts_matrix_row (&talker->codec_embedding, id, unpacked);
  for (int i = 0; i < talker->config->talker.hidden_size; i++)
    row[i] += unpacked[i];
}

qtts_status
qtts_talker_forward (const qtts_talker *talker, qtts_talker_scratch *scratch, qtts_team *team,
                     const qtts_column *columns, int n, float *x, const qtts_trace *trace,
                     qtts_error *error)
{
  return qtts_transformer_forward (&talker->transformer, &scratch->transformer, team, columns, n, x,
                                   trace, error);
}

qtts_status
qtts_talker_logits (const qtts_talker *talker, qtts_talker_scratch *scratch, qtts_team *team,
                    const float *const *hidden, int n, float *logits, qtts_error *error)
{
  const int size = talker->config->talker.hidden_size;
  const qtts_product head
      = { &talker->codec_head, NULL, logits, qtts_stride (talker->config->codec_vocab_size) };

  if (!qtts_columns_reserve (&scratch->head, size, n))
    return qtts_fail_memory (error);
  for (int i = 0; i < n; i++)
    memcpy (qtts_column_at (&scratch->head, i), hidden[i], (size_t) size * sizeof (float));
  qtts_multiply (talker->transformer.kernels, team, &scratch->head, n, &head, 1);
  return QTTS_OK;
}
