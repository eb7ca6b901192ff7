/* code_predictor.c: the codes 1 .. groups - 1 of a frame, one after another
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "code_predictor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

#define PREFIX "talker.code_predictor."

static qtts_status
load_projection (qtts_code_predictor *predictor, qtts_loader *loader, qtts_error *error)
{
  const int wide = predictor->config->talker.hidden_size;
  const int narrow = predictor->config->predictor.hidden_size;
  qtts_status status;

  predictor->has_projection = wide != narrow;
  if (!predictor->has_projection)
    return QTTS_OK;
  status = qtts_loader_matrix (loader, PREFIX "small_to_mtp_projection.weight", narrow, wide,
                               QTTS_ROLE_PROJECTION, &predictor->projection, error);
  if (status == QTTS_OK)
    status = qtts_loader_vector (loader, PREFIX "small_to_mtp_projection.bias", narrow,
                                 &predictor->projection_bias, error);
  return status;
}

static qtts_status
load_groups (qtts_code_predictor *predictor, qtts_loader *loader, qtts_error *error)
{
  const qtts_config *config = predictor->config;
  const size_t n = (size_t) config->groups - 1;
  qtts_status status = QTTS_OK;
  char name[96];

  predictor->embeddings = calloc (n, sizeof *predictor->embeddings);
  predictor->heads = calloc (n, sizeof *predictor->heads);
  if (predictor->embeddings == NULL || predictor->heads == NULL)
    return qtts_fail_memory (error);

  for (size_t g = 0; status == QTTS_OK && g < n; g++)
    {
      snprintf (name, sizeof name, PREFIX "model.codec_embedding.%zu.weight", g);
      status = qtts_loader_matrix (loader, name, config->predictor_vocab_size,
                                   config->talker.hidden_size, QTTS_ROLE_CODEC_EMBEDDING,
                                   &predictor->embeddings[g], error);
      snprintf (name, sizeof name, PREFIX "lm_head.%zu.weight", g);
      if (status == QTTS_OK)
        status = qtts_loader_matrix (loader, name, config->predictor_vocab_size,
                                     config->predictor.hidden_size, QTTS_ROLE_PREDICTOR_HEAD,
                                     &predictor->heads[g], error);
    }
  return status;
}

qtts_status
qtts_code_predictor_load (qtts_code_predictor *predictor, qtts_loader *loader, unsigned cpu,
                          qtts_error *error)
{
  const qtts_config *config = qtts_loader_config (loader);
  const qtts_transformer_options options
      = { .role = qtts_predictor_role (config), .qk_norm = true };
  qtts_status status;

  *predictor = (qtts_code_predictor){
    .config = config,
    .half_cache = qtts_loader_precision (loader) != QTTS_PRECISION_F32,
  };
  status = qtts_transformer_load (&predictor->transformer, loader, PREFIX "model",
                                  &config->predictor, &options, cpu, error);
  if (status == QTTS_OK)
    status = load_projection (predictor, loader, error);
  if (status == QTTS_OK)
    status = load_groups (predictor, loader, error);
  if (status != QTTS_OK)
    qtts_code_predictor_clear (predictor);
  return status;
}

void
qtts_code_predictor_clear (qtts_code_predictor *predictor)
{
  qtts_transformer_clear (&predictor->transformer);
  free (predictor->embeddings);
  free (predictor->heads);
  *predictor = (qtts_code_predictor){ 0 };
}

void
qtts_code_predictor_scratch_clear (qtts_code_predictor_scratch *scratch)
{
  qtts_transformer_scratch_clear (&scratch->transformer);
  qtts_columns_clear (&scratch->wide);
  qtts_columns_clear (&scratch->rows);
  qtts_columns_clear (&scratch->head);
  for (int i = 0; scratch->caches != NULL && i < scratch->capacity; i++)
    qtts_kv_cache_clear (&scratch->caches[i]);
  free (scratch->caches);
  free (scratch->columns);
  free (scratch->logits);
  free (scratch->sorting);
  *scratch = (qtts_code_predictor_scratch){ 0 };
}

static bool
reserve (const qtts_code_predictor *predictor, qtts_code_predictor_scratch *scratch, int n)
{
  const qtts_config *config = predictor->config;
  const size_t scores = (size_t) n * (size_t) qtts_stride (config->predictor_vocab_size);

  if (n <= scratch->capacity)
    return true;
  qtts_code_predictor_scratch_clear (scratch);
  scratch->capacity = n;
  scratch->caches = calloc ((size_t) n, sizeof *scratch->caches);
  scratch->columns = calloc (2 * (size_t) n, sizeof *scratch->columns);
  scratch->logits = calloc (scores, sizeof (float));
  scratch->sorting = calloc (scores, sizeof (float));
  if (!scratch->caches || !scratch->columns || !scratch->logits || !scratch->sorting
      || !qtts_columns_reserve (&scratch->wide, config->talker.hidden_size, 2 * n)
      || !qtts_columns_reserve (&scratch->rows, config->predictor.hidden_size, 2 * n)
      || !qtts_columns_reserve (&scratch->head, config->predictor.hidden_size, n))
    return false;
  for (int i = 0; i < n; i++)
    if (!qtts_kv_cache_init (&scratch->caches[i], &config->predictor, config->groups,
                             predictor->half_cache))
      return false;
  return true;
}

/* The pass that predicts group `group` of every frame. */
typedef struct
{
  const qtts_code_predictor *predictor;
  qtts_code_predictor_scratch *scratch;
  qtts_team *team;
  const qtts_code_frame *frames;
  int n;
  int group;
  const qtts_trace *trace;
  qtts_error *error;
} Pass;

