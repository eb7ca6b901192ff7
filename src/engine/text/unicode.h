/* unicode.h: UTF-8, normalisation and character properties that the text stages share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../error.h"

/* Leading bytes of text[length] that are whole, valid UTF-8 characters: `length` when all are. */
size_t qtts_utf8_valid (const char *text, size_t length);

/* The code point at *position of the valid UTF-8 text[length], and *position moved behind it. */
int32_t qtts_utf8_next (const char *text, size_t length, size_t *position);

/* The Unicode property White_Space. */
bool qtts_is_white_space (int32_t c);

/* Normalisation form C (UAX #15) of the valid UTF-8 text[length] as code points. *codepoints is the
 * caller's, to be freed; not NULL for an empty text. Error: MEMORY. */
qtts_status qtts_nfc (const char *text, size_t length, int32_t **codepoints, size_t *n,
                      qtts_error *error);
