/* qora-model-needs.h: what a model takes of this computer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-model-download.h"
#include "qora-model.h"

G_BEGIN_DECLS

/* In bytes. G_MAXUINT64: unknown. */
typedef struct
{
  guint64 disk; /* that is still to be written, the .qora-tts file included */
  guint64 disk_free;
  guint64 memory; /* to speak with the model */
  guint64 memory_total;
} QoraModelNeeds;

void qora_model_needs_of_download (QoraModelNeeds *needs, QoraModelDownload *download);

/* Of packing the checkpoint `model` into a file in `data_folder`: an estimate from above. */
void qora_model_needs_of_conversion (QoraModelNeeds *needs, QoraModel *model,
                                     const char *data_folder);

/* Error: G_IO_ERROR_NO_SPACE with what is needed and what is free. */
gboolean qora_model_needs_check_disk (const QoraModelNeeds *needs, GError **error);

/* FALSE: this computer has less memory than speaking takes. */
gboolean qora_model_needs_fit_memory (const QoraModelNeeds *needs);

G_END_DECLS
