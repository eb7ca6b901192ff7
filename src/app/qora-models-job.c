/* qora-models-job.c: a download or a conversion, from its start to a voice that can be used
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-models-job.h"

#include "qora-model-convert.h"
#include "qora-model-needs.h"

struct _QoraModelsJob
{
  GObject parent_instance;

  char *title;
  QoraModelDownload *download;
  char *source;
  char *target;
  QoraModelsJobState state;
  double fraction; /* of the conversion */
  GError *error;
  GCancellable *cancellable; /* while it is active */
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraModelsJob, qora_models_job, G_TYPE_OBJECT)

const char *
qora_models_job_get_title (QoraModelsJob *self)
{
  return self->title;
}

QoraModelDownload *
qora_models_job_get_download (QoraModelsJob *self)
{
  return self->download;
}

const char *
qora_models_job_get_source (QoraModelsJob *self)
{
  return self->source;
}

const char *
qora_models_job_get_target (QoraModelsJob *self)
{
  return self->target;
}

QoraModelsJobState
qora_models_job_get_state (QoraModelsJob *self)
{
  return self->state;
}

gboolean
qora_models_job_is_active (QoraModelsJob *self)
{
  return self->cancellable != NULL;
}

const GError *
qora_models_job_get_error (QoraModelsJob *self)
{
  return self->error;
}

guint64
qora_models_job_get_arrived (QoraModelsJob *self)
{
  QoraDownloadProgress progress;

  if (self->download == NULL)
    return 0;
  qora_model_download_get_progress (self->download, &progress);
  if (qora_models_job_is_active (self) && progress.state != QORA_DOWNLOAD_IDLE)
    return progress.done;
  return progress.total - qora_model_download_count_missing (self->download);
}

double
qora_models_job_get_fraction (QoraModelsJob *self)
{
  QoraDownloadProgress progress;

  if (self->state == QORA_MODELS_JOB_DONE)
    return 1;
  if (self->download == NULL || self->state == QORA_MODELS_JOB_CONVERTING)
    return self->fraction;
  qora_model_download_get_progress (self->download, &progress);
  return (double) qora_models_job_get_arrived (self) / (double) progress.total;
}

static void
set_state (QoraModelsJob *self, QoraModelsJobState state)
{
  self->state = state;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* Takes the error; NULL: it is done. */
static void
end (QoraModelsJob *self, GError *error)
{
  QoraModelsJobState state = QORA_MODELS_JOB_DONE;

  g_clear_object (&self->cancellable);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      state = QORA_MODELS_JOB_IDLE;
      g_clear_error (&error);
    }
  else if (error != NULL)
    state = QORA_MODELS_JOB_FAILED;
  self->error = error;
  set_state (self, state);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0);
}

static void
on_convert_progress (double fraction, gpointer user_data)
{
  QoraModelsJob *self = user_data;

  self->fraction = fraction;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
on_converted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraModelsJob) self = user_data;
  GError *error = NULL;

  qora_model_convert_finish (result, &error);
  end (self, error);
}

static void
convert (QoraModelsJob *self)
{
  g_autofree char *folder = g_path_get_dirname (self->target);

  self->fraction = 0;
  /* Where it cannot be created, the conversion says so. */
  g_mkdir_with_parents (folder, 0755);
  set_state (self, QORA_MODELS_JOB_CONVERTING);
  qora_model_convert_async (self->source, self->target, QTTS_PRECISION_Q4, on_convert_progress,
                            self->cancellable, on_converted, g_object_ref (self));
}

static void
on_downloaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraModelsJob) self = user_data;
  g_autofree char *folder = NULL;
  GError *error = NULL;

  folder = qora_model_download_run_finish (self->download, result, &error);
  if (folder != NULL)
    {
      convert (self);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    qora_model_download_discard (self->download, NULL);
  end (self, error);
}

