/* conv.h: convolutions over time as matrix products, with what follows them
 *
 * Activations are time-major: one row of channels per time step, rows padded with zeros to a
 * multiple of 16 channels. Weights are packed strips of 16 outputs (matrix.h). A convolution is
 * then a sum over taps of a strip times a shifted row, read straight from the input: a dilated one
 * takes its taps from rows that lie further apart, a transposed one with kernel = n * stride is,
 * for each of the stride's phases, a convolution of n taps whose outputs lie side by side in one
 * long row, and a linear layer has one tap.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "matrix.h"
#include "threads.h"

typedef enum
{
  QTTS_ACTIVATION_NONE,
  QTTS_ACTIVATION_SNAKE, /* y + sin^2 (alpha y) * inverse_beta, per channel */
  QTTS_ACTIVATION_GELU,  /* y * (1 + erf (y / sqrt 2)) / 2 */
} qtts_activation;

/* What happens to a product on its way out, per output channel and time step:
 *
 *   y = (product + bias) * scale + residual          -> values
 *   activation (y)                                   -> activated
 */
typedef struct
{
  const float *bias;     /* [channels] */
  const float *scale;    /* [channels] or NULL: 1 */
  const float *residual; /* [time][row] or NULL: 0; may be `values` */
  float *values;         /* [time][row] or NULL */
  qtts_activation activation;
  const float *alpha, *inverse_beta; /* [channels], for QTTS_ACTIVATION_SNAKE */
  void *activated;                   /* [time][row] or NULL */
  bool activated_bf16;               /* bfloat16, otherwise float */
  size_t row;                        /* channels in a row of the three above */
} qtts_conv_output;

/* One convolution at work. */
typedef struct
{
  const void *weights; /* strip 0, tap 0 */
  bool weights_bf16;   /* pairs of bfloat16, otherwise float */
  size_t strip_step;   /* bytes from strip to strip */
  size_t tap_step;     /* bytes from tap to tap of one strip */
  int strips;
  int taps;
  int inputs; /* channels per tap; even where weights are bfloat16 */

  const void *x;    /* row that tap 0 meets at time 0 */
  bool x_bf16;      /* bfloat16 (with weights_bf16 only), otherwise float */
  ptrdiff_t x_time; /* elements from time step to time step */
  ptrdiff_t x_tap;  /* elements from tap to tap; may be negative */

  qtts_conv_output output;
} qtts_conv;

/* A convolution by minimal filtering, and one at work: see filter.h. */
typedef struct qtts_filter qtts_filter;
typedef struct qtts_filter_work qtts_filter_work;

/* Computes strips [strip_begin, strip_end) of tiles [tile_begin, tile_end). */
typedef void (*qtts_filter_kernel) (const qtts_filter_work *work, int strip_begin, int strip_end,
                                    int tile_begin, int tile_end, float *scratch);

/* Evaluates one strip of weights at the points; factors[point][tap] says how much a tap weighs. */
typedef void (*qtts_filter_evaluate_kernel) (const qtts_filter *filter, const qtts_matrix *weights,
                                             const float (*factors)[7], int strip);

/* Computes strips [strip_begin, strip_end) at times [time_begin, time_end). Every output is one
 * chain of sums, taps outside and channels inside, so it does not depend on the ranges. */
typedef void (*qtts_conv_kernel) (const qtts_conv *conv, int strip_begin, int strip_end,
                                  int time_begin, int time_end);

typedef struct
{
  qtts_conv_kernel f32;          /* both float */
  qtts_conv_kernel bf16_weights; /* bfloat16 weights, float activations and arithmetic */
  qtts_conv_kernel bf16;         /* both bfloat16, sums in float; NULL where the machine has none */
  qtts_filter_kernel filter;
  qtts_filter_evaluate_kernel filter_evaluate;
} qtts_conv_kernels;

/* The kernels for a feature set of cpu.h. */
const qtts_conv_kernels *qtts_conv_kernels_for (unsigned cpu);

/* Computes `times` steps of all strips. The input rows before and behind them that taps reach are
 * the caller's business. */
void qtts_conv_run (const qtts_conv_kernels *kernels, qtts_team *team, const qtts_conv *conv,
                    int times);

/* One kernel table per instruction set; see qtts_conv_kernels_for(). */
extern const qtts_conv_kernels qtts_conv_kernels_scalar;
extern const qtts_conv_kernels qtts_conv_kernels_avx2;
extern const qtts_conv_kernels qtts_conv_kernels_avx512;
extern const qtts_conv_kernels qtts_conv_kernels_avx512_bf16;
extern const qtts_conv_kernels qtts_conv_kernels_neon;
