/* qora-model-convert.h: a checkpoint becomes a .qora-tts file
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>
#include <qtts/model.h>

G_BEGIN_DECLS

/* Called with 0..1 on the main context that was the default one at the start. */
typedef void (*QoraConvertFunc) (double fraction, gpointer user_data);

/* Opens the model at `source` and saves it as the file `target`, on a thread of its own. `target`
 * is only ever replaced by a complete file. `progress` may be NULL; it is not called after
 * `callback`. */
void qora_model_convert_async (const char *source, const char *target, qtts_precision precision,
                               QoraConvertFunc progress, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);

/* Errors in G_IO_ERROR with the engine's sentence: CANCELLED, INVALID_DATA, NOT_SUPPORTED, and
 * FAILED for what files and memory do. */
gboolean qora_model_convert_finish (GAsyncResult *result, GError **error);

/* Bytes that qora_model_drop_source() would free; 0: there is nothing that can be dropped. */
guint64 qora_model_measure_source (const char *folder);

/* Deletes the safetensors files of a checkpoint that has a .qora-tts file beside it, and all that
 * only they need; `folder` is theirs. Does nothing without such a file: NOT_FOUND. */
gboolean qora_model_drop_source (const char *folder, GError **error);

G_END_DECLS
