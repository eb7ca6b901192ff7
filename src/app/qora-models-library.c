/* qora-models-library.c: the voice models of the program, and what is being done with them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-models-library.h"

#include "qora-model-convert.h"

#define SETTLE_MS 500 /* after a change in the folder of models */

struct _QoraModelsLibrary
{
  GObject parent_instance;

  QoraModelStore *store;
  GListModel *catalogue;
  GError *catalogue_error;
  GPtrArray *downloads;   /* QoraModelsJob, one for each entry of the catalogue */
  GPtrArray *conversions; /* QoraModelsJob */
  GFileMonitor *monitor;
  guint settle_source;
  gboolean busy;
};

enum
{
  PROP_0,
  PROP_BUSY,
  N_PROPS
};

enum
{
  SIGNAL_CATALOGUE_CHANGED,
  SIGNAL_JOBS_CHANGED,
  SIGNAL_JOB_ENDED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraModelsLibrary, qora_models_library, G_TYPE_OBJECT)

QoraModelStore *
qora_models_library_get_store (QoraModelsLibrary *self)
{
  return self->store;
}

gboolean
qora_models_library_get_busy (QoraModelsLibrary *self)
{
  return self->busy;
}

GListModel *
qora_models_library_get_catalogue (QoraModelsLibrary *self)
{
  return self->catalogue;
}

const GError *
qora_models_library_get_catalogue_error (QoraModelsLibrary *self)
{
  return self->catalogue_error;
}

QoraModelsJob *
qora_models_library_get_download (QoraModelsLibrary *self, guint i)
{
  g_return_val_if_fail (i < self->downloads->len, NULL);
  return self->downloads->pdata[i];
}

/* ---- what is installed ---- */

static void
on_refreshed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraModelsLibrary) self = user_data;

  qora_model_store_refresh_finish (self->store, result, NULL);
}

void
qora_models_library_refresh (QoraModelsLibrary *self)
{
  g_return_if_fail (QORA_IS_MODELS_LIBRARY (self));
  qora_model_store_refresh_async (self->store, NULL, on_refreshed, g_object_ref (self));
}

static gboolean
on_settled (gpointer user_data)
{
  QoraModelsLibrary *self = user_data;

  self->settle_source = 0;
  qora_models_library_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
on_folder_changed (QoraModelsLibrary *self)
{
  if (self->settle_source == 0)
    self->settle_source = g_timeout_add (SETTLE_MS, on_settled, self);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraModelsLibrary) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!qora_model_store_change_finish (self->store, result, &error))
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error->message);
}

void
qora_models_library_add (QoraModelsLibrary *self, const char *path)
{
  g_return_if_fail (QORA_IS_MODELS_LIBRARY (self));
  qora_model_store_add_async (self->store, path, on_changed, g_object_ref (self));
}

void
qora_models_library_remove (QoraModelsLibrary *self, QoraModel *model)
{
  g_return_if_fail (QORA_IS_MODELS_LIBRARY (self));
  qora_model_store_remove_async (self->store, model, on_changed, g_object_ref (self));
}

static void
drop_in_thread (GTask *task, gpointer source, gpointer folder, GCancellable *cancellable)
{
  GError *error = NULL;

  if (qora_model_drop_source (folder, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_dropped (GObject *source, GAsyncResult *result, gpointer unused)
{
  QoraModelsLibrary *self = QORA_MODELS_LIBRARY (source);
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error->message);
  qora_models_library_refresh (self);
}

void
qora_models_library_drop_source (QoraModelsLibrary *self, QoraModel *model)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_dropped, NULL);

  g_task_set_task_data (task, g_path_get_dirname (qora_model_get_path (model)), g_free);
  g_task_run_in_thread (task, drop_in_thread);
}

/* ---- jobs ---- */

static gboolean
works (QoraModelsJob *job)
{
  return qora_models_job_is_active (job)
         && qora_models_job_get_state (job) != QORA_MODELS_JOB_PAUSED;
}

static void
update_busy (QoraModelsLibrary *self)
{
  gboolean busy = FALSE;

  for (guint i = 0; i < self->downloads->len; i++)
    busy = busy || works (self->downloads->pdata[i]);
  for (guint i = 0; i < self->conversions->len; i++)
    busy = busy || works (self->conversions->pdata[i]);
  if (busy == self->busy)
    return;
  self->busy = busy;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
}

static void
on_job_ended (QoraModelsLibrary *self, QoraModelsJob *job)
{
  qora_models_library_refresh (self);
  update_busy (self);
  g_signal_emit (self, signals[SIGNAL_JOB_ENDED], 0, job);
}

static void
add_job (QoraModelsLibrary *self, GPtrArray *jobs, QoraModelsJob *job)
{
  g_ptr_array_add (jobs, job);
  g_signal_connect_object (job, "changed", G_CALLBACK (update_busy), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "ended", G_CALLBACK (on_job_ended), self, G_CONNECT_SWAPPED);
}

gboolean
qora_models_library_can_change_server (QoraModelsLibrary *self)
{
  gboolean active = FALSE;

  g_return_val_if_fail (QORA_IS_MODELS_LIBRARY (self), FALSE);

  for (guint i = 0; i < self->downloads->len; i++)
    active = active || qora_models_job_is_active (self->downloads->pdata[i]);
  return !active;
}

