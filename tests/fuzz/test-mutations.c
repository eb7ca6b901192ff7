/* test-mutations.c: good files, bent and cut in thousands of ways, the same in every run
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "all_tensors.h"
#include "fixture.h"
#include "mutations.h"

/* Pieces that mean something to a JSON parser or to the checks behind it. */
static const char *const pieces[] = {
  "0",
  "-1",
  "9",
  "1e999",
  "18446744073709551615",
  "9007199254740993",
  "4294967296",
  "2147483648",
  "[",
  "]",
  "{",
  "}",
  "\"",
  ",",
  ":",
  "\\u0000",
  "null",
  "true",
  "[]",
  "{}",
  "\"\"",
  "0.5",
  "\x80",
  NULL,
};

static gsize
read_file (const char *path, char **bytes)
{
  gsize n;

  g_assert_true (g_file_get_contents (path, bytes, &n, NULL));
  return n;
}

static const char small_file[]
    = "\200\0\0\0\0\0\0\0"
      "{\"t\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
      "\"u\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]}}               "
      "................................";

static void
test_safetensors (void)
{
  g_assert_cmpuint (sizeof small_file - 1, ==, 8 + 128 + 32);
  run_mutations (fuzz_safetensors, pieces, small_file, sizeof small_file - 1, 8 + 128);
}

static void
test_config (void)
{
  g_autofree char *config = fixture_text ("tiny-a/config.json");
  g_autofree char *generation = fixture_text ("tiny-a/generation_config.json");
  g_autofree char *speech = fixture_text ("tiny-a/speech_tokenizer/config.json");
  g_autoptr (GString) all = g_string_new (config);

  g_string_append_c (all, '\0');
  g_string_append (all, generation);
  g_string_append_c (all, '\0');
  g_string_append (all, speech);
  run_mutations (fuzz_config, pieces, all->str, all->len, all->len);
}

/* tiny-b as a file in a temporary folder; compact, because that has all there is to get wrong. */
static char *
save_fixture (const char *folder)
{
  g_autofree char *fixture = fixture_path ("tiny-b");
  char *path = g_build_filename (folder, "voice.qora-tts", NULL);
  const qtts_model_options options = { .precision = QTTS_PRECISION_Q4 };
  qtts_loader *loader;

  g_assert_cmpint (qtts_loader_open (fixture, &options, 0, NULL, &loader, NULL), ==, QTTS_OK);
  g_assert_cmpint (load_all_tensors (loader, NULL, NULL), ==, QTTS_OK);
  g_assert_cmpint (qtts_loader_save (loader, path, true, NULL, NULL, NULL), ==, QTTS_OK);
  qtts_loader_close (loader);
  return path;
}

/* Opens a bent file as the engine would and asks for everything; whatever is accepted is read. */
static void
read_rows (const char *name, const qtts_matrix *view, void *data)
{
  g_autofree float *row = g_new (float, view->cols);

  qtts_matrix_row (view, 0, row);
  qtts_matrix_row (view, view->rows - 1, row);
}

static void
open_bent (const char *path, const guint8 *bytes, gsize n)
{
  const TensorVisitor visitor = { read_rows, NULL };
  const qtts_model_options options = { 0 };
  g_autoptr (GError) failure = NULL;
  qtts_loader *loader;
  qtts_error error;

  g_file_set_contents_full (path, (const char *) bytes, n, G_FILE_SET_CONTENTS_NONE, 0600,
                            &failure);
  g_assert_no_error (failure);
  if (qtts_loader_open (path, &options, 0, NULL, &loader, &error) == QTTS_OK)
    {
      load_all_tensors (loader, &visitor, &error);
      qtts_loader_close (loader);
    }
}

static void
test_container (void)
{
  g_autofree char *folder = g_dir_make_tmp ("qtts-mutations-XXXXXX", NULL);
  g_autofree char *path = save_fixture (folder);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  g_autofree char *bytes = NULL;
  g_autofree guint8 *bent = NULL;
  gsize n = read_file (path, &bytes);
  guint64 header;

  memcpy (&header, bytes + 16, sizeof header);
  header = GUINT64_FROM_LE (header) + 24;
  bent = g_malloc (n + 256);
  for (int round = 0; round < ROUNDS / 10; round++)
    {
      gsize length = n;

      memcpy (bent, bytes, n);
      mutate (random, pieces, bent, &length, n + 256, header);
      open_bent (path, bent, length);
      fuzz_container (bent, length);
    }
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mutations/safetensors", test_safetensors);
  g_test_add_func ("/mutations/config", test_config);
  g_test_add_func ("/mutations/container", test_container);
  return g_test_run ();
}