/* From `columns` rows in scratch->wide to the transformer's input rows. */
static void
project (const Pass *pass, int columns)
{
  const qtts_code_predictor *predictor = pass->predictor;
  qtts_code_predictor_scratch *s = pass->scratch;
  const qtts_product product
      = { &predictor->projection, predictor->projection_bias, s->rows.x, s->rows.stride };

  if (predictor->has_projection)
    qtts_multiply (predictor->transformer.kernels, pass->team, &s->wide, columns, &product, 1);
  else
    memcpy (s->rows.x, s->wide.x, (size_t) columns * (size_t) s->wide.stride * sizeof (float));
}

/* The first pass has two positions, state and code 0; each later one the code before. */
static int
lay_out_rows (const Pass *pass)
{
  const size_t bytes = (size_t) pass->predictor->config->talker.hidden_size * sizeof (float);
  qtts_code_predictor_scratch *s = pass->scratch;
  int columns = 0;

  for (int i = 0; i < pass->n; i++)
    if (pass->group == 1)
      {
        memcpy (qtts_column_at (&s->wide, columns), pass->frames[i].hidden, bytes);
        s->columns[columns++] = (qtts_column){ &s->caches[i], 0 };
        memcpy (qtts_column_at (&s->wide, columns), pass->frames[i].code0, bytes);
        s->columns[columns++] = (qtts_column){ &s->caches[i], 1 };
      }
    else
      {
        qtts_matrix_row (&pass->predictor->embeddings[pass->group - 2],
                         pass->frames[i].codes[pass->group - 1],
                         qtts_column_at (&s->wide, columns));
        s->columns[columns++] = (qtts_column){ &s->caches[i], pass->group };
      }
  return columns;
}

static void
score (const Pass *pass, int columns)
{
  const qtts_code_predictor *predictor = pass->predictor;
  qtts_code_predictor_scratch *s = pass->scratch;
  const int rows_each = columns / pass->n, size = predictor->config->predictor.hidden_size;
  const qtts_product head = { &predictor->heads[pass->group - 1], NULL, s->logits,
                              qtts_stride (predictor->config->predictor_vocab_size) };

  for (int i = 0; i < pass->n; i++)
    memcpy (qtts_column_at (&s->head, i), qtts_column_at (&s->rows, (i + 1) * rows_each - 1),
            (size_t) size * sizeof (float));
  qtts_multiply (predictor->transformer.kernels, pass->team, &s->head, pass->n, &head, 1);
}

static void
draw_codes (void *data, int worker, int begin, int end)
{
  const Pass *pass = data;
  const int vocab = pass->predictor->config->predictor_vocab_size;

  for (int i = begin; i < end; i++)
    {
      const qtts_code_frame *frame = &pass->frames[i];
      const size_t at = (size_t) i * (size_t) qtts_stride (vocab);

      frame->codes[pass->group] = qtts_sample (pass->scratch->logits + at, vocab, &frame->draw,
                                               frame->random, pass->scratch->sorting + at);
    }
}

static void
record (const Pass *pass, int columns)
{
  const qtts_config *config = pass->predictor->config;

  if (pass->trace == NULL)
    return;
  for (int c = 0; c < columns; c++)
    pass->trace->record (pass->trace->data, "predictor.hidden",
                         qtts_column_at (&pass->scratch->rows, c), 1,
                         config->predictor.hidden_size);
  pass->trace->record (pass->trace->data, "predictor.logits", pass->scratch->logits, 1,
                       config->predictor_vocab_size);
}

static qtts_status
predict_group (const Pass *pass)
{
  const int columns = lay_out_rows (pass);
  qtts_status status;

  project (pass, columns);
  status = qtts_transformer_forward (&pass->predictor->transformer, &pass->scratch->transformer,
                                     pass->team, pass->scratch->columns, columns,
                                     pass->scratch->rows.x, NULL, pass->error);
  if (status != QTTS_OK)
    return status;
  score (pass, columns);
  record (pass, columns);
  qtts_team_for (pass->team, pass->n, 1, draw_codes, (void *) pass);
  return QTTS_OK;
}

qtts_status
qtts_code_predictor_run (const qtts_code_predictor *predictor, qtts_code_predictor_scratch *scratch,
                         qtts_team *team, const qtts_code_frame *frames, int n,
                         const qtts_trace *trace, qtts_error *error)
{
  Pass pass = { predictor, scratch, team, frames, n, 1, trace, error };
  qtts_status status = QTTS_OK;

  if (!reserve (predictor, scratch, n))
    return qtts_fail_memory (error);
  for (; status == QTTS_OK && pass.group < predictor->config->groups; pass.group++)
    status = predict_group (&pass);
  return status;
}
