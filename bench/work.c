/* work.c: what a model must read and multiply, whatever the engine does
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "work.h"

enum
{
  RESIDUAL_UNITS = 3,
  RESIDUAL_TAPS = 7,
  CONVNEXT_TAPS = 7,
  CONVNEXT_WIDENING = 4,
  PRE_CONV_TAPS = 3,
  WAVE_TAPS = 7,
};

static void
add_matrix (Work *work, const qtts_matrix *matrix, int reads, int columns)
{
  work->bytes += (double) reads * qtts_packed_bytes (matrix->format, matrix->rows, matrix->cols);
  work->macs += (double) columns * matrix->rows * matrix->cols;
}

static void
add_layers (Work *work, const qtts_transformer *transformer, int reads, int columns)
{
  for (int i = 0; i < transformer->config.layers; i++)
    {
      const qtts_transformer_layer *layer = &transformer->layers[i];
      const qtts_matrix *const matrices[]
          = { &layer->q, &layer->k, &layer->v, &layer->o, &layer->gate, &layer->up, &layer->down };

      for (size_t m = 0; m < sizeof matrices / sizeof matrices[0]; m++)
        add_matrix (work, matrices[m], reads, columns);
    }
}

Work
work_of_talker (const qtts_model *model)
{
  Work work = { 0 };

  add_layers (&work, &model->talker.transformer, 1, 1);
  add_matrix (&work, &model->talker.codec_head, 1, 1);
  return work;
}

/* The first pass takes two columns, the talker's state and code 0. */
Work
work_of_predictor (const qtts_model *model)
{
  const int passes = model->config->groups - 1;
  Work work = { 0 };

  add_layers (&work, &model->predictor.transformer, passes, passes + 1);
  for (int i = 0; i < passes; i++)
    add_matrix (&work, &model->predictor.heads[i], 1, 1);
  if (model->predictor.has_projection)
    add_matrix (&work, &model->predictor.projection, passes, passes + 1);
  return work;
}

static double
transformer_macs (const qtts_speech_decoder_config *config)
{
  const qtts_stack_config *stack = &config->transformer;
  const double attention = 2.0 * (stack->heads + stack->kv_heads) * stack->head_dim;
  const double layer = stack->hidden_size * (attention + 3.0 * stack->intermediate_size);

  return stack->layers * layer + 2.0 * stack->hidden_size * config->latent_dim;
}

double
work_of_speech_decoder (const qtts_model *model)
{
  const qtts_speech_decoder_config *config = &model->config->speech_decoder;
  const double latent = config->latent_dim;
  double width = config->decoder_dim, rate = 1;
  double macs = (double) config->codebook_dim * config->codebook_dim
                + latent * config->codebook_dim * PRE_CONV_TAPS + transformer_macs (config);

  for (int i = 0; i < config->n_upsampling_ratios; i++)
    {
      rate *= config->upsampling_ratios[i];
      macs += rate * latent * (latent + CONVNEXT_TAPS + 2 * CONVNEXT_WIDENING * latent);
    }
  macs += rate * latent * width * WAVE_TAPS;
  for (int i = 0; i < config->n_upsample_rates; i++)
    {
      rate *= config->upsample_rates[i];
      width /= 2;
      macs += rate * width * (2 * 2 * width + RESIDUAL_UNITS * (RESIDUAL_TAPS + 1) * width);
    }
  return macs + rate * width * WAVE_TAPS;
}
