/* voices.c: which voice model speaks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "voices.h"

#include <glib/gi18n.h>

#include "errors.h"
#include "qora-model-search.h"

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

static gboolean
take_found (CliVoice *voice, GError **error)
{
  g_autofree char *data_folder = qora_model_search_get_data_folder ();
  g_autoptr (GPtrArray) models = qora_model_search (data_folder);
  const QoraFoundModel *first = models->len > 0 ? models->pdata[0] : NULL;

  if (first == NULL)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED,
                   _ ("no voice is installed in %s/models, and the demo voice is missing; name a "
                      "model with --load or --model-path"),
                   data_folder);
      return FALSE;
    }
  voice->path = g_strdup (first->path);
  voice->is_demo = first->place == QORA_MODEL_DEMO;
  voice->description = first->place == QORA_MODEL_DEMO
                           ? g_strdup (_ ("the demo voice"))
                           : g_strdup_printf (_ ("the installed voice %s"), first->path);
  return TRUE;
}

gboolean
cli_voice_find (const CliOptions *options, CliVoice *voice, GError **error)
{
  *voice = (CliVoice){ 0 };
  if (options->load != NULL || options->model_path != NULL)
    return take_named (options, voice, error);
  if (!qora_model_search_is_checkpoint ("."))
    return take_found (voice, error);
  voice->path = g_get_current_dir ();
  voice->description = g_strdup (_ ("the checkpoint in the current folder"));
  return TRUE;
}

void
cli_voice_clear (CliVoice *voice)
{
  g_clear_pointer (&voice->path, g_free);
  g_clear_pointer (&voice->description, g_free);
}