static void
on_download_progress (QoraModelsJob *self)
{
  static const QoraModelsJobState states[] = {
    [QORA_DOWNLOAD_IDLE] = QORA_MODELS_JOB_CHECKING,
    [QORA_DOWNLOAD_CHECKING] = QORA_MODELS_JOB_CHECKING,
    [QORA_DOWNLOAD_RUNNING] = QORA_MODELS_JOB_DOWNLOADING,
    [QORA_DOWNLOAD_WAITING] = QORA_MODELS_JOB_WAITING,
    [QORA_DOWNLOAD_PAUSED] = QORA_MODELS_JOB_PAUSED,
  };
  QoraDownloadProgress progress;

  /* A late report of what has ended. */
  if (!qora_models_job_is_active (self) || self->state == QORA_MODELS_JOB_CONVERTING)
    return;
  qora_model_download_get_progress (self->download, &progress);
  set_state (self, states[progress.state]);
}

static gboolean
check_disk (QoraModelsJob *self, GError **error)
{
  QoraModelNeeds needs;

  qora_model_needs_of_download (&needs, self->download);
  return qora_model_needs_check_disk (&needs, error);
}

void
qora_models_job_start (QoraModelsJob *self)
{
  GError *error = NULL;

  g_return_if_fail (QORA_IS_MODELS_JOB (self));

  if (qora_models_job_is_active (self))
    {
      if (self->download != NULL)
        qora_model_download_resume (self->download);
      return;
    }
  g_clear_error (&self->error);
  self->cancellable = g_cancellable_new ();
  /* Only the conversion is missing where an earlier run was stopped in it. */
  if (self->download == NULL || g_file_test (self->source, G_FILE_TEST_IS_DIR))
    convert (self);
  else if (!check_disk (self, &error))
    end (self, error);
  else
    {
      qora_model_download_resume (self->download);
      set_state (self, QORA_MODELS_JOB_CHECKING);
      qora_model_download_run_async (self->download, self->cancellable, on_downloaded,
                                     g_object_ref (self));
    }
}

void
qora_models_job_pause (QoraModelsJob *self)
{
  g_return_if_fail (QORA_IS_MODELS_JOB (self));

  if (self->download != NULL && qora_models_job_is_active (self))
    qora_model_download_pause (self->download);
}

void
qora_models_job_cancel (QoraModelsJob *self)
{
  g_return_if_fail (QORA_IS_MODELS_JOB (self));

  if (qora_models_job_is_active (self))
    {
      g_cancellable_cancel (self->cancellable);
      return;
    }
  if (self->download != NULL)
    qora_model_download_discard (self->download, NULL);
  g_clear_error (&self->error);
  set_state (self, QORA_MODELS_JOB_IDLE);
}

static void
qora_models_job_finalize (GObject *object)
{
  QoraModelsJob *self = QORA_MODELS_JOB (object);

  g_clear_object (&self->download);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_free (self->title);
  g_free (self->source);
  g_free (self->target);
  G_OBJECT_CLASS (qora_models_job_parent_class)->finalize (object);
}

static void
qora_models_job_class_init (QoraModelsJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_models_job_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", QORA_TYPE_MODELS_JOB, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", QORA_TYPE_MODELS_JOB, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
}

static void
qora_models_job_init (QoraModelsJob *self)
{
}

QoraModelsJob *
qora_models_job_new_download (QoraCatalogueEntry *entry, const char *data_folder)
{
  QoraModelsJob *self = g_object_new (QORA_TYPE_MODELS_JOB, NULL);
  g_autofree char *file = g_strconcat (qora_catalogue_entry_get_name (entry), ".qora-tts", NULL);

  self->title = g_strdup (qora_catalogue_entry_get_title (entry));
  self->download = qora_model_download_new (entry, data_folder);
  self->source = g_strdup (qora_model_download_get_target (self->download));
  self->target = g_build_filename (self->source, file, NULL);
  g_signal_connect_object (self->download, "progress", G_CALLBACK (on_download_progress), self,
                           G_CONNECT_SWAPPED);
  return self;
}

QoraModelsJob *
qora_models_job_new_conversion (const char *source, const char *target, const char *title)
{
  QoraModelsJob *self = g_object_new (QORA_TYPE_MODELS_JOB, NULL);

  self->title = g_strdup (title);
  self->source = g_strdup (source);
  self->target = g_strdup (target);
  return self;
}
