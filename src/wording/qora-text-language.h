/* qora-text-language.h: which language a text is clearly not meant to be spoken in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Guesses the language of a UTF-8 text: by its script, or by its most frequent little words.
 * Returns one of the released models' names, such as "german", or NULL where the text is too short
 * or too mixed to tell. Only the beginning of a long text is looked at. */
const char *qora_text_language_guess (const char *text);

/* The guessed language where it is not among `languages`, a model's own; else NULL. With no
 * languages at all the model speaks what it is given. */
const char *qora_text_language_find_foreign (const char *text, const char *const *languages);

G_END_DECLS
