/* test-filter.c: minimal filtering, against the plain sum in double
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "compute/filter.h"
#include "compute/half.h"
#include "conv_levels.h"
#include "fixture.h"

enum
{
  STRIP = QTTS_STRIP_ROWS,
  TAPS = QTTS_FILTER_TAPS,
};

static int
padded (int channels)
{
  return (channels + STRIP - 1) / STRIP * STRIP;
}

static float *
random_rows (int rows, int channels)
{
  const int row = padded (channels);
  float *values = g_new0 (float, (gsize) rows *row);

  for (int t = 0; t < rows; t++)
    for (int c = 0; c < channels; c++)
      values[t * row + c] = (float) g_test_rand_double_range (-1, 1);
  return values;
}

/* Random weights [out][tap][in] that bfloat16 holds exactly. */
static float *
random_weights (int out, int in)
{
  const gsize n = (gsize) out * TAPS * in;
  float *weights = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    weights[i] = qtts_bf16_to_float (qtts_float_to_bf16 ((float) g_test_rand_double_range (-1, 1)));
  return weights;
}

/* The same as packed strips, tap-major; free matrix.data with g_free(). */
static qtts_matrix
pack (const float *weights, int out, int in, qtts_format format)
{
  const int in_even = (in + 1) / 2 * 2, cols = TAPS * in_even;
  const gsize strip_bytes = qtts_strip_bytes (format, cols);
  char *data = g_malloc0 (qtts_packed_bytes (format, out, cols));

  for (int o = 0; o < out; o++)
    for (int tap = 0; tap < TAPS; tap++)
      for (int i = 0; i < in; i++)
        {
          const float weight = weights[(o * TAPS + tap) * in + i];
          const int col = tap * in_even + i, r = o % STRIP;
          char *strip = data + (gsize) (o / STRIP) * strip_bytes;

          if (format == QTTS_FORMAT_F32)
            ((float *) strip)[col * STRIP + r] = weight;
          else
            ((guint16 *) strip)[(col / 2 * STRIP + r) * 2 + col % 2] = qtts_float_to_bf16 (weight);
        }
  return (qtts_matrix){ .format = format, .packed = true, .rows = out, .cols = cols, .data = data };
}

static double
plain_sum (const float *weights, const float *x, int in, int dilation, int o, int t)
{
  double sum = 0;

  for (int tap = 0; tap < TAPS; tap++)
    for (int i = 0; i < in; i++)
      sum += (double) weights[(o * TAPS + tap) * in + i]
             * x[(t + (tap - TAPS + 1) * dilation) * padded (in) + i];
  return sum;
}

static float *
run_filter (const qtts_conv_kernels *kernels, qtts_team *team, const qtts_filter *filter,
            const float *x, int in, int out, int times, int times_per_run, const float *bias)
{
  const int row = padded (out);
  const int workers = team != NULL ? qtts_team_size (team) : 1;
  float *y = g_new0 (float, (gsize) times *row);
  g_autofree float *scratch = g_new (float, qtts_filter_scratch (filter) * workers);

  for (int t = 0; t < times; t += times_per_run)
    {
      const qtts_filter_work work
          = { .filter = filter,
              .x = x + t * padded (in),
              .x_row = padded (in),
              .output = { .bias = bias, .values = y + t * row, .row = row } };

      qtts_filter_run (kernels, team, &work, times_per_run, scratch);
    }
  return y;
}

