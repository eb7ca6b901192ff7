/* test-speech-decoder.c: codes to samples, held against the official implementation stage by stage
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cjson/cJSON.h>
#include <glib/gstdio.h>
#include <math.h>
#include <qtts/qtts.h>
#include <string.h>

#include "compute/cpu.h"
#include "fixture.h"
#include "folder.h"
#include "speech_decoder.h"

static const char *const models[] = { "tiny-a", "tiny-b", "tiny-c" };

/* Levels of instructions that the tests go through, as far as the machine has them. */
static const unsigned levels[] = {
  0,
  QTTS_CPU_AVX2,
  QTTS_CPU_AVX2 | QTTS_CPU_AVX512 | QTTS_CPU_AVX512_VNNI,
  QTTS_CPU_AVX2 | QTTS_CPU_AVX512 | QTTS_CPU_AVX512_VNNI | QTTS_CPU_AVX512_BF16,
  QTTS_CPU_NEON,
};

typedef struct
{
  qtts_team *team;
  qtts_loader *loader;
  qtts_speech_decoder *decoder;
  const qtts_speech_decoder_config *config;
} Opened;

static Opened
open_decoder (const char *path, qtts_precision precision, unsigned cpu, int threads)
{
  const qtts_model_options options = { .precision = precision };
  Opened opened = { .team = qtts_team_new (threads) };
  qtts_error error;

  if (qtts_loader_open (path, &options, cpu, opened.team, &opened.loader, &error) != QTTS_OK
      || qtts_speech_decoder_new (opened.loader, cpu, &opened.decoder, &error) != QTTS_OK)
    g_error ("%s: %s", path, error.message);
  opened.config = &qtts_loader_config (opened.loader)->speech_decoder;
  return opened;
}

static Opened
open_fixture (const char *model, unsigned cpu)
{
  g_autofree char *path = fixture_path (model);

  return open_decoder (path, QTTS_PRECISION_F32, cpu, 1);
}

static void
close_decoder (Opened *opened)
{
  qtts_speech_decoder_free (opened->decoder);
  qtts_loader_close (opened->loader);
  qtts_team_free (opened->team);
}

static void
decode (const Opened *opened, qtts_speech_stream *stream, const gint32 *codes, int frames,
        float *pcm)
{
  qtts_error error;

  if (qtts_speech_decode (stream, opened->team, codes, frames, pcm, &error) != QTTS_OK)
    g_error ("%s", error.message);
}

/* All frames in calls of `block` frames on a new stream; free with g_free(). */
static float *
decode_in_blocks (const Opened *opened, const gint32 *codes, int frames, int block)
{
  qtts_speech_stream *stream = qtts_speech_stream_new (opened->decoder);
  const int per_frame = opened->config->samples_per_frame;
  float *pcm = g_new (float, (gsize) frames *per_frame);

  g_assert_nonnull (stream);
  for (int t = 0; t < frames; t += block)
    decode (opened, stream, codes + t * opened->config->quantizers, MIN (block, frames - t),
            pcm + t * per_frame);
  qtts_speech_stream_free (stream);
  return pcm;
}

static FixtureTensor
codes_of (Fixture *fixture, const char *name, const Opened *opened)
{
  FixtureTensor codes = fixture_tensor (fixture, name);

  g_assert_cmpint (codes.cols, ==, opened->config->quantizers);
  return codes;
}

static Fixture *
open_expected (const char *model)
{
  g_autofree char *name = g_build_filename (model, "expected.safetensors", NULL);

  return fixture_open (name);
}

/* Stages */

typedef struct
{
  Fixture *fixture;
  GHashTable *rows; /* stage -> rows that have come so far, in blocks */
  int completed;    /* stages of which all rows have come */
} StageCheck;

