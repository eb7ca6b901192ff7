/* kernels_vector.h: the float kernels, written once in terms of simd.h
 *
 * The including file says how many strips and columns its registers hold (STRIPS_AT_ONCE,
 * ROW_COLUMNS, VALUE_VECTORS) and has the operations that simd.h lacks: load_f16, store_f16,
 * load_bf16, load_bf16_pair, sum_of_lanes, largest_lane, scale_by_power.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <string.h>

#include "half.h"
#include "kernels.h"
#include "simd.h"

enum
{
  PARTS = QTTS_STRIP_ROWS / SIMD_LANES, /* vectors in the rows of a strip */
  COLUMNS_AT_ONCE = 4,
};

/* Runs `block` with constant counts of columns, so that its accumulators become registers. */
#define FOR_COLUMN_BLOCKS(n, most, block)                                                          \
  for (int first_ = 0; first_ < (n); first_ += (most))                                             \
    switch ((n) -first_ < (most) ? (n) -first_ : (most))                                           \
      {                                                                                            \
      case 1:                                                                                      \
        block (first_, 1);                                                                         \
        break;                                                                                     \
      case 2:                                                                                      \
        block (first_, 2);                                                                         \
        break;                                                                                     \
      case 3:                                                                                      \
        block (first_, 3);                                                                         \
        break;                                                                                     \
      default:                                                                                     \
        block (first_, 4);                                                                         \
        break;                                                                                     \
      }

SIMD_INLINE size_t
float_bytes (qtts_format format)
{
  return format == QTTS_FORMAT_F32 ? sizeof (float) : sizeof (uint16_t);
}

/* Rows part * SIMD_LANES .. of input i of a strip. */
SIMD_INLINE simd_float
strip_vector (qtts_format format, const char *strip, int i, int part)
{
  if (format == QTTS_FORMAT_F32)
    return simd_load ((const float *) strip + i * QTTS_STRIP_ROWS + part * SIMD_LANES);
  if (format == QTTS_FORMAT_F16)
    return load_f16 ((const uint16_t *) strip + i * QTTS_STRIP_ROWS + part * SIMD_LANES);
  return load_bf16_pair ((const uint32_t *) strip + i / 2 * QTTS_STRIP_ROWS + part * SIMD_LANES,
                         i % 2);
}

SIMD_INLINE void
strip_block (qtts_format format, const char *strips, int n_strips, int cols, const float *x,
             size_t ldx, int n, float *y, size_t ldy)
{
  const size_t strip_bytes = (size_t) QTTS_STRIP_ROWS * (size_t) cols * float_bytes (format);
  simd_float sum[STRIPS_AT_ONCE * COLUMNS_AT_ONCE * PARTS];

  for (int k = 0; k < n_strips * n * PARTS; k++)
    sum[k] = simd_set (0);
  for (int pair = 0; pair < cols; pair += 2)
    for (int odd = 0; odd < 2; odd++)
      for (int s = 0; s < n_strips; s++)
        for (int part = 0; part < PARTS; part++)
          {
            const simd_float w
                = strip_vector (format, strips + (size_t) s * strip_bytes, pair + odd, part);

            for (int c = 0; c < n; c++)
              {
                simd_float *to = &sum[(s * n + c) * PARTS + part];

                *to = simd_fma (w, simd_set (x[(size_t) c * ldx + (size_t) (pair + odd)]), *to);
              }
          }
  for (int s = 0; s < n_strips; s++)
    for (int c = 0; c < n; c++)
      for (int part = 0; part < PARTS; part++)
        simd_store (y + (size_t) c * ldy + (size_t) (s * QTTS_STRIP_ROWS + part * SIMD_LANES),
                    sum[(s * n + c) * PARTS + part]);
}

