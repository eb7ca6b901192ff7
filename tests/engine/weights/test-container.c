/* test-container.c: a .qora-tts file holds what was loaded, and damaged ones are refused
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "all_tensors.h"
#include "fixture.h"
#include "folder.h"
#include "weights/container.h"

typedef struct
{
  char *folder; /* temporary */
  char *path;   /* of a .qora-tts file in it */
} Place;

static void
set_up (Place *place, gconstpointer unused)
{
  place->folder = g_dir_make_tmp ("qtts-container-XXXXXX", NULL);
  g_assert_nonnull (place->folder);
  place->path = g_build_filename (place->folder, "voice.qora-tts", NULL);
}

static void
tear_down (Place *place, gconstpointer unused)
{
  g_unlink (place->path);
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  g_free (place->path);
  g_free (place->folder);
}

/* Saves a fixture, all of its tensors, as place->path. */
static void
save_fixture (Place *place, const char *name, qtts_precision precision)
{
  g_autofree char *folder = fixture_path (name);
  qtts_loader *loader = open_with_all_tensors (folder, precision, NULL);
  qtts_error error;

  if (qtts_loader_save (loader, place->path, false, NULL, NULL, &error) != QTTS_OK)
    g_error ("%s", error.message);
  qtts_loader_close (loader);
}

static gsize
read_file (const char *path, char **bytes)
{
  gsize length;

  g_assert_true (g_file_get_contents (path, bytes, &length, NULL));
  return length;
}

/* Tensors seen, by name. */
typedef struct
{
  GHashTable *first; /* name -> qtts_matrix* */
  guint compared;
} Comparison;

static void
remember (const char *name, const qtts_matrix *view, void *data)
{
  g_hash_table_insert (((Comparison *) data)->first, g_strdup (name),
                       g_memdup2 (view, sizeof *view));
}

static void
compare (const char *name, const qtts_matrix *view, void *data)
{
  Comparison *comparison = data;
  const qtts_matrix *first = g_hash_table_lookup (comparison->first, name);
  g_autofree float *expected = g_new (float, view->cols);
  g_autofree float *actual = g_new (float, view->cols);

  g_assert_nonnull (first);
  g_assert_cmpint (first->rows, ==, view->rows);
  g_assert_cmpint (first->cols, ==, view->cols);
  if (first->packed)
    {
      gsize bytes = qtts_packed_bytes (first->format, first->rows, first->cols);

      g_assert_cmpint (first->format, ==, view->format);
      g_assert_cmpmem (first->data, bytes, view->data, bytes);
    }
  for (int row = 0; row < view->rows; row++)
    {
      qtts_matrix_row (first, row, expected);
      qtts_matrix_row (view, row, actual);
      g_assert_cmpmem (expected, view->cols * sizeof (float), actual, view->cols * sizeof (float));
    }
  comparison->compared++;
}

static void
test_round_trip (Place *place, gconstpointer unused)
{
  static const char *const fixtures[] = { "tiny-a", "tiny-b", "tiny-c" };

  for (guint f = 0; f < G_N_ELEMENTS (fixtures); f++)
    for (int precision = QTTS_PRECISION_Q4; precision <= QTTS_PRECISION_F32; precision++)
      {
        g_autofree char *folder = fixture_path (fixtures[f]);
        g_autoptr (GHashTable) first
            = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
        Comparison comparison = { .first = first };
        const TensorVisitor remembering = { remember, &comparison };
        const TensorVisitor comparing = { compare, &comparison };
        qtts_loader *stored, *saved;
        const char *text, *vocabulary;
        gsize length, vocabulary_length;

        save_fixture (place, fixtures[f], precision);
        stored = open_with_all_tensors (folder, precision, &remembering);
        saved = open_with_all_tensors (place->path, QTTS_PRECISION_F32, &comparing);
        g_assert_cmpuint (comparison.compared, ==, g_hash_table_size (first));
        g_assert_cmpint (qtts_loader_precision (saved), ==, precision);
        qtts_loader_file (stored, "vocab.json", &vocabulary, &vocabulary_length, NULL);
        qtts_loader_file (saved, "vocab.json", &text, &length, NULL);
        g_assert_cmpmem (vocabulary, vocabulary_length, text, length);
        qtts_loader_file (saved, "tokenizer.json", &text, &length, NULL);
        g_assert_null (text);
        g_assert_cmpint (qtts_loader_config (stored)->kind, ==, qtts_loader_config (saved)->kind);
        qtts_loader_close (stored);
        qtts_loader_close (saved);
      }
}