static void
check_stage (void *data, const char *name, const float *values, int rows, int cols)
{
  StageCheck *check = data;
  g_autofree char *full = g_strconcat ("dec.", name, NULL);
  /* The transformer's stages are recorded time first, the others channels first. */
  const gboolean time_first = g_str_has_prefix (name, "pre_transformer");
  const gboolean late = g_str_has_prefix (name, "decoder.") && strcmp (name, "decoder.0") != 0;
  const int before = GPOINTER_TO_INT (g_hash_table_lookup (check->rows, name));
  g_autofree float *expected = g_new (float, (gsize) rows *cols);
  FixtureTensor tensor;
  int times;

  if (!fixture_has (check->fixture, full))
    return;
  tensor = fixture_tensor (check->fixture, full);
  times = time_first ? tensor.rows : tensor.cols;
  g_assert_cmpint (time_first ? tensor.cols : tensor.rows, ==, cols);
  g_assert_cmpint (before + rows, <=, times);
  for (int t = 0; t < rows; t++)
    for (int c = 0; c < cols; c++)
      expected[t * cols + c]
          = tensor.f32[time_first ? (before + t) * cols + c : c * times + before + t];
  assert_close (full, values, expected, (gsize) rows * cols, late ? 1e-3 : 1e-4);

  g_hash_table_insert (check->rows, g_strdup (name), GINT_TO_POINTER (before + rows));
  if (before + rows == times)
    check->completed++;
}

/* How many stages of a model the fixtures hold, the waveform apart. */
static int
expected_stages (const qtts_speech_decoder_config *config)
{
  const int before = 2 + config->transformer.layers + 2; /* quantizer .. pre_transformer */
  const int upsampling = 2 * config->n_upsampling_ratios;
  const int blocks = 5 + 2 * (config->n_upsample_rates - 1); /* the first one in full */

  return before + upsampling + 1 + config->n_upsample_rates + blocks + 2;
}

static void
test_stages (gconstpointer data)
{
  const char *model = data;
  g_autoptr (Fixture) fixture = open_expected (model);
  Opened opened = open_fixture (model, qtts_cpu_features ());
  FixtureTensor codes = codes_of (fixture, "dec.codes", &opened);
  FixtureTensor wav = fixture_tensor (fixture, "dec.wav");
  qtts_speech_stream *stream = qtts_speech_stream_new (opened.decoder);
  g_autoptr (GHashTable) rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  StageCheck check = { .fixture = fixture, .rows = rows };
  const qtts_trace trace = { .record = check_stage, .data = &check };
  g_autofree float *pcm = g_new (float, wav.cols);

  g_assert_cmpint (wav.cols, ==, codes.rows * opened.config->samples_per_frame);
  qtts_speech_stream_set_trace (stream, &trace);
  decode (&opened, stream, codes.i32, codes.rows, pcm);
  assert_close ("dec.wav", pcm, wav.f32, wav.cols, 5e-4);
  g_assert_cmpint (check.completed, ==, expected_stages (opened.config));

  qtts_speech_stream_free (stream);
  close_decoder (&opened);
}

/* Every level of instructions, on a case that is longer than the attention window of two models. */
static void
test_levels (gconstpointer data)
{
  const char *model = data;
  const unsigned machine = qtts_cpu_features ();
  g_autoptr (Fixture) fixture = open_expected (model);

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if ((levels[i] & machine) == levels[i])
      {
        Opened opened = open_fixture (model, levels[i]);
        FixtureTensor codes = codes_of (fixture, "chunk.codes", &opened);
        FixtureTensor full = fixture_tensor (fixture, "chunk.full");
        g_autofree float *pcm = decode_in_blocks (&opened, codes.i32, codes.rows, codes.rows);

        g_assert_cmpint (full.cols, ==, codes.rows * opened.config->samples_per_frame);
        assert_close (qtts_cpu_name (levels[i]), pcm, full.f32, full.cols, 5e-4);
        close_decoder (&opened);
      }
}

/* Streaming */

