/* test-quantize.c: packed matrices hold the stored weights, as exactly as their format can
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "compute/cpu.h"
#include "compute/half.h"
#include "fixture.h"
#include "weights/quantize.h"

/* Two standard normal values from one generator. */
static float
normal (GRand *random)
{
  const double u = 1 - g_rand_double (random), v = g_rand_double (random);

  return (float) (sqrt (-2 * log (u)) * cos (2 * G_PI * v));
}

static float *
normal_weights (int rows, int cols)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  float *weights = g_new (float, rows *cols);

  for (int i = 0; i < rows * cols; i++)
    weights[i] = 0.02f * normal (random);
  return weights;
}

static qtts_matrix
stored (const void *data, qtts_format format, int rows, int cols)
{
  return (qtts_matrix){ .format = format, .rows = rows, .cols = cols, .data = data };
}

static qtts_matrix
pack (const qtts_matrix *source, qtts_format format, unsigned cpu, qtts_team *team)
{
  const gsize bytes = qtts_packed_bytes (format, source->rows, source->cols);
  qtts_matrix packed = *source;
  void *data = g_aligned_alloc (bytes, 1, 64);

  memset (data, 0xEE, bytes);
  qtts_pack (source, format, data, cpu, team);
  packed.format = format;
  packed.packed = true;
  packed.data = data;
  return packed;
}

static void
free_packed (qtts_matrix *packed)
{
  g_aligned_free ((void *) packed->data);
}

/* Root mean square of the difference, relative to that of the weights. */
static double
relative_error (const qtts_matrix *packed, const float *weights)
{
  g_autofree float *row = g_new (float, packed->cols);
  double error = 0, power = 0;

  for (int r = 0; r < packed->rows; r++)
    {
      qtts_matrix_row (packed, r, row);
      for (int i = 0; i < packed->cols; i++)
        {
          const double weight = weights[r * packed->cols + i];

          error += (row[i] - weight) * (row[i] - weight);
          power += weight * weight;
        }
    }
  return sqrt (error / power);
}

static void
test_sizes (void)
{
  g_assert_cmpuint (qtts_strip_bytes (QTTS_FORMAT_F32, 32), ==, 32 * 64);
  g_assert_cmpuint (qtts_strip_bytes (QTTS_FORMAT_F16, 32), ==, 32 * 32);
  g_assert_cmpuint (qtts_strip_bytes (QTTS_FORMAT_BF16, 33), ==, 2 * 16 * 64);
  g_assert_cmpuint (qtts_strip_bytes (QTTS_FORMAT_Q8, 64), ==, 2 * 544);
  g_assert_cmpuint (qtts_strip_bytes (QTTS_FORMAT_Q4, 1), ==, 288);
  g_assert_cmpuint (qtts_packed_bytes (QTTS_FORMAT_Q4, 17, 64), ==, 2 * 2 * 288);
  g_assert_cmpuint (qtts_packed_bytes (QTTS_FORMAT_F32, 151936, 1 << 16), ==,
                    (gsize) 151936 * (1 << 16) * 4);
}

static void
test_formats_hold_the_weights (void)
{
  static const struct
  {
    qtts_format format;
    double bound;
  } cases[] = {
    { QTTS_FORMAT_F32, 0 },     { QTTS_FORMAT_BF16, 0.0018 }, { QTTS_FORMAT_F16, 0.0003 },
    { QTTS_FORMAT_Q8, 0.0056 }, { QTTS_FORMAT_Q4, 0.0735 },
  };
  const int rows = 37, cols = 1024;
  g_autofree float *weights = normal_weights (rows, cols);
  const qtts_matrix source = stored (weights, QTTS_FORMAT_F32, rows, cols);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      qtts_matrix packed = pack (&source, cases[i].format, 0, NULL);

      g_assert_cmpfloat (relative_error (&packed, weights), <=, cases[i].bound);
      free_packed (&packed);
    }
}