void
qora_models_library_load_catalogue (QoraModelsLibrary *self, const char *mirror)
{
  const char *data_folder = qora_model_store_get_data_folder (self->store);

  g_return_if_fail (QORA_IS_MODELS_LIBRARY (self));

  if (!qora_models_library_can_change_server (self))
    return;
  g_clear_object (&self->catalogue);
  g_clear_error (&self->catalogue_error);
  g_ptr_array_set_size (self->downloads, 0);
  self->catalogue = qora_catalogue_load_default (mirror, &self->catalogue_error);
  for (guint i = 0; self->catalogue != NULL && i < g_list_model_get_n_items (self->catalogue); i++)
    {
      g_autoptr (QoraCatalogueEntry) entry = g_list_model_get_item (self->catalogue, i);

      add_job (self, self->downloads, qora_models_job_new_download (entry, data_folder));
    }
  g_signal_emit (self, signals[SIGNAL_CATALOGUE_CHANGED], 0);
}

static QoraModelsJob *
find_among (GPtrArray *jobs, const char *source)
{
  for (guint i = 0; i < jobs->len; i++)
    if (g_str_equal (qora_models_job_get_source (jobs->pdata[i]), source))
      return jobs->pdata[i];
  return NULL;
}

QoraModelsJob *
qora_models_library_find_job (QoraModelsLibrary *self, const char *source)
{
  QoraModelsJob *job = find_among (self->conversions, source);

  return job != NULL ? job : find_among (self->downloads, source);
}

char *
qora_models_library_suggest_target (QoraModelsLibrary *self, QoraModel *model)
{
  const char *name = qora_model_get_name (model);
  g_autofree char *file = g_strconcat (name, ".qora-tts", NULL);
  char *target;

  if (qora_model_get_place (model) == QORA_MODEL_OWN)
    return g_build_filename (qora_model_get_path (model), file, NULL);
  target = g_build_filename (qora_model_store_get_data_folder (self->store), "models", name, file,
                             NULL);
  for (guint i = 2; g_file_test (target, G_FILE_TEST_EXISTS); i++)
    {
      g_autofree char *folder = g_strdup_printf ("%s-%u", name, i);

      g_free (target);
      target = g_build_filename (qora_model_store_get_data_folder (self->store), "models", folder,
                                 file, NULL);
    }
  return target;
}

void
qora_models_library_convert (QoraModelsLibrary *self, QoraModel *model)
{
  const char *source = qora_model_get_path (model);
  QoraModelsJob *job = find_among (self->conversions, source);

  g_return_if_fail (QORA_IS_MODELS_LIBRARY (self) && !qora_model_is_packed (model));

  if (job == NULL)
    {
      g_autofree char *target = qora_models_library_suggest_target (self, model);

      job = qora_models_job_new_conversion (source, target, qora_model_get_name (model));
      add_job (self, self->conversions, job);
      g_signal_emit (self, signals[SIGNAL_JOBS_CHANGED], 0);
    }
  qora_models_job_start (job);
}

/* The job that packs, or NULL. */
static QoraModelsJob *
find_packing (GPtrArray *jobs)
{
  for (guint i = 0; i < jobs->len; i++)
    if (qora_models_job_get_state (jobs->pdata[i]) == QORA_MODELS_JOB_CONVERTING)
      return jobs->pdata[i];
  return NULL;
}

void
qora_models_library_put_away (QoraModelsLibrary *self)
{
  QoraModelsJob *job;

  g_return_if_fail (QORA_IS_MODELS_LIBRARY (self));

  while ((job = find_packing (self->conversions)) != NULL
         || (job = find_packing (self->downloads)) != NULL)
    {
      qora_models_job_cancel (job);
      g_main_context_iteration (NULL, TRUE);
    }
}

/* ---- the object ---- */

static void
watch_folder (QoraModelsLibrary *self)
{
  g_autofree char *path
      = g_build_filename (qora_model_store_get_data_folder (self->store), "models", NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (path);

  self->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (on_folder_changed), self,
                             G_CONNECT_SWAPPED);
}

static void
qora_models_library_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_BUSY:
      g_value_set_boolean (value, QORA_MODELS_LIBRARY (object)->busy);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_models_library_finalize (GObject *object)
{
  QoraModelsLibrary *self = QORA_MODELS_LIBRARY (object);

  g_clear_handle_id (&self->settle_source, g_source_remove);
  g_clear_object (&self->monitor);
  g_clear_object (&self->store);
  g_clear_object (&self->catalogue);
  g_clear_error (&self->catalogue_error);
  g_ptr_array_unref (self->downloads);
  g_ptr_array_unref (self->conversions);
  G_OBJECT_CLASS (qora_models_library_parent_class)->finalize (object);
}

static guint
add_signal (const char *name, GType argument)
{
  return g_signal_new (name, QORA_TYPE_MODELS_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, argument != G_TYPE_NONE, argument);
}

static void
qora_models_library_class_init (QoraModelsLibraryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = qora_models_library_finalize;
  object_class->get_property = qora_models_library_get_property;
  properties[PROP_BUSY]
      = g_param_spec_boolean ("busy", NULL, NULL, FALSE,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CATALOGUE_CHANGED] = add_signal ("catalogue-changed", G_TYPE_NONE);
  signals[SIGNAL_JOBS_CHANGED] = add_signal ("jobs-changed", G_TYPE_NONE);
  signals[SIGNAL_JOB_ENDED] = add_signal ("job-ended", QORA_TYPE_MODELS_JOB);
  signals[SIGNAL_FAILED] = add_signal ("failed", G_TYPE_STRING);
}

static void
qora_models_library_init (QoraModelsLibrary *self)
{
  self->downloads = g_ptr_array_new_with_free_func (g_object_unref);
  self->conversions = g_ptr_array_new_with_free_func (g_object_unref);
}

QoraModelsLibrary *
qora_models_library_new (const char *data_folder)
{
  QoraModelsLibrary *self = g_object_new (QORA_TYPE_MODELS_LIBRARY, NULL);

  self->store = qora_model_store_new (data_folder);
  watch_folder (self);
  return self;
}
