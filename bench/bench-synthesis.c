/* bench-synthesis.c: times a whole synthesis, stage by stage
 *
 *   bench-synthesis MODEL [--precision P] [--threads N] [--frames N] [--sentences N]
 *                         [--batch N] [--repeat N] [--seconds S]
 *
 * Prints one line of JSON for the run with the median total time. Every request is cut at --frames,
 * so that a checkpoint with random weights, which never ends by itself, does a known amount of
 * work.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cjson/cJSON.h>
#include <glib.h>
#include <qtts/qtts.h>
#include <sys/resource.h>

#include "work.h"

enum
{
  MOST_SENTENCES = 64,
  MOST_RUNS = 32,
};

static const char *precision_name = "q4";
static int threads = 0;
static int frames = 50;
static int sentences = 1;
static int batch = 0;
static int repeat = 3;
static double seconds = 1e9;

static const GOptionEntry entries[] = {
  { "precision", 0, 0, G_OPTION_ARG_STRING, &precision_name, "q4, q8, f16, bf16 or f32", "P" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "Worker threads, 0: physical cores", "N" },
  { "frames", 0, 0, G_OPTION_ARG_INT, &frames, "Frames of each request", "N" },
  { "sentences", 0, 0, G_OPTION_ARG_INT, &sentences, "Requests in one run", "N" },
  { "batch", 0, 0, G_OPTION_ARG_INT, &batch, "Sequences at once, 0: choose", "N" },
  { "repeat", 0, 0, G_OPTION_ARG_INT, &repeat, "Runs, of which the median counts", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "Begin no further run after so long", "S" },
  G_OPTION_ENTRY_NULL,
};

static bool
take_audio (size_t request, const float *pcm, size_t n, void *user_data)
{
  return true;
}

static qtts_stats
run_once (const qtts_model *model, int most_frames)
{
  const qtts_callbacks callbacks = { .audio = take_audio };
  const qtts_synthesis_options options = { .batch = batch, .no_runaway_guard = true };
  qtts_request requests[MOST_SENTENCES];
  qtts_synthesis *synthesis;
  qtts_stats stats;
  qtts_error error;

  for (int i = 0; i < sentences; i++)
    {
      requests[i] = qtts_request_default (model);
      requests[i].text = "The quick brown fox jumps over the lazy dog.";
      requests[i].speaker = "ryan";
      requests[i].language = "english";
      requests[i].seed = (uint64_t) i;
      requests[i].max_frames = most_frames;
    }
  if (qtts_synthesis_new (model, requests, (size_t) sentences, &options, &synthesis, &error)
          != QTTS_OK
      || qtts_synthesis_run (synthesis, &callbacks, NULL, &error) != QTTS_OK)
    g_error ("%s", error.message);
  stats = *qtts_synthesis_get_stats (synthesis);
  qtts_synthesis_free (synthesis);
  return stats;
}

static int
by_total (gconstpointer a, gconstpointer b)
{
  const double difference = ((const qtts_stats *) a)->total_s - ((const qtts_stats *) b)->total_s;

  return (difference > 0) - (difference < 0);
}

static double
peak_bytes (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss * 1024;
}

static void
print_result (const qtts_model *model, const qtts_stats *stats, int runs, double load_s,
              double first_prefill_s)
{
  const qtts_model_info *info = qtts_model_get_info (model);
  const double audio_s = (double) stats->samples / info->sample_rate;
  const double steps = frames * ((double) sentences / stats->batch);
  cJSON *line = cJSON_CreateObject ();
  char *text;

  cJSON_AddStringToObject (line, "model", info->name);
  cJSON_AddStringToObject (line, "precision", qtts_precision_name (info->precision));
  cJSON_AddStringToObject (line, "cpu", info->cpu);
  cJSON_AddNumberToObject (line, "threads", info->threads);
  cJSON_AddNumberToObject (line, "sentences", sentences);
  cJSON_AddNumberToObject (line, "batch", stats->batch);
  cJSON_AddNumberToObject (line, "frames", stats->frames);
  cJSON_AddNumberToObject (line, "runs", runs);
  cJSON_AddNumberToObject (line, "load_s", load_s);
  cJSON_AddNumberToObject (line, "first_prefill_s", first_prefill_s);
  cJSON_AddNumberToObject (line, "prompt_tokens", (double) stats->prompt_tokens / sentences);
  cJSON_AddNumberToObject (line, "prefill_s", stats->prefill_s / sentences);
  cJSON_AddNumberToObject (line, "talker_ms_per_frame", 1e3 * stats->talker_s / stats->frames);
  cJSON_AddNumberToObject (line, "predictor_ms_per_frame",
                           1e3 * stats->predictor_s / stats->frames);
  cJSON_AddNumberToObject (line, "step_ms", 1e3 * (stats->talker_s + stats->predictor_s) / steps);
  cJSON_AddNumberToObject (line, "decoder_ms_per_frame", 1e3 * stats->decoder_s / stats->frames);
  cJSON_AddNumberToObject (line, "decoder_s_per_s", stats->decoder_s / audio_s);
  cJSON_AddNumberToObject (line, "talker_bytes", work_of_talker (model).bytes);
  cJSON_AddNumberToObject (line, "talker_macs", work_of_talker (model).macs);
  cJSON_AddNumberToObject (line, "predictor_bytes", work_of_predictor (model).bytes);
  cJSON_AddNumberToObject (line, "predictor_macs", work_of_predictor (model).macs);
  cJSON_AddNumberToObject (line, "decoder_macs", work_of_speech_decoder (model));
  cJSON_AddNumberToObject (line, "first_audio_s", stats->first_audio_s);
  cJSON_AddNumberToObject (line, "total_s", stats->total_s);
  cJSON_AddNumberToObject (line, "audio_s", audio_s);
  cJSON_AddNumberToObject (line, "rtf", stats->total_s / audio_s);
  cJSON_AddNumberToObject (line, "peak_rss_bytes", peak_bytes ());
  text = cJSON_PrintUnformatted (line);
  g_print ("%s\n", text);
  cJSON_free (text);
  cJSON_Delete (line);
}

static double
seconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("MODEL");
  g_autoptr (GError) problem = NULL;
  qtts_model_options options = qtts_model_options_default ();
  qtts_stats runs[MOST_RUNS];
  qtts_model *model;
  qtts_error error;
  gint64 start;
  double load_s, first_prefill_s;
  int n = 0;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &problem))
    g_error ("%s", problem->message);
  if (argc != 2 || !qtts_precision_parse (precision_name, &options.precision) || sentences < 1
      || sentences > MOST_SENTENCES || repeat < 1 || repeat > MOST_RUNS)
    g_error ("see --help");

  options.threads = threads;
  start = g_get_monotonic_time ();
  if (qtts_model_open (argv[1], &options, &model, &error) != QTTS_OK)
    g_error ("%s", error.message);
  load_s = seconds_since (start);

  /* The first touch of a mapped file's pages belongs to nobody's median. */
  first_prefill_s = run_once (model, 1).prefill_s / sentences;
  while (n < repeat && (n == 0 || seconds_since (start) < seconds))
    runs[n++] = run_once (model, frames);
  qsort (runs, (size_t) n, sizeof runs[0], by_total);
  print_result (model, &runs[n / 2], n, load_s, first_prefill_s);
  qtts_model_close (model);
  return 0;
}