static void
test_padding_is_zero (void)
{
  const int rows = 17, cols = 33;
  g_autofree float *weights = normal_weights (rows, cols);
  const qtts_matrix source = stored (weights, QTTS_FORMAT_F32, rows, cols);
  static const qtts_format formats[]
      = { QTTS_FORMAT_F32, QTTS_FORMAT_BF16, QTTS_FORMAT_F16, QTTS_FORMAT_Q8 };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      qtts_matrix packed = pack (&source, formats[i], 0, NULL);
      float row[64];

      /* The same bytes seen as the padded matrix. */
      packed.rows = 32;
      packed.cols = 64;
      for (int r = 0; r < packed.rows; r++)
        {
          qtts_matrix_row (&packed, r, row);
          for (int c = r < rows ? cols : 0; c < packed.cols; c++)
            g_assert_cmpfloat (row[c], ==, 0);
        }
      free_packed (&packed);
    }
}

static void
test_stored_types_and_odd_addresses (void)
{
  const int rows = 5, cols = 70;
  g_autofree float *weights = normal_weights (rows, cols);
  g_autofree guint8 *bytes = g_malloc (rows * cols * 2 + 1);
  static const qtts_format formats[] = { QTTS_FORMAT_BF16, QTTS_FORMAT_F16 };

  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      const bool bf16 = formats[f] == QTTS_FORMAT_BF16;
      const qtts_matrix source = stored (bytes + 1, formats[f], rows, cols);
      qtts_matrix packed;

      for (int i = 0; i < rows * cols; i++)
        {
          const guint16 half
              = bf16 ? qtts_float_to_bf16 (weights[i]) : qtts_float_to_f16 (weights[i]);

          memcpy (bytes + 1 + i * 2, &half, 2);
          weights[i] = bf16 ? qtts_bf16_to_float (half) : qtts_f16_to_float (half);
        }
      g_assert_cmpfloat (relative_error (&source, weights), ==, 0);
      packed = pack (&source, formats[f], 0, NULL);
      g_assert_cmpfloat (relative_error (&packed, weights), ==, 0);
      free_packed (&packed);
      packed = pack (&source, QTTS_FORMAT_F32, 0, NULL);
      g_assert_cmpfloat (relative_error (&packed, weights), ==, 0);
      free_packed (&packed);
    }
}

/* Weights of all sizes and none, in an odd shape. */
static float *
difficult_weights (int rows, int cols)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  float *weights = g_new (float, rows *cols);

  for (int i = 0; i < rows * cols; i++)
    switch (g_rand_int_range (random, 0, 12))
      {
      case 0:
        weights[i] = 0;
        break;
      case 1:
        weights[i] = normal (random) * 1e30f;
        break;
      case 2:
        weights[i] = normal (random) * 1e-30f;
        break;
      case 3:
        weights[i] = i % 2 == 0 ? INFINITY : -NAN;
        break;
      default:
        weights[i] = normal (random) * (i / cols % 3 == 0 ? 1e-5f : 0.1f);
        break;
      }
  return weights;
}

static void
test_all_instruction_sets_agree (void)
{
  static const unsigned sets[] = { QTTS_CPU_AVX2, QTTS_CPU_AVX2 | QTTS_CPU_AVX512 };
  const unsigned machine = qtts_cpu_features ();
  const int rows = 37, cols = 8 * 32 + 7;
  g_autofree float *easy = normal_weights (rows, cols);
  g_autofree float *difficult = difficult_weights (rows, cols);
  const float *const kinds[] = { easy, difficult };
  guint compared = 0;

  for (guint s = 0; s < G_N_ELEMENTS (sets); s++)
    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      for (int format = QTTS_FORMAT_Q8; format <= QTTS_FORMAT_Q4; format++)
        {
          const qtts_matrix source = stored (kinds[k], QTTS_FORMAT_F32, rows, cols);
          const gsize bytes = qtts_packed_bytes (format, rows, cols);
          qtts_matrix expected, packed;

          if ((machine & sets[s]) != sets[s])
            continue;
          expected = pack (&source, format, 0, NULL);
          packed = pack (&source, format, sets[s], NULL);
          g_assert_cmpmem (expected.data, bytes, packed.data, bytes);
          free_packed (&expected);
          free_packed (&packed);
          compared++;
        }
  if (compared == 0)
    g_test_skip ("this machine has no further instruction sets");
}

