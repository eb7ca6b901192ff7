/* stats.c: sizes and times of a run as JSON
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stats.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <sys/resource.h>

#include "files.h"

static guint64
peak_rss_bytes (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (guint64) usage.ru_maxrss * 1024;
}

/* Microseconds are exact enough, and shorter to read. */
static void
add_seconds (cJSON *json, const char *key, double seconds)
{
  cJSON_AddNumberToObject (json, key, round (seconds * 1e6) / 1e6);
}

static void
add_ratio (cJSON *json, const char *key, double numerator, double denominator)
{
  if (denominator > 0)
    cJSON_AddNumberToObject (json, key, round (numerator / denominator * 1e4) / 1e4);
  else
    cJSON_AddNullToObject (json, key);
}

static void
add_model (cJSON *json, const CliStats *stats)
{
  const qtts_model_info *info = stats->info;

  cJSON_AddStringToObject (json, "model", info->name);
  cJSON_AddStringToObject (json, "kind",
                           info->kind == QTTS_KIND_VOICE_DESIGN ? "voice_design" : "custom_voice");
  cJSON_AddStringToObject (json, "precision", qtts_precision_name (info->precision));
  cJSON_AddNumberToObject (json, "threads", info->threads);
  cJSON_AddStringToObject (json, "cpu", info->cpu);
  add_seconds (json, "load_s", stats->load_s);
}

static void
add_run (cJSON *json, const CliStats *stats)
{
  const qtts_stats *run = &stats->run;
  double audio_s = (double) run->samples / stats->info->sample_rate;

  cJSON_AddNumberToObject (json, "prompt_tokens", run->prompt_tokens);
  add_seconds (json, "prefill_s", run->prefill_s);
  cJSON_AddNumberToObject (json, "frames", run->frames);
  add_seconds (json, "talker_s", run->talker_s);
  add_seconds (json, "predictor_s", run->predictor_s);
  add_seconds (json, "decoder_s", run->decoder_s);
  if (run->first_audio_s >= 0)
    add_seconds (json, "first_audio_s", run->first_audio_s);
  else
    cJSON_AddNullToObject (json, "first_audio_s");
  add_seconds (json, "total_s", run->total_s);
  add_seconds (json, "audio_s", audio_s);
  add_ratio (json, "rtf", run->total_s, audio_s);
  add_ratio (json, "codes_per_s", run->frames, run->talker_s + run->predictor_s);
  cJSON_AddNumberToObject (json, "peak_rss_bytes", (double) peak_rss_bytes ());
  cJSON_AddNumberToObject (json, "sentences", stats->sentences);
  cJSON_AddNumberToObject (json, "batch", run->batch);
  cJSON_AddNumberToObject (json, "retries", stats->retries);
  cJSON_AddNumberToObject (json, "runaways", stats->runaways);
  cJSON_AddNumberToObject (json, "limited", stats->limited);
  cJSON_AddBoolToObject (json, "interrupted", stats->partial);
}

gboolean
cli_stats_write (const char *path, const CliStats *stats, GError **error)
{
  cJSON *json = cJSON_CreateObject ();
  char *text;
  g_autofree char *line = NULL;

  add_model (json, stats);
  add_run (json, stats);
  text = cJSON_Print (json);
  line = g_strconcat (text, "\n", NULL);
  cJSON_free (text);
  cJSON_Delete (json);
  return cli_write_file (path, line, error);
}
