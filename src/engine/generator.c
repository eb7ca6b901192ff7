/* generator.c: one frame of codes for several sequences at once
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "generator.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error.h"

enum
{
  PREFILL_COLUMNS = 64, /* prompt rows that go through the talker together */
};

static size_t
stride_of (const qtts_generator *generator)
{
  return (size_t) generator->model->talker.stride;
}

static size_t
logits_stride (const qtts_generator *generator)
{
  return (size_t) qtts_stride (generator->model->config->codec_vocab_size);
}

qtts_status
qtts_generator_init (qtts_generator *generator, const qtts_model *model, int capacity,
                     qtts_error *error)
{
  const size_t n = (size_t) capacity;

  *generator = (qtts_generator){ .model = model, .capacity = capacity };
  generator->x = calloc (n * stride_of (generator), sizeof (float));
  generator->code0 = calloc (n * stride_of (generator), sizeof (float));
  generator->unpacked = calloc (n * stride_of (generator), sizeof (float));
  generator->logits = calloc (n * logits_stride (generator), sizeof (float));
  generator->sorting = calloc (n * logits_stride (generator), sizeof (float));
  generator->hidden = calloc (n, sizeof *generator->hidden);
  generator->columns = calloc (n, sizeof *generator->columns);
  generator->frames = calloc (n, sizeof *generator->frames);
  generator->live = calloc (n, sizeof *generator->live);
  if (generator->x && generator->code0 && generator->unpacked && generator->logits
      && generator->sorting && generator->hidden && generator->columns && generator->frames
      && generator->live)
    return QTTS_OK;
  qtts_generator_clear (generator);
  return qtts_fail_memory (error);
}

void
qtts_generator_clear (qtts_generator *generator)
{
  qtts_talker_scratch_clear (&generator->talker);
  qtts_code_predictor_scratch_clear (&generator->predictor);
  free (generator->x);
  free (generator->code0);
  free (generator->unpacked);
  free (generator->logits);
  free (generator->sorting);
  free (generator->hidden);
  free (generator->columns);
  free (generator->frames);
  free (generator->live);
  *generator = (qtts_generator){ 0 };
}

static void
record (const qtts_generator *generator, const char *name, const float *values, int rows, int cols,
        size_t stride)
{
  for (int i = 0; generator->trace != NULL && i < rows; i++)
    generator->trace->record (generator->trace->data, name, values + (size_t) i * stride, 1, cols);
}

/* Prefill */

/* Projected text rows of the whole request: the prompt's (zero where a row has none), then trailing
 * rows and tts_pad. */
static qtts_status
embed_texts (qtts_generator *generator, qtts_sequence *sequence, float *rows, qtts_error *error)
{
  const qtts_prompt *prompt = &sequence->prompt;
  const size_t stride = stride_of (generator);
  const int n = prompt->n_rows + prompt->n_trailing + 1;
  int32_t *ids = malloc ((size_t) n * sizeof *ids);
  float *embedded = calloc ((size_t) n * stride, sizeof (float));
  qtts_status status = QTTS_OK;
  int n_ids = 0, next = 0;

  if (ids == NULL || embedded == NULL)
    status = qtts_fail_memory (error);
  for (int i = 0; status == QTTS_OK && i < prompt->n_rows; i++)
    if (prompt->rows[i].text_id >= 0)
      ids[n_ids++] = prompt->rows[i].text_id;
  for (int i = 0; status == QTTS_OK && i < prompt->n_trailing; i++)
    ids[n_ids++] = prompt->trailing[i];
  if (status == QTTS_OK)
    {
      ids[n_ids++] = generator->model->config->tts_pad_id;
      status = qtts_talker_embed_text (&generator->model->talker, &generator->talker,
                                       generator->model->team, ids, n_ids, embedded, error);
    }
  if (status == QTTS_OK)
    {
      for (int i = 0; i < prompt->n_rows; i++)
        if (prompt->rows[i].text_id >= 0)
          memcpy (rows + (size_t) i * stride, embedded + (size_t) next++ * stride,
                  stride * sizeof (float));
      memcpy (sequence->trailing, embedded + (size_t) next * stride,
              (size_t) (prompt->n_trailing + 1) * stride * sizeof (float));
    }
  free (ids);
  free (embedded);
  return status;
}

