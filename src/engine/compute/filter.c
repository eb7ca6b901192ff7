/* filter.c: dilated convolutions of seven taps by minimal filtering
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "filter.h"

#include <stdlib.h>

#include "../aligned.h"
#include "near.h"

enum
{
  LEAST_PAIRS = 4,
  MAX_POINTS = 2 * QTTS_FILTER_MAX_PAIRS + 2,
  /* Where tiles alone make fewer pieces of work for each worker, pieces take only some strips. */
  PIECES_PER_WORKER = 4,
  KERNEL_STRIPS = 3, /* that kernels take together */
  KERNEL_TILES = 8,
};

/* Pairs of points for 4, 5 and 6 pairs: the best of all choices from fractions of small numbers,
 * by the sum over points of the products of the three transforms' squared norms. */
static const double points[][QTTS_FILTER_MAX_PAIRS] = {
  { 5.0 / 4, 4.0 / 5, 5.0 / 2, 2.0 / 5 },
  { 1, 3.0 / 2, 2.0 / 3, 1.0 / 3, 3 },
  { 3.0 / 2, 2.0 / 3, 4, 1.0 / 4, 5.0 / 4, 4.0 / 5 },
};

static int
tiles_in_period (int dilation, int period, int outputs)
{
  int tiles = 0;

  for (int residue = 0; residue < dilation && residue < period; residue++)
    tiles += ((period - residue + dilation - 1) / dilation + outputs - 1) / outputs;
  return tiles;
}

/* Products per period and channel pair. */
static int
products_in_period (int dilation, int period, int pairs)
{
  return tiles_in_period (dilation, period, 2 * pairs - 4) * (2 * pairs + 2);
}

static int
best_pairs (int dilation, int period)
{
  int best = LEAST_PAIRS;

  for (int pairs = LEAST_PAIRS + 1; pairs <= QTTS_FILTER_MAX_PAIRS; pairs++)
    if (products_in_period (dilation, period, pairs) < products_in_period (dilation, period, best))
      best = pairs;
  return best;
}

bool
qtts_filter_pays (int dilation, int period)
{
  return products_in_period (dilation, period, best_pairs (dilation, period))
         < QTTS_FILTER_TAPS * period;
}

/* Coefficients, in x^2, of the product of x^2 - a^2 over all pairs but one (-1: over all). */
static void
expand_product (const double *a, int pairs, int but, float *coefficients)
{
  double product[QTTS_FILTER_MAX_PAIRS + 1] = { 1 };
  int degree = 0;

  for (int i = 0; i < pairs; i++)
    if (i != but)
      {
        degree++;
        for (int j = degree; j >= 0; j--)
          product[j] = (j > 0 ? product[j - 1] : 0) - a[i] * a[i] * product[j];
      }
  for (int j = 0; j <= degree; j++)
    coefficients[j] = (float) product[j];
}

/* How much each tap weighs at each point: factors[point][tap]. */
static void
point_factors (const double *a, int pairs, float (*factors)[QTTS_FILTER_TAPS])
{
  const int n = 2 * pairs + 2;
  double all[MAX_POINTS];

  all[0] = 0;
  for (int i = 0; i < pairs; i++)
    {
      all[1 + 2 * i] = a[i];
      all[2 + 2 * i] = -a[i];
    }
  for (int p = 0; p < n - 1; p++)
    {
      double divisor = 1, power = 1;

      for (int q = 0; q < n - 1; q++)
        if (q != p)
          divisor *= all[p] - all[q];
      for (int tap = 0; tap < QTTS_FILTER_TAPS; tap++, power *= all[p])
        factors[p][tap] = (float) (power / divisor);
    }
  for (int tap = 0; tap < QTTS_FILTER_TAPS; tap++)
    factors[n - 1][tap] = tap == QTTS_FILTER_TAPS - 1;
}

typedef struct
{
  const qtts_filter *filter;
  const qtts_conv_kernels *kernels;
  const qtts_matrix *weights;
  float factors[MAX_POINTS][QTTS_FILTER_TAPS];
} evaluation;

static void
evaluate_strips (void *data, int worker, int begin, int end)
{
  const evaluation *work = data;

  for (int strip = begin; strip < end; strip++)
    work->kernels->filter_evaluate (work->filter, work->weights, work->factors, strip);
}

