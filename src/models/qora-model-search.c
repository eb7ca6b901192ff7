/* qora-model-search.c: where voice models lie on this computer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-model-search.h"

#include <string.h>

#define NAME "qora-tts"
#define DEMO "demo"

static void
found_model_free (QoraFoundModel *found)
{
  g_free (found->path);
  g_free (found);
}

char *
qora_model_search_get_data_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), NAME, NULL);
}

static gboolean
is_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

gboolean
qora_model_search_is_checkpoint (const char *folder)
{
  return is_file (folder, "config.json")
         && (is_file (folder, "model.safetensors")
             || is_file (folder, "model.safetensors.index.json"));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names in a folder, sorted; empty where there is none. */
static GPtrArray *
list_folder (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
add (GPtrArray *models, const char *path, QoraModelPlace place)
{
  QoraFoundModel *found = g_new (QoraFoundModel, 1);

  *found = (QoraFoundModel){ g_canonicalize_filename (path, NULL), place };
  g_ptr_array_add (models, found);
}

/* A voice lies in a folder of its own: one .qora-tts file or a checkpoint. */
static void
look_into_model_folder (GPtrArray *models, const char *folder, QoraModelPlace place)
{
  g_autoptr (GPtrArray) names = list_folder (folder);

  for (guint i = 0; i < names->len; i++)
    if (g_str_has_suffix (names->pdata[i], ".qora-tts") && is_file (folder, names->pdata[i]))
      {
        g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

        add (models, path, place);
        return;
      }
  if (qora_model_search_is_checkpoint (folder))
    add (models, folder, place);
}

static void
look_into_folder_of_models (GPtrArray *models, const char *parent, QoraModelPlace place)
{
  g_autoptr (GPtrArray) names = list_folder (parent);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *folder = g_build_filename (parent, names->pdata[i], NULL);

      if (place != QORA_MODEL_SYSTEM || strcmp (names->pdata[i], DEMO) != 0)
        look_into_model_folder (models, folder, place);
    }
}

/* The voices beside the running program: in a build tree, or in a prefix that was moved. */
static char *
find_voices_beside_program (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;

  for (int level = 0; folder != NULL && level < 2; level++)
    {
      g_autofree char *up = g_path_get_dirname (folder);
      g_autofree char *installed = g_build_filename (up, "share", NAME, "voices", NULL);
      g_autofree char *built = g_build_filename (up, "data", "voices", NULL);

      if (g_file_test (installed, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&installed);
      if (g_file_test (built, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&built);
      g_free (folder);
      folder = g_steal_pointer (&up);
    }
  return NULL;
}

static void
look_for_demo (GPtrArray *models)
{
  g_autofree char *beside = find_voices_beside_program ();
  const char *const parents[] = { beside, QORA_VOICES_DIR };
  guint before = models->len;

  for (gsize i = 0; i < G_N_ELEMENTS (parents) && models->len == before; i++)
    if (parents[i] != NULL)
      {
        g_autofree char *folder = g_build_filename (parents[i], DEMO, NULL);

        look_into_model_folder (models, folder, QORA_MODEL_DEMO);
      }
}

char *
qora_model_search_get_list_path (const char *data_folder)
{
  return g_build_filename (data_folder, "models.list", NULL);
}

char **
qora_model_search_read_list (const char *data_folder)
{
  g_autofree char *path = qora_model_search_get_list_path (data_folder);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_new0 (char *, 1);
  return g_strsplit (text, "\n", -1);
}

GPtrArray *
qora_model_search (const char *data_folder)
{
  GPtrArray *models = g_ptr_array_new_with_free_func ((GDestroyNotify) found_model_free);
  g_autofree char *own = g_build_filename (data_folder, "models", NULL);
  g_auto (GStrv) added = qora_model_search_read_list (data_folder);

  look_into_folder_of_models (models, own, QORA_MODEL_OWN);
  for (char **path = added; *path != NULL; path++)
    if (g_file_test (*path, G_FILE_TEST_IS_REGULAR) || qora_model_search_is_checkpoint (*path))
      add (models, *path, QORA_MODEL_ADDED);
  for (const char *const *dir = g_get_system_data_dirs (); *dir != NULL; dir++)
    {
      g_autofree char *shared = g_build_filename (*dir, NAME, "voices", NULL);

      look_into_folder_of_models (models, shared, QORA_MODEL_SYSTEM);
    }
  look_for_demo (models);
  return models;
}
