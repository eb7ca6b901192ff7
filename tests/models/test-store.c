/* test-store.c: what is installed is listed, verified, converted and removed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-folder.h"
#include "qora-model-convert.h"
#include "qora-model-needs.h"
#include "qora-model-store.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *data;   /* the program's data folder */
  char *source; /* a checkpoint of the user's */
  QoraModelStore *store;
  GError *error;
  gboolean done;
  gboolean ok;
  double progress;
} Fixture;

static void
copy_tree (const char *from, const char *to)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const char *name;

  g_mkdir_with_parents (to, 0755);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);

      if (g_file_test (source, G_FILE_TEST_IS_DIR))
        copy_tree (source, target);
      else
        {
          g_autoptr (GFile) a = g_file_new_for_path (source);
          g_autoptr (GFile) b = g_file_new_for_path (target);

          g_assert_true (g_file_copy (a, b, G_FILE_COPY_NONE, NULL, NULL, NULL, NULL));
        }
    }
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autofree char *demo = g_build_filename (g_getenv ("QTTS_DATA"), "voices", "demo", NULL);

  f->folder = g_dir_make_tmp ("qora-store-XXXXXX", NULL);
  f->data = g_build_filename (f->folder, "data", NULL);
  f->source = g_build_filename (f->folder, "mine", NULL);
  copy_tree (demo, f->source);
  f->store = qora_model_store_new (f->data);
  qora_model_store_refresh (f->store);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->store);
  g_clear_error (&f->error);
  g_assert_true (qora_folder_delete (f->folder, NULL));
  g_free (f->source);
  g_free (f->data);
  g_free (f->folder);
}

/* The demo voice is always there, and last. */
static guint
count_in (QoraModelStore *store)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (store));
  g_autoptr (QoraModel) last = n > 0 ? g_list_model_get_item (G_LIST_MODEL (store), n - 1) : NULL;

  g_assert_nonnull (last);
  g_assert_cmpint (qora_model_get_place (last), ==, QORA_MODEL_DEMO);
  return n - 1;
}

static guint
count (Fixture *f)
{
  return count_in (f->store);
}

static QoraModel *
find (Fixture *f, const char *name)
{
  QoraModel *model = qora_model_store_find (f->store, name);

  g_assert_nonnull (model);
  return model;
}

static char *
install (Fixture *f, const char *name)
{
  char *folder = g_build_filename (f->data, "models", name, NULL);

  copy_tree (f->source, folder);
  qora_model_store_refresh (f->store);
  return folder;
}

static void
bend_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  bytes[n - 1] ^= 1;
  g_assert_true (g_file_set_contents (path, bytes, n, NULL));
}

static void
test_own (Fixture *f, gconstpointer unused)
{
  g_autofree char *folder = install (f, "some-voice");
  g_autoptr (QoraModel) model = find (f, "SOME-voice");

  g_assert_cmpuint (count (f), ==, 1);
  g_assert_cmpstr (qora_model_get_path (model), ==, folder);
  g_assert_cmpstr (qora_model_get_kind (model), ==, "custom-voice");
  g_assert_cmpint (qora_model_get_place (model), ==, QORA_MODEL_OWN);
  g_assert_cmpuint (qora_model_get_bytes (model), ==, qora_folder_measure (f->source));
  g_assert_cmpuint (g_strv_length ((char **) qora_model_get_speakers (model)), >, 0);

  g_assert_true (qora_model_store_remove (f->store, model, &f->error));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count (f), ==, 0);
}

static void
test_added (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraModelStore) later = qora_model_store_new (f->data);
  g_autoptr (QoraModel) model = NULL;

  g_assert_true (qora_model_store_add (f->store, f->source, &f->error));
  g_assert_true (qora_model_store_add (f->store, f->source, &f->error));
  g_assert_cmpuint (count (f), ==, 1);
  qora_model_store_refresh (later);
  model = qora_model_store_find (later, "mine");
  g_assert_nonnull (model);
  g_assert_cmpint (qora_model_get_place (model), ==, QORA_MODEL_ADDED);

  g_assert_true (qora_model_store_remove (later, model, &f->error));
  g_assert_cmpuint (count_in (later), ==, 0);
  g_assert_true (g_file_test (f->source, G_FILE_TEST_IS_DIR));
}

static void
assert_not_added (Fixture *f, const char *path, int code)
{
  g_assert_false (qora_model_store_add (f->store, path, &f->error));
  g_assert_error (f->error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (f->error->message, path));
  g_assert_cmpuint (count (f), ==, 0);
  g_clear_error (&f->error);
}

