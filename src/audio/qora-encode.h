/* qora-encode.h: encodes samples to a file that is there whole or not at all
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the exporters of a sound and of a book have in common.
 */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "qora-audio-format.h"

G_BEGIN_DECLS

typedef struct
{
  QoraAudioFormat format;
  QoraAudioQuality quality;
  const GstTagList *tags;

  /* Fills up to n_samples and returns how many, 0 at the end; or sets the error and returns 0.
   * Called on a thread of the encoder's own. */
  gsize (*read) (float *samples, gsize n_samples, gpointer user_data, GError **error);
  /* On the calling thread, now and then, with 0..1; may be NULL. */
  void (*progress) (double fraction, gpointer user_data);
  gpointer user_data;
  guint64 n_total; /* samples there are, or about so many */
} QoraEncoding;

/* Blocks until the synced file has taken its place at `path`; until then the bytes are in a hidden
 * file in the same folder, which is gone again if this fails. Errors, all in G_IO_ERROR and without
 * the file's name: those of `read`, and as qora_exporter_run() has them. */
gboolean qora_encode (const QoraEncoding *encoding, const char *path, GCancellable *cancellable,
                      GError **error);

/* A list with what every file is tagged with: what it was made with, and that it is synthetic.
 * `title` and `artist` may be NULL. (transfer full) */
GstTagList *qora_encode_create_tags (const char *title, const char *artist);

G_END_DECLS