static void
assert_any_block_is_the_same (const Opened *opened, const gint32 *codes, int frames)
{
  static const int blocks[] = { 1, 2, 7, 64 };
  const gsize samples = (gsize) frames * opened->config->samples_per_frame;
  g_autofree float *whole = decode_in_blocks (opened, codes, frames, frames);

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      g_autofree float *pcm = decode_in_blocks (opened, codes, frames, blocks[i]);

      if (memcmp (pcm, whole, samples * sizeof *pcm) != 0)
        g_error ("blocks of %d frames differ by %g from one pass", blocks[i],
                 max_difference (pcm, whole, samples));
    }
}

static void
test_any_block_is_the_same (gconstpointer data)
{
  const char *model = data;
  const unsigned machine = qtts_cpu_features ();
  g_autofree char *path = fixture_path (model);
  g_autoptr (Fixture) fixture = open_expected (model);

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    for (int fast = 0; fast <= 1; fast++)
      if ((levels[i] & machine) == levels[i])
        {
          Opened opened
              = open_decoder (path, fast ? QTTS_PRECISION_BF16 : QTTS_PRECISION_F32, levels[i], 1);
          FixtureTensor codes = codes_of (fixture, "long.codes", &opened);

          /* With the best kernels beyond the attention window and across several blocks. */
          const int beyond = opened.config->transformer.sliding_window + 18;
          const int frames = levels[i] == 0 ? 9 : levels[i] == machine ? beyond : 20;

          assert_any_block_is_the_same (&opened, codes.i32, MIN (codes.rows, frames));
          close_decoder (&opened);
        }
}

/* A transformer stage of all blocks, one after another. */
typedef struct
{
  GArray *values;
} Collected;

static void
collect_pre_transformer (void *data, const char *name, const float *values, int rows, int cols)
{
  Collected *collected = data;

  if (strcmp (name, "pre_transformer") == 0)
    g_array_append_vals (collected->values, values, (guint) (rows * cols));
}

static void
test_beyond_the_window (gconstpointer data)
{
  const char *model = data;
  g_autoptr (Fixture) fixture = open_expected (model);
  g_autofree char *json_name = g_build_filename (model, "expected.json", NULL);
  g_autofree char *json_text = fixture_text (json_name);
  cJSON *json = cJSON_Parse (json_text);
  const cJSON *frames = cJSON_GetObjectItem (cJSON_GetObjectItem (json, "long"), "wav_frames");
  Opened opened = open_fixture (model, qtts_cpu_features ());
  const int per_frame = opened.config->samples_per_frame;
  FixtureTensor codes = codes_of (fixture, "long.codes", &opened);
  FixtureTensor latents = fixture_tensor (fixture, "long.pre_transformer");
  FixtureTensor wav = fixture_tensor (fixture, "long.wav_frames");
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (float));
  Collected collected = { .values = values };
  const qtts_trace trace = { .record = collect_pre_transformer, .data = &collected };
  qtts_speech_stream *stream = qtts_speech_stream_new (opened.decoder);
  g_autofree float *pcm = g_new (float, (gsize) codes.rows *per_frame);

  g_assert_cmpint (codes.rows, >, opened.config->transformer.sliding_window);
  qtts_speech_stream_set_trace (stream, &trace);
  decode (&opened, stream, codes.i32, codes.rows, pcm);

  g_assert_cmpuint (values->len, ==, (guint) (latents.rows * latents.cols));
  assert_close ("long.pre_transformer", (const float *) values->data, latents.f32, values->len,
                1e-4);
  g_assert_cmpint (cJSON_GetArraySize (frames), ==, wav.rows);
  for (int i = 0; i < wav.rows; i++)
    assert_close ("long.wav_frames", pcm + cJSON_GetArrayItem (frames, i)->valueint * per_frame,
                  wav.f32 + i * per_frame, (gsize) per_frame, 5e-4);

  qtts_speech_stream_free (stream);
  close_decoder (&opened);
  cJSON_Delete (json);
}

