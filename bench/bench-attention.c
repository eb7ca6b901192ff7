/* bench-attention.c: times talker steps behind a short and a long context
 *
 *   bench-attention MODEL [--precision P] [--threads N] [--positions N] [--repeat N]
 *
 * Prints one line of JSON. The cache is filled with random keys and values, so that nothing has to
 * be generated first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cjson/cJSON.h>
#include <glib.h>
#include <qtts/qtts.h>

#include "clock.h"
#include "model.h"

enum
{
  MOST_RUNS = 256,
};

static const char *precision_name = "q4";
static int threads = 0;
static int positions = 4000;
static int repeat = 31;

static const GOptionEntry entries[] = {
  { "precision", 0, 0, G_OPTION_ARG_STRING, &precision_name, "q4, q8, f16, bf16 or f32", "P" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "Worker threads, 0: physical cores", "N" },
  { "positions", 0, 0, G_OPTION_ARG_INT, &positions, "Length of the long context", "N" },
  { "repeat", 0, 0, G_OPTION_ARG_INT, &repeat, "Steps, of which the median counts", "N" },
  G_OPTION_ENTRY_NULL,
};

static void
fill (qtts_kv_cache *cache, const qtts_transformer *transformer, int n)
{
  g_autofree float *key = g_new (float, cache->dim), *value = g_new (float, cache->dim);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (int layer = 0; layer < cache->layers; layer++)
    for (int head = 0; head < cache->kv_heads; head++)
      for (int position = 0; position < n; position++)
        {
          for (int i = 0; i < cache->dim; i++)
            {
              key[i] = (float) g_rand_double_range (rand, -1, 1);
              value[i] = -key[i];
            }
          qtts_kv_cache_store (cache, transformer->kernels, layer, head, position, key, value);
        }
  cache->length = n;
}

static int
by_value (gconstpointer a, gconstpointer b)
{
  const double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

/* Milliseconds of a step at positions that follow `context`, always the same ones. */
static double
time_steps (const qtts_model *model, qtts_kv_cache *cache, int context)
{
  const qtts_talker *talker = &model->talker;
  g_autofree float *x = g_new0 (float, talker->stride);
  const qtts_column column = { cache, context };
  qtts_talker_scratch scratch = { 0 };
  double times[MOST_RUNS];

  for (int i = -1; i < repeat; i++) /* once before the clock counts */
    {
      const double start = qtts_seconds ();
      qtts_error error;

      for (int k = 0; k < talker->config->talker.hidden_size; k++)
        x[k] = (float) (k % 19 - 9) / 9;
      if (qtts_talker_forward (talker, &scratch, model->team, &column, 1, x, NULL, &error)
          != QTTS_OK)
        g_error ("%s", error.message);
      times[MAX (i, 0)] = 1e3 * (qtts_seconds () - start);
    }
  qtts_talker_scratch_clear (&scratch);
  qsort (times, (size_t) repeat, sizeof times[0], by_value);
  return times[repeat / 2];
}

static void
print_result (const qtts_model *model, double empty_ms, double long_ms)
{
  cJSON *line = cJSON_CreateObject ();
  char *text;

  cJSON_AddStringToObject (line, "model", model->info.name);
  cJSON_AddStringToObject (line, "precision", qtts_precision_name (model->info.precision));
  cJSON_AddStringToObject (line, "cpu", model->info.cpu);
  cJSON_AddNumberToObject (line, "threads", model->info.threads);
  cJSON_AddNumberToObject (line, "positions", positions);
  cJSON_AddNumberToObject (line, "empty_ms", empty_ms);
  cJSON_AddNumberToObject (line, "long_ms", long_ms);
  text = cJSON_PrintUnformatted (line);
  g_print ("%s\n", text);
  cJSON_free (text);
  cJSON_Delete (line);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("MODEL");
  g_autoptr (GError) problem = NULL;
  qtts_model_options options = qtts_model_options_default ();
  qtts_kv_cache cache;
  qtts_model *model;
  qtts_error error;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &problem))
    g_error ("%s", problem->message);
  if (argc != 2 || !qtts_precision_parse (precision_name, &options.precision) || positions < 1
      || repeat < 1 || repeat > MOST_RUNS)
    g_error ("see --help");
  options.threads = threads;
  if (qtts_model_open (argv[1], &options, &model, &error) != QTTS_OK)
    g_error ("%s", error.message);
  if (!qtts_kv_cache_init (&cache, &model->config->talker, positions + 1,
                           model->info.precision != QTTS_PRECISION_F32))
    g_error ("no memory");

  fill (&cache, &model->talker.transformer, positions);
  print_result (model, time_steps (model, &cache, 0), time_steps (model, &cache, positions));
  qtts_kv_cache_clear (&cache);
  qtts_model_close (model);
  return 0;
}
