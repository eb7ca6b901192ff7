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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loader/configuration", test_configuration);
  g_test_add_func ("/loader/matrix-in-each-precision", test_matrix_in_each_precision);
  g_test_add_func ("/loader/convolution-is-tap-major", test_convolution_is_tap_major);
  return g_test_run ();
}
