/* test-kernels.c: every fast kernel computes what its scalar twin does, on odd shapes, for every
 * instruction set that the machine has, and no column's result depends on its neighbours
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <string.h>

#include "compute/cpu.h"
#include "compute/half.h"
#include "compute/kernels.h"
#include "fixture.h"
#include "random.h"

enum
{
  MOST_COLUMNS = 11,
};

static const int column_counts[] = { 1, 2, 3, 4, 5, 8, MOST_COLUMNS };

static const unsigned feature_sets[] = {
  QTTS_CPU_AVX2,
  QTTS_CPU_AVX2 | QTTS_CPU_AVX_VNNI,
  QTTS_CPU_AVX2 | QTTS_CPU_AVX512 | QTTS_CPU_AVX512_VNNI,
  QTTS_CPU_NEON,
  QTTS_CPU_NEON | QTTS_CPU_NEON_DOTPROD,
};

typedef void (*KernelTest) (const qtts_kernels *kernels);

/* Runs the test with each table that this machine can execute. */
static void
for_each_table (gconstpointer data)
{
  const KernelTest test = *(const KernelTest *) data;
  const unsigned machine = qtts_cpu_features ();
  gboolean ran = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (feature_sets); i++)
    if ((feature_sets[i] & machine) == feature_sets[i])
      {
        test (qtts_kernels_for (feature_sets[i]));
        ran = TRUE;
      }
  if (!ran)
    g_test_skip ("this machine has only the scalar kernels");
}

static void
test_quantize (const qtts_kernels *kernels)
{
  const int groups = 5;
  g_autofree float *x = random_values (32 * groups, 2);
  gint8 values[2][32 * 5];
  float scales[2][5];
  gint32 offsets[2][5];

  memset (x + 32, 0, 32 * sizeof *x);
  qtts_kernels_scalar.quantize (x, groups, values[0], scales[0], offsets[0]);
  kernels->quantize (x, groups, values[1], scales[1], offsets[1]);
  g_assert_cmpmem (values[0], sizeof values[0], values[1], sizeof values[1]);
  g_assert_cmpmem (scales[0], sizeof scales[0], scales[1], sizeof scales[1]);
  g_assert_cmpmem (offsets[0], sizeof offsets[0], offsets[1], sizeof offsets[1]);
}

/* Strips of random levels with scales of plausible size. */
static guint8 *
random_quantized_strips (gsize group_bytes, int n_strips, int groups)
{
  const gsize n = (gsize) n_strips * (gsize) groups;
  guint8 *strips = g_malloc (n * group_bytes);

  for (gsize g = 0; g < n; g++)
    {
      guint16 scales[16];

      for (gsize i = 0; i < group_bytes - sizeof scales; i++)
        strips[g * group_bytes + i] = (guint8) g_test_rand_int_range (0, 256);
      for (int r = 0; r < 16; r++)
        scales[r] = qtts_float_to_f16 (random_value (2) / 64);
      memcpy (strips + (g + 1) * group_bytes - sizeof scales, scales, sizeof scales);
    }
  return strips;
}

typedef void (*MultiplyQuantized) (const void *strips, int n_strips, const qtts_quantized *x, int n,
                                   float *y, size_t ldy);

