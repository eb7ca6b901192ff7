/* qora-exporter.h: saves a sound as an audio file, whole or not at all
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

#include "qora-audio-format.h"
#include "qora-sound.h"

G_BEGIN_DECLS

/* One export. Set it up, then run it once, on the thread that created it or with _async().
 *
 * Properties: "progress" (double, 0..1, read-only; notified on the main context of an asynchronous
 * run). */
#define QORA_TYPE_EXPORTER (qora_exporter_get_type ())
G_DECLARE_FINAL_TYPE (QoraExporter, qora_exporter, QORA, EXPORTER, GObject)

/* Saves what `sound` holds when the run begins; it may grow meanwhile, but must not be cut or
 * spliced. `path` is only ever replaced by a complete, synced file: until then the bytes go to a
 * hidden file in the same folder, which is gone again if the export fails or is cancelled. */
QoraExporter *qora_exporter_new (QoraSound *sound, QoraAudioFormat format, const char *path);

/* Default: QORA_AUDIO_QUALITY_NORMAL. */
void qora_exporter_set_quality (QoraExporter *self, QoraAudioQuality quality);

/* Tags of the file: its title and, as the artist, the voice. NULL: none. The comment that the
 * speech is synthetic and what it was made with is always there. */
void qora_exporter_set_tags (QoraExporter *self, const char *title, const char *voice);

/* Puts a silence of n_samples into the file before the sound's sample `at`, as between chapters.
 * Gaps are to be added in the order of `at`. */
void qora_exporter_add_gap (QoraExporter *self, gsize at, gsize n_samples);

double qora_exporter_get_progress (QoraExporter *self);

/* Encodes and blocks until the file is there. Errors, all in G_IO_ERROR and naming the file:
 * NOT_SUPPORTED (an encoder is missing; names the package), CANCELLED, NO_SPACE,
 * INVALID_ARGUMENT (there is no sound) and the other
 * reasons why a file cannot be written. */
gboolean qora_exporter_run (QoraExporter *self, GCancellable *cancellable, GError **error);

/* The same on a thread of its own. */
void qora_exporter_run_async (QoraExporter *self, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
gboolean qora_exporter_run_finish (QoraExporter *self, GAsyncResult *result, GError **error);

G_END_DECLS