static void
test_no_models (Fixture *f, gconstpointer unused)
{
  g_autofree char *config = g_build_filename (f->source, "config.json", NULL);
  g_autofree char *deep = g_strnfill (200000, '[');
  g_autofree char *packed = g_build_filename (f->folder, "broken.qora-tts", NULL);
  const char *base = "{\"tts_model_type\": \"base\", \"tts_model_size\": \"1b7\"}";

  assert_not_added (f, "/no/such/folder", G_IO_ERROR_NOT_FOUND);
  assert_not_added (f, f->folder, G_IO_ERROR_NOT_FOUND);
  g_file_set_contents (config, deep, -1, NULL);
  assert_not_added (f, f->source, G_IO_ERROR_INVALID_DATA);
  g_file_set_contents (config, "[1, 2]", -1, NULL);
  assert_not_added (f, f->source, G_IO_ERROR_INVALID_DATA);
  g_file_set_contents (config, "{\"tts_model_type\": 3}", -1, NULL);
  assert_not_added (f, f->source, G_IO_ERROR_INVALID_DATA);
  g_file_set_contents (config, base, -1, NULL);
  assert_not_added (f, f->source, G_IO_ERROR_NOT_SUPPORTED);
  g_file_set_contents (packed, "QORA-TTS and then nothing", -1, NULL);
  assert_not_added (f, packed, G_IO_ERROR_INVALID_DATA);
}

static void
on_verified (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  f->ok = qora_model_verify_finish (QORA_MODEL (source), result, &f->error);
  f->done = TRUE;
}

static void
verify (Fixture *f, QoraModel *model, QoraCatalogueEntry *entry)
{
  f->done = FALSE;
  g_clear_error (&f->error);
  qora_model_verify_async (model, entry, NULL, on_verified, f);
  while (!f->done)
    g_main_context_iteration (NULL, TRUE);
}

/* A catalogue of one file of the model. */
static QoraCatalogueEntry *
make_entry (Fixture *f, const char *file)
{
  g_autofree char *path = g_build_filename (f->source, file, NULL);
  g_autofree char *catalogue_path = g_build_filename (f->folder, "models.json", NULL);
  g_autofree char *bytes = NULL;
  g_autofree char *sum = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GListModel) catalogue = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes, n);
  text = g_strdup_printf (
      "{\"server\": \"https://example.org\", \"models\": [{\"name\": \"one\", "
      "\"title\": \"One\", \"kind\": \"custom-voice\", \"repository\": \"a/b\","
      " \"revision\": \"%040d\", \"packed_size\": 1, \"files\": [{\"path\": \"%s\", \"size\": "
      "%" G_GSIZE_FORMAT ", \"sha256\": \"%s\"}]}]}",
      0, file, n, sum);
  g_file_set_contents (catalogue_path, text, -1, NULL);
  catalogue = qora_catalogue_load (catalogue_path, NULL, &f->error);
  g_assert_no_error (f->error);
  return qora_catalogue_find (catalogue, "one");
}

static void
test_verify (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraCatalogueEntry) entry = make_entry (f, "vocab.json");
  g_autofree char *folder = install (f, "some-voice");
  g_autoptr (QoraModel) model = find (f, "some-voice");

  verify (f, model, entry);
  g_assert_no_error (f->error);
  g_assert_true (f->ok);

  bend_file (folder, "vocab.json");
  verify (f, model, entry);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (f->error->message, "vocab.json"));
}

static void
on_convert_progress (double fraction, gpointer data)
{
  Fixture *f = data;

  g_assert_cmpfloat (fraction, >=, f->progress);
  g_assert_cmpfloat (fraction, <=, 1);
  f->progress = fraction;
}

static void
on_converted (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  f->ok = qora_model_convert_finish (result, &f->error);
  f->done = TRUE;
}

