/* speech_conv.c: one causal convolution of the speech decoder, with what it remembers of its input
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "speech_conv.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compute/half.h"
#include "error.h"

enum
{
  NAME_LENGTH = 160,
};

static size_t
activation_bytes (bool bf16)
{
  return bf16 ? sizeof (uint16_t) : sizeof (float);
}

static float *
new_row (int channels, int repeats)
{
  return calloc (qtts_padded_channels (channels) * (size_t) repeats, sizeof (float));
}

qtts_status
qtts_speech_vector (qtts_speech_build *build, const char *name, int channels, int repeats,
                    float **vector, qtts_error *error)
{
  const float *stored;
  qtts_status status = qtts_loader_vector (build->loader, name, channels, &stored, error);

  if (status != QTTS_OK)
    return status;
  *vector = new_row (channels, repeats);
  if (*vector == NULL)
    return qtts_fail_memory (error);
  for (int i = 0; i < repeats; i++)
    memcpy (*vector + (size_t) i * qtts_padded_channels (channels), stored,
            (size_t) channels * sizeof *stored);
  return QTTS_OK;
}

qtts_status
qtts_snake_load (qtts_speech_build *build, const char *name, int channels, int stride,
                 qtts_snake *snake, qtts_error *error)
{
  const size_t padded = qtts_padded_channels (channels);
  char full[NAME_LENGTH];
  qtts_status status;

  snprintf (full, sizeof full, "%s.alpha", name);
  status = qtts_speech_vector (build, full, channels, stride, &snake->alpha, error);
  if (status != QTTS_OK)
    return status;
  snprintf (full, sizeof full, "%s.beta", name);
  status = qtts_speech_vector (build, full, channels, stride, &snake->inverse_beta, error);
  if (status != QTTS_OK)
    return status;

  for (size_t i = 0; i < padded * (size_t) stride; i++)
    {
      snake->alpha[i] = expf (snake->alpha[i]);
      snake->inverse_beta[i] = 1 / (expf (snake->inverse_beta[i]) + 1e-9f);
    }
  return QTTS_OK;
}

void
qtts_snake_clear (qtts_snake *snake)
{
  free (snake->alpha);
  free (snake->inverse_beta);
  *snake = (qtts_snake){ 0 };
}

/* Everything but the sizes, which are set. */
static qtts_status
load (qtts_speech_build *build, const char *name, bool has_bias, int period, qtts_speech_conv *conv,
      qtts_error *error)
{
  const size_t row = qtts_padded_channels (conv->in);
  char full[NAME_LENGTH];
  qtts_status status;

  snprintf (full, sizeof full, "%s.weight", name);
  status = qtts_loader_conv (build->loader, full, conv->out, conv->in, conv->taps * conv->stride,
                             conv->stride > 1, QTTS_ROLE_DECODER_CONV, &conv->matrix, error);
  if (status != QTTS_OK)
    return status;
  if (conv->matrix.format != QTTS_FORMAT_F32 && conv->matrix.format != QTTS_FORMAT_BF16)
    return qtts_fail (error, QTTS_ERROR_UNSUPPORTED, "%s is neither F32 nor BF16", full);

  if (has_bias)
    {
      snprintf (full, sizeof full, "%s.bias", name);
      status = qtts_speech_vector (build, full, conv->out, conv->stride, &conv->bias, error);
      if (status != QTTS_OK)
        return status;
    }
  else if ((conv->bias = new_row (conv->out, conv->stride)) == NULL)
    return qtts_fail_memory (error);

  conv->kernels = build->kernels;
  if (period > 0 && !build->exact && qtts_filter_pays (conv->dilation, period))
    {
      if (!qtts_filter_init (&conv->filter, build->kernels, qtts_loader_team (build->loader),
                             &conv->matrix, conv->in, conv->dilation, period))
        return qtts_fail_memory (error);
      qtts_loader_release (build->loader, &conv->matrix);
      if (build->scratch < qtts_filter_scratch (&conv->filter))
        build->scratch = qtts_filter_scratch (&conv->filter);
    }
  conv->x_bf16 = conv->filter.weights == NULL && !build->exact
                 && conv->matrix.format == QTTS_FORMAT_BF16 && build->kernels->bf16 != NULL;
  conv->history = (conv->taps - 1) * conv->dilation;
  conv->state = build->state_bytes;
  build->state_bytes += (size_t) conv->history * row * activation_bytes (conv->x_bf16);
  if (build->front < (size_t) conv->history * row)
    build->front = (size_t) conv->history * row;
  return QTTS_OK;
}

qtts_status
qtts_speech_conv_load (qtts_speech_build *build, const char *name, int out, int in, int taps,
                       int dilation, bool has_bias, qtts_speech_conv *conv, qtts_error *error)
{
  *conv
      = (qtts_speech_conv){ .in = in, .out = out, .taps = taps, .dilation = dilation, .stride = 1 };
  return load (build, name, has_bias, 0, conv, error);
}

qtts_status
qtts_speech_conv_load_filtered (qtts_speech_build *build, const char *name, int out, int in,
                                int dilation, int period, qtts_speech_conv *conv, qtts_error *error)
{
  *conv = (qtts_speech_conv){
    .in = in, .out = out, .taps = QTTS_FILTER_TAPS, .dilation = dilation, .stride = 1
  };
  return load (build, name, true, period, conv, error);
}

