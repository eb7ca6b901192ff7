/* test-models-library.c: models are packed and added without the main loop's waiting for it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "qora-folder.h"
#include "qora-models-library.h"

typedef struct
{
  char *folder;
  QoraModelsLibrary *library;
  QoraModel *checkpoint;
  QoraModelsJob *ended;
  char *failure;
} Fixture;

static void
on_job_ended (Fixture *f, QoraModelsJob *job)
{
  g_set_object (&f->ended, job);
}

static void
on_failed (Fixture *f, const char *message)
{
  g_free (f->failure);
  f->failure = g_strdup (message);
}

static GListModel *
get_models (Fixture *f)
{
  return G_LIST_MODEL (qora_models_library_get_store (f->library));
}

/* Until there are so many models. */
static void
wait_for_models (Fixture *f, guint n)
{
  while (g_list_model_get_n_items (get_models (f)) != n)
    g_main_context_iteration (NULL, TRUE);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (g_getenv ("QTTS_DATA"), "voices", "demo", NULL);

  f->folder = g_dir_make_tmp ("qora-library-XXXXXX", NULL);
  f->library = qora_models_library_new (f->folder);
  g_signal_connect_swapped (f->library, "job-ended", G_CALLBACK (on_job_ended), f);
  g_signal_connect_swapped (f->library, "failed", G_CALLBACK (on_failed), f);
  qora_models_library_refresh (f->library);
  wait_for_models (f, 1); /* the demo voice */
  f->checkpoint = qora_model_new (path, QORA_MODEL_ADDED, NULL);
  g_assert_nonnull (f->checkpoint);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->checkpoint);
  g_object_unref (f->library);
  g_clear_object (&f->ended);
  g_free (f->failure);
  g_assert_true (qora_folder_delete (f->folder, NULL));
  g_free (f->folder);
}

static void
test_pack (Fixture *f, gconstpointer unused)
{
  g_autofree char *target = g_build_filename (f->folder, "models", "demo", "demo.qora-tts", NULL);
  g_autofree char *other = g_build_filename (f->folder, "models", "demo-2", "demo.qora-tts", NULL);
  g_autofree char *next = NULL;
  g_autoptr (QoraModel) packed = NULL;

  qora_models_library_convert (f->library, f->checkpoint);
  g_assert_true (qora_models_library_get_busy (f->library));
  g_assert_true (qora_models_job_is_active (
      qora_models_library_find_job (f->library, qora_model_get_path (f->checkpoint))));
  while (f->ended == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (qora_models_library_get_busy (f->library));
  g_assert_cmpint (qora_models_job_get_state (f->ended), ==, QORA_MODELS_JOB_DONE);
  g_assert_cmpstr (qora_models_job_get_target (f->ended), ==, target);

  wait_for_models (f, 2);
  packed = g_list_model_get_item (get_models (f), 0);
  g_assert_cmpstr (qora_model_get_path (packed), ==, target);
  g_assert_cmpint (qora_model_get_place (packed), ==, QORA_MODEL_OWN);
  next = qora_models_library_suggest_target (f->library, f->checkpoint);
  g_assert_cmpstr (next, ==, other);
}

static void
test_put_away (Fixture *f, gconstpointer unused)
{
  QoraModelsJob *job;

  qora_models_library_convert (f->library, f->checkpoint);
  qora_models_library_put_away (f->library);
  job = qora_models_library_find_job (f->library, qora_model_get_path (f->checkpoint));
  g_assert_cmpint (qora_models_job_get_state (job), ==, QORA_MODELS_JOB_IDLE);
  g_assert_false (qora_models_library_get_busy (f->library));
  g_assert_cmpuint (qora_folder_measure (f->folder), ==, 0);
}

static void
test_refused (Fixture *f, gconstpointer unused)
{
  qora_models_library_add (f->library, "/no/such/folder");
  while (f->failure == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (f->failure, "/no/such/folder"));
  g_assert_cmpuint (g_list_model_get_n_items (get_models (f)), ==, 1);
}

/* What another program puts into the folder of models is seen without being asked for. */
static void
test_appears (Fixture *f, gconstpointer unused)
{
  g_autofree char *models = g_build_filename (f->folder, "models", NULL);
  g_autofree char *link = g_build_filename (models, "other", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (link);

  g_assert_cmpint (g_mkdir_with_parents (models, 0755), ==, 0);
  g_assert_true (g_file_make_symbolic_link (file, qora_model_get_path (f->checkpoint), NULL, NULL));
  wait_for_models (f, 2);
}

#define ADD(name, test) g_test_add ("/models-library/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  /* No voices of this computer's. */
  g_setenv ("XDG_DATA_DIRS", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("pack", test_pack);
  ADD ("put-away", test_put_away);
  ADD ("refused", test_refused);
  ADD ("appears", test_appears);
  return g_test_run ();
}
