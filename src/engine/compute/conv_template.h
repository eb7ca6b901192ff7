/* conv_template.h: the convolution kernels, for whichever instruction set includes this
 *
 * The including file names its table in CONV_KERNELS. A tile of outputs stays in registers through
 * the whole chain of sums: a few vectors of adjacent channels by a few time steps, so that each
 * loaded vector of weights serves several steps and each broadcast input several vectors.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "activation.h"
#include "conv.h"
#include "matrix.h"
#include "simd.h"

enum
{
  VECTORS = QTTS_STRIP_ROWS / SIMD_LANES, /* vectors in a strip */
  TILE_STRIPS = SIMD_LANES == 16 ? 3 : 1,
  TILE_TIMES = SIMD_LANES == 16  ? 8
               : SIMD_LANES == 1 ? 2
                                 : 6,
};

/* What one vector of channels has of its own, at all times. */
typedef struct
{
  simd_float bias, scale, alpha, inverse_beta;
} channel_values;

SIMD_INLINE channel_values
load_channels (const qtts_conv_output *output, size_t channel)
{
  const simd_float none = simd_set (0);
  const bool snake = output->activation == QTTS_ACTIVATION_SNAKE && output->activated != NULL;

  return (channel_values){
    .bias = simd_load (output->bias + channel),
    .scale = output->scale != NULL ? simd_load (output->scale + channel) : none,
    .alpha = snake ? simd_load (output->alpha + channel) : none,
    .inverse_beta = snake ? simd_load (output->inverse_beta + channel) : none,
  };
}

/* Bias, scale, residual, activation of one vector of channels at one time step. */
SIMD_INLINE void
finish_vector (const qtts_conv_output *output, const channel_values *values, simd_float y,
               size_t at)
{
  y = simd_add (y, values->bias);
  if (output->scale != NULL)
    y = simd_mul (y, values->scale);
  if (output->residual != NULL)
    y = simd_add (y, simd_load (output->residual + at));
  if (output->values != NULL)
    simd_store (output->values + at, y);
  if (output->activated == NULL)
    return;

  if (output->activation == QTTS_ACTIVATION_SNAKE)
    y = simd_snake (y, values->alpha, values->inverse_beta);
  else if (output->activation == QTTS_ACTIVATION_GELU)
    y = simd_gelu (y);
#ifdef __AVX512BF16__
  if (output->activated_bf16)
    {
      _mm256_storeu_si256 ((__m256i *) ((uint16_t *) output->activated + at),
                           (__m256i) _mm512_cvtneps_pbh (y));
      return;
    }
#endif
  simd_store ((float *) output->activated + at, y);
}

/* n_strips and n_times are constants wherever these are inlined, so `sum` lives in registers. */
SIMD_INLINE void
finish_tile (const qtts_conv *conv, simd_float (*sum)[VECTORS][TILE_TIMES], int strip, int time,
             const int n_strips, const int n_times)
{
  /* A copy that no store can change. */
  const qtts_conv_output output = conv->output;

  for (int s = 0; s < n_strips; s++)
    for (int v = 0; v < VECTORS; v++)
      {
        const size_t channel = (size_t) (strip + s) * QTTS_STRIP_ROWS + (size_t) v * SIMD_LANES;
        const channel_values values = load_channels (&output, channel);

        for (int t = 0; t < n_times; t++)
          finish_vector (&output, &values, sum[s][v][t],
                         (size_t) (time + t) * output.row + channel);
      }
}

SIMD_INLINE void
clear_sums (simd_float (*sum)[VECTORS][TILE_TIMES], const int n_strips, const int n_times)
{
  for (int s = 0; s < n_strips; s++)
    for (int v = 0; v < VECTORS; v++)
      for (int t = 0; t < n_times; t++)
        sum[s][v][t] = simd_set (0);
}

/* Adds the products of one tap: inputs x[t * next_time] with strips w[s * next_strip]. */
SIMD_INLINE void
add_products_f32 (simd_float (*sum)[VECTORS][TILE_TIMES], const float *w, size_t next_strip,
                  const float *x, ptrdiff_t next_time, int inputs, const int n_strips,
                  const int n_times)
{
  for (int i = 0; i < inputs; i++, w += QTTS_STRIP_ROWS)
    {
      simd_float weight[TILE_STRIPS][VECTORS];

      for (int s = 0; s < n_strips; s++)
        for (int v = 0; v < VECTORS; v++)
          weight[s][v] = simd_load (w + s * next_strip + v * SIMD_LANES);
      for (int t = 0; t < n_times; t++)
        {
          simd_float input = simd_set (x[t * next_time + i]);

          for (int s = 0; s < n_strips; s++)
            for (int v = 0; v < VECTORS; v++)
              sum[s][v][t] = simd_fma (input, weight[s][v], sum[s][v][t]);
        }
    }
}

SIMD_INLINE void
tile_f32 (const qtts_conv *conv, int strip, int time, const int n_strips, const int n_times)
{
  simd_float sum[TILE_STRIPS][VECTORS][TILE_TIMES];

  clear_sums (sum, n_strips, n_times);
  for (int tap = 0; tap < conv->taps; tap++)
    add_products_f32 (sum,
                      (const float *) ((const char *) conv->weights + strip * conv->strip_step
                                       + tap * conv->tap_step),
                      conv->strip_step / sizeof (float),
                      (const float *) conv->x + time * conv->x_time + tap * conv->x_tap,
                      conv->x_time, conv->inputs, n_strips, n_times);
  finish_tile (conv, sum, strip, time, n_strips, n_times);
}

