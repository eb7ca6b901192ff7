/* test-download.c: whatever the server does, there is a verified model in the end or a message
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "faulty-server.h"
#include "qora-folder.h"
#include "qora-model-download.h"
#include "qora-model-needs.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define SIZE        300000
#define PACKED_SIZE 100000
#define REVISION    "0123456789abcdef0123456789abcdef01234567"

typedef struct
{
  FaultyServer *server;
  char *folder;
  char *model; /* where it is to be */
  char *part;
  GBytes *content;
  GListModel *catalogue;
  QoraModelDownload *download;
  GCancellable *cancellable;
  char *result;
  GError *error;
  gboolean done;
  guint64 pause_at; /* bytes, 0: not */
  guint64 cancel_at;
  guint64 paused_with; /* bytes that were there then */
} Fixture;

static GBytes *
make_content (guint32 seed, gsize size)
{
  GRand *random = g_rand_new_with_seed (seed);
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = g_rand_int (random);
  g_rand_free (random);
  return g_bytes_new_take (data, size);
}

/* A catalogue with one model of files that all have the bytes of f->content. */
static void
write_catalogue (Fixture *f, const char *address, guint64 size, const char *const *files)
{
  g_autofree char *path = g_build_filename (f->folder, "models.json", NULL);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, f->content);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (QoraCatalogueEntry) entry = NULL;

  g_string_printf (text,
                   "{\"server\": \"%s\", \"models\": [{\"name\": \"tiny\", \"title\": \"Tiny\", "
                   "\"kind\": \"custom-voice\", \"repository\": \"Some/Tiny\", "
                   "\"revision\": \"" REVISION
                   "\", \"packed_size\": " G_STRINGIFY (PACKED_SIZE) ", \"files\": [",
                   address);
  for (guint i = 0; files[i] != NULL; i++)
    g_string_append_printf (
        text, "%s{\"path\": \"%s\", \"size\": %" G_GUINT64_FORMAT ", \"sha256\": \"%s\"}",
        i == 0 ? "" : ", ", files[i], size, sum);
  g_string_append (text, "]}]}");
  g_clear_error (&f->error);
  g_file_set_contents (path, text->str, -1, &f->error);
  g_assert_no_error (f->error);

  g_clear_object (&f->catalogue);
  f->catalogue = qora_catalogue_load (path, NULL, &f->error);
  g_assert_no_error (f->error);
  entry = qora_catalogue_find (f->catalogue, "TINY");
  g_clear_object (&f->download);
  f->download = qora_model_download_new (entry, f->folder);
  qora_model_download_set_patience (f->download, 20, 3, 0.01);
}

static const char *const one_file[] = { "model.safetensors", NULL };

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("qora-download-XXXXXX", NULL);
  f->model = g_build_filename (f->folder, "models", "tiny", NULL);
  f->part = g_build_filename (f->folder, "downloads", "tiny-0123456789ab", "model.safetensors.part",
                              NULL);
  f->server = faulty_server_new ();
  f->content = make_content (1, SIZE);
  faulty_server_set_content (f->server, f->content);
  write_catalogue (f, faulty_server_get_address (f->server), SIZE, one_file);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->download);
  g_object_unref (f->catalogue);
  g_bytes_unref (f->content);
  faulty_server_free (f->server);
  g_clear_error (&f->error);
  g_free (f->result);
  g_assert_true (qora_folder_delete (f->folder, NULL));
  g_free (f->model);
  g_free (f->part);
  g_free (f->folder);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  Fixture *f = data;

  f->result = qora_model_download_run_finish (QORA_MODEL_DOWNLOAD (source), result, &f->error);
  f->done = TRUE;
}

static void
on_progress (QoraModelDownload *download, Fixture *f)
{
  QoraDownloadProgress progress;

  qora_model_download_get_progress (download, &progress);
  g_assert_cmpuint (progress.done, <=, progress.total);
  if (f->cancel_at > 0 && progress.done >= f->cancel_at)
    g_cancellable_cancel (f->cancellable);
  if (f->pause_at > 0 && progress.done >= f->pause_at)
    {
      f->pause_at = 0;
      qora_model_download_pause (download);
    }
  if (progress.state == QORA_DOWNLOAD_PAUSED)
    {
      f->paused_with = progress.done;
      qora_model_download_resume (download);
    }
}

