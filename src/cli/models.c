/* models.c: voice models that are installed or can be
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "models.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "errors.h"
#include "interrupt.h"
#include "progress.h"
#include "qora-model-convert.h"
#include "qora-model-download.h"
#include "qora-model-store.h"

#define POLL_MS 100 /* how often a signal is looked for */

/* One download, then one conversion, each with the main loop running meanwhile. */
typedef struct
{
  const CliOptions *options;
  CliProgress *progress;
  GMainLoop *loop;
  GCancellable *cancellable;
  char *folder; /* of the downloaded model */
  gboolean converted;
  GError *error;
} Job;

static void
job_clear (Job *job)
{
  g_clear_pointer (&job->progress, cli_progress_free);
  g_clear_pointer (&job->loop, g_main_loop_unref);
  g_clear_object (&job->cancellable);
  g_free (job->folder);
  g_clear_error (&job->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

/* In ASCII, as the terminal's encoding may have no narrower space. */
static char *
format_size (guint64 bytes)
{
  g_autofree char *text = g_format_size (bytes);
  g_auto (GStrv) words = g_strsplit (text, "\302\240", -1);

  return g_strjoinv (" ", words);
}

static void
print_model (const char *name, guint64 bytes, const char *kind, const char *where)
{
  g_autofree char *size = format_size (bytes);

  printf ("%-20s %10s  %-12s  %s\n", name, size, kind, where);
}

static GListModel *
load_catalogue (const CliOptions *options, GError **error)
{
  g_autoptr (GError) reason = NULL;
  GListModel *catalogue = qora_catalogue_load_default (options->mirror, &reason);

  if (catalogue == NULL)
    g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED, _ ("the catalogue of models: %s"),
                 reason->message);
  return catalogue;
}

gboolean
cli_list_models (const CliOptions *options, GError **error)
{
  g_autoptr (GListModel) catalogue = load_catalogue (options, error);
  g_autoptr (QoraModelStore) store = qora_model_store_new (NULL);

  if (catalogue == NULL)
    return FALSE;
  qora_model_store_refresh (store);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (store)); i++)
    {
      g_autoptr (QoraModel) model = g_list_model_get_item (G_LIST_MODEL (store), i);

      print_model (qora_model_get_name (model), qora_model_get_bytes (model),
                   qora_model_get_kind (model), qora_model_get_path (model));
    }
  for (guint i = 0; i < g_list_model_get_n_items (catalogue); i++)
    {
      g_autoptr (QoraCatalogueEntry) entry = g_list_model_get_item (catalogue, i);
      const char *name = qora_catalogue_entry_get_name (entry);
      g_autoptr (QoraModel) model = qora_model_store_find (store, name);

      if (model == NULL)
        print_model (name, qora_catalogue_entry_get_size (entry),
                     qora_catalogue_entry_get_kind (entry), _ ("not installed"));
    }
  return TRUE;
}

static gboolean
look_for_signal (gpointer data)
{
  Job *job = data;

  if (cli_interrupted ())
    g_cancellable_cancel (job->cancellable);
  return G_SOURCE_CONTINUE;
}