static qtts_status
run_prompt (qtts_generator *generator, qtts_sequence *sequence, float *rows, qtts_error *error)
{
  const int n_rows = sequence->prompt.n_rows;
  const size_t stride = stride_of (generator);
  qtts_column columns[PREFILL_COLUMNS];
  qtts_status status = QTTS_OK;

  for (int first = 0; status == QTTS_OK && first < n_rows; first += PREFILL_COLUMNS)
    {
      const int n = n_rows - first < PREFILL_COLUMNS ? n_rows - first : PREFILL_COLUMNS;

      for (int i = 0; i < n; i++)
        columns[i] = (qtts_column){ &sequence->cache, first + i };
      status = qtts_talker_forward (&generator->model->talker, &generator->talker,
                                    generator->model->team, columns, n,
                                    rows + (size_t) first * stride, generator->trace, error);
    }
  sequence->cache.length = n_rows;
  memcpy (sequence->hidden, rows + (size_t) (n_rows - 1) * stride, stride * sizeof (float));
  return status;
}

qtts_status
qtts_generator_prefill (qtts_generator *generator, qtts_sequence *sequence, qtts_error *error)
{
  const double start = qtts_seconds ();
  const qtts_talker *talker = &generator->model->talker;
  const size_t stride = stride_of (generator);
  float *rows = calloc ((size_t) sequence->prompt.n_rows * stride, sizeof (float));
  qtts_status status;

  if (rows == NULL)
    return qtts_fail_memory (error);
  status = embed_texts (generator, sequence, rows, error);
  for (int i = 0; i < sequence->prompt.n_rows; i++)
    if (sequence->prompt.rows[i].codec_id >= 0)
      qtts_talker_add_codec (talker, sequence->prompt.rows[i].codec_id, rows + (size_t) i * stride,
                             generator->unpacked);
  if (status == QTTS_OK)
    {
      record (generator, "prefill_embeds", rows, sequence->prompt.n_rows,
              talker->config->talker.hidden_size, stride);
      status = run_prompt (generator, sequence, rows, error);
    }
  free (rows);
  generator->prefill_s += qtts_seconds () - start;
  return status;
}

/* One frame */

typedef struct
{
  qtts_generator *generator;
  qtts_sequence **sequences;
  int n;
} Step;

static qtts_end
end_after_draw (const qtts_sequence *sequence, int token, int eos)
{
  if (token == eos)
    return QTTS_END_OF_SPEECH;
  if (sequence->result.frames >= sequence->request.max_frames)
    return QTTS_END_LIMIT;
  return sequence->result.frames >= sequence->runaway_frames ? QTTS_END_RUNAWAY : QTTS_END_NONE;
}

static void
draw_first_codes (void *data, int worker, int begin, int end)
{
  const Step *step = data;
  const qtts_generator *generator = step->generator;
  const qtts_config *config = generator->model->config;

  for (int i = begin; i < end; i++)
    {
      qtts_sequence *sequence = step->sequences[i];
      const qtts_sampling *sampling = &sequence->request.sampling;
      const qtts_draw draw
          = { sampling->greedy, sampling->temperature, sampling->top_k, sampling->top_p };
      float *logits = generator->logits + (size_t) i * logits_stride (generator);
      int token;

      qtts_process_logits (logits, config->codec_vocab_size, sequence->history, sequence->n_history,
                           sampling->repetition_penalty, config->codec_eos_id);
      token = qtts_sample (logits, config->codec_vocab_size, &draw, &sequence->random,
                           generator->sorting + (size_t) i * logits_stride (generator));
      sequence->history[sequence->n_history++] = token;
      sequence->result.end = end_after_draw (sequence, token, config->codec_eos_id);
    }
}

static qtts_status
draw_all (Step *step, qtts_error *error)
{
  qtts_generator *generator = step->generator;
  const qtts_config *config = generator->model->config;
  qtts_status status;

  for (int i = 0; i < step->n; i++)
    generator->hidden[i] = step->sequences[i]->hidden;
  status
      = qtts_talker_logits (&generator->model->talker, &generator->talker, generator->model->team,
                            generator->hidden, step->n, generator->logits, error);
  if (status != QTTS_OK)
    return status;
  record (generator, "logits", generator->logits, step->n, config->codec_vocab_size,
          logits_stride (generator));
  qtts_team_for (generator->model->team, step->n, 1, draw_first_codes, step);
  record (generator, "scores", generator->logits, step->n, config->codec_vocab_size,
          logits_stride (generator));
  return QTTS_OK;
}

