/* test-loader.c: tensors of a checkpoint folder arrive with the values that are stored
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "compute/cpu.h"
#include "fixture.h"
#include "weights/checkpoint.h"
#include "weights/loader.h"

#define Q_PROJ "talker.model.layers.1.self_attn.q_proj.weight"

static qtts_loader *
open_loader (const char *path, qtts_precision precision)
{
  qtts_model_options options = { .precision = precision };
  qtts_loader *loader;
  qtts_error error;

  if (qtts_loader_open (path, &options, 0, NULL, &loader, &error) != QTTS_OK)
    g_error ("%s", error.message);
  return loader;
}

static qtts_loader *
open_fixture (const char *name, qtts_precision precision)
{
  g_autofree char *path = fixture_path (name);

  return open_loader (path, precision);
}

static qtts_matrix
load_matrix (qtts_loader *loader, const char *name, int rows, int cols, qtts_role role)
{
  qtts_matrix matrix;
  qtts_error error;

  if (qtts_loader_matrix (loader, name, rows, cols, role, &matrix, &error) != QTTS_OK)
    g_error ("%s", error.message);
  return matrix;
}

/* The stored F32 or BF16 values of a tensor, read by the test itself. */
static float *
stored_values (const char *folder, const char *name, gsize *n)
{
  g_autofree char *path = fixture_path (folder);
  qtts_checkpoint *checkpoint;
  const qtts_tensor *tensor;
  float *values;

  g_assert_cmpint (qtts_checkpoint_open (path, &checkpoint, NULL), ==, QTTS_OK);
  tensor = qtts_checkpoint_find (checkpoint, name);
  g_assert_nonnull (tensor);
  *n = tensor->bytes / (tensor->dtype == QTTS_DTYPE_F32 ? 4 : 2);
  values = g_new (float, *n);
  for (gsize i = 0; i < *n; i++)
    if (tensor->dtype == QTTS_DTYPE_F32)
      memcpy (&values[i], (const char *) tensor->data + i * 4, 4);
    else
      {
        guint16 half;
        guint32 bits;

        memcpy (&half, (const char *) tensor->data + i * 2, 2);
        bits = (guint32) half << 16;
        memcpy (&values[i], &bits, 4);
      }
  qtts_checkpoint_close (checkpoint);
  return values;
}

/* Largest difference of a matrix and float expected[rows][cols]. */
static float
distance (const qtts_matrix *matrix, const float *expected)
{
  g_autofree float *row = g_new (float, matrix->cols);
  float largest = 0;

  for (int r = 0; r < matrix->rows; r++)
    {
      qtts_matrix_row (matrix, r, row);
      largest = fmaxf (largest,
                       max_difference (row, expected + (gsize) r * matrix->cols, matrix->cols));
    }
  return largest;
}

static void
test_configuration (void)
{
  qtts_loader *loader = open_fixture ("tiny-c", QTTS_PRECISION_F32);
  const qtts_config *config = qtts_loader_config (loader);

  g_assert_cmpint (config->kind, ==, QTTS_KIND_VOICE_DESIGN);
  g_assert_cmpint (config->speech_decoder.transformer.head_dim, ==, 6);
  g_assert_cmpint (config->speech_decoder.samples_per_frame, ==, 96);
  g_assert_cmpint (config->max_frames, ==, 8191);
  qtts_loader_close (loader);
}

static void
test_matrix_in_each_precision (void)
{
  static const struct
  {
    qtts_precision precision;
    qtts_format format;
    float bound; /* of the error, in units of the largest weight */
  } cases[] = {
    { QTTS_PRECISION_F32, QTTS_FORMAT_BF16, 0 },      { QTTS_PRECISION_BF16, QTTS_FORMAT_BF16, 0 },
    { QTTS_PRECISION_F16, QTTS_FORMAT_F16, 0.0005f }, { QTTS_PRECISION_Q8, QTTS_FORMAT_Q8, 0.005f },
    { QTTS_PRECISION_Q4, QTTS_FORMAT_Q4, 0.12f },
  };
  gsize n;
  g_autofree float *expected = stored_values ("tiny-b", Q_PROJ, &n);
  float largest = 0;

  g_assert_cmpuint (n, ==, 72 * 40);
  for (gsize i = 0; i < n; i++)
    largest = fmaxf (largest, fabsf (expected[i]));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      qtts_loader *loader = open_fixture ("tiny-b", cases[i].precision);
      qtts_matrix matrix = load_matrix (loader, Q_PROJ, 72, 40, QTTS_ROLE_TALKER);

      g_assert_cmpint (matrix.format, ==, cases[i].format);
      g_assert_cmpint (matrix.packed, ==,
                       cases[i].precision != QTTS_PRECISION_F32
                           && cases[i].precision != QTTS_PRECISION_BF16);
      g_assert_cmpfloat (distance (&matrix, expected), <=, cases[i].bound * largest);
      qtts_loader_close (loader);
    }
}