SIMD_INLINE void
multiply_strips_of (qtts_format format, const char *strips, int n_strips, int cols, const float *x,
                    size_t ldx, int n, float *y, size_t ldy)
{
  const size_t strip_bytes = (size_t) QTTS_STRIP_ROWS * (size_t) cols * float_bytes (format);
  int s = 0;

#define SEVERAL(first, count)                                                                      \
  strip_block (format, strips + (size_t) s * strip_bytes, STRIPS_AT_ONCE, cols,                    \
               x + (size_t) (first) *ldx, ldx, count,                                              \
               y + (size_t) (first) *ldy + (size_t) s * QTTS_STRIP_ROWS, ldy)
#define ONE(first, count)                                                                          \
  strip_block (format, strips + (size_t) s * strip_bytes, 1, cols, x + (size_t) (first) *ldx, ldx, \
               count, y + (size_t) (first) *ldy + (size_t) s * QTTS_STRIP_ROWS, ldy)
  for (; s + STRIPS_AT_ONCE <= n_strips; s += STRIPS_AT_ONCE)
    FOR_COLUMN_BLOCKS (n, COLUMNS_AT_ONCE, SEVERAL)
  for (; s < n_strips; s++)
    FOR_COLUMN_BLOCKS (n, COLUMNS_AT_ONCE, ONE)
#undef SEVERAL
#undef ONE
}

static void
multiply_strips (qtts_format format, const void *strips, int n_strips, int cols, const float *x,
                 size_t ldx, int n, float *y, size_t ldy)
{
  if (format == QTTS_FORMAT_F32)
    multiply_strips_of (QTTS_FORMAT_F32, strips, n_strips, cols, x, ldx, n, y, ldy);
  else if (format == QTTS_FORMAT_BF16)
    multiply_strips_of (QTTS_FORMAT_BF16, strips, n_strips, cols, x, ldx, n, y, ldy);
  else
    multiply_strips_of (QTTS_FORMAT_F16, strips, n_strips, cols, x, ldx, n, y, ldy);
}

SIMD_INLINE simd_float
row_vector (qtts_format format, const char *at)
{
  if (format == QTTS_FORMAT_F32)
    return simd_load ((const float *) at);
  return format == QTTS_FORMAT_F16 ? load_f16 ((const uint16_t *) at)
                                   : load_bf16 ((const uint16_t *) at);
}

SIMD_INLINE float
row_value (qtts_format format, const char *at)
{
  uint16_t half;
  float value;

  if (format == QTTS_FORMAT_F32)
    {
      memcpy (&value, at, sizeof value);
      return value;
    }
  memcpy (&half, at, sizeof half);
  return format == QTTS_FORMAT_F16 ? qtts_f16_to_float (half) : qtts_bf16_to_float (half);
}

SIMD_INLINE void
row_block (qtts_format format, const char *rows, int n_rows, int cols, const float *x, size_t ldx,
           int n, float *y, size_t ldy)
{
  const size_t bytes = float_bytes (format), row_bytes = (size_t) cols * bytes;
  const int whole = cols / SIMD_LANES * SIMD_LANES;
  simd_float sum[4 * COLUMNS_AT_ONCE];

  for (int k = 0; k < n_rows * n; k++)
    sum[k] = simd_set (0);
  for (int i = 0; i < whole; i += SIMD_LANES)
    for (int r = 0; r < n_rows; r++)
      {
        const simd_float w
            = row_vector (format, rows + (size_t) r * row_bytes + (size_t) i * bytes);

        for (int c = 0; c < n; c++)
          sum[r * n + c] = simd_fma (w, simd_load (x + (size_t) c * ldx + i), sum[r * n + c]);
      }
  for (int r = 0; r < n_rows; r++)
    for (int c = 0; c < n; c++)
      {
        float total = sum_of_lanes (sum[r * n + c]);

        for (int i = whole; i < cols; i++)
          total += row_value (format, rows + (size_t) r * row_bytes + (size_t) i * bytes)
                   * x[(size_t) c * ldx + (size_t) i];
        y[(size_t) c * ldy + (size_t) r] = total;
      }
}

SIMD_INLINE void
multiply_rows_of (qtts_format format, const char *rows, int n_rows, int cols, const float *x,
                  size_t ldx, int n, float *y, size_t ldy)
{
  const size_t row_bytes = (size_t) cols * float_bytes (format);
  int r = 0;

#define FOUR(first, count)                                                                         \
  row_block (format, rows + (size_t) r * row_bytes, 4, cols, x + (size_t) (first) *ldx, ldx,       \
             count, y + (size_t) (first) *ldy + r, ldy)
#define ONE(first, count)                                                                          \
  row_block (format, rows + (size_t) r * row_bytes, 1, cols, x + (size_t) (first) *ldx, ldx,       \
             count, y + (size_t) (first) *ldy + r, ldy)
  for (; r + 4 <= n_rows; r += 4)
    FOR_COLUMN_BLOCKS (n, ROW_COLUMNS, FOUR)
  for (; r < n_rows; r++)
    FOR_COLUMN_BLOCKS (n, ROW_COLUMNS, ONE)
#undef FOUR
#undef ONE
}

