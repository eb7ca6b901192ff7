/* qora-voice-picker.h: a button that shows the chosen voice and opens the list of all
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

#include "qora-voice.h"

G_BEGIN_DECLS

/* Property "voice" (string, the id of the chosen voice, never one that the list has not; NULL where
 * the list is empty). Signal "preview" (QoraVoice): to be heard, or to be stopped where it is the
 * one that plays. */
#define QORA_TYPE_VOICE_PICKER (qora_voice_picker_get_type ())
G_DECLARE_FINAL_TYPE (QoraVoicePicker, qora_voice_picker, QORA, VOICE_PICKER, AdwBin)

/* A list of QoraVoice. Call again when another model brought other voices: the voice stays chosen
 * if it is still there. */
void qora_voice_picker_set_voices (QoraVoicePicker *self, GListModel *voices);

const char *qora_voice_picker_get_voice (QoraVoicePicker *self);
/* An unknown id chooses the first voice. */
void qora_voice_picker_set_voice (QoraVoicePicker *self, const char *id);

/* Which voice is heard at the moment, NULL: none. */
void qora_voice_picker_set_playing (QoraVoicePicker *self, const char *id);
/* A line under the list, NULL: none. */
void qora_voice_picker_set_hint (QoraVoicePicker *self, const char *hint);
/* What the button says where there are no voices, NULL: nothing special. */
void qora_voice_picker_set_empty_label (QoraVoicePicker *self, const char *label);
void qora_voice_picker_popup (QoraVoicePicker *self);

G_END_DECLS