static void
check_quantized (const char *name, MultiplyQuantized twin, MultiplyQuantized fast,
                 gsize group_bytes)
{
  static const int shapes[][2] = { { 1, 1 }, { 2, 3 }, { 3, 4 }, { 5, 7 } }; /* strips, groups */

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      const int n_strips = shapes[i][0], groups = shapes[i][1];
      const gsize ldy = 16 * (gsize) n_strips + 16;
      g_autofree guint8 *strips = random_quantized_strips (group_bytes, n_strips, groups);
      g_autofree float *inputs = random_values (32 * (gsize) groups * MOST_COLUMNS, 2);
      g_autofree gint8 *values = g_new (gint8, 32 * (gsize) groups * MOST_COLUMNS);
      g_autofree float *scales = g_new (float, (gsize) groups *MOST_COLUMNS);
      g_autofree gint32 *offsets = g_new (gint32, (gsize) groups * MOST_COLUMNS);
      const qtts_quantized x = { groups, values, scales, offsets };
      g_autofree float *expected = g_new0 (float, ldy *MOST_COLUMNS);
      g_autofree float *alone = g_new0 (float, ldy);

      qtts_kernels_scalar.quantize (inputs, groups * MOST_COLUMNS, values, scales, offsets);
      twin (strips, n_strips, &x, MOST_COLUMNS, expected, ldy);
      for (gsize k = 0; k < G_N_ELEMENTS (column_counts); k++)
        {
          const int n = column_counts[k];
          g_autofree float *y = g_new0 (float, ldy *MOST_COLUMNS);

          fast (strips, n_strips, &x, n, y, ldy);
          assert_close (name, y, expected, ldy * (gsize) n, 1e-3);
          fast (strips, n_strips, &x, 1, alone, ldy);
          g_assert_cmpmem (alone, ldy * sizeof (float), y, ldy * sizeof (float));
        }
    }
}

static void
test_multiply_quantized (const qtts_kernels *kernels)
{
  check_quantized ("q4", qtts_kernels_scalar.multiply_q4, kernels->multiply_q4, 288);
  check_quantized ("q8", qtts_kernels_scalar.multiply_q8, kernels->multiply_q8, 544);
}

/* n values of a format, as bytes. */
static guint8 *
random_stored (qtts_format format, gsize n)
{
  const gsize size = format == QTTS_FORMAT_F32 ? 4 : 2;
  guint8 *bytes = g_malloc (n * size);

  for (gsize i = 0; i < n; i++)
    {
      const float value = random_value (2);
      const guint16 half
          = format == QTTS_FORMAT_F16 ? qtts_float_to_f16 (value) : qtts_float_to_bf16 (value);

      memcpy (bytes + i * size, size == 4 ? (const void *) &value : (const void *) &half, size);
    }
  return bytes;
}

typedef void (*MultiplyFloat) (qtts_format format, const void *weights, int n_rows, int cols,
                               const float *x, size_t ldx, int n, float *y, size_t ldy);

/* `unit` rows belong to one of the n_rows that the kernel counts in (16 for strips). */
static void
check_float (const char *name, MultiplyFloat twin, MultiplyFloat fast, qtts_format format, int unit,
             int n_rows, int cols)
{
  const gsize ldx = (gsize) (cols + 31) / 32 * 32, ldy = (gsize) (n_rows * unit) + 16;
  g_autofree guint8 *weights = random_stored (format, (gsize) (n_rows * unit * cols));
  g_autofree float *x = random_values (ldx * MOST_COLUMNS, 2);
  g_autofree float *expected = g_new0 (float, ldy *MOST_COLUMNS);
  g_autofree float *alone = g_new0 (float, ldy);

  twin (format, weights, n_rows, cols, x, ldx, MOST_COLUMNS, expected, ldy);
  for (gsize k = 0; k < G_N_ELEMENTS (column_counts); k++)
    {
      const int n = column_counts[k];
      g_autofree float *y = g_new0 (float, ldy *MOST_COLUMNS);

      fast (format, weights, n_rows, cols, x, ldx, n, y, ldy);
      assert_close (name, y, expected, ldy * (gsize) n, 1e-3);
      fast (format, weights, n_rows, cols, x, ldx, 1, alone, ldy);
      g_assert_cmpmem (alone, ldy * sizeof (float), y, ldy * sizeof (float));
    }
}

static void
test_multiply_strips (const qtts_kernels *kernels)
{
  static const int strip_counts[] = { 1, 3, 4, 6 };

  for (qtts_format format = QTTS_FORMAT_F32; format <= QTTS_FORMAT_F16; format++)
    for (gsize i = 0; i < G_N_ELEMENTS (strip_counts); i++)
      check_float ("strips", qtts_kernels_scalar.multiply_strips, kernels->multiply_strips, format,
                   16, strip_counts[i], 32 * ((int) i + 1));
}

