/* quantize_group.c: one group of 32 inputs of a strip to integers and scales
 *
 * Compiled once per instruction set, which is QTTS_TARGET. Every loop runs over the 16 rows of a
 * strip and nothing is added across rows, so the compiler has whole vectors to work with and all
 * targets round alike. The scale search stores its sums in the order of the inputs for the same
 * reason; the compiler may not contract products and sums.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "quantize_group.h"

#include <math.h>
#include <string.h>

#include "../compute/half.h"
#include "../compute/matrix.h"

#define JOIN_(a, b)  a##b
#define JOIN(a, b)   JOIN_ (a, b)
#define TARGET(name) JOIN (name, QTTS_TARGET)

enum
{
  LANES = QTTS_STRIP_ROWS,
  INPUTS = QTTS_GROUP_INPUTS,
  BIAS = 128, /* between a signed integer and the byte that holds it here */
  LAST_LEVEL = 15,
};

static const float largest_scale = 65504; /* of F16 */

/* The value of each row whose magnitude is largest. */
static void
find_extremes (const float *restrict tile, int inputs, float *restrict extremes)
{
  float most[LANES] = { 0 }, least[LANES] = { 0 };

  for (int i = 0; i < inputs; i++)
    for (int lane = 0; lane < LANES; lane++)
      {
        const float value = tile[i * LANES + lane];

        most[lane] = value > most[lane] ? value : most[lane];
        least[lane] = value < least[lane] ? value : least[lane];
      }
  for (int lane = 0; lane < LANES; lane++)
    extremes[lane] = most[lane] >= -least[lane] ? most[lane] : least[lane];
}

/* bytes[i][row] = tile[i][row] * inverses[row], rounded to an integer within -128..127, + BIAS. */
static void
round_to_bytes (const float *tile, const float *inverses, uint8_t *bytes)
{
  for (int i = 0; i < INPUTS; i++)
    for (int lane = 0; lane < LANES; lane++)
      {
        float shifted = tile[i * LANES + lane] * inverses[lane] + (BIAS + 0.5f);

        shifted = shifted > 0 ? shifted : 0;
        shifted = shifted < 255 ? shifted : 255;
        bytes[i * LANES + lane] = (uint8_t) (int) shifted;
      }
}

/* Scales as they are stored, and what to multiply by to divide by them. */
static void
round_scales (const float *scales, uint16_t *halves, float *inverses)
{
  for (int lane = 0; lane < LANES; lane++)
    {
      float scale = fmaxf (fminf (scales[lane], largest_scale), -largest_scale);

      halves[lane] = qtts_float_to_f16 (scale);
      scale = qtts_f16_to_float (halves[lane]);
      inverses[lane] = scale != 0 ? 1 / scale : 0;
    }
}

void
TARGET (qtts_quantize_q8_) (const float *tile, int inputs, uint8_t *group)
{
  float scales[LANES], inverses[LANES];
  uint16_t halves[LANES];
  uint8_t bytes[INPUTS * LANES];

  find_extremes (tile, inputs, scales);
  for (int lane = 0; lane < LANES; lane++)
    scales[lane] = fabsf (scales[lane]) / 127;
  round_scales (scales, halves, inverses);
  round_to_bytes (tile, inverses, bytes);
  for (int i = 0; i < INPUTS; i++)
    for (int lane = 0; lane < LANES; lane++)
      {
        const uint8_t byte = bytes[i * LANES + lane];

        /* -128 has no counterpart, and a kernel may want to negate. */
        group[i / 4 * 64 + lane * 4 + i % 4] = (byte > 0 ? byte : 1) - BIAS;
      }
  memcpy (group + INPUTS * LANES, halves, sizeof halves);
}

/* Index of the level nearest to each rounded weight. The levels alternate between even and odd, so
 * no integer lies in the middle of two and rounding first changes nothing. */
static void
find_levels (const uint8_t *bytes, uint8_t *indices)
{
  memset (indices, 0, INPUTS * LANES);
  for (int k = 0; k < LAST_LEVEL; k++)
    {
      const uint8_t middle = (qtts_q4_levels[k] + qtts_q4_levels[k + 1] + 2 * BIAS - 1) / 2;

      for (int e = 0; e < INPUTS * LANES; e++)
        indices[e] += bytes[e] > middle;
    }
}

