/* qora-model-download.h: fetches a voice model, whole or not at all
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-catalogue.h"

G_BEGIN_DECLS

typedef enum
{
  QORA_DOWNLOAD_IDLE,     /* not started, or ended */
  QORA_DOWNLOAD_CHECKING, /* reads what an earlier download left */
  QORA_DOWNLOAD_RUNNING,
  QORA_DOWNLOAD_WAITING, /* until the next try, after a failure that may pass */
  QORA_DOWNLOAD_PAUSED,
} QoraDownloadState;

typedef struct
{
  QoraDownloadState state;
  const char *file; /* relative path of the file on its way, or NULL; lives as long as the entry */
  guint file_index; /* of it, from 0 */
  guint n_files;    /* of the model */
  guint64 done;     /* bytes that are there, of all files */
  guint64 total;    /* bytes of all files */
  double rate;      /* bytes a second, 0: unknown */
  double left_s;    /* estimated, < 0: unknown */
} QoraDownloadProgress;

/* One download. Belongs to one thread with a main context; the work is done on another thread.
 *
 * Signals: "progress" (no arguments), at most ten times a second and at each change of state, on
 * the main context that was the default one when the download was started. */
#define QORA_TYPE_MODEL_DOWNLOAD (qora_model_download_get_type ())
G_DECLARE_FINAL_TYPE (QoraModelDownload, qora_model_download, QORA, MODEL_DOWNLOAD, GObject)

/* `data_folder` is the program's own, see qora_model_store_get_data_folder(). The model will be the
 * folder models/NAME in it; until all of its files are there and verified, they are in
 * downloads/. What an interrupted download left there is used. */
QoraModelDownload *qora_model_download_new (QoraCatalogueEntry *entry, const char *data_folder);

QoraCatalogueEntry *qora_model_download_get_entry (QoraModelDownload *self);

/* How to bear with a bad connection: a server that is silent for timeout_s seconds counts as gone
 * (30); after n_tries requests (6) that brought nothing new the download fails; the pause after the
 * first of them is delay_s seconds (1), and doubles. A server's Retry-After is obeyed up to a
 * minute. Before the start. */
void qora_model_download_set_patience (QoraModelDownload *self, guint timeout_s, guint n_tries,
                                       double delay_s);

/* Starts. Nothing is asked of the network before. May be started again after it ended. */
void qora_model_download_run_async (QoraModelDownload *self, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer user_data);

/* The folder of the verified model (transfer full), or NULL. Errors in G_IO_ERROR with a sentence
 * that names the file or address: EXISTS (it is installed), NO_SPACE (checked before the start, or
 * met on the way), CANCELLED, BUSY, NOT_FOUND, INVALID_DATA (a wrong size or SHA-256) and whatever
 * else goes wrong with files and networks. Except for wrong bytes, what had arrived is kept for the
 * next time. */
char *qora_model_download_run_finish (QoraModelDownload *self, GAsyncResult *result,
                                      GError **error);

/* Closes the connection and waits for qora_model_download_resume(). */
void qora_model_download_pause (QoraModelDownload *self);
void qora_model_download_resume (QoraModelDownload *self);

void qora_model_download_get_progress (QoraModelDownload *self, QoraDownloadProgress *progress);

/* Bytes of the model that did not arrive yet. Looks at the files, not into them. */
guint64 qora_model_download_count_missing (QoraModelDownload *self);

/* The folder that the model will be. */
const char *qora_model_download_get_target (QoraModelDownload *self);

/* Deletes what interrupted downloads of this model left. Not while one is running. Errors: those
 * of deleting files. */
gboolean qora_model_download_discard (QoraModelDownload *self, GError **error);

G_END_DECLS
