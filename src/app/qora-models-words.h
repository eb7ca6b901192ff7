/* qora-models-words.h: voice models and their jobs in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-model-needs.h"
#include "qora-models-library.h"

G_BEGIN_DECLS

/* What a model is called: the catalogue's title where it is one of those, else its own name.
 * (transfer full) */
char *qora_models_name (QoraModelsLibrary *library, QoraModel *model);

/* "Preset voices", by the kind's identifier. */
const char *qora_models_describe_kind (const char *kind);

/* Whether packing it is worth while: it is a checkpoint, and a large one. */
gboolean qora_models_can_pack (QoraModel *model);

/* Kind, number of voices and size in a line. (transfer full) */
char *qora_models_describe (QoraModel *model);

/* How far a job is; its error with what can be done. (transfer full), empty: nothing to say. */
char *qora_models_describe_job (QoraModelsJob *job);

/* What a model takes of disk and memory, and what there is of both. (transfer full) */
char *qora_models_describe_needs (const QoraModelNeeds *needs);

G_END_DECLS
