/* qora-text-tools.h: small things that all readers of texts need
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Runs of white space become one space, and none is left at the ends; a line break between two
 * characters of a script without spaces becomes nothing. Characters that show nothing (soft
 * hyphens, zero-width spaces, byte order marks, controls) go. text: UTF-8. (transfer full) */
char *qora_text_collapse (const char *text);

/* Nothing but white space. */
gboolean qora_text_is_blank (const char *text);

/* There is a letter or a digit in it: something that has a sound. */
gboolean qora_text_has_words (const char *text);

/* A character of a script that is written without spaces: Chinese and Japanese, not Korean. */
gboolean qora_text_is_spaceless (gunichar c);

/* Ends with a character that ends a sentence, within quotes or brackets as well. text: without
 * space at its end. */
gboolean qora_text_ends_sentence (const char *text);

/* Several pieces as sentences of one line: a full stop behind each that ends with no punctuation.
 * One piece alone stays as it is. (element-type utf8) (transfer full) */
char *qora_text_join_sentences (GPtrArray *pieces);

/* A name such as "amp", "nbsp" or "eacute"; NULL: HTML knows no such entity. `utf8` has room for 8
 * bytes. */
const char *qora_text_lookup_entity (const char *name, char *utf8);

/* "&amp;", "&#233;" and "&#xE9;" become their characters; what is no entity stays. (transfer full)
 */
char *qora_text_decode_entities (const char *text);

G_END_DECLS
