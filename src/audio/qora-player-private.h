/* qora-player-private.h: the player's sink, for tests that listen to it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gst/gst.h>

#include "qora-player.h"

#define QORA_PLAYER_DEFAULT_SINK "autoaudiosink name=auto"

/* Before anything is played: where sound goes, as for gst_parse_launch(). */
void qora_player_set_sink (QoraPlayer *self, const char *description);

/* NULL where GStreamer lacks an element. (transfer none) */
GstElement *qora_player_get_pipeline (QoraPlayer *self);