static void
multiply_rows (qtts_format format, const void *rows, int n_rows, int cols, const float *x,
               size_t ldx, int n, float *y, size_t ldy)
{
  if (format == QTTS_FORMAT_F32)
    multiply_rows_of (QTTS_FORMAT_F32, rows, n_rows, cols, x, ldx, n, y, ldy);
  else if (format == QTTS_FORMAT_BF16)
    multiply_rows_of (QTTS_FORMAT_BF16, rows, n_rows, cols, x, ldx, n, y, ldy);
  else
    multiply_rows_of (QTTS_FORMAT_F16, rows, n_rows, cols, x, ldx, n, y, ldy);
}

static void
rms_norm (const float *x, const float *weight, int n, float eps, float *y)
{
  const int whole = n / SIMD_LANES * SIMD_LANES;
  simd_float squares = simd_set (0), factors;
  float sum, factor;

  for (int i = 0; i < whole; i += SIMD_LANES)
    squares = simd_fma (simd_load (x + i), simd_load (x + i), squares);
  sum = sum_of_lanes (squares);
  for (int i = whole; i < n; i++)
    sum += x[i] * x[i];

  factor = 1.0f / sqrtf (sum / (float) n + eps);
  factors = simd_set (factor);
  for (int i = 0; i < whole; i += SIMD_LANES)
    simd_store (y + i, simd_load (x + i) * factors * simd_load (weight + i));
  for (int i = whole; i < n; i++)
    y[i] = x[i] * factor * weight[i];
}

/* exp with a relative error below 2e-7: 2^k times a polynomial of the rest (Cephes' expf). */
SIMD_INLINE simd_float
exp_of_lanes (simd_float x)
{
  simd_float k, r, p;

  x = simd_min (simd_max (x, simd_set (-87.3f)), simd_set (88.3f));
  k = simd_round (x * simd_set (1.44269504f));
  r = simd_fma (k, simd_set (-0.693359375f), x);
  r = simd_fma (k, simd_set (2.12194440e-4f), r);
  p = simd_set (1.9875691500e-4f);
  p = simd_fma (p, r, simd_set (1.3981999507e-3f));
  p = simd_fma (p, r, simd_set (8.3334519073e-3f));
  p = simd_fma (p, r, simd_set (4.1665795894e-2f));
  p = simd_fma (p, r, simd_set (1.6666665459e-1f));
  p = simd_fma (p, r, simd_set (5.0000001201e-1f));
  p = simd_fma (p, r * r, r + simd_set (1.0f));
  return scale_by_power (p, k);
}

static void
silu_multiply (float *gate, const float *up, int n)
{
  const int whole = n / SIMD_LANES * SIMD_LANES;

  for (int i = 0; i < whole; i += SIMD_LANES)
    {
      const simd_float g = simd_load (gate + i);

      simd_store (gate + i,
                  g / (simd_set (1.0f) + exp_of_lanes (simd_set (0) - g)) * simd_load (up + i));
    }
  for (int i = whole; i < n; i++)
    gate[i] = gate[i] / (1.0f + expf (-gate[i])) * up[i];
}

static void
narrow (const float *x, int n, uint16_t *half)
{
  for (int i = 0; i < n; i += SIMD_LANES)
    store_f16 (half + i, simd_load (x + i));
}

SIMD_INLINE simd_float
cache_vector (bool half, const void *base, size_t index)
{
  return half ? load_f16 ((const uint16_t *) base + index)
              : simd_load ((const float *) base + index);
}

/* Scores of all slots against `queries` vectors, into scores[query * ld + slot]. */
SIMD_INLINE void
score_slots (const qtts_attention_head *head, bool half, const float *q, int queries, float *scores,
             size_t ld)
{
  for (int slot = head->begin; slot < head->end; slot++)
    {
      const size_t row = (size_t) slot * (size_t) head->dim;
      simd_float sum[2] = { simd_set (0), simd_set (0) };

      for (int i = 0; i < head->dim; i += SIMD_LANES)
        {
          const simd_float key = cache_vector (half, head->keys, row + (size_t) i);

          for (int query = 0; query < queries; query++)
            sum[query] = simd_fma (key, simd_load (q + query * head->dim + i), sum[query]);
        }
      for (int query = 0; query < queries; query++)
        scores[(size_t) query * ld + (size_t) slot] = sum_of_lanes (sum[query]) * head->scale;
    }
}

