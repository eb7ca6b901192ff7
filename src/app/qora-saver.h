/* qora-saver.h: saves a take as a sound file, with subtitles beside it if wanted
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-audio-format.h"
#include "qora-generation.h"
#include "qora-subtitles.h"

G_BEGIN_DECLS

/* Which files go beside the sound, as bits. */
typedef enum
{
  QORA_BESIDE_SRT = 1 << QORA_SUBTITLE_FORMAT_SRT,
  QORA_BESIDE_VTT = 1 << QORA_SUBTITLE_FORMAT_VTT,
  QORA_BESIDE_LRC = 1 << QORA_SUBTITLE_FORMAT_LRC,
} QoraBeside;

/* Saves what `sound` holds to `path`; the format is that of the path's ending. The times of the
 * subtitles are those of the renderings of `script` in this sound. `title` and `voice` become tags;
 * `voice` may be NULL. Errors: GIOErrorEnum, naming the file; NOT_SUPPORTED for an unknown ending.
 */
void qora_save_async (QoraSound *sound, QoraScript *script, const char *path, const char *title,
                      const char *voice, QoraAudioQuality quality, QoraBeside beside,
                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full) the path */
char *qora_save_finish (GAsyncResult *result, GError **error);

/* A file name for a title: without what file systems or other programs stumble over, and not too
 * long. (transfer full) */
char *qora_save_suggest_name (const char *title, QoraAudioFormat format);

G_END_DECLS