bool
qtts_filter_init (qtts_filter *filter, const qtts_conv_kernels *kernels, qtts_team *team,
                  const qtts_matrix *weights, int inputs, int dilation, int period)
{
  const int pairs = best_pairs (dilation, period);
  const double *a = points[pairs - LEAST_PAIRS];
  evaluation work = { .filter = filter, .kernels = kernels, .weights = weights };

  *filter = (qtts_filter){
    .pairs = pairs,
    .outputs = 2 * pairs - 4,
    .points = 2 * pairs + 2,
    .dilation = dilation,
    .period = period,
    .tiles_per_period = tiles_in_period (dilation, period, 2 * pairs - 4),
    .inputs = inputs,
    .strips = (weights->rows + QTTS_STRIP_ROWS - 1) / QTTS_STRIP_ROWS,
  };
  for (int i = 0; i < pairs; i++)
    {
      filter->point[i] = (float) a[i];
      expand_product (a, pairs, i, filter->pair[i]);
    }
  expand_product (a, pairs, -1, filter->ends);
  point_factors (a, pairs, work.factors);

  filter->zeros = calloc ((size_t) inputs + QTTS_STRIP_ROWS, sizeof *filter->zeros);
  filter->weights = qtts_alloc_aligned ((size_t) filter->strips * filter->points * inputs
                                        * QTTS_STRIP_ROWS * sizeof *filter->weights);
  if (filter->zeros == NULL || filter->weights == NULL)
    {
      qtts_filter_clear (filter);
      return false;
    }
  qtts_team_for (team, filter->strips, 1, evaluate_strips, &work);
  return true;
}

void
qtts_filter_clear (qtts_filter *filter)
{
  free (filter->weights);
  free (filter->zeros);
  *filter = (qtts_filter){ 0 };
}

size_t
qtts_filter_scratch (const qtts_filter *filter)
{
  const size_t row
      = ((size_t) filter->inputs + QTTS_STRIP_ROWS - 1) / QTTS_STRIP_ROWS * QTTS_STRIP_ROWS;

  /* Inputs at the points, and products of up to 3 strips. */
  return (size_t) filter->points * QTTS_FILTER_MAX_TILES * (row + 3 * QTTS_STRIP_ROWS);
}

typedef struct
{
  const qtts_filter_work *work;
  qtts_filter_kernel kernel;
  float *scratch;
  size_t scratch_per_worker;
  int tiles;
  int tiles_per_piece;
  int strips_per_piece;
  int tile_pieces;
  int strip_pieces;
  bool by_strips; /* neighbouring pieces have the same strips, otherwise the same tiles */
} shared_filter;

static int
min_int (int a, int b)
{
  return a < b ? a : b;
}

static void
run_pieces (void *data, int worker, int begin, int end)
{
  const shared_filter *shared = data;

  for (int piece = begin; piece < end; piece++)
    {
      const int strip_piece
          = shared->by_strips ? piece / shared->tile_pieces : piece % shared->strip_pieces;
      const int tile_piece
          = shared->by_strips ? piece % shared->tile_pieces : piece / shared->strip_pieces;
      const int tile = tile_piece * shared->tiles_per_piece;
      const int strip = strip_piece * shared->strips_per_piece;

      shared->kernel (shared->work, strip,
                      min_int (strip + shared->strips_per_piece, shared->work->filter->strips),
                      tile, min_int (tile + shared->tiles_per_piece, shared->tiles),
                      shared->scratch + (size_t) worker * shared->scratch_per_worker);
    }
}

/* Rounded up. */
static int
divide (int a, int b)
{
  return (a + b - 1) / b;
}

void
qtts_filter_run (const qtts_conv_kernels *kernels, qtts_team *team, const qtts_filter_work *work,
                 int times, float *scratch)
{
  const qtts_filter *filter = work->filter;
  shared_filter shared = {
    .work = work,
    .kernel = kernels->filter,
    .scratch = scratch,
    .scratch_per_worker = qtts_filter_scratch (filter),
    .tiles = times / filter->period * filter->tiles_per_period,
    .strips_per_piece = filter->strips,
    .strip_pieces = 1,
  };
  const int wanted = PIECES_PER_WORKER * (team != NULL ? qtts_team_size (team) : 1);
  int tile_pieces = divide (shared.tiles, QTTS_FILTER_MAX_TILES);

  if (tile_pieces < wanted)
    {
      shared.strips_per_piece
          = KERNEL_STRIPS
            * divide (divide (filter->strips, KERNEL_STRIPS), divide (wanted, tile_pieces));
      shared.strip_pieces = divide (filter->strips, shared.strips_per_piece);
      tile_pieces *= divide (wanted, tile_pieces * shared.strip_pieces);
    }
  shared.tiles_per_piece = KERNEL_TILES * divide (divide (shared.tiles, KERNEL_TILES), tile_pieces);
  shared.tile_pieces = divide (shared.tiles, shared.tiles_per_piece);
  /* What there is more of is read by one worker only. */
  shared.by_strips = filter->strips * 16 * filter->points > times;
  qtts_team_for_near (team, shared.tile_pieces * shared.strip_pieces, run_pieces, &shared);
}
