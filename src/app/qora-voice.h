/* qora-voice.h: one speaker of a model, as the voice picker shows it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define QORA_TYPE_VOICE (qora_voice_get_type ())
G_DECLARE_FINAL_TYPE (QoraVoice, qora_voice, QORA, VOICE, GObject)

/* `id` is the model's own name of the speaker, for example "uncle_fu". Names, characters and native
 * languages of the speakers that the released models have are known; any other speaker gets a name
 * made from its id and no description. */
QoraVoice *qora_voice_new (const char *id);

const char *qora_voice_get_id (QoraVoice *self);
/* For people, for example "Uncle Fu". */
const char *qora_voice_get_name (QoraVoice *self);
/* One translated line, or NULL. */
const char *qora_voice_get_description (QoraVoice *self);
/* The model's name of the language that this speaker speaks best, for example "english", or NULL */
const char *qora_voice_get_language (QoraVoice *self);
/* The translated native language or dialect, for example "Beijing dialect", or NULL. */
const char *qora_voice_get_origin (QoraVoice *self);
/* A sentence with which the voice introduces itself in its native language, or in English where
 * the model speaks nothing else. Free with g_free(). */
char *qora_voice_make_sample (QoraVoice *self, gboolean only_english);

/* The translated name of a model's language, for example "German" for "german"; a name that is
 * not known is returned capitalized. `id` NULL or "": "Automatic". Free with g_free(). */
char *qora_language_get_name (const char *id);

G_END_DECLS