static void
test_layers_of_a_narrow_code_predictor_keep_eight_bits (void)
{
  qtts_config narrow = { .predictor.hidden_size = 128 }, wide = { .predictor.hidden_size = 1024 };

  g_assert_cmpint (qtts_format_for (QTTS_PRECISION_Q4, qtts_predictor_role (&narrow)), ==,
                   QTTS_FORMAT_Q8);
  g_assert_cmpint (qtts_format_for (QTTS_PRECISION_Q4, qtts_predictor_role (&wide)), ==,
                   QTTS_FORMAT_Q4);
  for (int precision = QTTS_PRECISION_Q8; precision <= QTTS_PRECISION_F32; precision++)
    g_assert_cmpint (qtts_format_for (precision, qtts_predictor_role (&narrow)), ==,
                     qtts_format_for (precision, qtts_predictor_role (&wide)));
}

static void
test_convolution_is_tap_major (void)
{
  const char *name = "decoder.decoder.1.block.2.conv1.conv.weight";
  qtts_loader *loader = open_fixture ("tiny-a", QTTS_PRECISION_F32);
  gsize n;
  g_autofree float *stored = stored_values ("tiny-a/speech_tokenizer", name, &n);
  g_autofree float *row = NULL;
  qtts_matrix matrix;
  const int channels = 16, taps = 7;

  g_assert_cmpuint (n, ==, channels * channels * taps);
  g_assert_cmpint (qtts_loader_conv (loader, name, channels, channels, taps, false,
                                     QTTS_ROLE_DECODER_CONV, &matrix, NULL),
                   ==, QTTS_OK);
  g_assert_true (matrix.packed);
  g_assert_cmpint (matrix.cols, ==, channels * taps);
  row = g_new (float, matrix.cols);
  for (int o = 0; o < channels; o++)
    {
      qtts_matrix_row (&matrix, o, row);
      for (int i = 0; i < channels; i++)
        for (int tap = 0; tap < taps; tap++)
          g_assert_cmpfloat (row[tap * channels + i], ==, stored[(o * channels + i) * taps + tap]);
    }
  qtts_loader_close (loader);
}

static void
test_transposed_convolution_has_a_row_for_each_tap (void)
{
  const char *name = "decoder.decoder.1.block.1.conv.weight";
  qtts_loader *loader = open_fixture ("tiny-b", QTTS_PRECISION_F32);
  gsize n;
  g_autofree float *stored = stored_values ("tiny-b/speech_tokenizer", name, &n);
  const int in = 48, out = 24, taps = 16, out_padded = 32;
  qtts_matrix matrix;
  float row[48];

  g_assert_cmpuint (n, ==, in * out * taps);
  g_assert_cmpint (
      qtts_loader_conv (loader, name, out, in, taps, true, QTTS_ROLE_DECODER_CONV, &matrix, NULL),
      ==, QTTS_OK);
  g_assert_cmpint (matrix.rows, ==, taps * out_padded);
  g_assert_cmpint (matrix.cols, ==, in);
  for (int tap = 0; tap < taps; tap++)
    for (int o = 0; o < out_padded; o++)
      {
        qtts_matrix_row (&matrix, tap * out_padded + o, row);
        for (int i = 0; i < in; i++)
          g_assert_cmpfloat (row[i], ==, o < out ? stored[(i * out + o) * taps + tap] : 0);
      }
  qtts_loader_close (loader);
}

static void
test_codebook_is_divided_by_its_usage (void)
{
  g_autofree float *sum = NULL, *usage = NULL;
  qtts_loader *loader = open_fixture ("tiny-b", QTTS_PRECISION_Q4);
  const int entries = 2048, dim = 3;
  const float *table;
  gsize n;

  sum = stored_values ("tiny-b/speech_tokenizer",
                       "decoder.quantizer.rvq_rest.vq.layers.2._codebook.embedding_sum", &n);
  usage = stored_values ("tiny-b/speech_tokenizer",
                         "decoder.quantizer.rvq_rest.vq.layers.2._codebook.cluster_usage", &n);
  g_assert_cmpint (qtts_loader_codebook (loader, "decoder.quantizer.rvq_rest.vq.layers.2", entries,
                                         dim, &table, NULL),
                   ==, QTTS_OK);
  for (int i = 0; i < entries * dim; i++)
    g_assert_cmpfloat (table[i], ==, sum[i] / fmaxf (usage[i / dim], 1e-5f));
  qtts_loader_close (loader);
}

