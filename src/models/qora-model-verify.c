/* qora-model-verify.c: whether the files of a voice model are still what they were
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-model-store.h"

#include <glib/gi18n.h>
#include <qtts/model.h>
#include <string.h>

#define BLOCK_BYTES (1 << 20)

static char *
sum_file (const char *path, guint64 *size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) in = g_file_read (file, cancellable, error);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *block = g_malloc (BLOCK_BYTES);
  gssize n = -1;

  *size = 0;
  while (in != NULL
         && (n = g_input_stream_read (G_INPUT_STREAM (in), block, BLOCK_BYTES, cancellable, error))
                > 0)
    {
      g_checksum_update (sum, block, n);
      *size += n;
    }
  return n == 0 ? g_strdup (g_checksum_get_string (sum)) : NULL;
}

static gboolean
check_file (const char *folder, const QoraCatalogueFile *file, GCancellable *cancellable,
            GError **error)
{
  g_autofree char *path = g_build_filename (folder, file->path, NULL);
  guint64 size;
  g_autofree char *sum = sum_file (path, &size, cancellable, error);

  if (sum == NULL)
    return FALSE;
  if (size == file->size && strcmp (sum, file->sha256) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _ ("%s: is not the file that it should be: %llu bytes with the SHA-256 %s, expected "
                  "%llu bytes with %s"),
               path, (unsigned long long) size, sum, (unsigned long long) file->size, file->sha256);
  return FALSE;
}

static gboolean
check_files (const char *folder, QoraCatalogueEntry *entry, GCancellable *cancellable,
             GError **error)
{
  for (guint i = 0; i < qora_catalogue_entry_get_n_files (entry); i++)
    if (!check_file (folder, qora_catalogue_entry_get_file (entry, i), cancellable, error))
      return FALSE;
  return TRUE;
}

static bool
go_on (double fraction, void *cancellable)
{
  return !g_cancellable_is_cancelled (cancellable);
}

static gboolean
check_with_engine (const char *path, GCancellable *cancellable, GError **error)
{
  qtts_model_options options = qtts_model_options_default ();
  qtts_model *model;
  qtts_error reason;

  options.precision = QTTS_PRECISION_BF16; /* as released: nothing to convert */
  options.progress = go_on;
  options.progress_data = cancellable;
  if (qtts_model_open (path, &options, &model, &reason) != QTTS_OK)
    {
      g_set_error (error, G_IO_ERROR,
                   reason.status == QTTS_ERROR_CANCELLED ? G_IO_ERROR_CANCELLED
                                                         : G_IO_ERROR_INVALID_DATA,
                   "%s", reason.message);
      return FALSE;
    }
  qtts_model_close (model);
  return TRUE;
}

static void
verify (GTask *task, gpointer source, gpointer entry, GCancellable *cancellable)
{
  QoraModel *model = source;
  const char *path = qora_model_get_path (model);
  GError *error = NULL;
  gboolean ok = entry != NULL && !qora_model_is_packed (model)
                    ? check_files (path, entry, cancellable, &error)
                    : check_with_engine (path, cancellable, &error);

  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
qora_model_verify_async (QoraModel *model, QoraCatalogueEntry *entry, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (model, cancellable, callback, user_data);

  g_task_set_source_tag (task, qora_model_verify_async);
  if (entry != NULL)
    g_task_set_task_data (task, g_object_ref (entry), g_object_unref);
  g_task_run_in_thread (task, verify);
}

gboolean
qora_model_verify_finish (QoraModel *model, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, model), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
