/* filter.h: dilated convolutions of seven taps by minimal filtering
 *
 * Toom-Cook, in one dimension over time: m adjacent outputs of a 7-tap convolution are values of a
 * product of polynomials, and follow from m + 6 products, where the plain sum takes 7 m. Inputs and
 * weights are evaluated at m + 6 points (0, infinity and pairs +a, -a), multiplied over all
 * channels as matrices, and interpolated. With the points chosen for small errors the sums in
 * float32 stay about 100 dB above their noise (m = 8; more for smaller m), far finer than bfloat16
 * weights are.
 *
 * A dilated convolution is handled as `dilation` interleaved plain ones. Tiles of m outputs begin
 * anew with each period (one codec frame), so that where a stream is cut between frames changes
 * nothing; inputs behind a period's end count as zero.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "conv.h"

enum
{
  QTTS_FILTER_TAPS = 7,
  QTTS_FILTER_MAX_PAIRS = 6,
  QTTS_FILTER_MAX_TILES = 48, /* that a kernel takes at a time */
};

/* One convolution's weights at the points. Zero-initialise. */
struct qtts_filter
{
  int pairs;   /* of points +a, -a */
  int outputs; /* of a tile: 2 pairs - 4 */
  int points;  /* 2 pairs + 2 */
  int dilation;
  int period; /* time steps after which tiles begin anew */
  int tiles_per_period;
  int inputs;     /* channels */
  int strips;     /* of output channels */
  float *weights; /* [strip][point][input][16]; points: 0, +a, -a, ..., infinity */
  float *zeros;   /* a row of inputs */
  float point[QTTS_FILTER_MAX_PAIRS];    /* a */
  float ends[QTTS_FILTER_MAX_PAIRS + 1]; /* coefficients, in x^2, of the product of x^2 - a^2 */
  float pair[QTTS_FILTER_MAX_PAIRS][QTTS_FILTER_MAX_PAIRS]; /* the same without one's own factor */
};

/* One filter at work. */
struct qtts_filter_work
{
  const qtts_filter *filter;
  const float *x; /* row of time 0; 6 * dilation rows lie before it */
  size_t x_row;   /* floats in a row, a multiple of 16 */
  qtts_conv_output output;
};

/* Whether filtering takes fewer products than the plain sum. */
bool qtts_filter_pays (int dilation, int period);

/* Evaluates the weights of a packed convolution (tap-major, F32 or BF16, `inputs` channels), which
 * are not needed any more then. False when out of memory. */
bool qtts_filter_init (qtts_filter *filter, const qtts_conv_kernels *kernels, qtts_team *team,
                       const qtts_matrix *weights, int inputs, int dilation, int period);
void qtts_filter_clear (qtts_filter *filter);

/* Floats of scratch that each worker needs. */
size_t qtts_filter_scratch (const qtts_filter *filter);

/* Computes `times` steps, whole periods. `scratch` has qtts_filter_scratch() floats for each worker
 * of the team. */
void qtts_filter_run (const qtts_conv_kernels *kernels, qtts_team *team,
                      const qtts_filter_work *work, int times, float *scratch);
