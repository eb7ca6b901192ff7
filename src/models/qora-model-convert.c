/* qora-model-convert.c: a checkpoint becomes a .qora-tts file
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-model-convert.h"

#include <glib/gi18n.h>

#include "qora-folder.h"

typedef struct
{
  char *source;
  char *target;
  qtts_precision precision;
  QoraConvertFunc progress;
  gpointer progress_data;
  double base; /* of the step on its way, in the whole */
  double reported;
} Conversion;

/* A step of progress on its way to the main context. */
typedef struct
{
  GTask *task;
  double fraction;
} Step;

static void
conversion_free (Conversion *conversion)
{
  g_free (conversion->source);
  g_free (conversion->target);
  g_free (conversion);
}

static void
step_free (Step *step)
{
  g_object_unref (step->task);
  g_free (step);
}

static gboolean
deliver (gpointer data)
{
  Step *step = data;
  Conversion *conversion = g_task_get_task_data (step->task);

  if (!g_task_get_completed (step->task))
    conversion->progress (step->fraction, conversion->progress_data);
  return G_SOURCE_REMOVE;
}

/* Opening and saving are half of the work each. */
static bool
on_step (double fraction, void *data)
{
  GTask *task = data;
  Conversion *conversion = g_task_get_task_data (task);
  double whole = conversion->base + fraction / 2;

  if (conversion->progress != NULL && whole >= conversion->reported + 0.01)
    {
      Step *step = g_new (Step, 1);

      conversion->reported = whole;
      *step = (Step){ g_object_ref (task), whole };
      g_main_context_invoke_full (g_task_get_context (task), G_PRIORITY_DEFAULT, deliver, step,
                                  (GDestroyNotify) step_free);
    }
  return !g_cancellable_is_cancelled (g_task_get_cancellable (task));
}

static int
get_code (qtts_status status)
{
  switch (status)
    {
    case QTTS_ERROR_CANCELLED:
      return G_IO_ERROR_CANCELLED;
    case QTTS_ERROR_FORMAT:
      return G_IO_ERROR_INVALID_DATA;
    case QTTS_ERROR_UNSUPPORTED:
      return G_IO_ERROR_NOT_SUPPORTED;
    default:
      return G_IO_ERROR_FAILED;
    }
}

static void
convert (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  Conversion *conversion = task_data;
  qtts_model_options options = qtts_model_options_default ();
  qtts_model *model = NULL;
  qtts_error reason;
  qtts_status status;

  options.precision = conversion->precision;
  options.progress = on_step;
  options.progress_data = task;
  status = qtts_model_open (conversion->source, &options, &model, &reason);
  if (status == QTTS_OK)
    {
      conversion->base = 0.5;
      status = qtts_model_save (model, conversion->target, on_step, task, &reason);
    }
  qtts_model_close (model);
  if (status == QTTS_OK)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, G_IO_ERROR, get_code (status), "%s", reason.message);
}

void
qora_model_convert_async (const char *source, const char *target, qtts_precision precision,
                          QoraConvertFunc progress, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Conversion *conversion = g_new0 (Conversion, 1);

  *conversion = (Conversion){
    .source = g_strdup (source),
    .target = g_strdup (target),
    .precision = precision,
    .progress = progress,
    .progress_data = user_data,
  };
  g_task_set_source_tag (task, qora_model_convert_async);
  /* A file that was complete just before the user cancelled is complete. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, conversion, (GDestroyNotify) conversion_free);
  g_task_run_in_thread (task, convert);
}

gboolean
qora_model_convert_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* What only the safetensors files of the folder and those who read them need; none where no
 * .qora-tts file is beside them. */
static GPtrArray *
list_source (const char *folder)
{
  static const char *const needless[] = { "speech_tokenizer", "model.safetensors.index.json" };
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gboolean packed = FALSE;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      packed = packed || g_str_has_suffix (name, ".qora-tts");
      if (g_str_has_suffix (name, ".safetensors"))
        g_ptr_array_add (files, g_build_filename (folder, name, NULL));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (needless); i++)
    g_ptr_array_add (files, g_build_filename (folder, needless[i], NULL));
  if (!packed)
    g_ptr_array_set_size (files, 0);
  return g_steal_pointer (&files);
}

guint64
qora_model_measure_source (const char *folder)
{
  g_autoptr (GPtrArray) files = list_source (folder);
  guint64 size = 0;

  for (guint i = 0; i < files->len; i++)
    size += qora_folder_measure (files->pdata[i]);
  return size;
}

gboolean
qora_model_drop_source (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) files = list_source (folder);

  if (files->len == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   _ ("%s: has no .qora-tts file that could serve instead"), folder);
      return FALSE;
    }
  for (guint i = 0; i < files->len; i++)
    if (!qora_folder_delete (files->pdata[i], error))
      return FALSE;
  return TRUE;
}
