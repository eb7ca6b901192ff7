/* bench-decoder.c: time and accuracy of the speech decoder alone
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include <cjson/cJSON.h>
#include <glib.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "compute/cpu.h"
#include "speech_decoder.h"

enum
{
  RANDOM_FRAMES = 50,
};

typedef struct
{
  qtts_team *team;
  qtts_loader *loader;
  qtts_speech_decoder *decoder;
  const qtts_speech_decoder_config *config;
} Opened;

static char *codes_path;
static char *precision_name = "bf16";
static int threads;
static int frames_to_decode = RANDOM_FRAMES;
static int repeats = 5;
static gboolean fast_only;
static char **paths;

static const GOptionEntry entries[] = {
  { "codes", 0, 0, G_OPTION_ARG_FILENAME, &codes_path,
    "Decode these codes (as qora-tts --codes-out writes them) instead of random ones", "FILE" },
  { "fast-only", 0, 0, G_OPTION_ARG_NONE, &fast_only, "Leave out float32", NULL },
  { "frames", 0, 0, G_OPTION_ARG_INT, &frames_to_decode, "Random frames to decode", "N" },
  { "precision", 0, 0, G_OPTION_ARG_STRING, &precision_name,
    "Precision of the fast path (bf16; q4, q8, f16)", "NAME" },
  { "repeats", 0, 0, G_OPTION_ARG_INT, &repeats, "Runs of which the fastest counts", "N" },
  { "threads", 0, 0, G_OPTION_ARG_INT, &threads, "Worker threads", "N" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &paths, NULL, "MODEL" },
  { NULL },
};

static Opened
open_decoder (qtts_precision precision)
{
  const qtts_model_options options = { .precision = precision };
  const unsigned cpu = qtts_cpu_features ();
  Opened opened = { .team = qtts_team_new (threads) };
  qtts_error error;

  if (qtts_loader_open (paths[0], &options, cpu, opened.team, &opened.loader, &error) != QTTS_OK
      || qtts_speech_decoder_new (opened.loader, cpu, &opened.decoder, &error) != QTTS_OK)
    g_error ("%s", error.message);
  opened.config = &qtts_loader_config (opened.loader)->speech_decoder;
  return opened;
}

static void
close_decoder (Opened *opened)
{
  qtts_speech_decoder_free (opened->decoder);
  qtts_loader_close (opened->loader);
  qtts_team_free (opened->team);
}

static gint32 *
random_codes (const qtts_speech_decoder_config *config, int *frames)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gint32 *codes = g_new (gint32, (gsize) frames_to_decode * config->quantizers);

  for (int i = 0; i < frames_to_decode * config->quantizers; i++)
    codes[i] = g_rand_int_range (rand, 0, config->codebook_size);
  *frames = frames_to_decode;
  return codes;
}

static gint32 *
read_codes (const qtts_speech_decoder_config *config, int *frames)
{
  g_autofree char *text = NULL;
  gint32 *codes;
  cJSON *json;
  const cJSON *rows, *row, *code;
  int n = 0;

  if (!g_file_get_contents (codes_path, &text, NULL, NULL) || (json = cJSON_Parse (text)) == NULL)
    g_error ("%s: cannot be read", codes_path);
  rows = cJSON_GetObjectItem (json, "codes");
  *frames = cJSON_GetArraySize (rows);
  codes = g_new (gint32, (gsize) *frames * config->quantizers);
  cJSON_ArrayForEach (row, rows)
  {
    if (cJSON_GetArraySize (row) != config->quantizers)
      g_error ("%s: not %d codes per frame", codes_path, config->quantizers);
    cJSON_ArrayForEach (code, row) codes[n++] = code->valueint;
  }
  cJSON_Delete (json);
  return codes;
}

static void
decode_all (const Opened *opened, const gint32 *codes, int frames, int block, float *pcm)
{
  qtts_speech_stream *stream = qtts_speech_stream_new (opened->decoder);
  qtts_error error;

  for (int t = 0; t < frames; t += block)
    if (qtts_speech_decode (stream, opened->team, codes + t * opened->config->quantizers,
                            MIN (block, frames - t),
                            pcm + (gsize) t * opened->config->samples_per_frame, &error)
        != QTTS_OK)
      g_error ("%s", error.message);
  qtts_speech_stream_free (stream);
}

static double
cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

/* Of several runs, the least wall clock and processor time. */
typedef struct
{
  double wall, cpu;
} Seconds;

static Seconds
least_seconds (const Opened *opened, const gint32 *codes, int frames, int block, float *pcm)
{
  Seconds least = { .wall = G_MAXDOUBLE, .cpu = G_MAXDOUBLE };

  for (int i = 0; i < repeats; i++)
    {
      const gint64 start = g_get_monotonic_time ();
      const double cpu_start = cpu_seconds ();

      decode_all (opened, codes, frames, block, pcm);
      least.wall = MIN (least.wall, (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
      least.cpu = MIN (least.cpu, cpu_seconds () - cpu_start);
    }
  return least;
}

static double
signal_to_noise (const float *signal, const float *other, gsize n)
{
  double power = 0, noise = 0;

  for (gsize i = 0; i < n; i++)
    {
      power += (double) signal[i] * signal[i];
      noise += ((double) signal[i] - other[i]) * ((double) signal[i] - other[i]);
    }
  return 10 * log10 (power / noise);
}

int
main (int argc, char **argv)
{
  static const int blocks[] = { 64, 8, 4, 2, 1 };
  g_autoptr (GOptionContext) context = g_option_context_new ("- time the speech decoder");
  g_autoptr (GError) error = NULL;
  g_autofree gint32 *codes = NULL;
  g_autofree float *exact = NULL;
  qtts_precision precision;
  int frames;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || paths == NULL)
    g_error ("%s", error != NULL ? error->message : "no model given");
  if (!qtts_precision_parse (precision_name, &precision))
    g_error ("%s is no precision", precision_name);

  for (int fast = fast_only; fast <= 1; fast++)
    {
      const gint64 start = g_get_monotonic_time ();
      Opened opened = open_decoder (fast ? precision : QTTS_PRECISION_F32);
      const double load_seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
      const double frame_seconds
          = (double) opened.config->samples_per_frame / opened.config->sample_rate;
      g_autofree float *pcm = NULL;
      gsize samples;

      g_clear_pointer (&codes, g_free);
      codes = codes_path != NULL ? read_codes (opened.config, &frames)
                                 : random_codes (opened.config, &frames);
      samples = (gsize) frames * opened.config->samples_per_frame;
      pcm = g_new (float, samples);
      g_print ("%s, %s, %d threads, %d frames, loaded in %.2f s\n",
               qtts_precision_name (qtts_loader_precision (opened.loader)),
               qtts_cpu_name (qtts_cpu_features ()), qtts_team_size (opened.team), frames,
               load_seconds);
      for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
        {
          const Seconds least = least_seconds (&opened, codes, frames, blocks[i], pcm);
          const double audio = frames * frame_seconds;

          g_print ("  blocks of %2d: %.3f s per s of audio, %.1f ms per frame; processor %.3f s\n",
                   blocks[i], least.wall / audio, 1e3 * least.wall / frames, least.cpu / audio);
        }
      if (fast && exact != NULL)
        g_print ("  signal to noise against float32: %.1f dB\n",
                 signal_to_noise (exact, pcm, samples));
      else if (!fast)
        exact = g_steal_pointer (&pcm);
      close_decoder (&opened);
    }
  return 0;
}