static void
convert (Fixture *f, const char *source, const char *target, GCancellable *cancellable)
{
  f->done = FALSE;
  f->progress = 0;
  g_clear_error (&f->error);
  qora_model_convert_async (source, target, QTTS_PRECISION_Q8, on_convert_progress, cancellable,
                            on_converted, f);
  while (!f->done)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_convert (Fixture *f, gconstpointer unused)
{
  g_autofree char *folder = install (f, "some-voice");
  g_autofree char *target = g_build_filename (folder, "some-voice.qora-tts", NULL);
  g_autoptr (QoraModel) model = NULL;
  guint64 source, freed;

  g_assert_false (qora_model_drop_source (folder, NULL));
  g_assert_cmpuint (qora_model_measure_source (folder), ==, 0);
  convert (f, folder, target, NULL);
  g_assert_no_error (f->error);
  g_assert_true (f->ok);
  g_assert_cmpfloat (f->progress, >, 0.5);

  freed = qora_folder_measure (folder);
  source = qora_model_measure_source (folder);
  g_assert_true (qora_model_drop_source (folder, &f->error));
  g_assert_cmpuint (freed - qora_folder_measure (folder), ==, source);
  g_assert_cmpuint (qora_model_measure_source (folder), ==, 0);
  qora_model_store_refresh (f->store);
  g_assert_cmpuint (count (f), ==, 1);
  model = find (f, "some-voice");
  g_assert_true (qora_model_is_packed (model));
  g_assert_cmpstr (qora_model_get_path (model), ==, target);
  verify (f, model, NULL);
  g_assert_no_error (f->error);

  g_assert_true (qora_model_store_remove (f->store, model, &f->error));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
test_convert_fails (Fixture *f, gconstpointer unused)
{
  g_autofree char *target = g_build_filename (f->folder, "voice.qora-tts", NULL);
  g_autofree char *nowhere = g_build_filename (f->folder, "no", "voice.qora-tts", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  convert (f, f->source, target, cancellable);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  convert (f, f->source, nowhere, NULL);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_FAILED);
  convert (f, f->folder, target, NULL);
  g_assert_nonnull (f->error);
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  f->ok = qora_model_store_change_finish (f->store, result, &f->error);
  f->done = TRUE;
}

static void
wait_for_change (Fixture *f)
{
  while (!f->done)
    g_main_context_iteration (NULL, TRUE);
  f->done = FALSE;
}

static void
test_change_without_waiting (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraModel) model = NULL;

  qora_model_store_add_async (f->store, "/no/such/folder", on_changed, f);
  wait_for_change (f);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&f->error);

  qora_model_store_add_async (f->store, f->source, on_changed, f);
  wait_for_change (f);
  g_assert_true (f->ok);
  g_assert_cmpuint (count (f), ==, 1);

  model = find (f, "mine");
  qora_model_store_remove_async (f->store, model, on_changed, f);
  wait_for_change (f);
  g_assert_true (f->ok);
  g_assert_cmpuint (count (f), ==, 0);
  g_assert_true (g_file_test (f->source, G_FILE_TEST_IS_DIR));
}

/* The program's own come first, by name; then what was added; the demo voice cannot be removed. */
static void
test_order (Fixture *f, gconstpointer unused)
{
  static const char *const names[] = { "a-voice", "b-voice", "mine", "demo" };
  g_autofree char *b = install (f, "b-voice");
  g_autofree char *a = install (f, "a-voice");
  g_autoptr (QoraModel) demo = NULL;

  g_assert_true (qora_model_store_add (f->store, f->source, &f->error));
  g_assert_cmpuint (count (f), ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (QoraModel) model = g_list_model_get_item (G_LIST_MODEL (f->store), i);

      g_assert_cmpstr (qora_model_get_name (model), ==, names[i]);
    }
  demo = find (f, "demo");
  g_assert_false (qora_model_store_remove (f->store, demo, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

static void
test_needs (Fixture *f, gconstpointer unused)
{
  QoraModelNeeds needs = { .disk = 2, .disk_free = 1, .memory = 2, .memory_total = 1 };
  g_autofree char *folder = install (f, "some-voice");
  g_autoptr (QoraModel) model = find (f, "some-voice");

  g_assert_false (qora_model_needs_check_disk (&needs, &f->error));
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_false (qora_model_needs_fit_memory (&needs));
  g_clear_error (&f->error);

  qora_model_needs_of_conversion (&needs, model, f->data);
  g_assert_cmpuint (needs.disk, >, 0);
  g_assert_cmpuint (needs.disk, <, qora_model_get_bytes (model));
  g_assert_true (qora_model_needs_check_disk (&needs, &f->error));
  g_assert_true (qora_model_needs_fit_memory (&needs));
}

#define ADD(name, test) g_test_add ("/models/store/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  /* No voices of this computer's. */
  g_setenv ("XDG_DATA_DIRS", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("own", test_own);
  ADD ("added", test_added);
  ADD ("no-models", test_no_models);
  ADD ("verify", test_verify);
  ADD ("change-without-waiting", test_change_without_waiting);
  ADD ("order", test_order);
  ADD ("needs", test_needs);
  ADD ("convert", test_convert);
  ADD ("convert-fails", test_convert_fails);
  return g_test_run ();
}
