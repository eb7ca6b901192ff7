/* qora-voice-bar.h: who speaks, in which language and style, and from which seed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

#include "qora-engine.h"
#include "qora-voice-picker.h"

G_BEGIN_DECLS

/* Voice, language, style and seed are those of the settings, and are stored there. */
#define QORA_TYPE_VOICE_BAR (qora_voice_bar_get_type ())
G_DECLARE_FINAL_TYPE (QoraVoiceBar, qora_voice_bar, QORA, VOICE_BAR, AdwBin)

/* What a model offers; `info` NULL: there is no model. */
void qora_voice_bar_set_model (QoraVoiceBar *self, const QoraModelInfo *info, GListModel *voices);

QoraVoicePicker *qora_voice_bar_get_picker (QoraVoiceBar *self);

const char *qora_voice_bar_get_voice (QoraVoiceBar *self);
const char *qora_voice_bar_get_language (QoraVoiceBar *self); /* NULL: automatic */
/* NULL where there is none, or where the model would ignore it. */
const char *qora_voice_bar_get_style (QoraVoiceBar *self);

/* What the model cannot speak without and is not there yet, in words; NULL: nothing. Changes with
 * the setting "style". */
const char *qora_voice_bar_get_missing (QoraVoiceBar *self);

/* Sets what a take was made with. NULL or unknown values fall back to the first or to none. */
void qora_voice_bar_restore (QoraVoiceBar *self, const char *voice, const char *language,
                             const char *style, guint64 seed);

/* The seed for a run: a new one, unless it is to stay the same. */
guint64 qora_voice_bar_take_seed (QoraVoiceBar *self);

/* Fits into small windows: what is rarely used moves into the popover. */
void qora_voice_bar_set_narrow (QoraVoiceBar *self, gboolean narrow);

G_END_DECLS
