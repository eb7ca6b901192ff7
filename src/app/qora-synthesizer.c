/* qora-synthesizer.c: runs the speech engine on a worker thread
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-synthesizer.h"

#include <glib/gi18n.h>
#include <sys/resource.h>

#include "qora-run-job.h"
#include "qora-voice.h"

struct _QoraSynthesizer
{
  GObject parent_instance;

  const QoraEngine *engine;
  gpointer model; /* NULL while released; touched by the worker while loading or busy */
  QoraModelInfo *info;
  char *path;
  int threads;
  GListStore *voices;
  gboolean loading;
  gboolean busy;
  GCancellable *background; /* of the background run that is going on, or NULL */
  GTask *waiting;           /* starts when that run has ended, or NULL */
  GTaskThreadFunc waiting_func;
  guint idle_time; /* seconds */
  guint idle_source;
};

enum
{
  PROP_0,
  PROP_LOADING,
  PROP_BUSY,
  PROP_PATH,
  PROP_VOICES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (QoraSynthesizer, qora_synthesizer, G_TYPE_OBJECT)

/* ---- the thread ---- */

#define NICE 10

typedef struct
{
  GTask *task;
  GTaskThreadFunc func;
} Work;

static gpointer
work_thread (gpointer data)
{
  g_autofree Work *work = data;
  g_autoptr (GTask) task = work->task;

  /* The engine's own threads inherit it. They keep all cores busy, and must leave the window the
   * little that it needs at once. On Linux this concerns the calling thread alone. */
  setpriority (PRIO_PROCESS, 0, NICE);
  work->func (task, g_task_get_source_object (task), g_task_get_task_data (task),
              g_task_get_cancellable (task));
  return NULL;
}

/* Like g_task_run_in_thread(), but not on a thread that does other things later. */
static void
run_on_own_thread (GTask *task, GTaskThreadFunc func)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ g_object_ref (task), func };
  g_thread_unref (g_thread_new ("speech", work_thread, work));
}

/* Nothing that the user asked for is going on. */
static gboolean
is_free (QoraSynthesizer *self)
{
  return !self->loading && self->waiting == NULL && (!self->busy || self->background != NULL);
}

/* Now, or as soon as the background run has given way. */
static void
start (QoraSynthesizer *self, GTask *task, GTaskThreadFunc func)
{
  if (self->background == NULL)
    {
      run_on_own_thread (task, func);
      return;
    }
  self->waiting = g_object_ref (task);
  self->waiting_func = func;
  g_cancellable_cancel (self->background);
}

/* ---- opening ---- */

typedef struct
{
  const QoraEngine *engine;
  char *path;
  int threads;
  gpointer model;
  QoraModelInfo *info;
} OpenJob;

static void
open_job_free (OpenJob *job)
{
  if (job->model != NULL)
    job->engine->close (job->model);
  g_clear_pointer (&job->info, qora_model_info_free);
  g_free (job->path);
  g_free (job);
}

/* Closing may have to unmap gigabytes and end threads: not for the main thread. */
typedef struct
{
  const QoraEngine *engine;
  gpointer model;
} CloseJob;

static gpointer
close_thread (gpointer data)
{
  g_autofree CloseJob *job = data;

  job->engine->close (job->model);
  return NULL;
}

static void
close_model (QoraSynthesizer *self)
{
  CloseJob *job;

  if (self->model == NULL)
    return;
  job = g_new (CloseJob, 1);
  *job = (CloseJob){ self->engine, g_steal_pointer (&self->model) };
  g_thread_unref (g_thread_new ("close-model", close_thread, job));
}

static gboolean
on_idle_timeout (gpointer user_data)
{
  QoraSynthesizer *self = user_data;

  self->idle_source = 0;
  close_model (self);
  return G_SOURCE_REMOVE;
}

/* Starts the time after which the model is released anew, or stops it while there is work. */
static void
watch_idle (QoraSynthesizer *self)
{
  g_clear_handle_id (&self->idle_source, g_source_remove);
  if (!self->busy && !self->loading && self->model != NULL && self->idle_time > 0)
    self->idle_source = g_timeout_add_seconds (self->idle_time, on_idle_timeout, self);
}

