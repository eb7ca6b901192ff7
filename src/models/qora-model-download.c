/* qora-model-download.c: fetches a voice model, whole or not at all
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-model-download.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "qora-file-transfer.h"
#include "qora-folder.h"

#define REPORT_US       100000
#define RATE_US         500000 /* shortest stretch that a rate is taken from */
#define LONGEST_DELAY_S 60
#define REVISION_DIGITS 12

struct _QoraModelDownload
{
  GObject parent_instance;

  QoraCatalogueEntry *entry;
  char *staging; /* folder of files that have arrived and of parts */
  char *target;  /* folder of the model */
  guint timeout_s;
  guint n_tries;
  double delay_s;
  gboolean running;

  GMutex mutex;
  GCond wake;
  /* Below: guarded by the mutex. */
  QoraDownloadProgress progress;
  gboolean paused;
  gboolean report_pending;
  GCancellable *request; /* of the request on its way, or NULL */
};

/* What the working thread alone knows. */
typedef struct
{
  QoraModelDownload *self;
  GTask *task;
  GCancellable *cancellable;
  SoupSession *session;
  guint64 before;  /* bytes of the files before this one */
  gint64 reported; /* monotonic, microseconds */
  gint64 rate_since;
  guint64 rate_from; /* bytes at that time */
} Work;

enum
{
  PROGRESS,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraModelDownload, qora_model_download, G_TYPE_OBJECT)

static void
qora_model_download_finalize (GObject *object)
{
  QoraModelDownload *self = QORA_MODEL_DOWNLOAD (object);

  g_object_unref (self->entry);
  g_free (self->staging);
  g_free (self->target);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->wake);
  G_OBJECT_CLASS (qora_model_download_parent_class)->finalize (object);
}

static void
qora_model_download_class_init (QoraModelDownloadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_model_download_finalize;
  signals[PROGRESS] = g_signal_new ("progress", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qora_model_download_init (QoraModelDownload *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->wake);
  self->timeout_s = 30;
  self->n_tries = 6;
  self->delay_s = 1;
}

QoraModelDownload *
qora_model_download_new (QoraCatalogueEntry *entry, const char *data_folder)
{
  QoraModelDownload *self = g_object_new (QORA_TYPE_MODEL_DOWNLOAD, NULL);
  const char *name = qora_catalogue_entry_get_name (entry);
  g_autofree char *version = g_strdup_printf ("%s-%.*s", name, REVISION_DIGITS,
                                              qora_catalogue_entry_get_revision (entry));

  self->entry = g_object_ref (entry);
  self->staging = g_build_filename (data_folder, "downloads", version, NULL);
  self->target = g_build_filename (data_folder, "models", name, NULL);
  self->progress = (QoraDownloadProgress){
    .n_files = qora_catalogue_entry_get_n_files (entry),
    .total = qora_catalogue_entry_get_size (entry),
    .left_s = -1,
  };
  return self;
}

QoraCatalogueEntry *
qora_model_download_get_entry (QoraModelDownload *self)
{
  return self->entry;
}

const char *
qora_model_download_get_target (QoraModelDownload *self)
{
  return self->target;
}

void
qora_model_download_set_patience (QoraModelDownload *self, guint timeout_s, guint n_tries,
                                  double delay_s)
{
  g_return_if_fail (!self->running && n_tries > 0);

  self->timeout_s = timeout_s;
  self->n_tries = n_tries;
  self->delay_s = delay_s;
}

static gboolean
emit_progress (gpointer data)
{
  QoraModelDownload *self = data;

  g_mutex_lock (&self->mutex);
  self->report_pending = FALSE;
  g_mutex_unlock (&self->mutex);
  g_signal_emit (self, signals[PROGRESS], 0);
  return G_SOURCE_REMOVE;
}

/* With the mutex held. */
static void
report (Work *work)
{
  QoraModelDownload *self = work->self;
  g_autoptr (GSource) source = NULL;

  work->reported = g_get_monotonic_time ();
  if (self->report_pending)
    return;
  self->report_pending = TRUE;
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_progress, g_object_ref (self), g_object_unref);
  g_source_attach (source, g_task_get_context (work->task));
}

/* With the mutex held. A rate is only known while bytes arrive. */
static void
enter_state (Work *work, QoraDownloadState state)
{
  work->self->progress.state = state;
  work->self->progress.rate = 0;
  work->self->progress.left_s = -1;
  work->rate_since = 0;
  report (work);
}

static void
set_state (Work *work, QoraDownloadState state)
{
  g_mutex_lock (&work->self->mutex);
  enter_state (work, state);
  g_mutex_unlock (&work->self->mutex);
}

