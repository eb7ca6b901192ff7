/* test-mutations.c: good files, bent and cut in thousands of ways, the same in every run
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "all_tensors.h"
#include "fixture.h"
#include "targets.h"

enum
{
  ROUNDS = 3000,
};

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
};

/* Changes a few places of bytes[*n], all of them below `reach`; it has room for `capacity`. */
static void
mutate (GRand *random, guint8 *bytes, gsize *n, gsize capacity, gsize reach)
{
  const int changes = g_rand_int_range (random, 1, 5);

  for (int i = 0; i<changes && * n> 0; i++)
    {
      const gsize at = g_rand_int (random) % MIN (*n, reach);
      const char *piece = pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))];
      const gsize length = strlen (piece);

      switch (g_rand_int_range (random, 0, 5))
        {
        case 0:
          bytes[at] ^= 1 << g_rand_int_range (random, 0, 8);
          break;
        case 1: /* write over */
          memcpy (bytes + at, piece, MIN (length, *n - at));
          break;
        case 2: /* put between */
          if (*n + length <= capacity)
            {
              memmove (bytes + at + length, bytes + at, *n - at);
              memcpy (bytes + at, piece, length);
              *n += length;
            }
          break;
        case 3: /* take out */
          memmove (bytes + at, bytes + MIN (at + length, *n), *n - MIN (at + length, *n));
          *n -= MIN (length, *n - at);
          break;
        default:
          if (g_rand_int_range (random, 0, 4) == 0)
            *n = g_rand_int (random) % *n;
          break;
        }
    }
}

/* Each round works on a copy of exactly its size, so that a sanitizer sees the first byte too far.
 * Half of the rounds bend the first `header` bytes, half anything. */
static void
run (FuzzTarget *target, const char *bytes, gsize n, gsize header)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  const gsize capacity = n + 256;
  g_autofree guint8 *buffer = g_malloc (capacity);

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autofree guint8 *exact = NULL;
      gsize length = n;

      memcpy (buffer, bytes, n);
      mutate (random, buffer, &length, capacity, round % 2 == 0 ? header : n);
      exact = g_memdup2 (buffer, length);
      target (exact, length);
    }
  for (gsize length = 0; length < MIN (n, 200); length++)
    {
      g_autofree guint8 *exact = g_memdup2 (bytes, length);

      target (exact, length);
    }
}

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
  run (fuzz_safetensors, small_file, sizeof small_file - 1, 8 + 128);
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
  run (fuzz_config, all->str, all->len, all->len);
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
      mutate (random, bent, &length, n + 256, header);
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
