/* qora-model.h: a voice model that is on this computer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

#include "qora-model-search.h"

G_BEGIN_DECLS

/* What is known of a model without opening it for speech. Immutable; any thread may look at it. */
#define QORA_TYPE_MODEL (qora_model_get_type ())
G_DECLARE_FINAL_TYPE (QoraModel, qora_model, QORA, MODEL, GObject)

/* Looks at a .qora-tts file or a folder with config.json and safetensors files. (transfer full), or
 * NULL. Errors: NOT_FOUND, INVALID_DATA naming the file and key, and those of reading files, all in
 * G_IO_ERROR. Reads a packed file with the engine; may block for a moment. */
QoraModel *qora_model_new (const char *path, QoraModelPlace place, GError **error);

const char *qora_model_get_path (QoraModel *self);
/* Name of the folder, or of the file without its ending. */
const char *qora_model_get_name (QoraModel *self);
QoraModelPlace qora_model_get_place (QoraModel *self);
/* "custom-voice", "voice-design", or "base", which the engine cannot speak with. */
const char *qora_model_get_kind (QoraModel *self);
/* As the configuration has it, for example "1b7". */
const char *qora_model_get_size (QoraModel *self);
gboolean qora_model_is_packed (QoraModel *self);
/* Of all its files. */
guint64 qora_model_get_bytes (QoraModel *self);
/* Sorted, NULL-terminated. */
const char *const *qora_model_get_speakers (QoraModel *self);

G_END_DECLS
