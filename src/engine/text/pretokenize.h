/* pretokenize.h: the pieces of a text that byte pairs are merged within
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* End of the piece of the NFC text[n] that begins at start < n. Pieces are the successive matches
 * of the Qwen2 tokenizer's expression, which takes the first alternative that matches:
 *
 *   (?i:'s|'t|'re|'ve|'m|'ll|'d) | [^\r\n\p{L}\p{N}]?\p{L}+ | \p{N} | ?[^\s\p{L}\p{N}]+[\r\n]* |
 *   \s*[\r\n]+ | \s+(?!\S) | \s+
 */
size_t qtts_pretoken_end (const int32_t *text, size_t n, size_t start);