static void
set_loading (QoraSynthesizer *self, gboolean loading)
{
  self->loading = loading;
  watch_idle (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static void
set_busy (QoraSynthesizer *self, gboolean busy)
{
  self->busy = busy;
  watch_idle (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
}

static void
open_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  OpenJob *job = task_data;
  GError *error = NULL;

  job->model = job->engine->open (job->path, job->threads, &job->info, cancellable, &error);
  if (job->model == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static int
compare_voices (gconstpointer a, gconstpointer b, gpointer unused)
{
  const char *first = qora_voice_get_origin (QORA_VOICE ((gpointer) a));
  const char *second = qora_voice_get_origin (QORA_VOICE ((gpointer) b));
  int order = g_strcmp0 (first, second);

  /* Voices that nothing is known about come last. */
  if ((first == NULL) != (second == NULL))
    return first == NULL ? 1 : -1;
  return order != 0 ? order
                    : g_utf8_collate (qora_voice_get_name (QORA_VOICE ((gpointer) a)),
                                      qora_voice_get_name (QORA_VOICE ((gpointer) b)));
}

static void
take_over (QoraSynthesizer *self, OpenJob *job)
{
  close_model (self);
  self->model = g_steal_pointer (&job->model);
  g_clear_pointer (&self->info, qora_model_info_free);
  self->info = g_steal_pointer (&job->info);
  g_free (self->path);
  self->path = g_strdup (job->path);
  self->threads = job->threads;

  g_list_store_remove_all (self->voices);
  for (char **id = self->info->voices; *id != NULL; id++)
    {
      g_autoptr (QoraVoice) voice = qora_voice_new (*id);

      g_list_store_insert_sorted (self->voices, voice, compare_voices, NULL);
    }
}

void
qora_synthesizer_open_async (QoraSynthesizer *self, const char *path, int threads,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  OpenJob *job;

  g_return_if_fail (QORA_IS_SYNTHESIZER (self));
  g_return_if_fail (path != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, qora_synthesizer_open_async);
  if (!is_free (self))
    {
      g_task_return_new_error (task, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_BUSY, "%s",
                               _ ("Another voice model is in use at the moment"));
      return;
    }

  job = g_new0 (OpenJob, 1);
  job->engine = self->engine;
  job->path = g_strdup (path);
  job->threads = threads;
  g_task_set_task_data (task, job, (GDestroyNotify) open_job_free);
  set_loading (self, TRUE);
  start (self, task, open_thread);
}

gboolean
qora_synthesizer_open_finish (QoraSynthesizer *self, GAsyncResult *result, GError **error)
{
  OpenJob *job;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  job = g_task_get_task_data (G_TASK (result));
  if (!g_task_propagate_boolean (G_TASK (result), error))
    {
      if (job != NULL)
        set_loading (self, FALSE);
      return FALSE;
    }
  take_over (self, job);
  set_loading (self, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PATH]);
  return TRUE;
}

/* ---- running ---- */

static void
run_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  QoraSynthesizer *self = source;
  QoraRunJob *job = task_data;
  GError *error = NULL;

  if (self->model == NULL)
    {
      g_autoptr (QoraModelInfo) info = NULL;

      self->model = self->engine->open (self->path, self->threads, &info, cancellable, &error);
    }
  if (self->model != NULL
      && self->engine->run (self->model, job->requests, job->n_requests, &qora_run_job_sink, job,
                            cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static GTask *
create_run (QoraSynthesizer *self, const QoraRequest *requests, gsize n_requests,
            const QoraSynthesisEvents *events, gpointer events_data, GCancellable *cancellable,
            GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, qora_synthesizer_run_async);
  g_task_set_task_data (task, qora_run_job_new (task, requests, n_requests, events, events_data),
                        (GDestroyNotify) qora_run_job_free);
  /* The completion must not overtake events that are still queued. */
  g_task_set_return_on_cancel (task, FALSE);
  g_task_set_check_cancellable (task, FALSE);
  return task;
}

/* A run that cannot even begin. */
static void
refuse_run (QoraSynthesizer *self, GAsyncReadyCallback callback, gpointer user_data,
            QoraEngineError code, const char *message)
{
  g_task_report_new_error (self, callback, user_data, qora_synthesizer_run_async, QORA_ENGINE_ERROR,
                           code, "%s", message);
}

static void
begin_run (QoraSynthesizer *self, gboolean background, const QoraRequest *requests,
           gsize n_requests, const QoraSynthesisEvents *events, gpointer events_data,
           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  if (background ? self->busy || self->loading : !is_free (self))
    {
      refuse_run (self, callback, user_data, QORA_ENGINE_ERROR_BUSY,
                  _ ("Speech is being made already"));
      return;
    }
  if (self->path == NULL)
    {
      refuse_run (self, callback, user_data, QORA_ENGINE_ERROR_MODEL, _ ("No voice model is open"));
      return;
    }
  task = create_run (self, requests, n_requests, events, events_data, cancellable, callback,
                     user_data);
  set_busy (self, TRUE);
  start (self, task, run_thread);
  if (background)
    self->background = g_object_ref (cancellable);
}

void
qora_synthesizer_run_async (QoraSynthesizer *self, const QoraRequest *requests, gsize n_requests,
                            const QoraSynthesisEvents *events, gpointer events_data,
                            GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (QORA_IS_SYNTHESIZER (self));
  g_return_if_fail (n_requests > 0);
  begin_run (self, FALSE, requests, n_requests, events, events_data, cancellable, callback,
             user_data);
}

void
qora_synthesizer_run_background_async (QoraSynthesizer *self, const QoraRequest *requests,
                                       gsize n_requests, const QoraSynthesisEvents *events,
                                       gpointer events_data, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (QORA_IS_SYNTHESIZER (self));
  g_return_if_fail (n_requests > 0);
  g_return_if_fail (G_IS_CANCELLABLE (cancellable));
  begin_run (self, TRUE, requests, n_requests, events, events_data, cancellable, callback,
             user_data);
}

/* The background run has ended: on with what made it give way. */
static void
start_waiting (QoraSynthesizer *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->waiting);

  g_clear_object (&self->background);
  set_busy (self, task != NULL && self->waiting_func == run_thread);
  if (task != NULL)
    run_on_own_thread (task, self->waiting_func);
}

gboolean
qora_synthesizer_run_finish (QoraSynthesizer *self, GAsyncResult *result, GError **error)
{
  QoraRunJob *job;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  job = g_task_get_task_data (G_TASK (result));
  if (job != NULL)
    {
      qora_run_job_deliver (job);
      if (self->background != NULL && g_task_get_cancellable (G_TASK (result)) == self->background)
        start_waiting (self);
      else
        set_busy (self, FALSE);
    }
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- the object ---- */

gboolean
qora_synthesizer_get_loading (QoraSynthesizer *self)
{
  g_return_val_if_fail (QORA_IS_SYNTHESIZER (self), FALSE);
  return self->loading;
}

gboolean
qora_synthesizer_get_busy (QoraSynthesizer *self)
{
  g_return_val_if_fail (QORA_IS_SYNTHESIZER (self), FALSE);
  return self->busy;
}

const char *
qora_synthesizer_get_path (QoraSynthesizer *self)
{
  g_return_val_if_fail (QORA_IS_SYNTHESIZER (self), NULL);
  return self->path;
}

GListModel *
qora_synthesizer_get_voices (QoraSynthesizer *self)
{
  g_return_val_if_fail (QORA_IS_SYNTHESIZER (self), NULL);
  return G_LIST_MODEL (self->voices);
}

const QoraModelInfo *
qora_synthesizer_get_info (QoraSynthesizer *self)
{
  g_return_val_if_fail (QORA_IS_SYNTHESIZER (self), NULL);
  return self->info;
}

void
qora_synthesizer_set_idle_time (QoraSynthesizer *self, guint seconds)
{
  g_return_if_fail (QORA_IS_SYNTHESIZER (self));
  self->idle_time = seconds;
  watch_idle (self);
}

static void
qora_synthesizer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  QoraSynthesizer *self = QORA_SYNTHESIZER (object);

  switch (prop_id)
    {
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading);
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, self->busy);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_VOICES:
      g_value_set_object (value, self->voices);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_synthesizer_finalize (GObject *object)
{
  QoraSynthesizer *self = QORA_SYNTHESIZER (object);

  g_clear_handle_id (&self->idle_source, g_source_remove);
  if (self->model != NULL)
    self->engine->close (self->model);
  g_clear_pointer (&self->info, qora_model_info_free);
  g_clear_object (&self->background);
  g_free (self->path);
  g_clear_object (&self->voices);
  G_OBJECT_CLASS (qora_synthesizer_parent_class)->finalize (object);
}

static void
qora_synthesizer_class_init (QoraSynthesizerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = qora_synthesizer_finalize;
  object_class->get_property = qora_synthesizer_get_property;
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  properties[PROP_VOICES] = g_param_spec_object ("voices", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
qora_synthesizer_init (QoraSynthesizer *self)
{
  self->voices = g_list_store_new (QORA_TYPE_VOICE);
}

QoraSynthesizer *
qora_synthesizer_new (const QoraEngine *engine)
{
  QoraSynthesizer *self = g_object_new (QORA_TYPE_SYNTHESIZER, NULL);

  self->engine = engine != NULL ? engine : qora_engine_get_default ();
  return self;
}
