/* test-compact.c: a compact .qora-tts file is smaller and holds nearly what was loaded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "all_tensors.h"
#include "fixture.h"
#include "weights/compact.h"

/* Of a row's largest weight: half a step of 1/127, and the rounding to bfloat16 on loading. */
static const float tolerance = 0.5f / 127 + 1.0f / 256 + 0.0005f;

typedef struct
{
  char *folder; /* temporary, with these files */
  char *whole;
  char *compact;
} Place;

static void
set_up (Place *place, gconstpointer unused)
{
  place->folder = g_dir_make_tmp ("qtts-compact-XXXXXX", NULL);
  g_assert_nonnull (place->folder);
  place->whole = g_build_filename (place->folder, "whole.qora-tts", NULL);
  place->compact = g_build_filename (place->folder, "compact.qora-tts", NULL);
}

static void
tear_down (Place *place, gconstpointer unused)
{
  g_unlink (place->whole);
  g_unlink (place->compact);
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  g_free (place->whole);
  g_free (place->compact);
  g_free (place->folder);
}

static void
save (const qtts_loader *loader, const char *path, bool compact)
{
  qtts_error error;

  if (qtts_loader_save (loader, path, compact, NULL, NULL, &error) != QTTS_OK)
    g_error ("%s", error.message);
}

/* Saves a fixture both ways; the loader stays open. */
static qtts_loader *
save_both (Place *place, const char *fixture, qtts_precision precision,
           const TensorVisitor *visitor)
{
  g_autofree char *folder = fixture_path (fixture);
  qtts_loader *loader = open_with_all_tensors (folder, precision, visitor);

  save (loader, place->whole, false);
  save (loader, place->compact, true);
  return loader;
}

static gsize
read_file (const char *path, char **bytes)
{
  gsize length;

  g_assert_true (g_file_get_contents (path, bytes, &length, NULL));
  return length;
}

static gsize
size_of (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return info.st_size;
}

/* Tensors seen, by name. */
typedef struct
{
  GHashTable *first; /* name -> qtts_matrix* */
  guint exact;
  guint rounded;
} Comparison;

static void
remember (const char *name, const qtts_matrix *view, void *data)
{
  g_hash_table_insert (((Comparison *) data)->first, g_strdup (name),
                       g_memdup2 (view, sizeof *view));
}

/* Vectors and what had 8 bits or less are as before, everything else is nearly. */
static void
compare (const char *name, const qtts_matrix *view, void *data)
{
  Comparison *comparison = data;
  const qtts_matrix *first = g_hash_table_lookup (comparison->first, name);
  const bool exact = (first->rows == 1 && !first->packed) || first->format == QTTS_FORMAT_Q8
                     || first->format == QTTS_FORMAT_Q4;
  g_autofree float *expected = g_new (float, view->cols);
  g_autofree float *actual = g_new (float, view->cols);

  g_assert_cmpint (first->rows, ==, view->rows);
  g_assert_cmpint (first->cols, ==, view->cols);
  for (int row = 0; row < view->rows; row++)
    {
      float largest = 0;

      qtts_matrix_row (first, row, expected);
      qtts_matrix_row (view, row, actual);
      for (int i = 0; i < view->cols; i++)
        largest = fmaxf (largest, fabsf (expected[i]));
      for (int i = 0; i < view->cols; i++)
        g_assert_cmpfloat (fabsf (expected[i] - actual[i]), <=, exact ? 0 : largest * tolerance);
    }
  comparison->exact += exact;
  comparison->rounded += !exact;
}

static void
test_nearly_the_same_weights (Place *place, gconstpointer unused)
{
  for (int precision = QTTS_PRECISION_Q4; precision <= QTTS_PRECISION_F32; precision++)
    {
      g_autoptr (GHashTable) first
          = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      Comparison comparison = { .first = first };
      const TensorVisitor remembering = { remember, &comparison };
      const TensorVisitor comparing = { compare, &comparison };
      qtts_loader *loader = save_both (place, "tiny-b", precision, &remembering);
      qtts_loader *again = open_with_all_tensors (place->compact, QTTS_PRECISION_F32, &comparing);

      g_assert_cmpint (qtts_loader_precision (again), ==, precision);
      g_assert_cmpuint (comparison.exact, >, 0);
      g_assert_cmpuint (comparison.rounded, >, 0);
      g_assert_cmpuint (size_of (place->compact), <, size_of (place->whole));
      qtts_loader_close (again);
      qtts_loader_close (loader);
    }
}

/* What is saved again without being compact is the whole size, and readable by older versions. */
static void
test_version (Place *place, gconstpointer unused)
{
  g_autofree char *bytes = NULL;
  qtts_loader *loader;
  gsize whole;

  qtts_loader_close (save_both (place, "tiny-b", QTTS_PRECISION_Q8, NULL));
  whole = size_of (place->whole);
  read_file (place->compact, &bytes);
  g_assert_cmpint (bytes[8], ==, 2);
  g_clear_pointer (&bytes, g_free);

  loader = open_with_all_tensors (place->compact, QTTS_PRECISION_Q8, NULL);
  save (loader, place->whole, false);
  qtts_loader_close (loader);
  read_file (place->whole, &bytes);
  g_assert_cmpint (bytes[8], ==, 1);
  g_assert_cmpuint (size_of (place->whole), ==, whole);
}