static void
test_saving_a_file_again_gives_the_same_bytes (Place *place, gconstpointer unused)
{
  g_autofree char *again = g_strconcat (place->path, ".again", NULL);
  g_autofree char *first = NULL, *second = NULL;
  qtts_loader *loader;
  gsize n_first, n_second;

  save_fixture (place, "tiny-b", QTTS_PRECISION_Q4);
  loader = open_with_all_tensors (place->path, QTTS_PRECISION_F32, NULL);
  g_assert_cmpint (qtts_loader_save (loader, again, false, NULL, NULL, NULL), ==, QTTS_OK);
  qtts_loader_close (loader);
  n_first = read_file (place->path, &first);
  n_second = read_file (again, &second);
  g_assert_cmpmem (first, n_first, second, n_second);
  g_unlink (again);
}

static void
test_full_disk_leaves_nothing (Place *place, gconstpointer unused)
{
  g_autofree char *folder = fixture_path ("tiny-a");
  qtts_loader *loader = open_with_all_tensors (folder, QTTS_PRECISION_Q8, NULL);
  struct rlimit saved, small;
  qtts_status status;
  qtts_error error;

  /* Beyond this size a write fails, as it would on a full disk. */
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &saved), ==, 0);
  small = (struct rlimit){ 100000, saved.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  status = qtts_loader_save (loader, place->path, false, NULL, NULL, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &saved), ==, 0);
  qtts_loader_close (loader);

  g_assert_cmpint (status, ==, QTTS_ERROR_FILE);
  g_assert_nonnull (strstr (error.message, place->path));
  g_assert_cmpuint (folder_count (place->folder), ==, 0);
}

static bool
refuse_after_half (double fraction, void *data)
{
  *(double *) data = fraction;
  return fraction < 0.5;
}

static void
test_cancelling_keeps_the_old_file (Place *place, gconstpointer unused)
{
  g_autofree char *folder = fixture_path ("tiny-a");
  g_autofree char *bytes = NULL;
  qtts_loader *loader = open_with_all_tensors (folder, QTTS_PRECISION_Q8, NULL);
  double reached = 0;
  qtts_error error;

  g_assert_true (g_file_set_contents (place->path, "old", 3, NULL));
  g_assert_cmpint (
      qtts_loader_save (loader, place->path, false, refuse_after_half, &reached, &error), ==,
      QTTS_ERROR_CANCELLED);
  g_assert_cmpfloat (reached, >=, 0.5);
  g_assert_cmpfloat (reached, <=, 1);
  g_assert_cmpuint (folder_count (place->folder), ==, 1);
  g_assert_cmpuint (read_file (place->path, &bytes), ==, 3);
  qtts_loader_close (loader);
}

static void
test_folder_that_does_not_exist (Place *place, gconstpointer unused)
{
  g_autofree char *folder = fixture_path ("tiny-a");
  qtts_loader *loader = open_with_all_tensors (folder, QTTS_PRECISION_Q8, NULL);
  qtts_error error;

  g_assert_cmpint (qtts_loader_save (loader, "/nowhere/at/all.qora-tts", false, NULL, NULL, &error),
                   ==, QTTS_ERROR_FILE);
  g_assert_nonnull (strstr (error.message, "/nowhere/at/all.qora-tts"));
  qtts_loader_close (loader);
}

/* The error of opening bytes[n] as a file. */
static void
assert_refused (Place *place, const char *bytes, gsize n, const char *message)
{
  qtts_model_options options = { 0 };
  qtts_loader *loader;
  qtts_error error;

  g_assert_true (g_file_set_contents (place->path, bytes, n, NULL));
  g_assert_cmpint (qtts_loader_open (place->path, &options, 0, NULL, &loader, &error), ==,
                   QTTS_ERROR_FORMAT);
  g_assert_null (loader);
  if (strstr (error.message, message) == NULL || strstr (error.message, place->path) == NULL)
    g_error ("\"%s\" does not say \"%s\" and the file", error.message, message);
}

static void
test_wrong_prefix (Place *place, gconstpointer unused)
{
  g_autofree char *bytes = NULL;
  gsize n;

  save_fixture (place, "tiny-b", QTTS_PRECISION_Q8);
  n = read_file (place->path, &bytes);
  assert_refused (place, bytes, 0, "is not a .qora-tts file");
  assert_refused (place, bytes, 23, "is not a .qora-tts file");
  assert_refused (place, bytes, 1000, "cut short");
  assert_refused (place, bytes, n / 2, "cut short");
  assert_refused (place, bytes, n - 65, "cut short");
  bytes[16 + 7] = 1;
  assert_refused (place, bytes, n, "cut short or damaged");
  bytes[16 + 7] = 0;
  bytes[8] = 3;
  assert_refused (place, bytes, n, "has version 3");
  bytes[0] = 'q';
  assert_refused (place, bytes, n, "is not a .qora-tts file");
}

/* Replaces text in the header by one of the same length, or shorter and padded with spaces. */
static void
assert_header_refused (Place *place, const char *bytes, gsize n, const char *old, const char *new,
                       const char *message)
{
  g_autofree char *copy = g_memdup2 (bytes, n);
  char *at = strstr (copy + QTTS_CONTAINER_PREFIX, old);

  g_assert_nonnull (at);
  g_assert_cmpuint (strlen (new), <=, strlen (old));
  memset (at, ' ', strlen (old));
  memcpy (at, new, strlen (new));
  assert_refused (place, copy, n, message);
}