/* Until a callback ends the loop. TRUE: without an error. */
static gboolean
wait_for_end (Job *job, GError **error)
{
  guint source = g_timeout_add (POLL_MS, look_for_signal, job);

  g_main_loop_run (job->loop);
  g_source_remove (source);
  cli_progress_clear (job->progress);
  if (job->error == NULL)
    return TRUE;
  g_set_error (error, CLI_ERROR,
               g_error_matches (job->error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
                   ? CLI_ERROR_INTERRUPTED
                   : CLI_ERROR_FAILED,
               "%s", job->error->message);
  return FALSE;
}

static char *
describe_progress (const QoraDownloadProgress *progress)
{
  g_autofree char *rate = format_size ((guint64) progress->rate);

  if (progress->state == QORA_DOWNLOAD_CHECKING)
    return g_strdup_printf (_ ("checking %s"), progress->file);
  if (progress->state == QORA_DOWNLOAD_WAITING)
    return g_strdup_printf (_ ("waiting to try %s again"), progress->file);
  if (progress->left_s < 0)
    return g_strdup_printf (_ ("file %u of %u"), progress->file_index + 1, progress->n_files);
  return g_strdup_printf (_ ("file %u of %u, %s/s, %d:%02d left"), progress->file_index + 1,
                          progress->n_files, rate, (int) progress->left_s / 60,
                          (int) progress->left_s % 60);
}

static void
on_download_progress (QoraModelDownload *download, Job *job)
{
  QoraDownloadProgress progress;
  g_autofree char *text = NULL;

  qora_model_download_get_progress (download, &progress);
  if (progress.file == NULL)
    return;
  text = describe_progress (&progress);
  cli_progress_task (job->progress, text, (double) progress.done / progress.total);
}

static void
on_downloaded (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;

  job->folder = qora_model_download_run_finish (QORA_MODEL_DOWNLOAD (source), result, &job->error);
  g_main_loop_quit (job->loop);
}

static gboolean
download (Job *job, QoraCatalogueEntry *entry, const char *data_folder, GError **error)
{
  g_autoptr (QoraModelDownload) fetching = qora_model_download_new (entry, data_folder);
  g_autofree char *size = format_size (qora_catalogue_entry_get_size (entry));

  if (!job->options->quiet)
    cli_message (_ ("downloading %s, %s"), qora_catalogue_entry_get_title (entry), size);
  g_signal_connect (fetching, "progress", G_CALLBACK (on_download_progress), job);
  qora_model_download_run_async (fetching, job->cancellable, on_downloaded, job);
  return wait_for_end (job, error);
}

static void
on_convert_progress (double fraction, gpointer data)
{
  Job *job = data;

  cli_progress_task (job->progress, _ ("converting"), fraction);
}

static void
on_converted (GObject *source, GAsyncResult *result, gpointer data)
{
  Job *job = data;

  job->converted = qora_model_convert_finish (result, &job->error);
  g_main_loop_quit (job->loop);
}

static gboolean
convert (Job *job, const char *name, GError **error)
{
  g_autofree char *file = g_strconcat (name, ".qora-tts", NULL);
  g_autofree char *target = g_build_filename (job->folder, file, NULL);

  qora_model_convert_async (job->folder, target, job->options->precision, on_convert_progress,
                            job->cancellable, on_converted, job);
  if (!wait_for_end (job, error))
    return FALSE;
  if (!job->options->quiet)
    cli_message (_ ("%s is ready; the checkpoint beside it is only needed for other precisions"),
                 target);
  return TRUE;
}

static QoraCatalogueEntry *
find_entry (const CliOptions *options, GError **error)
{
  g_autoptr (GListModel) catalogue = load_catalogue (options, error);
  QoraCatalogueEntry *entry;

  if (catalogue == NULL)
    return NULL;
  entry = qora_catalogue_find (catalogue, options->download);
  if (entry == NULL)
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                 _ ("--download %s: there is no such model; --list-models names them"),
                 options->download);
  return entry;
}

gboolean
cli_download_model (const CliOptions *options, GError **error)
{
  g_autoptr (QoraCatalogueEntry) entry = NULL;
  g_autoptr (QoraModelStore) store = qora_model_store_new (NULL);
  g_autoptr (QoraModel) installed = NULL;
  g_auto (Job) job = { .options = options };
  const char *name;

  entry = find_entry (options, error);
  if (entry == NULL)
    return FALSE;
  name = qora_catalogue_entry_get_name (entry);
  qora_model_store_refresh (store);
  installed = qora_model_store_find (store, name);
  if (installed != NULL && qora_model_is_packed (installed))
    {
      if (!options->quiet)
        cli_message (_ ("%s is installed"), qora_model_get_path (installed));
      return TRUE;
    }
  job.progress = cli_progress_new (options->quiet);
  job.loop = g_main_loop_new (NULL, FALSE);
  job.cancellable = g_cancellable_new ();
  /* Only the conversion is missing where an earlier run was stopped in it. */
  if (installed != NULL)
    job.folder = g_strdup (qora_model_get_path (installed));
  else if (!download (&job, entry, qora_model_store_get_data_folder (store), error))
    return FALSE;
  return convert (&job, name, error);
}
