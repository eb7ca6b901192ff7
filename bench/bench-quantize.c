/* bench-quantize.c: how exact four bits can be, and how fast the weights are packed
 *
 * bench-quantize FOLDER: compares ways to round groups of 32 weights to 4 bits, on normal weights
 * and on the layers of the checkpoint in FOLDER, by the root mean square of the error relative to
 * that of the weights; then packs with each instruction set.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "compute/cpu.h"
#include "compute/half.h"
#include "weights/loader.h"
#include "weights/quantize.h"

enum
{
  GROUP = QTTS_GROUP_INPUTS,
  NORMAL_GROUPS = 20000,
};

/* Scale of one group under a scheme; the levels are given. */
typedef float ScaleFunc (const float *weights, const float *levels);

typedef struct
{
  const char *name;
  ScaleFunc *scale;
  bool engine_levels; /* the engine's table rather than -8..7 */
} Scheme;

static float
nearest (float value, const float *levels)
{
  float best = levels[0];

  for (int k = 1; k < 16; k++)
    if (fabsf (value - levels[k]) < fabsf (value - best))
      best = levels[k];
  return best;
}

static double
squared_error (const float *weights, float scale, const float *levels)
{
  double error = 0;

  for (int i = 0; i < GROUP; i++)
    {
      const float level = scale != 0 ? nearest (weights[i] / scale, levels) : 0;
      const double difference = weights[i] - scale * level;

      error += difference * difference;
    }
  return error;
}

static float
extreme (const float *weights)
{
  float largest = 0;

  for (int i = 0; i < GROUP; i++)
    if (fabsf (weights[i]) > fabsf (largest))
      largest = weights[i];
  return largest;
}

static float
maximum_to_seven (const float *weights, const float *levels)
{
  return fabsf (extreme (weights)) / 7;
}

static float
signed_maximum (const float *weights, const float *levels)
{
  return extreme (weights) / levels[0];
}

/* The best of many scales of one sign, or of both. */
static float
search (const float *weights, const float *levels, bool both_signs)
{
  const float largest = fabsf (extreme (weights)) / fmaxf (levels[15], -levels[0]);
  double least = INFINITY;
  float best = 0;

  for (int sign = 1; sign >= (both_signs ? -1 : 1); sign -= 2)
    for (float stretch = 0.6f; stretch < 1.3f; stretch += 0.01f)
      {
        const float scale
            = qtts_f16_to_float (qtts_float_to_f16 ((float) sign * stretch * largest));
        const double error = squared_error (weights, scale, levels);

        if (error < least)
          {
            least = error;
            best = scale;
          }
      }
  return best;
}

static float
search_positive (const float *weights, const float *levels)
{
  return search (weights, levels, false);
}

static float
search_signed (const float *weights, const float *levels)
{
  return search (weights, levels, true);
}

static const Scheme schemes[] = {
  { "linear -8..7, largest weight to 7", maximum_to_seven, false },
  { "linear -8..7, largest weight to -8", signed_maximum, false },
  { "linear -8..7, scale searched", search_positive, false },
  { "linear -8..7, scale and sign searched", search_signed, false },
  { "engine's levels, exhaustive search", search_signed, true },
};

static double
scheme_error (const Scheme *scheme, const float *weights, gsize groups)
{
  float levels[16];
  double error = 0, power = 0;

  for (int k = 0; k < 16; k++)
    levels[k] = scheme->engine_levels ? qtts_q4_levels[k] : (float) (k - 8);
  for (gsize g = 0; g < groups; g++)
    {
      const float *group = weights + g * GROUP;
      const float scale = qtts_f16_to_float (qtts_float_to_f16 (scheme->scale (group, levels)));

      error += squared_error (group, scale, levels);
      for (int i = 0; i < GROUP; i++)
        power += (double) group[i] * group[i];
    }
  return sqrt (error / power);
}

/* The engine's own packing in a format, of weights seen as rows of one group. */
static double
engine_error (qtts_format format, const float *weights, gsize groups)
{
  const qtts_matrix source = { .rows = (int) groups, .cols = GROUP, .data = weights };
  qtts_matrix packed = source;
  void *data = g_aligned_alloc (qtts_packed_bytes (format, source.rows, GROUP), 1, 64);
  double error = 0, power = 0;

  qtts_pack (&source, format, data, qtts_cpu_features (), NULL);
  packed.format = format;
  packed.packed = true;
  packed.data = data;
  for (gsize g = 0; g < groups; g++)
    {
      float row[GROUP];

      qtts_matrix_row (&packed, (int) g, row);
      for (int i = 0; i < GROUP; i++)
        {
          const double weight = weights[g * GROUP + i];

          error += (row[i] - weight) * (row[i] - weight);
          power += weight * weight;
        }
    }
  g_aligned_free (data);
  return sqrt (error / power);
}