static void
run (Fixture *f)
{
  gulong handler;

  f->done = FALSE;
  g_clear_error (&f->error);
  g_clear_pointer (&f->result, g_free);
  f->cancellable = g_cancellable_new ();
  handler = g_signal_connect (f->download, "progress", G_CALLBACK (on_progress), f);
  qora_model_download_run_async (f->download, f->cancellable, on_done, f);
  while (!f->done)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (f->download, handler);
  g_clear_object (&f->cancellable);
}

static void
assert_file (Fixture *f, const char *name, GBytes *expected)
{
  g_autofree char *path = g_build_filename (f->model, name, NULL);
  g_autofree char *bytes = NULL;
  gsize n;

  g_file_get_contents (path, &bytes, &n, &f->error);
  g_assert_no_error (f->error);
  g_assert_cmpmem (bytes, n, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
}

/* The verified file is where it belongs, and nothing is left elsewhere. */
static void
assert_installed (Fixture *f)
{
  g_autofree char *downloads = g_build_filename (f->folder, "downloads", NULL);

  g_assert_no_error (f->error);
  g_assert_cmpstr (f->result, ==, f->model);
  assert_file (f, "model.safetensors", f->content);
  g_assert_cmpuint (qora_folder_measure (downloads), ==, 0);
  g_assert_cmpuint (qora_folder_measure (f->model), ==, SIZE);
}

/* There is no model, and the message has these words. */
static void
assert_refused (Fixture *f, int code, const char *words)
{
  g_assert_error (f->error, G_IO_ERROR, code);
  g_assert_null (f->result);
  if (strstr (f->error->message, words) == NULL)
    g_error ("\"%s\" is not in \"%s\"", words, f->error->message);
  g_assert_false (g_file_test (f->model, G_FILE_TEST_EXISTS));
}

static void
assert_part (Fixture *f, guint64 size)
{
  g_assert_cmpuint (qora_folder_measure (f->part), ==, size);
}

/* Request i was for what was missing and got just that. */
static void
assert_rest (Fixture *f, guint i, gsize there)
{
  Request request = faulty_server_get_request (f->server, i);

  g_assert_cmpuint (request.first, ==, there);
  g_assert_cmpuint (request.sent, ==, SIZE - there);
}

static void
test_whole (Fixture *f, gconstpointer unused)
{
  static const char *const files[]
      = { "config.json", "speech_tokenizer/config.json", "model.safetensors", NULL };
  QoraDownloadProgress progress;

  write_catalogue (f, faulty_server_get_address (f->server), SIZE, files);
  g_assert_cmpuint (faulty_server_count (f->server), ==, 0);
  run (f);
  g_assert_no_error (f->error);
  for (guint i = 0; files[i] != NULL; i++)
    assert_file (f, files[i], f->content);
  g_assert_cmpuint (qora_folder_measure (f->model), ==, 3 * SIZE);
  g_assert_cmpuint (faulty_server_count (f->server), ==, 3);
  qora_model_download_get_progress (f->download, &progress);
  g_assert_cmpuint (progress.done, ==, 3 * SIZE);
  g_assert_cmpuint (progress.total, ==, 3 * SIZE);
  g_assert_cmpint (progress.state, ==, QORA_DOWNLOAD_IDLE);

  run (f);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_cmpuint (faulty_server_count (f->server), ==, 3);
}

static void
test_drops (Fixture *f, gconstpointer unused)
{
  static const Fault faults[] = { { .drop_after = 50000 } };

  faulty_server_set_faults (f->server, faults, 1, TRUE);
  run (f);
  assert_installed (f);
  g_assert_cmpuint (faulty_server_count (f->server), ==, SIZE / 50000);
  g_assert_cmpuint (faulty_server_get_sent (f->server), ==, SIZE);
}

static void
test_ignored_range (Fixture *f, gconstpointer unused)
{
  static const Fault faults[] = { { .drop_after = 100000 }, { .ignores_range = TRUE } };

  faulty_server_set_faults (f->server, faults, 2, FALSE);
  run (f);
  assert_installed (f);
  g_assert_true (faulty_server_get_request (f->server, 1).has_range);
  g_assert_cmpuint (faulty_server_get_sent (f->server), ==, 100000 + SIZE);
}

/* Starting over for ever would be no better than hanging. */
static void
test_ignored_range_and_drops (Fixture *f, gconstpointer unused)
{
  static const Fault faults[] = { { .drop_after = 100000, .ignores_range = TRUE } };

  faulty_server_set_faults (f->server, faults, 1, TRUE);
  run (f);
  assert_refused (f, G_IO_ERROR_PARTIAL_INPUT, "model.safetensors");
  g_assert_cmpuint (faulty_server_count (f->server), ==, 1 + 3);
}

static void
test_wrong_bytes (Fixture *f, gconstpointer unused)
{
  g_autoptr (GBytes) other = make_content (2, SIZE);

  faulty_server_set_content (f->server, other);
  run (f);
  assert_refused (f, G_IO_ERROR_INVALID_DATA, "SHA-256");
  assert_part (f, 0);
  g_assert_cmpuint (faulty_server_count (f->server), ==, 1);
}

static void
test_too_many (Fixture *f, gconstpointer hides_length)
{
  g_autoptr (GBytes) longer = make_content (1, 4 * SIZE);
  Fault fault = { .hides_length = hides_length != NULL };

  faulty_server_set_content (f->server, longer);
  faulty_server_set_faults (f->server, &fault, 1, TRUE);
  run (f);
  assert_refused (f, G_IO_ERROR_INVALID_DATA, "300000");
  assert_part (f, 0);
  g_assert_cmpuint (faulty_server_count (f->server), ==, 1);
}

static void
test_too_few (Fixture *f, gconstpointer hides_length)
{
  g_autoptr (GBytes) shorter = make_content (1, SIZE - 1);
  Fault fault = { .hides_length = hides_length != NULL };

  faulty_server_set_content (f->server, shorter);
  faulty_server_set_faults (f->server, &fault, 1, TRUE);
  run (f);
  if (hides_length != NULL)
    assert_refused (f, G_IO_ERROR_FAILED, "has changed");
  else
    assert_refused (f, G_IO_ERROR_INVALID_DATA, "has 299999 bytes, expected 300000");
  g_assert_cmpuint (faulty_server_count (f->server), <=, 7);
}

static void
test_stall (Fixture *f, gconstpointer unused)
{
  static const Fault faults[] = { { .stall_after = 100000 } };

  qora_model_download_set_patience (f->download, 1, 3, 0.01);
  faulty_server_set_faults (f->server, faults, 1, FALSE);
  run (f);
  assert_installed (f);
  g_assert_cmpuint (faulty_server_get_sent (f->server), ==, SIZE);
}

static void
test_stall_for_ever (Fixture *f, gconstpointer unused)
{
  static const Fault silent[] = { { .stall_after = 100000, .ignores_range = TRUE } };

  qora_model_download_set_patience (f->download, 1, 3, 0.01);
  faulty_server_set_faults (f->server, silent, 1, TRUE);
  run (f);
  assert_refused (f, G_IO_ERROR_TIMED_OUT, "model.safetensors");
  assert_part (f, 100000);

  faulty_server_set_faults (f->server, NULL, 0, FALSE);
  run (f);
  assert_installed (f);
}

static void
test_redirect (Fixture *f, gconstpointer unused)
{
  static const Fault faults[] = { { .status = 302, .location = "/elsewhere/file" },
                                  { .drop_after = 1000 },
                                  { .status = 307, .location = "/elsewhere/file" } };

  faulty_server_set_faults (f->server, faults, 3, FALSE);
  run (f);
  assert_installed (f);
  g_assert_cmpuint (faulty_server_get_request (f->server, 3).first, ==, 1000);
  g_assert_cmpuint (faulty_server_get_sent (f->server), ==, SIZE);
}

static void
test_redirect_loop (Fixture *f, gconstpointer unused)
{
  static const Fault faults[] = { { .status = 302, .location = "/round" } };

  faulty_server_set_faults (f->server, faults, 1, TRUE);
  run (f);
  g_assert_nonnull (f->error);
  g_assert_nonnull (strstr (f->error->message, "model.safetensors: "));
  g_assert_false (g_file_test (f->model, G_FILE_TEST_EXISTS));
}

static void
test_not_found (Fixture *f, gconstpointer unused)
{
  static const Fault faults[] = { { .status = 404 } };

  faulty_server_set_faults (f->server, faults, 1, TRUE);
  run (f);
  assert_refused (f, G_IO_ERROR_NOT_FOUND, "Some/Tiny/resolve/" REVISION "/model.safetensors");
  assert_refused (f, G_IO_ERROR_NOT_FOUND, "404 Not Found");
  g_assert_cmpuint (faulty_server_count (f->server), ==, 1);
}

static void
test_busy_server (Fixture *f, gconstpointer unused)
{
  static const Fault faults[] = {
    { .status = 503, .retry_after = "0" }, { .status = 429 }, { .drop_after = 1 }, { .status = 503 }
  };

  faulty_server_set_faults (f->server, faults, 4, FALSE);
  run (f);
  assert_installed (f);
  g_assert_cmpuint (faulty_server_get_sent (f->server), ==, SIZE);
}

static void
test_busy_server_for_ever (Fixture *f, gconstpointer unused)
{
  static const Fault faults[] = { { .status = 503 } };

  faulty_server_set_faults (f->server, faults, 1, TRUE);
  run (f);
  assert_refused (f, G_IO_ERROR_FAILED, "503 Service Unavailable");
  g_assert_cmpuint (faulty_server_count (f->server), ==, 3);
}

/* Half of an older version is there when the right one comes. */
static void
test_changed (Fixture *f, gconstpointer ignores_if_range)
{
  g_autoptr (GBytes) older = make_content (3, SIZE);
  const Fault faults[] = {
    { .drop_after = 150000 },
    { .content = f->content, .version = "\"2\"", .ignores_if_range = ignores_if_range != NULL }
  };

  faulty_server_set_content (f->server, older);
  faulty_server_set_faults (f->server, faults, 2, FALSE);
  run (f);
  assert_installed (f);
  g_assert_cmpuint (faulty_server_get_request (f->server, 1).first, ==, 150000);
}

/* The server does not say that it has changed; only the sum does. */
static void
test_changed_in_secret (Fixture *f, gconstpointer unused)
{
  g_autoptr (GBytes) older = make_content (3, SIZE);
  const Fault faults[] = { { .drop_after = 150000 }, { .content = f->content } };

  faulty_server_set_content (f->server, older);
  faulty_server_set_faults (f->server, faults, 2, FALSE);
  run (f);
  assert_installed (f);
  g_assert_cmpuint (faulty_server_get_sent (f->server), ==, 2 * SIZE);
}

static void
test_cancel_and_go_on (Fixture *f, gconstpointer unused)
{
  static const Fault slow[] = { { .pace = 10000 } };
  QoraModelNeeds needs;
  guint64 there;

  faulty_server_set_faults (f->server, slow, 1, TRUE);
  f->cancel_at = SIZE / 3;
  run (f);
  assert_refused (f, G_IO_ERROR_CANCELLED, "");
  there = qora_folder_measure (f->part);
  g_assert_cmpuint (there, >=, SIZE / 3);
  g_assert_cmpuint (there, <, SIZE);
  g_assert_cmpuint (qora_model_download_count_missing (f->download), ==, SIZE - there);
  qora_model_needs_of_download (&needs, f->download);
  g_assert_cmpuint (needs.disk, ==, SIZE - there + PACKED_SIZE);

  f->cancel_at = 0;
  write_catalogue (f, faulty_server_get_address (f->server), SIZE, one_file);
  run (f);
  assert_installed (f);
  g_assert_cmpuint (faulty_server_count (f->server), ==, 2);
  assert_rest (f, 1, there);
}

static void
test_discard (Fixture *f, gconstpointer unused)
{
  static const Fault faults[] = { { .drop_after = 1000 }, { .status = 404 } };

  faulty_server_set_faults (f->server, faults, 2, FALSE);
  run (f);
  assert_part (f, 1000);
  g_assert_true (qora_model_download_discard (f->download, &f->error));
  g_assert_false (g_file_test (f->part, G_FILE_TEST_EXISTS));
}

static void
test_pause (Fixture *f, gconstpointer unused)
{
  static const Fault slow[] = { { .pace = 10000 } };

  faulty_server_set_faults (f->server, slow, 1, TRUE);
  f->pause_at = SIZE / 3;
  run (f);
  assert_installed (f);
  g_assert_cmpuint (f->paused_with, >=, SIZE / 3);
  g_assert_cmpuint (faulty_server_count (f->server), ==, 2);
  assert_rest (f, 1, f->paused_with);
}

static void
test_bent_part (Fixture *f, gconstpointer unused)
{
  g_autofree char *folder = g_path_get_dirname (f->part);
  g_autofree char *bent = g_strnfill (1000, 'x');

  g_mkdir_with_parents (folder, 0755);
  g_file_set_contents (f->part, bent, 1000, NULL);
  run (f);
  assert_installed (f);
  g_assert_cmpuint (faulty_server_get_sent (f->server), ==, SIZE - 1000 + SIZE);
}

static void
test_no_server (Fixture *f, gconstpointer unused)
{
  /* A port that nobody listens at: the server's own, after it is gone. */
  g_autofree char *address = g_strdup (faulty_server_get_address (f->server));

  faulty_server_free (f->server);
  write_catalogue (f, address, SIZE, one_file);
  run (f);
  f->server = faulty_server_new ();
  assert_refused (f, G_IO_ERROR_CONNECTION_REFUSED, address);
}

static void
test_no_space (Fixture *f, gconstpointer unused)
{
  write_catalogue (f, faulty_server_get_address (f->server), G_GUINT64_CONSTANT (1) << 60,
                   one_file);
  run (f);
  assert_refused (f, G_IO_ERROR_NO_SPACE, "are free");
  g_assert_cmpuint (faulty_server_count (f->server), ==, 0);
}

/* A limit on the size of files stands for a disk that gets full meanwhile. */
static void
test_full_disk (Fixture *f, gconstpointer unused)
{
  struct rlimit before, limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = (struct rlimit){ 100000, before.rlim_max };
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  run (f);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  assert_refused (f, G_IO_ERROR_NO_SPACE, "model.safetensors.part: cannot be written");
  assert_part (f, 100000);

  run (f);
  assert_installed (f);
  g_assert_cmpuint (faulty_server_count (f->server), ==, 2);
  assert_rest (f, 1, 100000);
}

#define ADD(name, data, test)                                                                      \
  g_test_add ("/models/download/" name, Fixture, data, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("whole", NULL, test_whole);
  ADD ("drops", NULL, test_drops);
  ADD ("ignored-range", NULL, test_ignored_range);
  ADD ("ignored-range-and-drops", NULL, test_ignored_range_and_drops);
  ADD ("wrong-bytes", NULL, test_wrong_bytes);
  ADD ("too-many", NULL, test_too_many);
  ADD ("too-many-without-length", "", test_too_many);
  ADD ("too-few", NULL, test_too_few);
  ADD ("too-few-without-length", "", test_too_few);
  ADD ("stall", NULL, test_stall);
  ADD ("stall-for-ever", NULL, test_stall_for_ever);
  ADD ("redirect", NULL, test_redirect);
  ADD ("redirect-loop", NULL, test_redirect_loop);
  ADD ("not-found", NULL, test_not_found);
  ADD ("busy-server", NULL, test_busy_server);
  ADD ("busy-server-for-ever", NULL, test_busy_server_for_ever);
  ADD ("changed", NULL, test_changed);
  ADD ("changed-if-range-ignored", "", test_changed);
  ADD ("changed-in-secret", NULL, test_changed_in_secret);
  ADD ("cancel-and-go-on", NULL, test_cancel_and_go_on);
  ADD ("discard", NULL, test_discard);
  ADD ("pause", NULL, test_pause);
  ADD ("bent-part", NULL, test_bent_part);
  ADD ("no-server", NULL, test_no_server);
  ADD ("no-space", NULL, test_no_space);
  ADD ("full-disk", NULL, test_full_disk);
  return g_test_run ();
}