SIMD_INLINE void
tile_bf16_weights (const qtts_conv *conv, int strip, int time, const int n_strips,
                   const int n_times)
{
  simd_float sum[TILE_STRIPS][VECTORS][TILE_TIMES];

  clear_sums (sum, n_strips, n_times);
  for (int tap = 0; tap < conv->taps; tap++)
    {
      const uint16_t *w = (const uint16_t *) ((const char *) conv->weights
                                              + strip * conv->strip_step + tap * conv->tap_step);
      const size_t next_strip = conv->strip_step / sizeof *w;
      const float *x = (const float *) conv->x + time * conv->x_time + tap * conv->x_tap;
      const ptrdiff_t next_time = conv->x_time;

      for (int i = 0; i < conv->inputs; i += 2, w += 2 * QTTS_STRIP_ROWS)
        for (int s = 0; s < n_strips; s++)
          for (int v = 0; v < VECTORS; v++)
            {
              simd_float first, second;

              simd_load_bf16_pairs (w + s * next_strip + v * 2 * SIMD_LANES, &first, &second);
              for (int t = 0; t < n_times; t++)
                {
                  const float *pair = x + t * next_time + i;

                  sum[s][v][t] = simd_fma (simd_set (pair[0]), first, sum[s][v][t]);
                  sum[s][v][t] = simd_fma (simd_set (pair[1]), second, sum[s][v][t]);
                }
            }
    }
  finish_tile (conv, sum, strip, time, n_strips, n_times);
}

#ifdef __AVX512BF16__

SIMD_INLINE void
tile_bf16 (const qtts_conv *conv, int strip, int time, const int n_strips, const int n_times)
{
  simd_float sum[TILE_STRIPS][VECTORS][TILE_TIMES];

  clear_sums (sum, n_strips, n_times);
  for (int tap = 0; tap < conv->taps; tap++)
    {
      const char *w
          = (const char *) conv->weights + strip * conv->strip_step + tap * conv->tap_step;
      const uint16_t *x = (const uint16_t *) conv->x + time * conv->x_time + tap * conv->x_tap;
      const ptrdiff_t next_time = conv->x_time;

      for (int i = 0; i < conv->inputs; i += 2, w += 64)
        {
          __m512bh weight[TILE_STRIPS];

          for (int s = 0; s < n_strips; s++)
            weight[s] = (__m512bh) _mm512_loadu_si512 (w + s * conv->strip_step);
          for (int t = 0; t < n_times; t++)
            {
              int32_t bits;
              __m512bh pair;

              memcpy (&bits, x + t * next_time + i, sizeof bits);
              pair = (__m512bh) _mm512_set1_epi32 (bits);
              for (int s = 0; s < n_strips; s++)
                sum[s][0][t] = _mm512_dpbf16_ps (sum[s][0][t], weight[s], pair);
            }
        }
    }
  finish_tile (conv, sum, strip, time, n_strips, n_times);
}

#endif

/* Walks a range of strips and times in tiles: all times under a few strips, whose weights stay in
 * the cache. */
#define TILED(NAME, TILE)                                                                          \
  SIMD_INLINE void NAME##_strips (const qtts_conv *conv, int strip, const int n_strips, int time,  \
                                  int time_end)                                                    \
  {                                                                                                \
    for (; time + TILE_TIMES <= time_end; time += TILE_TIMES)                                      \
      TILE (conv, strip, time, n_strips, TILE_TIMES);                                              \
    for (; TILE_TIMES > 4 && time + 4 <= time_end; time += 4)                                      \
      TILE (conv, strip, time, n_strips, TILE_TIMES > 4 ? 4 : 1);                                  \
    for (; time + 2 <= time_end; time += 2)                                                        \
      TILE (conv, strip, time, n_strips, 2);                                                       \
    if (time < time_end)                                                                           \
      TILE (conv, strip, time, n_strips, 1);                                                       \
  }                                                                                                \
                                                                                                   \
  static void NAME (const qtts_conv *conv, int strip, int strip_end, int time, int time_end)       \
  {                                                                                                \
    for (; strip + TILE_STRIPS <= strip_end; strip += TILE_STRIPS)                                 \
      NAME##_strips (conv, strip, TILE_STRIPS, time, time_end);                                    \
    for (; strip < strip_end; strip++)                                                             \
      NAME##_strips (conv, strip, 1, time, time_end);                                              \
  }

TILED (conv_f32, tile_f32)
TILED (conv_bf16_weights, tile_bf16_weights)
#ifdef __AVX512BF16__
TILED (conv_bf16, tile_bf16)
#endif

#include "filter_template.h"

const qtts_conv_kernels CONV_KERNELS = {
  .f32 = conv_f32,
  .bf16_weights = conv_bf16_weights,
  .filter = filter_tiles,
  .filter_evaluate = evaluate_strip,
#ifdef __AVX512BF16__
  .bf16 = conv_bf16,
#endif
};