/* scores[begin .. end) to weights that sum to one; slots around them in their blocks become 0. */
SIMD_INLINE void
softmax (float *scores, int begin, int end)
{
  const int first = begin / 16 * 16, last = (end + 15) / 16 * 16;
  simd_float largest = simd_set (-INFINITY), sum = simd_set (0), inverse;

  for (int slot = first; slot < begin; slot++)
    scores[slot] = -INFINITY;
  for (int slot = end; slot < last; slot++)
    scores[slot] = -INFINITY;
  for (int slot = first; slot < last; slot += SIMD_LANES)
    largest = simd_max (largest, simd_load (scores + slot));
  largest = simd_set (largest_lane (largest));
  for (int slot = first; slot < last; slot += SIMD_LANES)
    {
      const simd_float weight = exp_of_lanes (simd_load (scores + slot) - largest);

      simd_store (scores + slot, weight);
    }
  for (int slot = first; slot < begin; slot++)
    scores[slot] = 0;
  for (int slot = end; slot < last; slot++)
    scores[slot] = 0;
  for (int slot = first; slot < last; slot += SIMD_LANES)
    sum = sum + simd_load (scores + slot);
  inverse = simd_set (1.0f / sum_of_lanes (sum));
  for (int slot = first; slot < last; slot += SIMD_LANES)
    simd_store (scores + slot, simd_load (scores + slot) * inverse);
}

/* Dimensions [first, first + n * SIMD_LANES) of the weighted sum of values. */
SIMD_INLINE void
mix_values (const qtts_attention_head *head, bool half, const float *weights, size_t ld,
            int queries, int first, int n, float *out)
{
  simd_float sum[2 * 8];

  for (int k = 0; k < queries * n; k++)
    sum[k] = simd_set (0);
  for (int slot = head->begin; slot < head->end; slot++)
    {
      const size_t row = (size_t) slot * (size_t) head->dim + (size_t) first;
      simd_float weight[2];

      for (int query = 0; query < queries; query++)
        weight[query] = simd_set (weights[(size_t) query * ld + (size_t) slot]);
      for (int k = 0; k < n; k++)
        {
          const simd_float value
              = cache_vector (half, head->values, row + (size_t) (k * SIMD_LANES));

          for (int query = 0; query < queries; query++)
            sum[query * n + k] = simd_fma (value, weight[query], sum[query * n + k]);
        }
    }
  for (int query = 0; query < queries; query++)
    for (int k = 0; k < n; k++)
      simd_store (out + query * head->dim + first + k * SIMD_LANES, sum[query * n + k]);
}

SIMD_INLINE void
attend_queries (const qtts_attention_head *head, bool half, const float *q, int queries, float *out,
                float *scores)
{
  const size_t ld = (size_t) (head->end + 15) / 16 * 16;
  int first = 0;

  score_slots (head, half, q, queries, scores, ld);
  for (int query = 0; query < queries; query++)
    softmax (scores + (size_t) query * ld, head->begin, head->end);
  for (; first + VALUE_VECTORS * SIMD_LANES <= head->dim; first += VALUE_VECTORS * SIMD_LANES)
    mix_values (head, half, scores, ld, queries, first, VALUE_VECTORS, out);
  for (; first < head->dim; first += SIMD_LANES)
    mix_values (head, half, scores, ld, queries, first, 1, out);
}

static void
attend (const qtts_attention_head *head, const float *q, int queries, float *out, float *scores)
{
  int query = 0;

  for (; query + 2 <= queries; query += 2)
    if (head->half)
      attend_queries (head, true, q + query * head->dim, 2, out + query * head->dim, scores);
    else
      attend_queries (head, false, q + query * head->dim, 2, out + query * head->dim, scores);
  for (; query < queries; query++)
    attend_queries (head, head->half, q + query * head->dim, 1, out + query * head->dim, scores);
}
