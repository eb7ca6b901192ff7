/* bench-kernels.c: what the machine can do at most, and what the matrix products reach
 *
 *   bench-kernels [THREADS]
 *
 * First a roofline: memory reads and multiply-adds of registers. Then the products of one talker
 * step of the 1.7B model and of one frame's predictor passes, for each format and number of
 * columns, on random weights that fill memory as the model's do.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "compute/cpu.h"
#include "compute/product.h"
#include "roofline.h"

enum
{
  REPEATS = 7,
};

/* Rows and inputs of a layer's matrices. */
typedef struct
{
  const char *name;
  int layers;
  int passes; /* times that all layers are read for one frame */
  int shapes[4][2];
} Stack;

/* q, k, v count as one product, gate and up as another: they share their inputs. */
static const Stack talker
    = { "talker", 28, 1, { { 4096, 2048 }, { 2048, 2048 }, { 12288, 2048 }, { 2048, 6144 } } };
static const Stack predictor
    = { "predictor", 5, 15, { { 4096, 1024 }, { 1024, 2048 }, { 6144, 1024 }, { 1024, 3072 } } };

static const qtts_format formats[]
    = { QTTS_FORMAT_Q4, QTTS_FORMAT_Q8, QTTS_FORMAT_BF16, QTTS_FORMAT_F16, QTTS_FORMAT_F32 };
static const char *const format_names[] = {
  [QTTS_FORMAT_F32] = "f32", [QTTS_FORMAT_BF16] = "bf16", [QTTS_FORMAT_F16] = "f16",
  [QTTS_FORMAT_Q8] = "q8",   [QTTS_FORMAT_Q4] = "q4",
};
static const int column_counts[] = { 1, 2, 4, 8, 16, 32 };

static int
by_value (const void *a, const void *b)
{
  const double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

static double
median (double *values, int n)
{
  qsort (values, (size_t) n, sizeof *values, by_value);
  return values[n / 2];
}

/* Small values in every format: the high bytes of floats and scales stay harmless. */
static void *
random_weights (size_t bytes)
{
  uint8_t *memory = aligned_alloc (64, (bytes + 63) / 64 * 64);
  uint32_t state = 1;

  if (memory == NULL)
    abort ();
  for (size_t i = 0; i < bytes; i++)
    {
      state = state * 1664525u + 1013904223u;
      memory[i] = (uint8_t) ((state >> 24) & 0x2F);
    }
  return memory;
}

typedef struct
{
  const qtts_kernels *kernels;
  qtts_team *team;
  qtts_format format;
  const Stack *stack;
  int resident; /* layers that are really there; the others reuse them */
  char *weights;
  qtts_columns inputs[4];
  float *y;
} Bench;

static size_t
layer_bytes (const Bench *bench)
{
  size_t bytes = 0;

  for (int i = 0; i < 4; i++)
    bytes += qtts_packed_bytes (bench->format, bench->stack->shapes[i][0],
                                bench->stack->shapes[i][1]);
  return bytes;
}

static double
time_step (Bench *bench, int columns)
{
  const double start = qtts_seconds ();

  for (int pass = 0; pass < bench->stack->passes; pass++)
    for (int layer = 0; layer < bench->stack->layers; layer++)
      {
        const char *weights
            = bench->weights + (size_t) (layer % bench->resident) * layer_bytes (bench);

        for (int i = 0; i < 4; i++)
          {
            const int rows = bench->stack->shapes[i][0], cols = bench->stack->shapes[i][1];
            const qtts_matrix matrix = { bench->format, true, rows, cols, weights };
            const qtts_product product = { &matrix, NULL, bench->y, qtts_stride (rows) };

            qtts_multiply (bench->kernels, bench->team, &bench->inputs[i], columns, &product, 1);
            weights += qtts_packed_bytes (bench->format, rows, cols);
          }
      }
  return qtts_seconds () - start;
}

static void
print_step (Bench *bench, int columns, const Roofline *roofline)
{
  const Stack *stack = bench->stack;
  double times[REPEATS], seconds, macs = 0;
  const double bytes = (double) layer_bytes (bench) * stack->layers * stack->passes;
  const bool integers = bench->format == QTTS_FORMAT_Q4 || bench->format == QTTS_FORMAT_Q8;
  const double peak = integers ? roofline->int8_gmacs : roofline->f32_gmacs;

  for (int i = 0; i < 4; i++)
    macs += (double) stack->shapes[i][0] * stack->shapes[i][1] * stack->layers * stack->passes
            * columns;
  time_step (bench, columns);
  for (int i = 0; i < REPEATS; i++)
    times[i] = time_step (bench, columns);
  seconds = median (times, REPEATS);
  printf ("%-10s %-5s %3d %9.2f %9.2f %8.1f %5.0f%% %8.1f %5.0f%%\n", stack->name,
          format_names[bench->format], columns, seconds * 1e3, seconds * 1e3 / columns,
          bytes / seconds / 1e9, 100 * bytes / seconds / 1e9 / roofline->read_gbs,
          macs / seconds / 1e9, 100 * macs / seconds / 1e9 / peak);
  fflush (stdout);
}

static void
bench_stack (const Stack *stack, qtts_format format, const qtts_kernels *kernels, qtts_team *team,
             const Roofline *roofline)
{
  const int most = column_counts[sizeof column_counts / sizeof column_counts[0] - 1];
  Bench bench = { .kernels = kernels, .team = team, .format = format, .stack = stack };

  bench.resident = stack->layers < 8 ? stack->layers : 8;
  bench.weights = random_weights (layer_bytes (&bench) * (size_t) bench.resident);
  bench.y = aligned_alloc (64, (size_t) most * (size_t) qtts_stride (12288) * sizeof (float));
  for (int i = 0; i < 4; i++)
    {
      const int cols = stack->shapes[i][1];

      if (bench.y == NULL || !qtts_columns_reserve (&bench.inputs[i], cols, most))
        abort ();
      for (int k = 0; k < most * qtts_stride (cols); k++)
        bench.inputs[i].x[k] = (float) (k % 19 - 9) / 9;
    }
  for (size_t c = 0; c < sizeof column_counts / sizeof column_counts[0]; c++)
    print_step (&bench, column_counts[c], roofline);
  for (int i = 0; i < 4; i++)
    qtts_columns_clear (&bench.inputs[i]);
  free (bench.y);
  free (bench.weights);
}

int
main (int argc, char **argv)
{
  const unsigned cpu = qtts_cpu_features ();
  qtts_team *team = qtts_team_new (argc > 1 ? atoi (argv[1]) : 0);
  const Roofline roofline = roofline_measure (team, cpu);

  printf ("%s, %d threads\n", qtts_cpu_name (cpu), qtts_team_size (team));
  printf ("roofline: read %.1f GB/s, f32 %.0f, bf16 %.0f, int8 %.0f GMAC/s\n\n", roofline.read_gbs,
          roofline.f32_gmacs, roofline.bf16_gmacs, roofline.int8_gmacs);
  printf ("%-10s %-5s %3s %9s %9s %8s %6s %8s %6s\n", "products", "", "n", "ms", "ms / n", "GB/s",
          "", "GMAC/s", "");
  for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++)
    {
      bench_stack (&talker, formats[f], qtts_kernels_for (cpu), team, &roofline);
      bench_stack (&predictor, formats[f], qtts_kernels_for (cpu), team, &roofline);
    }
  qtts_team_free (team);
  return 0;
}
