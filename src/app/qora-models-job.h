/* qora-models-job.h: a download or a conversion, from its start to a voice that can be used
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-model-download.h"

G_BEGIN_DECLS

typedef enum
{
  QORA_MODELS_JOB_IDLE,     /* not started, or cancelled; bytes of an earlier time may be there */
  QORA_MODELS_JOB_CHECKING, /* reads what an earlier download left */
  QORA_MODELS_JOB_DOWNLOADING,
  QORA_MODELS_JOB_WAITING, /* until the next try, after a failure that may pass */
  QORA_MODELS_JOB_PAUSED,
  QORA_MODELS_JOB_CONVERTING,
  QORA_MODELS_JOB_DONE,
  QORA_MODELS_JOB_FAILED,
} QoraModelsJobState;

/* Fetches a model where it has an entry of the catalogue, then packs it into a .qora-tts file.
 * Belongs to the main context.
 *
 * Signals: "changed" (no arguments), often while it works; "ended", once for each start. */
#define QORA_TYPE_MODELS_JOB (qora_models_job_get_type ())
G_DECLARE_FINAL_TYPE (QoraModelsJob, qora_models_job, QORA, MODELS_JOB, GObject)

/* What an earlier download of the entry left is taken up. */
QoraModelsJob *qora_models_job_new_download (QoraCatalogueEntry *entry, const char *data_folder);

/* Packs the checkpoint in the folder `source` into the file `target`, whose folder is created. */
QoraModelsJob *qora_models_job_new_conversion (const char *source, const char *target,
                                               const char *title);

/* What the model is called. */
const char *qora_models_job_get_title (QoraModelsJob *self);
/* NULL for a conversion. */
QoraModelDownload *qora_models_job_get_download (QoraModelsJob *self);
/* The checkpoint's folder, which is not there before it has been downloaded. */
const char *qora_models_job_get_source (QoraModelsJob *self);
/* The .qora-tts file that is made. */
const char *qora_models_job_get_target (QoraModelsJob *self);

QoraModelsJobState qora_models_job_get_state (QoraModelsJob *self);
/* It works or is paused: it can be cancelled. */
gboolean qora_models_job_is_active (QoraModelsJob *self);
/* 0..1, of the step that it is in. */
double qora_models_job_get_fraction (QoraModelsJob *self);
/* Bytes that arrived, also at an earlier time; 0 for a conversion. */
guint64 qora_models_job_get_arrived (QoraModelsJob *self);
/* Why it FAILED, NULL in all other states. In G_IO_ERROR where a remedy depends on it. */
const GError *qora_models_job_get_error (QoraModelsJob *self);

/* Starts, or goes on where it was paused or ended; with too little space on the disk, FAILS. */
void qora_models_job_start (QoraModelsJob *self);
/* Downloads only; conversions go on. */
void qora_models_job_pause (QoraModelsJob *self);
/* Stops, and deletes what has arrived where the download is not complete. */
void qora_models_job_cancel (QoraModelsJob *self);

G_END_DECLS
