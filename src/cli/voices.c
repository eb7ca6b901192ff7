/* voices.c: which voice model speaks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "voices.h"

#include <glib/gi18n.h>
#include <string.h>

#include "errors.h"

#define DEMO_VOICE "demo"

static gboolean
is_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

static gboolean
holds_checkpoint (const char *folder)
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
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

/* The first .qora-tts file in the folder, or NULL. */
static char *
find_packed (const char *folder)
{
  g_autoptr (GPtrArray) names = list_folder (folder);

  for (guint i = 0; i < names->len; i++)
    if (g_str_has_suffix (names->pdata[i], ".qora-tts") && is_file (folder, names->pdata[i]))
      return g_build_filename (folder, names->pdata[i], NULL);
  return NULL;
}

/* A voice lies in a folder of its own: one .qora-tts file or a checkpoint. */
static char *
find_in_voice_folder (const char *folder)
{
  char *packed = find_packed (folder);

  if (packed == NULL && holds_checkpoint (folder))
    return g_strdup (folder);
  return packed;
}

/* The first voice among the folders in `parent`, the demo voice left out. */
static char *
find_installed_in (const char *parent)
{
  g_autoptr (GPtrArray) names = list_folder (parent);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *folder = g_build_filename (parent, names->pdata[i], NULL);
      char *found;

      if (strcmp (names->pdata[i], DEMO_VOICE) == 0)
        continue;
      found = find_in_voice_folder (folder);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static char *
find_installed (void)
{
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "qora-tts", "models", NULL);
  char *found = find_installed_in (own);

  for (const char *const *dir = g_get_system_data_dirs (); found == NULL && *dir != NULL; dir++)
    {
      g_autofree char *shared = g_build_filename (*dir, "qora-tts", "voices", NULL);

      found = find_installed_in (shared);
    }
  return found;
}

/* The voices' folder beside the running program: in a build tree, or in a prefix that was moved. */
static char *
voices_beside_program (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = NULL;
  g_autofree char *up = NULL;

  if (program == NULL)
    return NULL;
  folder = g_path_get_dirname (program);
  if (g_str_has_suffix (folder, "/src/cli"))
    return g_build_filename (folder, "..", "..", "data", "voices", NULL);
  up = g_path_get_dirname (folder);
  return g_build_filename (up, "share", "qora-tts", "voices", NULL);
}

static char *
find_demo (void)
{
  g_autofree char *beside = voices_beside_program ();
  const char *parents[] = { beside, QORA_TTS_VOICES_DIR };
  char *found = NULL;

  for (gsize i = 0; found == NULL && i < G_N_ELEMENTS (parents); i++)
    if (parents[i] != NULL)
      {
        g_autofree char *folder = g_build_filename (parents[i], DEMO_VOICE, NULL);

        found = find_in_voice_folder (folder);
      }
  return found;
}

static gboolean
take_named (const CliOptions *options, CliVoice *voice, GError **error)
{
  gboolean packed = options->load != NULL;
  const char *path = packed ? options->load : options->model_path;
  gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED,
                 packed ? _ ("%s: there is no such file") : _ ("%s: there is no such folder"),
                 path);
  else if (packed && is_folder)
    g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED,
                 _ ("%s: is a folder; --load wants a .qora-tts file, --model-path a checkpoint's "
                    "folder"),
                 path);
  else if (!packed && !is_folder)
    g_set_error (
        error, CLI_ERROR, CLI_ERROR_FAILED,
        _ ("%s: is a file; --model-path wants a checkpoint's folder, --load a .qora-tts file"),
        path);
  else
    {
      voice->path = g_strdup (path);
      voice->description = g_strdup (path);
      return TRUE;
    }
  return FALSE;
}

gboolean
cli_voice_find (const CliOptions *options, CliVoice *voice, GError **error)
{
  *voice = (CliVoice){ NULL, NULL };
  if (options->load != NULL || options->model_path != NULL)
    return take_named (options, voice, error);

  if (holds_checkpoint ("."))
    {
      voice->path = g_get_current_dir ();
      voice->description = g_strdup (_ ("the checkpoint in the current folder"));
    }
  else if ((voice->path = find_installed ()) != NULL)
    voice->description = g_strdup_printf (_ ("the installed voice %s"), voice->path);
  else if ((voice->path = find_demo ()) != NULL)
    voice->description = g_strdup (_ ("the demo voice"));
  else
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED,
                   _ ("no voice is installed, and the demo voice is missing from %s; name a model "
                      "with --load or --model-path"),
                   QORA_TTS_VOICES_DIR);
      return FALSE;
    }
  return TRUE;
}

void
cli_voice_clear (CliVoice *voice)
{
  g_clear_pointer (&voice->path, g_free);
  g_clear_pointer (&voice->description, g_free);
}