/* The levels themselves, + BIAS. */
static void
find_level_values (const uint8_t *bytes, uint8_t *values)
{
  memset (values, qtts_q4_levels[0] + BIAS, INPUTS * LANES);
  for (int k = 0; k < LAST_LEVEL; k++)
    {
      const uint8_t middle = (qtts_q4_levels[k] + qtts_q4_levels[k + 1] + 2 * BIAS - 1) / 2;
      const uint8_t step = qtts_q4_levels[k + 1] - qtts_q4_levels[k];

      for (int e = 0; e < INPUTS * LANES; e++)
        values[e] += bytes[e] > middle ? step : 0;
    }
}

typedef struct
{
  float gains[LANES];  /* by how much the squared error is below that of a zero row */
  float scales[LANES]; /* that give it */
} candidates;

/* Gives the weights the levels that they would have at the scales 1 / inverses, finds the best
 * scale for just these levels, q: s = xq / qq, whose squared error is xx - (xq)^2 / qq; and keeps
 * it where it is the best so far. */
static void
try_scales (const float *tile, int inputs, const float *inverses, candidates *best)
{
  uint8_t bytes[INPUTS * LANES], values[INPUTS * LANES];
  float xq[LANES] = { 0 }, qq[LANES] = { 0 };

  round_to_bytes (tile, inverses, bytes);
  find_level_values (bytes, values);
  for (int i = 0; i < inputs; i++)
    for (int lane = 0; lane < LANES; lane++)
      {
        const float q = (float) (values[i * LANES + lane] - BIAS);

        xq[lane] += tile[i * LANES + lane] * q;
        qq[lane] += q * q;
      }
  for (int lane = 0; lane < LANES; lane++)
    {
      const float scale = xq[lane] / qq[lane];
      const float gain = xq[lane] * scale;
      const int better = gain > best->gains[lane];

      best->gains[lane] = better ? gain : best->gains[lane];
      best->scales[lane] = better ? scale : best->scales[lane];
    }
}

/* Tries the largest weight at either end of the table, and with each end a little in or out; then
 * once more from the best. More candidates gain less than half a percent of the error. */
static void
search_scales (const float *tile, int inputs, candidates *best)
{
  static const float stretches[] = { 0.92f, 0.98f, 1.04f };
  const float ends[] = { qtts_q4_levels[0], qtts_q4_levels[LAST_LEVEL] };
  float extremes[LANES], inverses[LANES];

  find_extremes (tile, inputs, extremes);
  for (int end = 0; end < 2; end++)
    for (int s = 0; s < 3; s++)
      {
        for (int lane = 0; lane < LANES; lane++)
          inverses[lane] = extremes[lane] != 0 ? ends[end] / (extremes[lane] * stretches[s]) : 0;
        try_scales (tile, inputs, inverses, best);
      }
  for (int lane = 0; lane < LANES; lane++)
    inverses[lane] = best->scales[lane] != 0 ? 1 / best->scales[lane] : 0;
  try_scales (tile, inputs, inverses, best);
}

void
TARGET (qtts_quantize_q4_) (const float *tile, int inputs, uint8_t *group)
{
  candidates best = { 0 };
  float inverses[LANES];
  uint16_t halves[LANES];
  uint8_t bytes[INPUTS * LANES], indices[INPUTS * LANES];

  search_scales (tile, inputs, &best);
  round_scales (best.scales, halves, inverses);
  round_to_bytes (tile, inverses, bytes);
  find_levels (bytes, indices);
  for (int i = 0; i < INPUTS; i += 8)
    for (int lane = 0; lane < LANES; lane++)
      for (int k = 0; k < 4; k++)
        group[i / 8 * 64 + lane * 4 + k]
            = indices[(i + k) * LANES + lane] | indices[(i + 4 + k) * LANES + lane] << 4;
  memcpy (group + INPUTS * LANES / 2, halves, sizeof halves);
}
