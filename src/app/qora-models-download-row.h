/* qora-models-download-row.h: one model that can be downloaded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

#include "qora-models-job.h"

G_BEGIN_DECLS

#define QORA_TYPE_MODELS_DOWNLOAD_ROW (qora_models_download_row_get_type ())
G_DECLARE_FINAL_TYPE (QoraModelsDownloadRow, qora_models_download_row, QORA, MODELS_DOWNLOAD_ROW,
                      AdwPreferencesRow)

/* The row shows the job and lets it be started, paused and cancelled. */
GtkWidget *qora_models_download_row_new (QoraModelsJob *job);

QoraModelsJob *qora_models_download_row_get_job (QoraModelsDownloadRow *self);

G_END_DECLS
