/* test-pronunciation-store.c: the list is on disk, whole, and a damaged one is left alone
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gstdio.h>

#include "qora-pronunciation-store.h"

typedef struct
{
  char *folder;
  char *path;
  QoraPronunciationStore *store;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("qora-pronunciation-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "new", "pronunciation.json", NULL);
  f->store = qora_pronunciation_store_new (f->path);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_autofree char *inner = g_path_get_dirname (f->path);

  g_object_unref (f->store);
  g_remove (f->path);
  g_rmdir (inner);
  g_rmdir (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

static void
assert_list (QoraPronunciationStore *store, const char *expected)
{
  g_autofree char *text = qora_pronunciation_format (qora_pronunciation_store_get_list (store));

  g_assert_cmpstr (text, ==, expected);
}

static void
count (QoraPronunciationStore *store, guint *n)
{
  (*n)++;
}

static void
test_comes_back (Fixture *f, gconstpointer unused)
{
  const QoraPair first = { (char *) "SQL", (char *) "sequel", NULL, FALSE, TRUE };
  const QoraPair second = { (char *) "Gift", (char *) "“Tox”", (char *) "german", TRUE, FALSE };
  g_autoptr (QoraPronunciationStore) again = qora_pronunciation_store_new (f->path);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_signal_connect (f->store, "changed", G_CALLBACK (count), &n);
  g_assert_true (qora_pronunciation_store_load (f->store, &error));
  qora_pronunciation_store_set_pair (f->store, G_MAXUINT, &first);
  qora_pronunciation_store_set_pair (f->store, G_MAXUINT, &second);
  g_assert_cmpuint (n, ==, 2);

  g_assert_true (qora_pronunciation_store_load (again, &error));
  g_assert_no_error (error);
  assert_list (again, "SQL\tsequel\t*\tcase\nGift\t“Tox”\tgerman\tpart\n");
}

static void
test_edits (Fixture *f, gconstpointer unused)
{
  const QoraPair pair = { (char *) "c", (char *) "C", NULL, FALSE, FALSE };
  g_autoptr (QoraPronunciation) list = qora_pronunciation_parse ("a\tA\nb\tB\n", "list", NULL);
  g_autoptr (QoraPronunciation) more
      = qora_pronunciation_parse ("b\tBB\nb\tBBB\tgerman\n", "list", NULL);

  qora_pronunciation_store_set_list (f->store, list);
  qora_pronunciation_store_add_list (f->store, more);
  assert_list (f->store, "a\tA\t*\t\nb\tBB\t*\t\nb\tBBB\tgerman\t\n");
  qora_pronunciation_store_set_pair (f->store, 1, &pair);
  assert_list (f->store, "a\tA\t*\t\nc\tC\t*\t\nb\tBBB\tgerman\t\n");
  qora_pronunciation_store_set_pair (f->store, 0, NULL);
  assert_list (f->store, "c\tC\t*\t\nb\tBBB\tgerman\t\n");
}

static void
test_damaged (Fixture *f, gconstpointer unused)
{
  static const char *const broken[] = {
    "",
    "[]",
    "{\"format\": 2, \"pairs\": []}",
    "{\"format\": 1, \"pairs\": 3}",
    "{\"format\": 1, \"pairs\": [{\"find\": \"\", \"replace\": \"x\"}]}",
    "{\"format\": 1, \"pairs\": [{\"find\": \"x\", \"replace\": 7}]}",
    "{\"format\": 1, \"pairs\": [\"x\"]}",
  };
  g_autofree char *inner = g_path_get_dirname (f->path);

  g_assert_cmpint (g_mkdir_with_parents (inner, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;

      g_assert_true (g_file_set_contents (f->path, broken[i], -1, NULL));
      g_assert_false (qora_pronunciation_store_load (f->store, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, f->path));
      g_assert_true (g_file_get_contents (f->path, &after, NULL, NULL));
      g_assert_cmpstr (after, ==, broken[i]);
    }
}

static void
on_failed (QoraPronunciationStore *store, const GError *error, char **message)
{
  *message = g_strdup (error->message);
}

static void
test_cannot_be_written (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraPronunciationStore) store = qora_pronunciation_store_new ("/dev/null/list.json");
  g_autoptr (QoraPronunciation) list = qora_pronunciation_parse ("a\tA", "list", NULL);
  g_autofree char *message = NULL;

  g_signal_connect (store, "failed", G_CALLBACK (on_failed), &message);
  qora_pronunciation_store_set_list (store, list);
  g_assert_nonnull (strstr (message, "/dev/null/list.json"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/pronunciation-store/comes-back", test_comes_back);
  ADD ("/pronunciation-store/edits", test_edits);
  ADD ("/pronunciation-store/damaged", test_damaged);
  ADD ("/pronunciation-store/cannot-be-written", test_cannot_be_written);
  return g_test_run ();
}
