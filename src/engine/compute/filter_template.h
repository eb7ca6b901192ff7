/* filter_template.h: minimal filtering, for whichever instruction set includes this
 *
 * Part of conv_template.h. See filter.h for the method.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "filter.h"

/* Where a tile lies: its first output, and how many of its outputs lie within its period. */
typedef struct
{
  int time;
  int outputs;
} tile_place;

SIMD_INLINE tile_place
place_tile (const qtts_filter *filter, int tile)
{
  const int period = tile / filter->tiles_per_period;
  const int dilation = filter->dilation;
  int within = tile % filter->tiles_per_period;
  tile_place place = { 0, 0 };

  for (int residue = 0; residue < dilation && residue < filter->period; residue++)
    {
      const int outputs = (filter->period - residue + dilation - 1) / dilation;
      const int tiles = (outputs + filter->outputs - 1) / filter->outputs;

      if (within < tiles)
        {
          const int first = within * filter->outputs;

          place.time = period * filter->period + residue + first * dilation;
          place.outputs = outputs - first < filter->outputs ? outputs - first : filter->outputs;
          break;
        }
      within -= tiles;
    }
  return place;
}

/* A vector of taps' weights at all points, to[point * point_step]. */
SIMD_INLINE void
evaluate_taps (const simd_float *taps, const float (*factors)[QTTS_FILTER_TAPS], int points,
               float *to, size_t point_step)
{
  for (int p = 0; p < points; p++)
    {
      simd_float sum = simd_mul (simd_set (factors[p][0]), taps[0]);

      for (int tap = 1; tap < QTTS_FILTER_TAPS; tap++)
        sum = simd_fma (simd_set (factors[p][tap]), taps[tap], sum);
      simd_store (to + (size_t) p * point_step, sum);
    }
}

static void
evaluate_strip (const qtts_filter *filter, const qtts_matrix *weights,
                const float (*factors)[QTTS_FILTER_TAPS], int strip)
{
  const char *from = (const char *) weights->data
                     + (size_t) strip * qtts_strip_bytes (weights->format, weights->cols);
  const size_t in_even = ((size_t) filter->inputs + 1) / 2 * 2;
  const size_t point_step = (size_t) filter->inputs * QTTS_STRIP_ROWS;
  float *to = filter->weights + (size_t) strip * filter->points * point_step;

  for (int i = 0; i < filter->inputs; i += 2)
    for (int part = 0; part < QTTS_STRIP_ROWS; part += SIMD_LANES)
      {
        const bool both = i + 1 < filter->inputs;
        simd_float first[QTTS_FILTER_TAPS], second[QTTS_FILTER_TAPS];

        for (int tap = 0; tap < QTTS_FILTER_TAPS; tap++)
          {
            const size_t at = (tap * in_even + i) * QTTS_STRIP_ROWS;

            if (weights->format == QTTS_FORMAT_BF16)
              simd_load_bf16_pairs ((const uint16_t *) from + at + 2 * part, &first[tap],
                                    &second[tap]);
            else
              {
                first[tap] = simd_load ((const float *) from + at + part);
                second[tap] = simd_load ((const float *) from + at + QTTS_STRIP_ROWS + part);
              }
          }
        evaluate_taps (first, factors, filter->points, to + i * QTTS_STRIP_ROWS + part, point_step);
        if (both)
          evaluate_taps (second, factors, filter->points, to + (i + 1) * QTTS_STRIP_ROWS + part,
                         point_step);
      }
}

/* The tile's inputs at the points: v[point * point_step + channel]. `pairs` is a constant. */
SIMD_INLINE void
evaluate_inputs (const qtts_filter_work *work, int tile, float *v, size_t point_step,
                 const int pairs)
{
  const qtts_filter *filter = work->filter;
  const int n = 2 * pairs + 2;
  const tile_place place = place_tile (filter, tile);
  const int known = QTTS_FILTER_TAPS - 1 + place.outputs;
  const float *rows[2 * QTTS_FILTER_MAX_PAIRS + 2];

  for (int i = 0; i < n; i++)
    rows[i] = i < known ? work->x
                              + (place.time + (i - (QTTS_FILTER_TAPS - 1)) * filter->dilation)
                                    * (ptrdiff_t) work->x_row
                        : filter->zeros;

  for (size_t c = 0; c < work->x_row; c += SIMD_LANES)
    {
      simd_float x[2 * QTTS_FILTER_MAX_PAIRS + 2];
      simd_float zero, infinity;

      for (int i = 0; i < n; i++)
        x[i] = simd_load (rows[i] + c);

      zero = x[2 * pairs];
      infinity = x[2 * pairs + 1];
      for (int i = 0; i < pairs; i++)
        {
          zero = simd_fma (simd_set (filter->ends[i]), x[2 * i], zero);
          infinity = simd_fma (simd_set (filter->ends[i]), x[2 * i + 1], infinity);
        }
      simd_store (v + c, zero);
      simd_store (v + (size_t) (n - 1) * point_step + c, infinity);

      for (int a = 0; a < pairs; a++)
        {
          simd_float even = x[2 * pairs], odd = x[2 * pairs - 1];
          simd_float point = simd_set (filter->point[a]);

          for (int i = 0; i < pairs - 1; i++)
            {
              even = simd_fma (simd_set (filter->pair[a][i]), x[2 * i + 2], even);
              odd = simd_fma (simd_set (filter->pair[a][i]), x[2 * i + 1], odd);
            }
          simd_store (v + (size_t) (1 + 2 * a) * point_step + c, simd_fma (point, odd, even));
          simd_store (v + (size_t) (2 + 2 * a) * point_step + c, simd_fnma (point, odd, even));
        }
    }
}

/* One vector of channels: its products at the points, products[point * point_step], to the tile's
 * outputs. `pairs` is a constant. */
