/* qora-sound-loader.h: reads an audio file back into a sound
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

#include "qora-sound.h"

G_BEGIN_DECLS

/* Decodes the file at `path`, in whatever format GStreamer knows, to a sealed sound: mixed down to
 * mono and resampled where need be. Blocks. Errors, in G_IO_ERROR and naming the file: NOT_FOUND
 * and the like, INVALID_DATA (not audio, or broken), NOT_SUPPORTED (no decoder), CANCELLED.
 * (transfer full) */
QoraSound *qora_sound_load (const char *path, GCancellable *cancellable, GError **error);

/* The same on a thread of its own. The sound notifies on the default main context. */
void qora_sound_load_async (const char *path, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
QoraSound *qora_sound_load_finish (GAsyncResult *result, GError **error);

G_END_DECLS