/* With the mutex held. */
static void
update_rate (Work *work, gint64 now)
{
  QoraDownloadProgress *progress = &work->self->progress;
  double rate;

  if (work->rate_since == 0 || progress->done < work->rate_from)
    {
      work->rate_since = now;
      work->rate_from = progress->done;
    }
  if (now - work->rate_since < RATE_US)
    return;
  rate = (progress->done - work->rate_from) * (double) G_USEC_PER_SEC / (now - work->rate_since);
  progress->rate = progress->rate > 0 ? 0.7 * progress->rate + 0.3 * rate : rate;
  progress->left_s = progress->rate > 0 ? (progress->total - progress->done) / progress->rate : -1;
  work->rate_since = now;
  work->rate_from = progress->done;
}

static void
on_bytes (guint64 done, gpointer data)
{
  Work *work = data;
  QoraModelDownload *self = work->self;
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->mutex);
  self->progress.done = work->before + done;
  update_rate (work, now);
  if (now - work->reported >= REPORT_US)
    report (work);
  g_mutex_unlock (&self->mutex);
}

/* Waits while the download is paused, and in any case until `end` (monotonic). FALSE: cancelled. */
static gboolean
wait_until (Work *work, gint64 end, GError **error)
{
  QoraModelDownload *self = work->self;

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      gboolean in_time = g_get_monotonic_time () < end;
      QoraDownloadState state = self->paused ? QORA_DOWNLOAD_PAUSED : QORA_DOWNLOAD_WAITING;

      if (g_cancellable_is_cancelled (work->cancellable) || (!self->paused && !in_time))
        break;
      if (self->progress.state != state)
        enter_state (work, state);
      if (in_time)
        g_cond_wait_until (&self->wake, &self->mutex, end);
      else
        g_cond_wait (&self->wake, &self->mutex);
    }
  g_mutex_unlock (&self->mutex);
  return !g_cancellable_set_error_if_cancelled (work->cancellable, error);
}

/* A request that pausing and cancelling break off. */
static QoraTransferResult
request (Work *work, QoraFileTransfer *transfer, gboolean *was_paused, GError **error)
{
  QoraModelDownload *self = work->self;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  QoraTransferResult result;

  g_mutex_lock (&self->mutex);
  self->request = cancellable;
  if (self->paused || g_cancellable_is_cancelled (work->cancellable))
    g_cancellable_cancel (cancellable);
  enter_state (work, QORA_DOWNLOAD_RUNNING);
  g_mutex_unlock (&self->mutex);

  result = qora_file_transfer_request (transfer, work->session, on_bytes, work, cancellable, error);

  g_mutex_lock (&self->mutex);
  self->request = NULL;
  self->progress.done = work->before + qora_file_transfer_get_done (transfer);
  *was_paused
      = g_cancellable_is_cancelled (cancellable) && !g_cancellable_is_cancelled (work->cancellable);
  g_mutex_unlock (&self->mutex);
  return result;
}

static gint64
next_try (Work *work, QoraFileTransfer *transfer, guint n_failed)
{
  int asked = qora_file_transfer_get_retry_after (transfer);
  double delay = work->self->delay_s * (1u << MIN (n_failed, 16)) / 2;

  if (asked >= 0)
    delay = asked;
  return g_get_monotonic_time () + (gint64) (MIN (delay, LONGEST_DELAY_S) * G_USEC_PER_SEC);
}

/* Requests until the file is there. A request that gets further than any before it is not a failed
 * one, so that a long file comes through a connection that often breaks. */
static gboolean
transfer_all (Work *work, QoraFileTransfer *transfer, GError **error)
{
  guint64 furthest = qora_file_transfer_get_done (transfer);
  guint n_failed = 0;

  for (;;)
    {
      g_autoptr (GError) reason = NULL;
      gboolean was_paused;
      gint64 then = 0;
      QoraTransferResult result = request (work, transfer, &was_paused, &reason);

      if (result == QORA_TRANSFER_DONE)
        return TRUE;
      if (!was_paused)
        {
          guint64 done = qora_file_transfer_get_done (transfer);

          n_failed = done > furthest ? 0 : n_failed + 1;
          furthest = MAX (furthest, done);
          if (result == QORA_TRANSFER_FAILED || n_failed >= work->self->n_tries)
            {
              g_propagate_error (error, g_steal_pointer (&reason));
              return FALSE;
            }
          then = next_try (work, transfer, n_failed);
        }
      if (!wait_until (work, then, error))
        return FALSE;
    }
}

static gboolean
has_size (const char *path, guint64 size)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 && (guint64) info.st_size == size;
}

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0755) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _ ("%s: cannot be created: %s"),
               path, g_strerror (errno));
  return FALSE;
}

