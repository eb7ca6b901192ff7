/* convnext.c: a ConvNeXt block of the speech decoder's upsampling
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "convnext.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "error.h"

enum
{
  DEPTHWISE_TAPS = 7,
  DEPTHWISE_HISTORY = DEPTHWISE_TAPS - 1,
  NAME_LENGTH = 160,
};

static const float layer_norm_eps = 1e-6f;

/* Stored [channel][tap]; wanted [tap][channel]. */
static qtts_status
load_depthwise (qtts_speech_build *build, const char *name, qtts_convnext *convnext,
                qtts_error *error)
{
  const size_t row = qtts_padded_channels (convnext->channels);
  const float *stored;
  qtts_status status = qtts_loader_vector (build->loader, name, convnext->channels * DEPTHWISE_TAPS,
                                           &stored, error);

  if (status != QTTS_OK)
    return status;
  convnext->depthwise = calloc (row * DEPTHWISE_TAPS, sizeof (float));
  if (convnext->depthwise == NULL)
    return qtts_fail_memory (error);
  for (int c = 0; c < convnext->channels; c++)
    for (int tap = 0; tap < DEPTHWISE_TAPS; tap++)
      convnext->depthwise[(size_t) tap * row + (size_t) c] = stored[c * DEPTHWISE_TAPS + tap];

  convnext->state = build->state_bytes;
  build->state_bytes += row * DEPTHWISE_HISTORY * sizeof (float);
  if (build->front < row * DEPTHWISE_HISTORY)
    build->front = row * DEPTHWISE_HISTORY;
  return QTTS_OK;
}

qtts_status
qtts_convnext_load (qtts_speech_build *build, const char *name, int channels,
                    qtts_convnext *convnext, qtts_error *error)
{
  const struct
  {
    const char *suffix;
    float **vector;
  } vectors[] = {
    { "dwconv.conv.bias", &convnext->depthwise_bias },
    { "norm.weight", &convnext->norm_weight },
    { "norm.bias", &convnext->norm_bias },
    { "gamma", &convnext->gamma },
  };
  char full[NAME_LENGTH];
  qtts_status status;

  convnext->channels = channels;
  snprintf (full, sizeof full, "%s.dwconv.conv.weight", name);
  status = load_depthwise (build, full, convnext, error);
  for (size_t i = 0; status == QTTS_OK && i < sizeof vectors / sizeof vectors[0]; i++)
    {
      snprintf (full, sizeof full, "%s.%s", name, vectors[i].suffix);
      status = qtts_speech_vector (build, full, channels, 1, vectors[i].vector, error);
    }
  if (status != QTTS_OK)
    return status;

  snprintf (full, sizeof full, "%s.pwconv1", name);
  status = qtts_speech_conv_load (build, full, QTTS_CONVNEXT_EXPANSION * channels, channels, 1, 1,
                                  true, &convnext->expand, error);
  if (status != QTTS_OK)
    return status;
  snprintf (full, sizeof full, "%s.pwconv2", name);
  return qtts_speech_conv_load (build, full, channels, QTTS_CONVNEXT_EXPANSION * channels, 1, 1,
                                true, &convnext->shrink, error);
}

void
qtts_convnext_clear (qtts_convnext *convnext)
{
  free (convnext->depthwise);
  free (convnext->depthwise_bias);
  free (convnext->norm_weight);
  free (convnext->norm_bias);
  free (convnext->gamma);
  qtts_speech_conv_clear (&convnext->expand);
  qtts_speech_conv_clear (&convnext->shrink);
  *convnext = (qtts_convnext){ 0 };
}

typedef struct
{
  const qtts_convnext *convnext;
  const float *x;
  float *normed;
} normalization;

/* The row at x[0] and the rows before it, convolved, into y. */
static void
convolve_row (const qtts_convnext *convnext, const float *x, float *restrict y)
{
  const size_t row = qtts_padded_channels (convnext->channels);

  for (size_t c = 0; c < row; c++)
    y[c] = convnext->depthwise_bias[c];
  for (int tap = 0; tap < DEPTHWISE_TAPS; tap++)
    {
      const float *weights = convnext->depthwise + (size_t) tap * row;
      const float *old = x + (tap - DEPTHWISE_HISTORY) * (ptrdiff_t) row;

      for (size_t c = 0; c < row; c++)
        y[c] += weights[c] * old[c];
    }
}

static void
layer_norm (const qtts_convnext *convnext, float *y)
{
  const size_t row = qtts_padded_channels (convnext->channels);
  double sum = 0, squares = 0;
  float mean, scale;

  for (int c = 0; c < convnext->channels; c++)
    sum += y[c];
  mean = (float) (sum / convnext->channels);
  for (int c = 0; c < convnext->channels; c++)
    squares += (double) (y[c] - mean) * (y[c] - mean);
  scale = (float) (1 / sqrt (squares / convnext->channels + layer_norm_eps));
  for (size_t c = 0; c < row; c++)
    y[c] = (y[c] - mean) * scale * convnext->norm_weight[c] + convnext->norm_bias[c];
}

/* Rows of dwconv and layer norm. */
static void
normalize_rows (void *data, int worker, int begin, int end)
{
  const normalization *work = data;
  const size_t row = qtts_padded_channels (work->convnext->channels);

  for (int t = begin; t < end; t++)
    {
      float *y = work->normed + (size_t) t * row;

      convolve_row (work->convnext, work->x + (size_t) t * row, y);
      layer_norm (work->convnext, y);
    }
}

void
qtts_convnext_run (const qtts_convnext *convnext, qtts_speech_block *block, bool input_bf16)
{
  const size_t row = qtts_padded_channels (convnext->channels);
  float *x = block->values;
  char *state = block->state + convnext->state;
  normalization work = { .convnext = convnext, .x = x, .normed = block->input };

  qtts_speech_recall (state, x, row * sizeof *x, DEPTHWISE_HISTORY);
  qtts_team_for (block->team, block->times, 4, normalize_rows, &work);
  qtts_speech_remember (state, x, row * sizeof *x, DEPTHWISE_HISTORY, block->times);

  if (convnext->expand.x_bf16)
    qtts_speech_narrow (block->input, row * (size_t) block->times);
  qtts_speech_conv_run (&convnext->expand, block,
                        (qtts_conv_output){ .activation = QTTS_ACTIVATION_GELU,
                                            .activated_bf16 = convnext->shrink.x_bf16 });
  qtts_speech_conv_run (
      &convnext->shrink, block,
      (qtts_conv_output){
          .scale = convnext->gamma, .residual = x, .values = x, .activated_bf16 = input_bf16 });
}