SIMD_INLINE void
interpolate (const qtts_filter *filter, const qtts_conv_output *output,
             const channel_values *values, tile_place place, const float *products,
             size_t point_step, size_t channel, const int pairs)
{
  const int m = 2 * pairs - 4;
  simd_float y[2 * QTTS_FILTER_MAX_PAIRS - 4];

  y[0] = simd_load (products);
  for (int i = 1; i < m - 1; i++)
    y[i] = simd_set (0);
  y[m - 1] = simd_load (products + (size_t) (2 * pairs + 1) * point_step);

  for (int a = 0; a < pairs; a++)
    {
      simd_float plus = simd_load (products + (size_t) (1 + 2 * a) * point_step);
      simd_float minus = simd_load (products + (size_t) (2 + 2 * a) * point_step);
      simd_float even = simd_add (plus, minus), odd = simd_sub (plus, minus);
      simd_float power = simd_set (1), point = simd_set (filter->point[a]);

      for (int i = 0; i < m; i++, power = simd_mul (power, point))
        y[i] = simd_fma (power, i % 2 == 0 ? even : odd, y[i]);
    }
  for (int i = 0; i < m; i++)
    if (i < place.outputs)
      finish_vector (output, values, y[i],
                     (size_t) (place.time + i * filter->dilation) * output->row + channel);
}

/* Products of n_tiles rows at one point with n_strips strips, both constants. */
SIMD_INLINE void
multiply_point (const qtts_filter *filter, const float *weights, const float *v, size_t v_row,
                float *products, const int n_strips, const int n_tiles)
{
  const size_t next_strip = (size_t) filter->points * filter->inputs * QTTS_STRIP_ROWS;
  simd_float sum[TILE_STRIPS][VECTORS][TILE_TIMES];

  clear_sums (sum, n_strips, n_tiles);
  add_products_f32 (sum, weights, next_strip, v, (ptrdiff_t) v_row, filter->inputs, n_strips,
                    n_tiles);
  for (int t = 0; t < n_tiles; t++)
    for (int s = 0; s < n_strips; s++)
      for (int i = 0; i < VECTORS; i++)
        simd_store (products + (t * TILE_STRIPS + s) * QTTS_STRIP_ROWS + i * SIMD_LANES,
                    sum[s][i][t]);
}

SIMD_INLINE void
filter_strips (const qtts_filter_work *work, int strip, const int n_strips, int tile, int n_tiles,
               const float *v, float *products, const int pairs)
{
  const qtts_filter *filter = work->filter;
  const size_t v_step = QTTS_FILTER_MAX_TILES * work->x_row;
  const size_t product_row = TILE_STRIPS * QTTS_STRIP_ROWS;
  const size_t product_step = QTTS_FILTER_MAX_TILES * product_row;
  const qtts_conv_output output = work->output;
  tile_place places[QTTS_FILTER_MAX_TILES];

  for (int point = 0; point < filter->points; point++)
    {
      const float *weights
          = filter->weights
            + ((size_t) strip * filter->points + point) * filter->inputs * QTTS_STRIP_ROWS;
      const float *from = v + (size_t) point * v_step;
      float *to = products + (size_t) point * product_step;
      int t = 0;

      for (; t + TILE_TIMES <= n_tiles; t += TILE_TIMES)
        multiply_point (filter, weights, from + t * work->x_row, work->x_row, to + t * product_row,
                        n_strips, TILE_TIMES);
      for (; TILE_TIMES > 2 && t + 2 <= n_tiles; t += 2)
        multiply_point (filter, weights, from + t * work->x_row, work->x_row, to + t * product_row,
                        n_strips, 2);
      for (; t < n_tiles; t++)
        multiply_point (filter, weights, from + t * work->x_row, work->x_row, to + t * product_row,
                        n_strips, 1);
    }

  for (int t = 0; t < n_tiles; t++)
    places[t] = place_tile (filter, tile + t);
  for (int i = 0; i < n_strips * VECTORS; i++)
    {
      const size_t channel = (size_t) strip * QTTS_STRIP_ROWS + (size_t) i * SIMD_LANES;
      const channel_values values = load_channels (&output, channel);

      for (int t = 0; t < n_tiles; t++)
        interpolate (filter, &output, &values, places[t],
                     products + t * product_row + i * SIMD_LANES, product_step, channel, pairs);
    }
}

SIMD_INLINE void
filter_tiles_of (const qtts_filter_work *work, int strip, int strip_end, int tile, int n_tiles,
                 float *scratch, const int pairs)
{
  const size_t v_step = QTTS_FILTER_MAX_TILES * work->x_row;
  float *products = scratch + (size_t) (2 * pairs + 2) * v_step;

  for (int t = 0; t < n_tiles; t++)
    evaluate_inputs (work, tile + t, scratch + t * work->x_row, v_step, pairs);
  for (; strip + TILE_STRIPS <= strip_end; strip += TILE_STRIPS)
    filter_strips (work, strip, TILE_STRIPS, tile, n_tiles, scratch, products, pairs);
  for (; strip < strip_end; strip++)
    filter_strips (work, strip, 1, tile, n_tiles, scratch, products, pairs);
}

static void
filter_tiles (const qtts_filter_work *work, int strip, int strip_end, int tile, int tile_end,
              float *scratch)
{
  switch (work->filter->pairs)
    {
    case 4:
      filter_tiles_of (work, strip, strip_end, tile, tile_end - tile, scratch, 4);
      break;
    case 5:
      filter_tiles_of (work, strip, strip_end, tile, tile_end - tile, scratch, 5);
      break;
    default:
      filter_tiles_of (work, strip, strip_end, tile, tile_end - tile, scratch, 6);
      break;
    }
}
