/* added_tokens.h: tokens that are matched as whole strings, such as "<|im_end|>"
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#include "vocabulary.h"

typedef struct
{
  char *content;
  size_t length;
  int32_t id;
} qtts_added_token;

typedef struct
{
  qtts_added_token *tokens; /* longest first */
  size_t n;
} qtts_added_tokens;

/* Appends the tokens of tokenizer_config.json ("added_tokens_decoder": an object, id -> token) or
 * of tokenizer.json ("added_tokens": an array of tokens with "id"); `source` names the file. A
 * token may be in the vocabulary already, under the same id; otherwise it is added to it. Errors:
 * FORMAT naming file and token, UNSUPPORTED for tokens that take the space around them or must
 * stand alone (the released ones do neither), MEMORY. */
qtts_status qtts_added_tokens_read (qtts_added_tokens *added, const char *source,
                                    const cJSON *entries, qtts_vocabulary *vocabulary,
                                    qtts_error *error);
void qtts_added_tokens_clear (qtts_added_tokens *added);

/* The first token in text[length] at or behind *start, the longest one of several that begin there:
 * *start becomes its position. NULL: none, *start is `length`. */
const qtts_added_token *qtts_added_tokens_find (const qtts_added_tokens *added, const char *text,
                                                size_t length, size_t *start);