static void
test_team_gives_the_same (void)
{
  const int rows = 211, cols = 64;
  const gsize bytes = qtts_packed_bytes (QTTS_FORMAT_Q4, rows, cols);
  g_autofree float *weights = normal_weights (rows, cols);
  const qtts_matrix source = stored (weights, QTTS_FORMAT_F32, rows, cols);
  qtts_team *team = qtts_team_new (3);
  qtts_matrix alone = pack (&source, QTTS_FORMAT_Q4, 0, NULL);
  qtts_matrix together = pack (&source, QTTS_FORMAT_Q4, 0, team);

  g_assert_cmpmem (alone.data, bytes, together.data, bytes);
  free_packed (&alone);
  free_packed (&together);
  qtts_team_free (team);
}

static void
test_extreme_weights_stay_finite (void)
{
  const int rows = 37, cols = 263;
  g_autofree float *weights = difficult_weights (rows, cols);
  const qtts_matrix source = stored (weights, QTTS_FORMAT_F32, rows, cols);
  g_autofree float *row = g_new (float, cols);

  for (int format = QTTS_FORMAT_Q8; format <= QTTS_FORMAT_Q4; format++)
    {
      qtts_matrix packed = pack (&source, format, 0, NULL);

      for (int r = 0; r < rows; r++)
        {
          qtts_matrix_row (&packed, r, row);
          for (int c = 0; c < cols; c++)
            g_assert_true (isfinite (row[c]));
        }
      free_packed (&packed);
    }
}

/* The quantiser rounds to integers before it looks for the nearest level. */
static void
test_levels_alternate (void)
{
  for (int k = 1; k < 16; k++)
    {
      g_assert_cmpint (qtts_q4_levels[k - 1], <, qtts_q4_levels[k]);
      g_assert_cmpint ((qtts_q4_levels[k - 1] + qtts_q4_levels[k]) % 2, !=, 0);
    }
}

/* A group that is made of levels comes back as it was. */
static void
test_levels_are_exact (void)
{
  float weights[2 * 32];
  const qtts_matrix source = stored (weights, QTTS_FORMAT_F32, 2, 32);
  qtts_matrix packed;

  for (int i = 0; i < 32; i++)
    {
      weights[i] = 0.25f * qtts_q4_levels[i % 16];
      weights[32 + i] = -0.5f * qtts_q4_levels[(i * 7) % 16];
    }
  packed = pack (&source, QTTS_FORMAT_Q4, 0, NULL);
  g_assert_cmpfloat (relative_error (&packed, weights), <, 0.001);
  free_packed (&packed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quantize/sizes", test_sizes);
  g_test_add_func ("/quantize/formats-hold-the-weights", test_formats_hold_the_weights);
  g_test_add_func ("/quantize/padding-is-zero", test_padding_is_zero);
  g_test_add_func ("/quantize/stored-types", test_stored_types_and_odd_addresses);
  g_test_add_func ("/quantize/instruction-sets-agree", test_all_instruction_sets_agree);
  g_test_add_func ("/quantize/team-gives-the-same", test_team_gives_the_same);
  g_test_add_func ("/quantize/extreme-weights", test_extreme_weights_stay_finite);
  g_test_add_func ("/quantize/levels-alternate", test_levels_alternate);
  g_test_add_func ("/quantize/levels-are-exact", test_levels_are_exact);
  return g_test_run ();
}
