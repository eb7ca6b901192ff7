/* qora-waveform.h: the sound of a take as a timeline that seeks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

#include "qora-sound.h"

G_BEGIN_DECLS

/* A GtkScale in seconds: keys, pointer and the accessibility bus move it like any other. Its range
 * is the expected duration; its fill level is what has been made, beyond which it does not go.
 * Runs left to right in every locale.
 *
 * Signal "seek" (double): the user moved it to that second. */
#define QORA_TYPE_WAVEFORM (qora_waveform_get_type ())
G_DECLARE_FINAL_TYPE (QoraWaveform, qora_waveform, QORA, WAVEFORM, GtkScale)

/* NULL: nothing to show. */
void qora_waveform_set_sound (QoraWaveform *self, QoraSound *sound);

/* Seconds that the whole will take, where more is expected than the sound has. 0: the sound's. */
void qora_waveform_set_expected (QoraWaveform *self, double seconds);

/* Moves the mark without a "seek". */
void qora_waveform_set_position (QoraWaveform *self, double seconds);

G_END_DECLS
