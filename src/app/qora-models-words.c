/* qora-models-words.c: voice models and their jobs in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-models-words.h"

#include <glib/gi18n.h>

#include "qora-time.h"

char *
qora_models_name (QoraModelsLibrary *library, QoraModel *model)
{
  GListModel *catalogue = qora_models_library_get_catalogue (library);
  g_autoptr (QoraCatalogueEntry) entry = NULL;

  if (qora_model_get_place (model) == QORA_MODEL_DEMO)
    return g_strdup (_ ("Demo Voice"));
  if (catalogue != NULL && qora_model_get_place (model) == QORA_MODEL_OWN)
    entry = qora_catalogue_find (catalogue, qora_model_get_name (model));
  return g_strdup (entry != NULL ? qora_catalogue_entry_get_title (entry)
                                 : qora_model_get_name (model));
}

const char *
qora_models_describe_kind (const char *kind)
{
  if (g_str_equal (kind, "custom-voice"))
    return _ ("Preset voices");
  if (g_str_equal (kind, "voice-design"))
    return _ ("Voice from a description");
  return _ ("No voice of its own");
}

gboolean
qora_models_can_pack (QoraModel *model)
{
  return !qora_model_is_packed (model) && qora_model_get_place (model) != QORA_MODEL_DEMO;
}

char *
qora_models_describe (QoraModel *model)
{
  guint n_voices = g_strv_length ((char **) qora_model_get_speakers (model));
  g_autofree char *size = g_format_size (qora_model_get_bytes (model));
  g_autofree char *voices = NULL;

  if (n_voices == 0)
    voices = g_strdup (qora_models_describe_kind (qora_model_get_kind (model)));
  else
    voices = g_strdup_printf (ngettext ("%u voice", "%u voices", n_voices), n_voices);
  return qora_model_is_packed (model) ? g_strdup_printf ("%s · %s", voices, size)
                                      /* translators: what voices a model has, and a size */
                                      : g_strdup_printf (_ ("%s · %s · not packed"), voices, size);
}

/* "1.2 of 4.5 GB", as far as the units allow. */
static char *
describe_arrived (QoraModelsJob *job)
{
  QoraModelDownload *download = qora_models_job_get_download (job);
  g_autofree char *arrived = g_format_size (qora_models_job_get_arrived (job));
  g_autofree char *total
      = g_format_size (qora_catalogue_entry_get_size (qora_model_download_get_entry (download)));

  /* translators: two sizes: how much of how much has been downloaded */
  return g_strdup_printf (_ ("%s of %s"), arrived, total);
}

static char *
describe_download (QoraModelsJob *job)
{
  g_autofree char *arrived = describe_arrived (job);
  g_autoptr (GString) text = g_string_new (NULL);
  QoraDownloadProgress progress;

  qora_model_download_get_progress (qora_models_job_get_download (job), &progress);
  /* translators: which file of how many, then how many bytes of how many */
  g_string_append_printf (text, _ ("File %u of %u · %s"), progress.file_index + 1, progress.n_files,
                          arrived);
  if (progress.rate > 0)
    {
      g_autofree char *rate = g_format_size ((guint64) progress.rate);

      /* translators: %s is a size, for example “12.3 MB” */
      g_string_append_printf (text, _ (" · %s/s"), rate);
    }
  if (progress.left_s >= 0)
    {
      g_autofree char *left = qora_time_format_left (progress.left_s);

      /* translators: %s is a duration, for example “50 s” */
      g_string_append_printf (text, _ (" · about %s left"), left);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static const char *
suggest_remedy (QoraModelsJob *job, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return _ ("Make some space on the disk, then try again.");
  /* It was the packing that failed. */
  if (g_file_test (qora_models_job_get_source (job), G_FILE_TEST_IS_DIR))
    return _ ("The original files were not changed.");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return _ ("Check the address of the server below.");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    return _ ("Try again later, or choose another server below.");
  return _ ("Check the network connection, then go on: what has arrived is kept.");
}

static char *
describe_failure (QoraModelsJob *job)
{
  const GError *error = qora_models_job_get_error (job);

  return g_strdup_printf ("%s. %s", error->message, suggest_remedy (job, error));
}

char *
qora_models_describe_job (QoraModelsJob *job)
{
  g_autofree char *arrived = NULL;

  switch (qora_models_job_get_state (job))
    {
    case QORA_MODELS_JOB_CHECKING:
      return g_strdup (_ ("Checking what is there…"));
    case QORA_MODELS_JOB_DOWNLOADING:
      return describe_download (job);
    case QORA_MODELS_JOB_WAITING:
      return g_strdup (_ ("The connection is interrupted. Trying again…"));
    case QORA_MODELS_JOB_CONVERTING:
      return g_strdup_printf (_ ("Packing, %d%%"),
                              (int) (100 * qora_models_job_get_fraction (job)));
    case QORA_MODELS_JOB_DONE:
      return g_strdup (_ ("Ready"));
    case QORA_MODELS_JOB_FAILED:
      return describe_failure (job);
    default:
      if (qora_models_job_get_arrived (job) == 0)
        return g_strdup ("");
      arrived = describe_arrived (job);
      /* translators: %s is for example “1.2 GB of 4.5 GB” */
      return g_strdup_printf (_ ("Paused, %s"), arrived);
    }
}

char *
qora_models_describe_needs (const QoraModelNeeds *needs)
{
  g_autofree char *disk = g_format_size (needs->disk);
  g_autofree char *disk_free = g_format_size (needs->disk_free);
  g_autofree char *memory = g_format_size (needs->memory);
  g_autofree char *memory_total = g_format_size (needs->memory_total);

  if (needs->disk_free == G_MAXUINT64 || needs->memory_total == G_MAXUINT64)
    /* translators: both are sizes, for example “6.0 GB” */
    return g_strdup_printf (_ ("Needs %s of disk space and %s of memory"), disk, memory);
  /* translators: all are sizes, for example “6.0 GB” */
  return g_strdup_printf (_ ("Needs %s of disk space (%s free) and %s of memory (%s in all)"), disk,
                          disk_free, memory, memory_total);
}