static gboolean
fetch_file (Work *work, guint i, GError **error)
{
  QoraModelDownload *self = work->self;
  const QoraCatalogueFile *file = qora_catalogue_entry_get_file (self->entry, i);
  g_autofree char *uri = qora_catalogue_entry_get_uri (self->entry, i);
  g_autofree char *path = g_build_filename (self->staging, file->path, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (QoraFileTransfer) transfer = NULL;

  g_mutex_lock (&self->mutex);
  self->progress.file = file->path;
  self->progress.file_index = i;
  self->progress.done = work->before;
  g_mutex_unlock (&self->mutex);

  /* It got its name when its sum had been found right. */
  if (!has_size (path, file->size))
    {
      if (!make_folder (folder, error))
        return FALSE;
      set_state (work, QORA_DOWNLOAD_CHECKING);
      transfer = qora_file_transfer_open (file, uri, path, work->cancellable, error);
      if (transfer == NULL || !transfer_all (work, transfer, error))
        return FALSE;
    }
  work->before += file->size;
  return TRUE;
}

guint64
qora_model_download_count_missing (QoraModelDownload *self)
{
  guint64 missing = qora_catalogue_entry_get_size (self->entry);

  for (guint i = 0; i < qora_catalogue_entry_get_n_files (self->entry); i++)
    {
      const QoraCatalogueFile *file = qora_catalogue_entry_get_file (self->entry, i);
      g_autofree char *path = g_build_filename (self->staging, file->path, NULL);
      g_autofree char *part = g_strconcat (path, ".part", NULL);
      GStatBuf info;

      if (g_stat (path, &info) == 0 || g_stat (part, &info) == 0)
        missing -= MIN ((guint64) info.st_size, file->size);
    }
  return missing;
}

static gboolean
check_space (QoraModelDownload *self, GError **error)
{
  g_autoptr (GFile) folder = g_file_new_for_path (self->staging);
  g_autoptr (GFileInfo) info
      = g_file_query_filesystem_info (folder, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);
  guint64 missing = qora_model_download_count_missing (self);
  g_autofree char *needed = g_format_size (missing);
  g_autofree char *there = NULL;
  guint64 available;

  /* Some file systems do not tell; then writing will. */
  if (info == NULL || !g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE))
    return TRUE;
  available = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE);
  if (available >= missing)
    return TRUE;
  there = g_format_size (available);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
               _ ("%s: %s are needed, and %s are free on this disk"), self->staging, needed, there);
  return FALSE;
}

static gboolean
fetch_all (Work *work, GError **error)
{
  QoraModelDownload *self = work->self;
  g_autofree char *models = g_path_get_dirname (self->target);

  if (g_file_test (self->target, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _ ("%s: is installed"), self->target);
      return FALSE;
    }
  if (!make_folder (self->staging, error) || !make_folder (models, error)
      || !check_space (self, error))
    return FALSE;
  for (guint i = 0; i < qora_catalogue_entry_get_n_files (self->entry); i++)
    if (!fetch_file (work, i, error))
      return FALSE;
  if (g_rename (self->staging, self->target) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               _ ("%s: cannot be put into its place: %s"), self->target, g_strerror (errno));
  return FALSE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  QoraModelDownload *self = data;

  g_mutex_lock (&self->mutex);
  if (self->request != NULL)
    g_cancellable_cancel (self->request);
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->mutex);
}

static void
run (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  QoraModelDownload *self = source;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;
  Work work = { .self = self, .task = task, .cancellable = cancellable };
  gulong handler = 0;
  gboolean ok;

  /* The session's own sources must not end up in somebody else's main loop. */
  g_main_context_push_thread_default (context);
  work.session
      = soup_session_new_with_options ("timeout", self->timeout_s, "user-agent", "qora-tts ", NULL);
  soup_session_remove_feature_by_type (work.session, SOUP_TYPE_CONTENT_DECODER);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL);
  ok = fetch_all (&work, &error);
  g_cancellable_disconnect (cancellable, handler);
  g_object_unref (work.session);
  g_main_context_pop_thread_default (context);

  set_state (&work, QORA_DOWNLOAD_IDLE);
  if (ok)
    g_task_return_pointer (task, g_strdup (self->target), g_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
qora_model_download_run_async (QoraModelDownload *self, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (!self->running);

  g_task_set_source_tag (task, qora_model_download_run_async);
  /* A file that came into its place just before the user cancelled is in its place. */
  g_task_set_check_cancellable (task, FALSE);
  self->running = TRUE;
  g_task_run_in_thread (task, run);
}

char *
qora_model_download_run_finish (QoraModelDownload *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  self->running = FALSE;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
set_paused (QoraModelDownload *self, gboolean paused)
{
  g_mutex_lock (&self->mutex);
  self->paused = paused;
  if (paused && self->request != NULL)
    g_cancellable_cancel (self->request);
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->mutex);
}

void
qora_model_download_pause (QoraModelDownload *self)
{
  set_paused (self, TRUE);
}

void
qora_model_download_resume (QoraModelDownload *self)
{
  set_paused (self, FALSE);
}

void
qora_model_download_get_progress (QoraModelDownload *self, QoraDownloadProgress *progress)
{
  g_mutex_lock (&self->mutex);
  *progress = self->progress;
  g_mutex_unlock (&self->mutex);
}

gboolean
qora_model_download_discard (QoraModelDownload *self, GError **error)
{
  g_return_val_if_fail (!self->running, FALSE);

  return qora_folder_delete (self->staging, error);
}