static void
test_multiply_rows (const qtts_kernels *kernels)
{
  static const int shapes[][2] = { { 1, 1 }, { 3, 15 }, { 4, 40 }, { 9, 104 }, { 16, 65 } };

  for (qtts_format format = QTTS_FORMAT_F32; format <= QTTS_FORMAT_F16; format++)
    for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
      check_float ("rows", qtts_kernels_scalar.multiply_rows, kernels->multiply_rows, format, 1,
                   shapes[i][0], shapes[i][1]);
}

static void
test_rms_norm (const qtts_kernels *kernels)
{
  for (int n = 1; n < 70; n += 3)
    {
      g_autofree float *x = random_values ((gsize) n, 2);
      g_autofree float *weight = random_values ((gsize) n, 2);
      g_autofree float *expected = g_new (float, n);

      qtts_kernels_scalar.rms_norm (x, weight, n, 1e-6f, expected);
      kernels->rms_norm (x, weight, n, 1e-6f, x);
      assert_close ("rms norm", x, expected, (gsize) n, 1e-5);
    }
}

static void
test_silu_multiply (const qtts_kernels *kernels)
{
  for (int n = 1; n < 70; n += 3)
    {
      g_autofree float *gate = random_values ((gsize) n, 2);
      g_autofree float *up = random_values ((gsize) n, 2);
      g_autofree float *expected = NULL;

      gate[0] = 200;
      gate[n - 1] = n > 1 ? -200 : gate[0];
      expected = g_memdup2 (gate, (gsize) n * sizeof *gate);
      qtts_kernels_scalar.silu_multiply (expected, up, n);
      kernels->silu_multiply (gate, up, n);
      assert_close ("silu", gate, expected, (gsize) n, 1e-4);
    }
}

static void
test_narrow (const qtts_kernels *kernels)
{
  g_autofree float *x = random_values (64, 2);
  guint16 expected[64], half[64];

  x[3] = 1e-6f;
  x[5] = 70000;
  qtts_kernels_scalar.narrow (x, 64, expected);
  kernels->narrow (x, 64, half);
  g_assert_cmpmem (half, sizeof half, expected, sizeof expected);
}

static void
check_attend (const qtts_kernels *kernels, bool is_half, int dim, int begin, int end, int queries)
{
  const qtts_format format = is_half ? QTTS_FORMAT_F16 : QTTS_FORMAT_F32;
  const gsize capacity = (gsize) (end + 15) / 16 * 16;
  g_autofree guint8 *keys = random_stored (format, capacity * (gsize) dim);
  g_autofree guint8 *values = random_stored (format, capacity * (gsize) dim);
  g_autofree float *q = random_values ((gsize) (queries * dim), 2);
  g_autofree float *out = g_new0 (float, queries *dim);
  g_autofree float *expected = g_new0 (float, queries *dim);
  g_autofree float *scores = g_new (float, capacity *(gsize) queries);
  const qtts_attention_head head
      = { keys, values, is_half, dim, 1 / sqrtf ((float) dim), begin, end };

  qtts_kernels_scalar.attend (&head, q, queries, expected, scores);
  kernels->attend (&head, q, queries, out, scores);
  assert_close ("attention", out, expected, (gsize) (queries * dim), 1e-4);
}

static void
test_attend (const qtts_kernels *kernels)
{
  for (int is_half = 0; is_half < 2; is_half++)
    for (int queries = 1; queries <= 3; queries++)
      {
        check_attend (kernels, is_half, 16, 0, 1, queries);
        check_attend (kernels, is_half, 32, 0, 16, queries);
        check_attend (kernels, is_half, 48, 3, 17, queries);
        check_attend (kernels, is_half, 128, 21, 100, queries);
        check_attend (kernels, is_half, 64, 40, 111, queries);
      }
}

#define ADD(function)                                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    static const KernelTest test_ = function;                                                      \
    g_test_add_data_func ("/kernels/" #function, &test_, for_each_table);                          \
  }                                                                                                \
  G_STMT_END

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (test_quantize);
  ADD (test_multiply_quantized);
  ADD (test_multiply_strips);
  ADD (test_multiply_rows);
  ADD (test_rms_norm);
  ADD (test_silu_multiply);
  ADD (test_narrow);
  ADD (test_attend);
  return g_test_run ();
}