static qtts_container_source
plan (const float *values, int rows, int cols, bool plain)
{
  qtts_container_source source = {
    .name = "matrix",
    .plain = plain,
    .matrix = { .format = QTTS_FORMAT_F32, .rows = rows, .cols = cols, .data = values },
    .format = plain ? QTTS_FORMAT_F32 : QTTS_FORMAT_BF16,
    .stored = plain ? QTTS_FORMAT_F32 : QTTS_FORMAT_BF16,
    .stored_rows = rows,
  };

  qtts_compact_plan (&source);
  return source;
}

static void
test_rows_of_zeros_are_left_out (void)
{
  float values[64][4] = { 0 };

  values[40][3] = 1;
  g_assert_cmpint (plan (values[0], 64, 4, false).stored_rows, ==, 41);
  values[63][0] = 1;
  g_assert_cmpint (plan (values[0], 64, 4, false).stored_rows, ==, 64);
  memset (values, 0, sizeof values);
  g_assert_cmpint (plan (values[0], 64, 4, false).stored_rows, ==, 8);
}

static void
test_vectors_stay (void)
{
  static const float values[16 * 32] = { 1 };

  g_assert_cmpint (plan (values, 1, 16 * 32, true).stored, ==, QTTS_FORMAT_F32);
  g_assert_cmpint (plan (values, 16, 32, true).stored, ==, QTTS_FORMAT_Q8);
}

/* 4 values of a row would become 32 and a scale. */
static void
test_what_would_grow_stays (void)
{
  static const float values[16 * 4] = { 1 };

  g_assert_cmpint (plan (values, 16, 4, true).stored, ==, QTTS_FORMAT_F32);
}

/* 5 of 20 rows in Q8, the others zero. */
static void
test_expanding (void)
{
  static const qtts_format formats[] = { QTTS_FORMAT_F32, QTTS_FORMAT_BF16, QTTS_FORMAT_Q8 };
  uint8_t bytes[544] __attribute__ ((aligned (64))) = { 0 };
  qtts_container_tensor tensor = {
    .rows = 20,
    .cols = 3,
    .stored = QTTS_FORMAT_Q8,
    .stored_rows = 5,
    .data = bytes,
    .bytes = sizeof bytes,
  };
  float row[3];

  bytes[4 * 4 + 2] = 127;        /* row 4, input 2 */
  bytes[512 + 2 * 4 + 1] = 0x3c; /* its scale, 1.0 */
  for (guint f = 0; f < G_N_ELEMENTS (formats); f++)
    for (int packed = formats[f] == QTTS_FORMAT_F32 ? 0 : 1; packed < 2; packed++)
      {
        qtts_matrix matrix
            = { .format = formats[f], .packed = packed, .rows = 20, .cols = 3, .data = NULL };
        void *expanded;

        tensor.format = formats[f];
        tensor.packed = packed;
        matrix.data = expanded = qtts_compact_expand (&tensor, 0, NULL);
        for (int r = 0; r < 20; r++)
          {
            qtts_matrix_row (&matrix, r, row);
            for (int i = 0; i < 3; i++)
              g_assert_cmpfloat (row[i], ==, r == 4 && i == 2 ? 127 : 0);
          }
        free (expanded);
      }
}

/* The error of opening the compact file with some text of its header replaced by another of the
 * same length. */
static void
assert_refused (Place *place, const char *old, const char *new, const char *message)
{
  qtts_model_options options = { 0 };
  g_autofree char *bytes = NULL;
  gsize n = read_file (place->compact, &bytes);
  char *at = g_strstr_len (bytes + QTTS_CONTAINER_PREFIX, n - QTTS_CONTAINER_PREFIX, old);
  qtts_loader *loader;
  qtts_error error;

  g_assert_nonnull (at);
  g_assert_cmpuint (strlen (new), ==, strlen (old));
  memcpy (at, new, strlen (new));
  g_assert_true (g_file_set_contents (place->whole, bytes, n, NULL));
  g_assert_cmpint (qtts_loader_open (place->whole, &options, 0, NULL, &loader, &error), ==,
                   QTTS_ERROR_FORMAT);
  g_assert_nonnull (strstr (error.message, message));
}

static void
test_damaged_header (Place *place, gconstpointer unused)
{
  qtts_loader_close (save_both (place, "tiny-b", QTTS_PRECISION_F32, NULL));
  assert_refused (place, "\"stored\":\"q8\"", "\"stored\":\"q7\"", "unknown format");
  assert_refused (place, "\"stored\":\"q8\"", "\"stored\":\"q4\"", "contradicts its size");
  assert_refused (place, "\"stored\":\"q8\"", "\"store_\":\"q8\"", "contradicts its size");
  assert_refused (place, "\"stored_rows\":", "\"stored_cows\":", "impossible number of rows");
}

#define ADD(name, function) g_test_add ("/compact/" name, Place, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("weights", test_nearly_the_same_weights);
  ADD ("version", test_version);
  ADD ("damaged-header", test_damaged_header);
  g_test_add_func ("/compact/zeros", test_rows_of_zeros_are_left_out);
  g_test_add_func ("/compact/vectors", test_vectors_stay);
  g_test_add_func ("/compact/growing", test_what_would_grow_stays);
  g_test_add_func ("/compact/expanding", test_expanding);
  return g_test_run ();
}