qtts_status
qtts_speech_conv_load_transposed (qtts_speech_build *build, const char *name, int out, int in,
                                  int taps, int stride, qtts_speech_conv *conv, qtts_error *error)
{
  *conv = (qtts_speech_conv){
    .in = in, .out = out, .taps = taps / stride, .dilation = 1, .stride = stride
  };
  return load (build, name, true, 0, conv, error);
}

void
qtts_speech_conv_clear (qtts_speech_conv *conv)
{
  free (conv->bias);
  qtts_filter_clear (&conv->filter);
  *conv = (qtts_speech_conv){ 0 };
}

void
qtts_speech_recall (const char *state, void *x, size_t row_bytes, int history)
{
  memcpy ((char *) x - (size_t) history * row_bytes, state, (size_t) history * row_bytes);
}

void
qtts_speech_remember (char *state, const void *x, size_t row_bytes, int history, int times)
{
  memcpy (state, (const char *) x + (ptrdiff_t) (times - history) * (ptrdiff_t) row_bytes,
          (size_t) history * row_bytes);
}

void
qtts_speech_narrow (void *values, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      float value;
      uint16_t narrow;

      memcpy (&value, (char *) values + i * sizeof value, sizeof value);
      narrow = qtts_float_to_bf16 (value);
      memcpy ((char *) values + i * sizeof narrow, &narrow, sizeof narrow);
    }
}

size_t
qtts_speech_conv_row_bytes (const qtts_speech_conv *conv)
{
  return qtts_padded_channels (conv->in) * activation_bytes (conv->x_bf16);
}

/* The sum over taps of shifted rows. */
static void
run_plain (const qtts_speech_conv *conv, const qtts_speech_block *block,
           const qtts_conv_output *output)
{
  const size_t row = qtts_padded_channels (conv->in);
  qtts_conv work = {
    .weights = conv->matrix.data,
    .weights_bf16 = conv->matrix.format == QTTS_FORMAT_BF16,
    .strip_step = qtts_strip_bytes (conv->matrix.format, conv->matrix.cols),
    .strips = (int) (output->row / QTTS_STRIP_ROWS),
    .taps = conv->taps,
    .inputs = (conv->in + 1) & ~1,
    .x = block->input,
    .x_bf16 = conv->x_bf16,
    .x_time = (ptrdiff_t) row,
    .output = *output,
  };

  if (conv->stride > 1)
    {
      /* Tap 0 of a phase meets the newest row, the others rows before it. */
      work.tap_step = (size_t) work.strips * work.strip_step;
      work.x_tap = -(ptrdiff_t) row;
    }
  else
    {
      work.tap_step = (size_t) work.inputs * QTTS_STRIP_ROWS * activation_bytes (work.weights_bf16);
      work.x
          = (const char *) work.x - (size_t) conv->history * row * activation_bytes (conv->x_bf16);
      work.x_tap = (ptrdiff_t) row * conv->dilation;
    }
  qtts_conv_run (conv->kernels, block->team, &work, block->times);
}

void
qtts_speech_conv_run (const qtts_speech_conv *conv, qtts_speech_block *block,
                      qtts_conv_output output)
{
  const size_t row = qtts_padded_channels (conv->in);
  const size_t row_bytes = qtts_speech_conv_row_bytes (conv);
  char *state = block->state + conv->state;
  void *x = block->input;

  output.bias = conv->bias;
  output.row = qtts_padded_channels (conv->out) * (size_t) conv->stride;
  output.activated = block->output;
  qtts_speech_recall (state, x, row_bytes, conv->history);
  if (conv->filter.weights != NULL)
    {
      const qtts_filter_work work
          = { .filter = &conv->filter, .x = x, .x_row = row, .output = output };

      qtts_filter_run (conv->kernels, block->team, &work, block->times, block->scratch);
    }
  else
    run_plain (conv, block, &output);
  qtts_speech_remember (state, x, row_bytes, conv->history, block->times);

  block->input = block->output;
  block->output = block->spare != NULL ? block->spare : x;
  block->spare = NULL;
  block->times *= conv->stride;
}

/* The values without the padding of rows. Out of memory, a stage is not recorded. */
static void __attribute__ ((format (printf, 5, 0)))
trace_rows (const qtts_speech_block *block, const void *values, bool bf16, int channels,
            const char *format, va_list args)
{
  const size_t row = qtts_padded_channels (channels);
  float *packed = malloc ((size_t) block->times * (size_t) channels * sizeof *packed);
  char name[NAME_LENGTH];

  if (packed == NULL)
    return;
  for (int t = 0; t < block->times; t++)
    for (int c = 0; c < channels; c++)
      {
        const size_t from = (size_t) t * row + (size_t) c;

        packed[t * channels + c] = bf16 ? qtts_bf16_to_float (((const uint16_t *) values)[from])
                                        : ((const float *) values)[from];
      }
  vsnprintf (name, sizeof name, format, args);
  block->trace->record (block->trace->data, name, packed, block->times, channels);
  free (packed);
}

void
qtts_speech_trace_values (const qtts_speech_block *block, int channels, const char *format, ...)
{
  va_list args;

  if (block->trace == NULL)
    return;
  va_start (args, format);
  trace_rows (block, block->values, false, channels, format, args);
  va_end (args);
}

void
qtts_speech_trace_input (const qtts_speech_block *block, int channels, bool bf16,
                         const char *format, ...)
{
  va_list args;

  if (block->trace == NULL)
    return;
  va_start (args, format);
  trace_rows (block, block->input, bf16, channels, format, args);
  va_end (args);
}
