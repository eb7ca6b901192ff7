/* abbreviations.h: words whose full stop does not end a sentence
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when a full stop behind the word [start, end) of text[n] belongs to it although a capital
 * letter or a digit follows at `next` < n. The lists hold what the ten languages write before names
 * and numbers; abbreviations that may end a sentence, such as "etc.", are not in them. */
bool qtts_is_abbreviation (const int32_t *text, size_t n, size_t start, size_t end, size_t next);
