/* qora-player.h: plays a sound, also while it is still being made
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-sound.h"

G_BEGIN_DECLS

typedef enum
{
  QORA_PLAYER_STOPPED, /* at rest, no audio device in use */
  QORA_PLAYER_PAUSED,
  QORA_PLAYER_WAITING, /* wants to play, but not enough of the sound is made yet */
  QORA_PLAYER_PLAYING,
} QoraPlayerState;

#define QORA_TYPE_PLAYER_STATE (qora_player_state_get_type ())
GType qora_player_state_get_type (void);

/* All functions are for one thread, the one whose thread-default main context was current when the
 * player was made; signals and notifications come there. Where the environment variable
 * QORA_AUDIO_SINK holds a GStreamer sink as for gst_parse_launch(), sound goes there.
 *
 * A sound that grows slower than it is heard is held back until the rest will come in time, see
 * qora_player_seconds_needed(). Should it run dry all the same, the player waits anew and then goes
 * on at the very next sample.
 *
 * Properties: "sound", "state" (read-only), "position" and "duration" (double, seconds, read-only),
 * "rate" (double, 0.25..4), "volume" (double, 0..1), "device-missing" (gboolean, read-only).
 * Signals: "finished": the end of a sealed sound was heard. "failed" (const char *message): playing
 * stopped because of the audio system. */
#define QORA_TYPE_PLAYER (qora_player_get_type ())
G_DECLARE_FINAL_TYPE (QoraPlayer, qora_player, QORA, PLAYER, GObject)

QoraPlayer *qora_player_new (void);

/* Stops and starts over with another sound, or with none (NULL). */
void qora_player_set_sound (QoraPlayer *self, QoraSound *sound);
QoraSound *qora_player_get_sound (QoraPlayer *self); /* (transfer none) (nullable) */

/* Goes on from the position, or from the start if the end was reached. */
void qora_player_play (QoraPlayer *self);
void qora_player_pause (QoraPlayer *self);

/* Lets go of the audio device, back to the start. */
void qora_player_stop (QoraPlayer *self);

/* To `position` seconds; beyond what is made means its end. Keeps playing or pausing. */
void qora_player_seek (QoraPlayer *self, double position);

QoraPlayerState qora_player_get_state (QoraPlayer *self);
double qora_player_get_position (QoraPlayer *self); /* seconds */

/* Seconds: of the sound, or while it is not sealed of what it is expected to become, if longer. */
double qora_player_get_duration (QoraPlayer *self);

/* How fast to play, the pitch unchanged; 1 is as it was spoken. */
void qora_player_set_rate (QoraPlayer *self, double rate);
double qora_player_get_rate (QoraPlayer *self);

/* Loudness as it is felt: half of it is about half as loud. */
void qora_player_set_volume (QoraPlayer *self, double volume);
double qora_player_get_volume (QoraPlayer *self);

/* What is known of a sound in the making: how many seconds it will have (0: unknown), and how many
 * seconds it takes to make one (0: unknown), which counts until the player has measured it. */
void qora_player_set_expectation (QoraPlayer *self, double duration, double rtf);

/* The system has no sound device: playing goes on in silence. Known once playing has begun. */
gboolean qora_player_get_device_missing (QoraPlayer *self);

/* Seconds of sound that must be ready before one starts to hear the `left` seconds up to the end,
 * so that it does not run dry: left * (1 - 1 / (rtf * rate)), and at least one second of hearing.
 * `rtf`: seconds to make one second, 0: unknown. */
double qora_player_seconds_needed (double left, double rtf, double rate);

G_END_DECLS