/* Ends sequences whose draw says so; the others become generator->live. */
static int
part_live (Step *step)
{
  int n_live = 0;

  for (int i = 0; i < step->n; i++)
    if (step->sequences[i]->result.end != QTTS_END_NONE)
      qtts_sequence_end (step->sequences[i], step->sequences[i]->result.end);
    else
      step->generator->live[n_live++] = step->sequences[i];
  return n_live;
}

static qtts_status
predict (qtts_generator *generator, int n, qtts_error *error)
{
  const qtts_model *model = generator->model;
  const size_t stride = stride_of (generator);

  for (int i = 0; i < n; i++)
    {
      qtts_sequence *sequence = generator->live[i];
      const qtts_sampling *sampling = &sequence->request.sampling;
      int32_t *codes = sequence->codes + sequence->result.frames * model->config->groups;
      float *code0 = generator->code0 + (size_t) i * stride;

      codes[0] = sequence->history[sequence->n_history - 1];
      memset (code0, 0, stride * sizeof (float));
      qtts_talker_add_codec (&model->talker, codes[0], code0, generator->unpacked);
      generator->frames[i]
          = (qtts_code_frame){ .hidden = sequence->hidden,
                               .code0 = code0,
                               .codes = codes,
                               .draw
                               = { sampling->predictor_greedy, sampling->predictor_temperature,
                                   sampling->predictor_top_k, sampling->predictor_top_p },
                               .random = &sequence->random };
    }
  return qtts_code_predictor_run (&model->predictor, &generator->predictor, model->team,
                                  generator->frames, n, generator->trace, error);
}

/* The talker's next input: the frame's code embeddings and the text's next row. */
static void
embed_frames (void *data, int worker, int begin, int end)
{
  qtts_generator *generator = data;
  const qtts_config *config = generator->model->config;
  const int hidden = config->talker.hidden_size;
  const size_t stride = stride_of (generator);

  for (int i = begin; i < end; i++)
    {
      const qtts_sequence *sequence = generator->live[i];
      const int t = sequence->result.frames;
      const int row = t < sequence->prompt.n_trailing ? t : sequence->prompt.n_trailing;
      const int32_t *codes = sequence->codes + t * config->groups;
      float *restrict x = generator->x + (size_t) i * stride;
      float *restrict unpacked = generator->unpacked + (size_t) i * stride;

      memcpy (x, generator->code0 + (size_t) i * stride, stride * sizeof (float));
      for (int g = 1; g < config->groups; g++)
        {
          qtts_matrix_row (&generator->model->predictor.embeddings[g - 1], codes[g], unpacked);
          for (int k = 0; k < hidden; k++)
            x[k] += unpacked[k];
        }
      for (int k = 0; k < hidden; k++)
        x[k] += sequence->trailing[(size_t) row * stride + (size_t) k];
    }
}

static qtts_status
talk (qtts_generator *generator, int n, qtts_error *error)
{
  const qtts_model *model = generator->model;
  const int hidden = model->config->talker.hidden_size;
  const size_t stride = stride_of (generator);
  qtts_status status;

  qtts_team_for (model->team, n, 1, embed_frames, generator);
  record (generator, "step_embeds", generator->x, n, hidden, stride);
  for (int i = 0; i < n; i++)
    generator->columns[i]
        = (qtts_column){ &generator->live[i]->cache, generator->live[i]->cache.length };
  status = qtts_talker_forward (&model->talker, &generator->talker, model->team, generator->columns,
                                n, generator->x, NULL, error);
  for (int i = 0; i < n; i++)
    {
      memcpy (generator->live[i]->hidden, generator->x + (size_t) i * stride,
              stride * sizeof (float));
      generator->live[i]->cache.length++;
      generator->live[i]->result.frames++;
    }
  record (generator, "step_hidden", generator->x, n, hidden, stride);
  return status;
}

qtts_status
qtts_generator_step (qtts_generator *generator, qtts_sequence **sequences, int n, qtts_error *error)
{
  Step step = { generator, sequences, n };
  const double start = qtts_seconds ();
  double drawn, predicted;
  qtts_status status = draw_all (&step, error);
  int n_live;

  if (status != QTTS_OK)
    return status;
  n_live = part_live (&step);
  drawn = qtts_seconds ();
  generator->talker_s += drawn - start;
  if (n_live == 0)
    return QTTS_OK;

  status = predict (generator, n_live, error);
  predicted = qtts_seconds ();
  generator->predictor_s += predicted - drawn;
  if (status == QTTS_OK)
    status = talk (generator, n_live, error);
  generator->talker_s += qtts_seconds () - predicted;
  return status;
}
