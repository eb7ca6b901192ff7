/* qora-preview.h: lets a voice say who it is, and remembers how that sounded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-synthesizer.h"
#include "qora-voice.h"

G_BEGIN_DECLS

/* Property "voice" (string, read-only): the id of the one that is being made or heard, NULL: none.
 * Signals: "started": it begins to be heard; "failed" (GError). */
#define QORA_TYPE_PREVIEW (qora_preview_get_type ())
G_DECLARE_FINAL_TYPE (QoraPreview, qora_preview, QORA, PREVIEW, GObject)

/* What was made once for a model is kept as a file in `folder`. */
QoraPreview *qora_preview_new (QoraSynthesizer *synthesizer, const char *folder);

/* Starts to hear a voice, in place of another one; stops it if it is the one that is heard. */
void qora_preview_toggle (QoraPreview *self, QoraVoice *voice);
/* Lets a voice (NULL: the model has none) say a text, which is not remembered. `language` as in
 * QoraRequest. */
void qora_preview_say (QoraPreview *self, const char *text, const char *voice,
                       const char *language);
void qora_preview_stop (QoraPreview *self);
const char *qora_preview_get_voice (QoraPreview *self);

G_END_DECLS
