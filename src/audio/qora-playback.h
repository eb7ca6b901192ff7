/* qora-playback.h: the pipeline that carries a growing sound to the audio device
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What QoraPlayer decides, this does. Positions are samples of the sound. All functions are for the
 * thread whose thread-default main context was current at qora_playback_new(); events come there.
 */
#pragma once

#include <gst/gst.h>

#include "qora-sound.h"

G_BEGIN_DECLS

typedef struct QoraPlayback QoraPlayback;

typedef struct
{
  /* The sound may be running out, or the pipeline has settled after a seek. */
  void (*changed) (gpointer owner);
  /* The end of the sealed sound was heard. */
  void (*ended) (gpointer owner);
  void (*failed) (gpointer owner, const char *message);
} QoraPlaybackEvents;

/* `sink`: as for gst_parse_launch(). `events` must stay as they are. */
QoraPlayback *qora_playback_new (const char *sink, const QoraPlaybackEvents *events,
                                 gpointer owner);
void qora_playback_free (QoraPlayback *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QoraPlayback, qora_playback_free)

/* Builds the pipeline if it is not there yet. NULL where GStreamer lacks an element. (transfer
 * none)
 */
GstElement *qora_playback_get_pipeline (QoraPlayback *self);

/* Shuts the pipeline and starts over with another sound, or none (NULL). */
void qora_playback_set_sound (QoraPlayback *self, QoraSound *sound);

/* FALSE where GStreamer lacks an element. */
gboolean qora_playback_play (QoraPlayback *self);
void qora_playback_pause (QoraPlayback *self);

/* Pauses for want of sound; nothing is lost or repeated, even if the sink has already run dry. */
void qora_playback_hold (QoraPlayback *self);

/* Lets go of the audio device; `position` is where to go on. */
void qora_playback_shut (QoraPlayback *self, gsize position);

/* Goes on from `position`, playing or pausing as before. */
void qora_playback_seek (QoraPlayback *self, gsize position);
void qora_playback_set_rate (QoraPlayback *self, double rate);
void qora_playback_set_gain (QoraPlayback *self, double gain); /* factor of the samples */

/* What is being heard. */
gsize qora_playback_get_position (QoraPlayback *self);

/* The pipeline has nearly all that is made of an unsealed sound. */
gboolean qora_playback_is_low (QoraPlayback *self);

/* To be called when the sound has grown or was sealed or opened again, and when samples from `from`
 * on were cut off or replaced. */
void qora_playback_sound_grown (QoraPlayback *self);
void qora_playback_sound_rewritten (QoraPlayback *self, gsize from);

/* The system's choice of a sink was one that makes no sound. */
gboolean qora_playback_get_device_missing (QoraPlayback *self);

G_END_DECLS