/* One shape: right, and the same bits for one period at a time and for three workers. */
static void
check_shape (const qtts_conv_kernels *kernels, const char *name, int out, int in, int dilation,
             int period, int periods, qtts_format format)
{
  const int history = (TAPS - 1) * dilation, times = period * periods, row = padded (out);
  const gsize bytes = (gsize) times * row * sizeof (float);
  g_autofree float *rows = random_rows (history + times, in);
  g_autofree float *bias = random_rows (1, out);
  const float *x = rows + history * padded (in);
  qtts_team *team = qtts_team_new (3);
  g_autofree float *weights = random_weights (out, in);
  qtts_matrix matrix = pack (weights, out, in, format);
  qtts_filter filter;
  g_autofree float *whole = NULL;
  g_autofree float *single = NULL;
  g_autofree float *shared = NULL;

  g_assert_true (qtts_filter_init (&filter, kernels, team, &matrix, in, dilation, period));
  whole = run_filter (kernels, NULL, &filter, x, in, out, times, times, bias);
  single = run_filter (kernels, NULL, &filter, x, in, out, times, period, bias);
  shared = run_filter (kernels, team, &filter, x, in, out, times, times, bias);

  for (int t = 0; t < times; t++)
    for (int o = 0; o < out; o++)
      {
        const double y = plain_sum (weights, x, in, dilation, o, t) + bias[o];

        if (!(fabs (whole[t * row + o] - y) <= 2e-4 * sqrt (in)))
          g_error ("%s: %d <- %d, dilation %d, period %d, time %d, output %d: %g, not %g", name,
                   out, in, dilation, period, t, o, whole[t * row + o], y);
      }
  g_assert_cmpmem (single, bytes, whole, bytes);
  g_assert_cmpmem (shared, bytes, whole, bytes);

  qtts_filter_clear (&filter);
  g_free ((gpointer) matrix.data);
  qtts_team_free (team);
}

static void
test_shapes (void)
{
  static const int dilations[] = { 1, 3, 9 }, periods[] = { 5, 8, 32, 50, 96, 160 };
  static const int channels[][2] = { { 3, 3 }, { 20, 20 }, { 48, 48 }, { 112, 33 }, { 1, 17 } };
  const unsigned machine = qtts_cpu_features ();
  int n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if ((levels[i].features & machine) != levels[i].features)
      g_test_message ("skipped: this machine has no %s", levels[i].name);
    else
      for (gsize d = 0; d < G_N_ELEMENTS (dilations); d++)
        for (gsize p = 0; p < G_N_ELEMENTS (periods); p++, n++)
          {
            const int *shape = channels[n % G_N_ELEMENTS (channels)];

            check_shape (qtts_conv_kernels_for (levels[i].features), levels[i].name, shape[0],
                         shape[1], dilations[d], periods[p], 1 + n % 3,
                         n % 2 == 0 ? QTTS_FORMAT_F32 : QTTS_FORMAT_BF16);
          }
}

/* The noise of the sums in float32 lies this far below them, for each size of tile. */
static void
test_accuracy (void)
{
  enum
  {
    CHANNELS = 96,
  };
  static const struct
  {
    int period;
    double least; /* dB */
  } cases[] = { { 4, 105 }, { 6, 100 }, { 8, 92 } };

  const qtts_conv_kernels *kernels = qtts_conv_kernels_for (qtts_cpu_features ());

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const int history = TAPS - 1, times = cases[i].period * 8;
      g_autofree float *rows = random_rows (history + times, CHANNELS);
      g_autofree float *bias = g_new0 (float, CHANNELS);
      const float *x = rows + history * CHANNELS;
      double power = 0, noise = 0;
      g_autofree float *weights = random_weights (CHANNELS, CHANNELS);
      qtts_matrix matrix = pack (weights, CHANNELS, CHANNELS, QTTS_FORMAT_F32);
      qtts_filter filter;
      g_autofree float *y = NULL;

      g_assert_true (
          qtts_filter_init (&filter, kernels, NULL, &matrix, CHANNELS, 1, cases[i].period));
      g_assert_cmpint (filter.outputs, ==, cases[i].period);
      y = run_filter (kernels, NULL, &filter, x, CHANNELS, CHANNELS, times, times, bias);
      for (int t = 0; t < times; t++)
        for (int o = 0; o < CHANNELS; o++)
          {
            const double exact = plain_sum (weights, x, CHANNELS, 1, o, t);

            power += exact * exact;
            noise += pow (y[t * CHANNELS + o] - exact, 2);
          }
      g_test_message ("tiles of %d: %.1f dB", filter.outputs, 10 * log10 (power / noise));
      g_assert_cmpfloat (10 * log10 (power / noise), >, cases[i].least);
      qtts_filter_clear (&filter);
      g_free ((gpointer) matrix.data);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/filter/shapes", test_shapes);
  g_test_add_func ("/filter/accuracy", test_accuracy);
  return g_test_run ();
}