static void
test_damaged_header (Place *place, gconstpointer unused)
{
  static const struct
  {
    const char *old, *new, *message;
  } cases[] = {
    { "\"precision\":\"q8\"", "\"precision\":\"q9\"", "precision" },
    { "\"kind\":\"packed\"", "\"kind\":\"backed\"", "has an unknown kind" },
    { "\"kind\":\"plain\",\"format\":\"f32\"", "\"kind\":\"plain\",\"format\":\"q8\"",
      "has an unknown format" },
    { "\"format\":\"q8\"", "\"format\":\"q4\"", "contradicts its size" },
    { "\"format\":\"q8\"", "\"format\":\"q7\"", "has an unknown format" },
    { "\"shape\":[596,72]", "\"shape\":[596,0]", "has an impossible shape" },
    { "\"shape\":[596,72]", "\"shape\":[9,9,9]", "has an impossible shape" },
    { "\"shape\":[596,72]", "\"shape\":[1e9,9]", "has an impossible shape" },
    { "\"shape\":[596,72]", "\"shape\":[640,72]", "contradicts its size" },
    { "\"name\":\"vocab.json\"", "\"game\":\"vocab.json\"", "without a name" },
    { "\"name\":\"talker.model.norm.weight\"", "\"name\":\"talker.codec_head.weight\"",
      "is listed twice" },
    { "\"offset\":0,", "\"offset\":1,", "is not aligned" },
    { "\"offset\":0,", "\"offset\":X,", "is not a JSON object" },
    { "\"texts\":", "\"tests\":", "lacks the list" },
  };
  g_autofree char *bytes = NULL;
  gsize n;

  save_fixture (place, "tiny-b", QTTS_PRECISION_Q8);
  n = read_file (place->path, &bytes);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_header_refused (place, bytes, n, cases[i].old, cases[i].new, cases[i].message);
}

static void
test_overlap (Place *place, gconstpointer unused)
{
  static const char *const header
      = "{\"precision\":\"f32\",\"texts\":[{\"name\":\"a\",\"offset\":0,\"bytes\":65},"
        "{\"name\":\"b\",\"offset\":64,\"bytes\":1}],\"tensors\":[]}";
  g_autoptr (GString) file = g_string_new_len ("QORA-TTS\1\0\0\0\0\0\0\0", 16);
  const guint64 length = GUINT64_TO_LE (strlen (header));

  g_string_append_len (file, (const char *) &length, sizeof length);
  g_string_append (file, header);
  while (file->len % 64 != 0)
    g_string_append_c (file, '\0');
  for (int i = 0; i < 128; i++)
    g_string_append_c (file, '\0');
  assert_refused (place, file->str, file->len, "a and b overlap");
}

static void
test_missing_tensor_and_wrong_shape (Place *place, gconstpointer unused)
{
  qtts_model_options options = { 0 };
  qtts_loader *loader;
  qtts_matrix matrix;
  const float *vector;
  qtts_error error;

  save_fixture (place, "tiny-b", QTTS_PRECISION_Q8);
  g_assert_cmpint (qtts_loader_open (place->path, &options, 0, NULL, &loader, NULL), ==, QTTS_OK);
  g_assert_cmpint (
      qtts_loader_matrix (loader, "talker.none", 1, 1, QTTS_ROLE_TALKER, &matrix, &error), ==,
      QTTS_ERROR_FORMAT);
  g_assert_nonnull (strstr (error.message, "has no tensor talker.none"));
  g_assert_cmpint (qtts_loader_vector (loader, "talker.model.norm.weight", 41, &vector, &error), ==,
                   QTTS_ERROR_FORMAT);
  g_assert_nonnull (strstr (error.message, "[1, 40]"));
  g_assert_cmpint (qtts_loader_conv (loader, "talker.codec_head.weight", 3072, 40, 1, false,
                                     QTTS_ROLE_DECODER_CONV, &matrix, &error),
                   ==, QTTS_ERROR_FORMAT);
  g_assert_nonnull (strstr (error.message, "has the format q8"));
  qtts_loader_close (loader);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/container/" name, Place, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("round-trip", test_round_trip);
  ADD ("same-bytes-again", test_saving_a_file_again_gives_the_same_bytes);
  ADD ("full-disk", test_full_disk_leaves_nothing);
  ADD ("cancelled", test_cancelling_keeps_the_old_file);
  ADD ("no-such-folder", test_folder_that_does_not_exist);
  ADD ("wrong-prefix", test_wrong_prefix);
  ADD ("damaged-header", test_damaged_header);
  ADD ("overlap", test_overlap);
  ADD ("missing-tensor", test_missing_tensor_and_wrong_shape);
  return g_test_run ();
}
