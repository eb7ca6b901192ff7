/* kernels_scalar.c: the plain twin of every kernel: what the fast ones must compute
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>

#include "half.h"
#include "kernels.h"

enum
{
  ROWS = QTTS_STRIP_ROWS,
  GROUP = QTTS_GROUP_INPUTS,
};

static void
quantize (const float *x, int groups, int8_t *values, float *scales, int32_t *offsets)
{
  for (int g = 0; g < groups; g++, x += GROUP, values += GROUP)
    {
      float largest = 0, inverse;
      int sum = 0;

      for (int i = 0; i < GROUP; i++)
        largest = fmaxf (largest, fabsf (x[i]));
      scales[g] = largest / 127.0f;
      inverse = largest > 0 ? 127.0f / largest : 0;
      for (int i = 0; i < GROUP; i++)
        {
          values[i] = (int8_t) nearbyintf (x[i] * inverse);
          sum += values[i];
        }
      offsets[g] = -128 * sum;
    }
}

static int
dot (const int8_t *a, const int8_t *b, int n)
{
  int sum = 0;

  for (int i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static void
unpack_q4_row (const uint8_t *group, int row, int8_t *levels)
{
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < 4; i++)
      {
        uint8_t byte = group[j * 64 + row * 4 + i];

        levels[j * 8 + i] = qtts_q4_levels[byte & 15];
        levels[j * 8 + 4 + i] = qtts_q4_levels[byte >> 4];
      }
}

static void
unpack_q8_row (const uint8_t *group, int row, int8_t *levels)
{
  for (int j = 0; j < 8; j++)
    for (int i = 0; i < 4; i++)
      levels[j * 4 + i] = (int8_t) group[j * 64 + row * 4 + i];
}

static void
multiply_quantized (qtts_format format, const uint8_t *strips, int n_strips,
                    const qtts_quantized *x, int n, float *y, size_t ldy)
{
  const bool q4 = format == QTTS_FORMAT_Q4;
  const size_t group_bytes = (size_t) (q4 ? 4 : 8) * 64 + 2 * ROWS;

  for (int s = 0; s < n_strips; s++)
    for (int row = 0; row < ROWS; row++)
      for (int c = 0; c < n; c++)
        {
          float sum = 0;

          for (int g = 0; g < x->groups; g++)
            {
              const uint8_t *group
                  = strips + ((size_t) s * (size_t) x->groups + (size_t) g) * group_bytes;
              const size_t at = (size_t) c * (size_t) x->groups + (size_t) g;
              int8_t levels[GROUP];
              uint16_t scale;

              (q4 ? unpack_q4_row : unpack_q8_row) (group, row, levels);
              memcpy (&scale, group + group_bytes - 2 * ROWS + 2 * row, sizeof scale);
              sum += (float) dot (levels, x->values + at * GROUP, GROUP)
                     * (qtts_f16_to_float (scale) * x->scales[at]);
            }
          y[(size_t) c * ldy + (size_t) (s * ROWS + row)] = sum;
        }
}

/* Value number `index` of an array that may not be aligned. */
static float
value_at (qtts_format format, const void *base, size_t index)
{
  uint16_t half;
  float value;

  if (format == QTTS_FORMAT_F32)
    {
      memcpy (&value, (const char *) base + 4 * index, sizeof value);
      return value;
    }
  memcpy (&half, (const char *) base + 2 * index, sizeof half);
  return format == QTTS_FORMAT_BF16 ? qtts_bf16_to_float (half) : qtts_f16_to_float (half);
}

static size_t
index_in_strip (qtts_format format, int row, int input)
{
  if (format == QTTS_FORMAT_BF16)
    return (size_t) (input / 2) * 2 * ROWS + (size_t) (row * 2 + input % 2);
  return (size_t) input * ROWS + (size_t) row;
}

static void
multiply_strips (qtts_format format, const void *strips, int n_strips, int cols, const float *x,
                 size_t ldx, int n, float *y, size_t ldy)
{
  const size_t value_bytes = format == QTTS_FORMAT_F32 ? 4 : 2;
  const size_t strip_bytes = (size_t) ROWS * (size_t) cols * value_bytes;

  for (int s = 0; s < n_strips; s++)
    for (int row = 0; row < ROWS; row++)
      for (int c = 0; c < n; c++)
        {
          const char *strip = (const char *) strips + (size_t) s * strip_bytes;
          float sum = 0;

          for (int i = 0; i < cols; i++)
            sum += value_at (format, strip, index_in_strip (format, row, i))
                   * x[(size_t) c * ldx + (size_t) i];
          y[(size_t) c * ldy + (size_t) (s * ROWS + row)] = sum;
        }
}

static void
multiply_rows (qtts_format format, const void *rows, int n_rows, int cols, const float *x,
               size_t ldx, int n, float *y, size_t ldy)
{
  for (int row = 0; row < n_rows; row++)
    for (int c = 0; c < n; c++)
      {
        float sum = 0;

        for (int i = 0; i < cols; i++)
          sum += value_at (format, rows, (size_t) row * (size_t) cols + (size_t) i)
                 * x[(size_t) c * ldx + (size_t) i];
        y[(size_t) c * ldy + (size_t) row] = sum;
      }
}

static void
rms_norm (const float *x, const float *weight, int n, float eps, float *y)
{
  float sum = 0, factor;

  for (int i = 0; i < n; i++)
    sum += x[i] * x[i];
  factor = 1.0f / sqrtf (sum / (float) n + eps);
  for (int i = 0; i < n; i++)
    y[i] = x[i] * factor * weight[i];
}

static void
silu_multiply (float *gate, const float *up, int n)
{
  for (int i = 0; i < n; i++)
    gate[i] = gate[i] / (1.0f + expf (-gate[i])) * up[i];
}

static void
narrow (const float *x, int n, uint16_t *half)
{
  for (int i = 0; i < n; i++)
    half[i] = qtts_float_to_f16 (x[i]);
}

static float
score_of (const qtts_attention_head *head, const float *q, int slot)
{
  const qtts_format format = head->half ? QTTS_FORMAT_F16 : QTTS_FORMAT_F32;
  const size_t row = (size_t) slot * (size_t) head->dim;
  float sum = 0;

  for (int i = 0; i < head->dim; i++)
    sum += q[i] * value_at (format, head->keys, row + (size_t) i);
  return sum * head->scale;
}

static void
attend_one (const qtts_attention_head *head, const float *q, float *out, float *scores)
{
  const qtts_format format = head->half ? QTTS_FORMAT_F16 : QTTS_FORMAT_F32;
  float largest = -INFINITY, sum = 0;

  for (int slot = head->begin; slot < head->end; slot++)
    {
      scores[slot] = score_of (head, q, slot);
      largest = fmaxf (largest, scores[slot]);
    }
  for (int slot = head->begin; slot < head->end; slot++)
    sum += scores[slot] = expf (scores[slot] - largest);
  for (int i = 0; i < head->dim; i++)
    {
      out[i] = 0;
      for (int slot = head->begin; slot < head->end; slot++)
        out[i]
            += scores[slot] / sum
               * value_at (format, head->values, (size_t) slot * (size_t) head->dim + (size_t) i);
    }
}

static void
attend (const qtts_attention_head *head, const float *q, int queries, float *out, float *scores)
{
  for (int query = 0; query < queries; query++)
    attend_one (head, q + query * head->dim, out + query * head->dim, scores);
}

#define KERNELS qtts_kernels_scalar
#include "kernels_table.h"