static void
test_reset_begins_anew (void)
{
  g_autoptr (Fixture) fixture = open_expected ("tiny-b");
  Opened opened = open_fixture ("tiny-b", qtts_cpu_features ());
  FixtureTensor codes = codes_of (fixture, "chunk.codes", &opened);
  const gsize samples = (gsize) codes.rows * opened.config->samples_per_frame;
  g_autofree float *first = g_new (float, samples);
  g_autofree float *second = g_new (float, samples);
  qtts_speech_stream *stream = qtts_speech_stream_new (opened.decoder);

  decode (&opened, stream, codes.i32, codes.rows, first);
  qtts_speech_stream_reset (stream);
  decode (&opened, stream, codes.i32, codes.rows, second);
  g_assert_cmpmem (second, samples * sizeof (float), first, samples * sizeof (float));

  qtts_speech_stream_free (stream);
  close_decoder (&opened);
}

static void
test_threads_do_not_matter (void)
{
  g_autofree char *path = fixture_path ("tiny-b");
  g_autoptr (Fixture) fixture = open_expected ("tiny-b");
  g_autofree float *alone = NULL;

  for (int threads = 1; threads <= 5; threads++)
    {
      Opened opened = open_decoder (path, QTTS_PRECISION_BF16, qtts_cpu_features (), threads);
      FixtureTensor codes = codes_of (fixture, "chunk.codes", &opened);
      const gsize bytes = (gsize) codes.rows * opened.config->samples_per_frame * sizeof (float);
      g_autofree float *pcm = decode_in_blocks (&opened, codes.i32, codes.rows, 3);

      if (alone == NULL)
        alone = g_steal_pointer (&pcm);
      else
        g_assert_cmpmem (pcm, bytes, alone, bytes);
      close_decoder (&opened);
    }
}

/* Precision */

