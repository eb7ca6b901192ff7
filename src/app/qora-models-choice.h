/* qora-models-choice.h: which voice model speaks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-models-library.h"
#include "qora-synthesizer.h"

G_BEGIN_DECLS

/* Opens models and remembers the choice in the setting "model-path". Whatever happens to a model,
 * another one takes its place: the first full voice that is installed, or the demo voice.
 *
 * Property "error" (string, read-only): why no model, or not the one that was asked for, is open;
 * NULL: all is well. */
#define QORA_TYPE_MODELS_CHOICE (qora_models_choice_get_type ())
G_DECLARE_FINAL_TYPE (QoraModelsChoice, qora_models_choice, QORA, MODELS_CHOICE, GObject)

QoraModelsChoice *qora_models_choice_new (QoraSynthesizer *synthesizer, QoraModelsLibrary *library,
                                          GSettings *settings);

const char *qora_models_choice_get_error (QoraModelsChoice *self);

/* The model that is open is the one that comes with the program. */
gboolean qora_models_choice_is_demo (QoraModelsChoice *self);

/* The model of the settings, else the first full voice, else the demo voice. */
void qora_models_choice_open_first (QoraModelsChoice *self);

/* Opens a model and, if it is good, remembers it, also in the list of models; NULL: the demo voice.
 */
void qora_models_choice_open (QoraModelsChoice *self, const char *path);

/* Deletes or forgets a model, see qora_model_store_remove(); the demo voice takes its place. */
void qora_models_choice_remove (QoraModelsChoice *self, QoraModel *model);

G_END_DECLS
