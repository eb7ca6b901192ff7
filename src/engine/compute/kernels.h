/* kernels.h: the inner loops of talker and code predictor, one table of them per instruction set
 *
 * Conventions: vectors of activations are float32; where several are handled together ("columns"),
 * column c starts at c * ld. Columns that are inputs of products are padded with zeros to a
 * multiple of 32 values. A column's result never depends on how many columns go together.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "matrix.h"

/* Columns of activations as int8 with one scale per group of 32. */
typedef struct
{
  int groups;
  int8_t *values; /* [n][groups * 32] */
  float *scales;  /* [n][groups] */
  int32_t
      *offsets; /* [n][groups]: -128 * sum of the group's values, for weights held as level + 128 */
} qtts_quantized;

/* One key-value head of one layer's cache: keys and values as [slot][dim]; F16 where `half`, else
 * float. */
typedef struct
{
  const void *keys;
  const void *values;
  bool half;
  int dim;     /* multiple of 16 */
  float scale; /* of the scores */
  int begin;   /* slots [begin, end) are attended to */
  int end;
} qtts_attention_head;

typedef struct
{
  /* x[groups * 32] to values, scales and offsets of one column. */
  void (*quantize) (const float *x, int groups, int8_t *values, float *scales, int32_t *offsets);

  /* y[c * ldy + row] over the rows of n_strips strips. */
  void (*multiply_q4) (const void *strips, int n_strips, const qtts_quantized *x, int n, float *y,
                       size_t ldy);
  void (*multiply_q8) (const void *strips, int n_strips, const qtts_quantized *x, int n, float *y,
                       size_t ldy);
  /* The same for F32, BF16 and F16 strips of `cols` inputs, padded; x is float. */
  void (*multiply_strips) (qtts_format format, const void *strips, int n_strips, int cols,
                           const float *x, size_t ldx, int n, float *y, size_t ldy);
  /* The same for rows as stored, at any alignment. */
  void (*multiply_rows) (qtts_format format, const void *rows, int n_rows, int cols, const float *x,
                         size_t ldx, int n, float *y, size_t ldy);

  /* y = x / sqrt (mean (x^2) + eps) * weight, over n values; y may be x. */
  void (*rms_norm) (const float *x, const float *weight, int n, float eps, float *y);
  /* gate = silu (gate) * up, over n values. */
  void (*silu_multiply) (float *gate, const float *up, int n);
  /* float to F16, n a multiple of 16. */
  void (*narrow) (const float *x, int n, uint16_t *half);
  /* out[query] = softmax (q . keys * scale) . values for `queries` vectors of head->dim;
   * scores[2][end rounded up to 16] is scratch, out may be q. */
  void (*attend) (const qtts_attention_head *head, const float *q, int queries, float *out,
                  float *scores);
} qtts_kernels;

/* The fastest table that the feature set allows. */
const qtts_kernels *qtts_kernels_for (unsigned cpu_features);

extern const qtts_kernels qtts_kernels_scalar;
