/* qora-player-bar.h: hears, shows and saves the sound of a take, and tells how far it is
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

#include "qora-player.h"

G_BEGIN_DECLS

/* Owns the window's player. Its buttons use the window's actions. Signal "position": another moment
 * is heard. */
#define QORA_TYPE_PLAYER_BAR (qora_player_bar_get_type ())
G_DECLARE_FINAL_TYPE (QoraPlayerBar, qora_player_bar, QORA, PLAYER_BAR, AdwBin)

QoraPlayer *qora_player_bar_get_player (QoraPlayerBar *self); /* (transfer none) */

void qora_player_bar_set_sound (QoraPlayerBar *self, QoraSound *sound);
void qora_player_bar_toggle (QoraPlayerBar *self);

/* While the sound is made: how long it is going to be, and how many seconds one takes. 0: unknown.
 */
void qora_player_bar_set_expectation (QoraPlayerBar *self, double duration, double rtf);

/* The line under the waveform. */
void qora_player_bar_set_status (QoraPlayerBar *self, const char *text);
/* 0..1, negative: nothing is going on. */
void qora_player_bar_set_progress (QoraPlayerBar *self, double fraction);
/* What other programs can take the sound by. (transfer none) */
GtkWidget *qora_player_bar_get_handle (QoraPlayerBar *self);

void qora_player_bar_set_narrow (QoraPlayerBar *self, gboolean narrow);

G_END_DECLS
