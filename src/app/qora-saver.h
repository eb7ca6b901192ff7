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

typedef struct
{
  QoraSound *sound;
  QoraScript *script; /* whose renderings in this sound give the subtitles their times */
  const char *path;   /* its ending names the format */
  const char *title;  /* for the tags */
  const char *voice;  /* its id, may be NULL */
  QoraAudioQuality quality;
  QoraBeside beside;
  /* Called on the main context with 0..1; may be NULL. */
  void (*progress) (double fraction, gpointer user_data);
} QoraSaveOptions;

/* Saves what the sound holds now. `user_data` is for the progress and the callback alike. Errors:
 * GIOErrorEnum, naming the file; NOT_SUPPORTED for an unknown ending. */
void qora_save_async (const QoraSaveOptions *options, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full) the path */
char *qora_save_finish (GAsyncResult *result, GError **error);

G_END_DECLS
