/* qora-models-installed-row.h: one voice model that is on this computer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-application.h"
#include "qora-model.h"

G_BEGIN_DECLS

#define QORA_TYPE_MODELS_INSTALLED_ROW (qora_models_installed_row_get_type ())
G_DECLARE_FINAL_TYPE (QoraModelsInstalledRow, qora_models_installed_row, QORA, MODELS_INSTALLED_ROW,
                      AdwExpanderRow)

/* The row lets the model be used, packed, checked and removed. */
GtkWidget *qora_models_installed_row_new (QoraApplication *app, QoraModel *model);

/* Looks again whether a checkpoint lies beside the packed file. */
void qora_models_installed_row_update_source (QoraModelsInstalledRow *self);

QoraModel *qora_models_installed_row_get_model (QoraModelsInstalledRow *self);

G_END_DECLS