static float *
make_normal (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  float *weights = g_new (float, NORMAL_GROUPS *GROUP);

  for (int i = 0; i < NORMAL_GROUPS * GROUP; i++)
    {
      const double u = 1 - g_rand_double (random), v = g_rand_double (random);

      weights[i] = (float) (0.02 * sqrt (-2 * log (u)) * cos (2 * G_PI * v));
    }
  return weights;
}

/* All layers' feed-forward matrices of the talker, one after another. */
static GArray *
read_layers (qtts_loader *loader)
{
  const qtts_stack_config *talker = &qtts_loader_config (loader)->talker;
  GArray *weights = g_array_new (FALSE, FALSE, sizeof (float));
  g_autofree float *row = g_new (float, talker->hidden_size);

  for (int layer = 0; layer < talker->layers; layer++)
    {
      g_autofree char *name = g_strdup_printf ("talker.model.layers.%d.mlp.up_proj.weight", layer);
      qtts_matrix matrix;
      qtts_error error;

      if (qtts_loader_matrix (loader, name, talker->intermediate_size, talker->hidden_size,
                              QTTS_ROLE_TALKER, &matrix, &error)
          != QTTS_OK)
        g_error ("%s", error.message);
      for (int r = 0; r < MIN (matrix.rows, 512); r++)
        {
          qtts_matrix_row (&matrix, r, row);
          g_array_append_vals (weights, row, matrix.cols / GROUP * GROUP);
        }
    }
  return weights;
}

static void
print_speed (unsigned cpu, int threads)
{
  const int rows = 6144, cols = 2048;
  g_autofree guint16 *stored = g_new (guint16, rows * cols);
  const qtts_matrix source
      = { .format = QTTS_FORMAT_BF16, .rows = rows, .cols = cols, .data = stored };
  void *packed = g_aligned_alloc (qtts_packed_bytes (QTTS_FORMAT_Q8, rows, cols), 1, 64);
  qtts_team *team = qtts_team_new (threads);
  double speeds[2];

  for (int i = 0; i < rows * cols; i++)
    stored[i] = qtts_float_to_bf16 ((float) sin (i * 0.37) * 0.02f);
  for (int q4 = 0; q4 < 2; q4++)
    {
      gint64 start;

      qtts_pack (&source, q4 ? QTTS_FORMAT_Q4 : QTTS_FORMAT_Q8, packed, cpu, team);
      start = g_get_monotonic_time ();
      qtts_pack (&source, q4 ? QTTS_FORMAT_Q4 : QTTS_FORMAT_Q8, packed, cpu, team);
      speeds[q4] = (double) rows * cols / (double) (g_get_monotonic_time () - start);
    }
  g_print ("| %s | %d | %.0f | %.0f |\n", qtts_cpu_name (cpu), threads, speeds[0], speeds[1]);
  qtts_team_free (team);
  g_aligned_free (packed);
}

int
main (int argc, char **argv)
{
  const unsigned sets[] = { 0, QTTS_CPU_AVX2, QTTS_CPU_AVX2 | QTTS_CPU_AVX512 };
  const qtts_model_options options = { .precision = QTTS_PRECISION_F32 };
  g_autofree float *normal = make_normal ();
  g_autoptr (GArray) layers = NULL;
  qtts_loader *loader;
  qtts_error error;

  if (argc != 2)
    g_error ("usage: bench-quantize FOLDER");
  if (qtts_loader_open (argv[1], &options, 0, NULL, &loader, &error) != QTTS_OK)
    g_error ("%s", error.message);
  layers = read_layers (loader);

  g_print ("| rounding | normal weights | checkpoint |\n| --- | --- | --- |\n");
  for (guint s = 0; s < G_N_ELEMENTS (schemes); s++)
    g_print ("| %s | %.2f %% | %.2f %% |\n", schemes[s].name,
             100 * scheme_error (&schemes[s], normal, NORMAL_GROUPS),
             100
                 * scheme_error (&schemes[s], (const float *) (void *) layers->data,
                                 MIN (layers->len / GROUP, NORMAL_GROUPS)));
  for (int q4 = 1; q4 >= 0; q4--)
    g_print ("| engine's %s | %.2f %% | %.2f %% |\n", q4 ? "Q4" : "Q8",
             100 * engine_error (q4 ? QTTS_FORMAT_Q4 : QTTS_FORMAT_Q8, normal, NORMAL_GROUPS),
             100
                 * engine_error (q4 ? QTTS_FORMAT_Q4 : QTTS_FORMAT_Q8,
                                 (const float *) (void *) layers->data, layers->len / GROUP));

  g_print ("\n| instructions | threads | Q8, M weights/s | Q4, M weights/s |\n"
           "| --- | --- | --- | --- |\n");
  for (guint s = 0; s < G_N_ELEMENTS (sets); s++)
    if ((qtts_cpu_features () & sets[s]) == sets[s])
      for (int threads = 1; threads <= 2; threads++)
        print_speed (sets[s], threads);
  qtts_loader_close (loader);
  return 0;
}
