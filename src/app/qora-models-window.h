/* qora-models-window.h: the page of voice models: what is installed, and what can be downloaded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-application.h"

G_BEGIN_DECLS

#define QORA_TYPE_MODELS_WINDOW (qora_models_window_get_type ())
G_DECLARE_FINAL_TYPE (QoraModelsWindow, qora_models_window, QORA, MODELS_WINDOW,
                      AdwPreferencesWindow)

QoraModelsWindow *qora_models_window_new (QoraApplication *app);

/* Says that the model of the job can be used, and offers to use it. */
void qora_models_window_tell_ready (QoraModelsWindow *self, QoraModelsJob *job);

G_END_DECLS
