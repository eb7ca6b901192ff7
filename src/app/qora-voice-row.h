/* qora-voice-row.h: one voice in the voice picker
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

#include "qora-voice.h"

G_BEGIN_DECLS

/* Signal "preview": the play button was used. */
#define QORA_TYPE_VOICE_ROW (qora_voice_row_get_type ())
G_DECLARE_FINAL_TYPE (QoraVoiceRow, qora_voice_row, QORA, VOICE_ROW, GtkListBoxRow)

GtkWidget *qora_voice_row_new (QoraVoice *voice);
QoraVoice *qora_voice_row_get_voice (QoraVoiceRow *self);

/* Marks it as the chosen one. */
void qora_voice_row_set_chosen (QoraVoiceRow *self, gboolean chosen);
/* Its play button becomes a stop button. */
void qora_voice_row_set_playing (QoraVoiceRow *self, gboolean playing);

G_END_DECLS