/* What the demo voice says to a short text, as codes; free with g_free(). */
static gint32 *
demo_codes (const char *path, int *frames)
{
  qtts_model_options options = qtts_model_options_default ();
  qtts_synthesis *synthesis;
  qtts_request request;
  const qtts_result *result;
  qtts_model *model;
  qtts_error error;
  gint32 *codes;

  options.precision = QTTS_PRECISION_BF16;
  options.threads = 2;
  if (qtts_model_open (path, &options, &model, &error) != QTTS_OK)
    g_error ("%s", error.message);
  request = qtts_request_default (model);
  request.text = "The quick brown fox jumps over the lazy dog.";
  request.speaker = qtts_model_get_info (model)->speakers[0].name;
  request.language = "english";
  request.max_frames = 50;
  if (qtts_synthesis_new (model, &request, 1, NULL, &synthesis, &error) != QTTS_OK
      || qtts_synthesis_run (synthesis, NULL, NULL, &error) != QTTS_OK)
    g_error ("%s", error.message);
  result = qtts_synthesis_get_result (synthesis, 0);
  *frames = result->frames;
  codes = g_memdup2 (result->codes,
                     (gsize) result->frames * qtts_model_get_info (model)->groups * sizeof *codes);
  qtts_synthesis_free (synthesis);
  qtts_model_close (model);
  return codes;
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

/* Real codes of a trained voice: with bfloat16 products, noise stays far below what can be heard;
 * without them the fast path differs from float32 by nothing but rounding. */
static void
test_fast_path_is_close (void)
{
  const unsigned machine = qtts_cpu_features ();
  g_autofree char *path = data_path ("voices/demo");
  int frames;
  g_autofree gint32 *codes = demo_codes (path, &frames);
  Opened exact = open_decoder (path, QTTS_PRECISION_F32, machine, 2);
  const gsize samples = (gsize) frames * exact.config->samples_per_frame;
  g_autofree float *signal = decode_in_blocks (&exact, codes, frames, frames);

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if ((levels[i] & machine) == levels[i])
      {
        Opened fast = open_decoder (path, QTTS_PRECISION_BF16, levels[i], 2);
        g_autofree float *pcm = decode_in_blocks (&fast, codes, frames, frames);
        const double ratio = signal_to_noise (signal, pcm, samples);

        g_test_message ("%s: %.1f dB", qtts_cpu_name (levels[i]), ratio);
        g_assert_cmpfloat (ratio, >, levels[i] & QTTS_CPU_AVX512_BF16 ? 42 : 90);
        close_decoder (&fast);
      }
  close_decoder (&exact);
}

/* Broken weights */

/* A copy of a fixture's checkpoint in a new folder, with NaN as the last layer's bias. */
static char *
copy_with_nan_bias (const char *model)
{
  static const char *const files[] = { "config.json",
                                       "generation_config.json",
                                       "model.safetensors",
                                       "vocab.json",
                                       "merges.txt",
                                       "tokenizer_config.json",
                                       "speech_tokenizer/config.json",
                                       "speech_tokenizer/model.safetensors" };
  char *folder = g_dir_make_tmp ("qtts-decoder-XXXXXX", NULL);
  g_autofree char *below = g_build_filename (folder, "speech_tokenizer", NULL);

  g_assert_cmpint (g_mkdir (below, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *name = g_build_filename (model, files[i], NULL);
      g_autofree char *from = fixture_path (name);
      g_autofree char *to = g_build_filename (folder, files[i], NULL);
      g_autofree char *bytes = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (from, &bytes, &length, NULL));
      if (i + 1 == G_N_ELEMENTS (files))
        {
          const float nan_value = NAN;
          guint64 header_length;
          cJSON *header;
          const cJSON *tensor;
          gsize offset;

          memcpy (&header_length, bytes, sizeof header_length);
          header = cJSON_ParseWithLength (bytes + 8, header_length);
          tensor = cJSON_GetObjectItemCaseSensitive (header, "decoder.decoder.6.conv.bias");
          offset = (gsize) cJSON_GetArrayItem (cJSON_GetObjectItem (tensor, "data_offsets"), 0)
                       ->valuedouble;
          memcpy (bytes + 8 + header_length + offset, &nan_value, sizeof nan_value);
          cJSON_Delete (header);
        }
      g_assert_true (g_file_set_contents (to, bytes, (gssize) length, NULL));
    }
  return folder;
}

static void
test_nan_becomes_silence (void)
{
  g_autofree char *folder = copy_with_nan_bias ("tiny-b");
  g_autoptr (Fixture) fixture = open_expected ("tiny-b");
  Opened opened = open_decoder (folder, QTTS_PRECISION_F32, qtts_cpu_features (), 1);
  FixtureTensor codes = codes_of (fixture, "dec.codes", &opened);
  g_autofree float *pcm = decode_in_blocks (&opened, codes.i32, codes.rows, codes.rows);

  for (int i = 0; i < codes.rows * opened.config->samples_per_frame; i++)
    g_assert_cmpfloat (pcm[i], ==, 0);
  close_decoder (&opened);
  folder_remove (folder);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } per_model[] = {
    { "stages", test_stages },
    { "levels", test_levels },
    { "any-block-is-the-same", test_any_block_is_the_same },
    { "beyond-the-window", test_beyond_the_window },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (per_model); i++)
    for (gsize m = 0; m < G_N_ELEMENTS (models); m++)
      {
        g_autofree char *path
            = g_strdup_printf ("/speech-decoder/%s/%s", per_model[i].name, models[m]);

        g_test_add_data_func (path, models[m], per_model[i].func);
      }
  g_test_add_func ("/speech-decoder/reset-begins-anew", test_reset_begins_anew);
  g_test_add_func ("/speech-decoder/threads-do-not-matter", test_threads_do_not_matter);
  g_test_add_func ("/speech-decoder/fast-path-is-close", test_fast_path_is_close);
  g_test_add_func ("/speech-decoder/nan-becomes-silence", test_nan_becomes_silence);
  return g_test_run ();
}