static void
assert_message (const qtts_error *error, qtts_status status, const char *message)
{
  g_assert_cmpint (error->status, ==, status);
  if (strstr (error->message, message) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, message);
}

static void
test_errors_name_tensor_and_file (void)
{
  qtts_loader *loader = open_fixture ("tiny-b", QTTS_PRECISION_F32);
  const float *vector;
  qtts_matrix matrix;
  qtts_error error;

  qtts_loader_matrix (loader, "talker.none", 1, 1, QTTS_ROLE_TALKER, &matrix, &error);
  assert_message (&error, QTTS_ERROR_FORMAT, "tiny-b/model.safetensors has no tensor talker.none");
  qtts_loader_vector (loader, "decoder.none", 1, &vector, &error);
  assert_message (&error, QTTS_ERROR_FORMAT,
                  "tiny-b/speech_tokenizer/model.safetensors has no tensor decoder.none");
  qtts_loader_matrix (loader, Q_PROJ, 40, 72, QTTS_ROLE_TALKER, &matrix, &error);
  assert_message (&error, QTTS_ERROR_FORMAT,
                  Q_PROJ " has the shape [72, 40], but the configuration wants [40, 72]");
  qtts_loader_vector (loader, "talker.model.norm.weight", 39, &vector, &error);
  assert_message (&error, QTTS_ERROR_FORMAT,
                  "has the shape [40], but the configuration wants [39]");
  qtts_loader_conv (loader, "decoder.pre_conv.conv.weight", 20, 6, 5, false, QTTS_ROLE_DECODER_CONV,
                    &matrix, &error);
  assert_message (&error, QTTS_ERROR_FORMAT,
                  "has the shape [20, 6, 3], but the configuration wants [20, 6, 5]");
  qtts_loader_codebook (loader, "decoder.quantizer.rvq_first.vq.layers.0", 7, 3, &vector, &error);
  assert_message (&error, QTTS_ERROR_FORMAT, "[2048, 3], but the configuration wants [7, 3]");
  qtts_loader_close (loader);
}

static void
assert_not_opened (const char *path, qtts_status status, const char *message)
{
  qtts_model_options options = { 0 };
  qtts_loader *loader;
  qtts_error error;

  g_assert_cmpint (qtts_loader_open (path, &options, 0, NULL, &loader, &error), ==, status);
  g_assert_null (loader);
  assert_message (&error, status, message);
}

static void
test_paths_that_cannot_be_opened (void)
{
  g_autofree char *base = fixture_path ("tiny-d");
  g_autofree char *no_model = fixture_path ("tokenizer");
  g_autofree char *text = fixture_path ("tiny-a/config.json");

  assert_not_opened ("/nowhere/at/all", QTTS_ERROR_FILE, "/nowhere/at/all does not exist");
  assert_not_opened (base, QTTS_ERROR_UNSUPPORTED, "Base checkpoint");
  assert_not_opened (no_model, QTTS_ERROR_FILE, "has no config.json");
  assert_not_opened (text, QTTS_ERROR_FORMAT, "is not a .qora-tts file");
}

static bool
refuse (double fraction, void *data)
{
  g_assert_cmpfloat (fraction, >, 0);
  g_assert_cmpfloat (fraction, <=, 1);
  return false;
}

static void
test_loading_can_be_cancelled (void)
{
  g_autofree char *path = fixture_path ("tiny-a");
  qtts_model_options options = { .progress = refuse };
  qtts_loader *loader;
  qtts_matrix matrix;
  qtts_error error;

  g_assert_cmpint (qtts_loader_open (path, &options, 0, NULL, &loader, NULL), ==, QTTS_OK);
  g_assert_cmpint (qtts_loader_matrix (loader, "talker.codec_head.weight", 3072, 64,
                                       QTTS_ROLE_TALKER_HEAD, &matrix, &error),
                   ==, QTTS_ERROR_CANCELLED);
  qtts_loader_close (loader);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loader/configuration", test_configuration);
  g_test_add_func ("/loader/matrix-in-each-precision", test_matrix_in_each_precision);
  g_test_add_func ("/loader/narrow-code-predictor",
                   test_layers_of_a_narrow_code_predictor_keep_eight_bits);
  g_test_add_func ("/loader/convolution-is-tap-major", test_convolution_is_tap_major);
  g_test_add_func ("/loader/transposed-convolution",
                   test_transposed_convolution_has_a_row_for_each_tap);
  g_test_add_func ("/loader/codebook", test_codebook_is_divided_by_its_usage);
  g_test_add_func ("/loader/errors", test_errors_name_tensor_and_file);
  g_test_add_func ("/loader/paths", test_paths_that_cannot_be_opened);
  g_test_add_func ("/loader/cancelled", test_loading_can_be_cancelled);
  return g_test_run ();
}
