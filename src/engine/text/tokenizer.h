/* tokenizer.h: byte-level BPE of the Qwen2 family
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../error.h"

typedef struct qtts_tokenizer qtts_tokenizer; /* immutable, shared by threads */

typedef struct
{
  const char *text;
  size_t length;
} qtts_tokenizer_file; /* text NULL: absent */

/* Builds the tokenizer from vocab.json + merges.txt + tokenizer_config.json, or from tokenizer.json
 * where vocab and merges are absent. `origin` names the folder or file in messages; `vocab_size` is
 * the exclusive bound of ids. Added tokens come from tokenizer_config.json, which may be absent
 * beside tokenizer.json, and from tokenizer.json where it is in use. The texts are not needed
 * afterwards. *tokenizer is the caller's, NULL on failure. Errors: FORMAT naming file and entry,
 * FILE when files are missing, UNSUPPORTED (another model than BPE, added tokens that swallow
 * spaces), MEMORY. */
qtts_status qtts_tokenizer_new (const char *origin, qtts_tokenizer_file vocab,
                                qtts_tokenizer_file merges, qtts_tokenizer_file config,
                                qtts_tokenizer_file tokenizer_json, int vocab_size,
                                qtts_tokenizer **tokenizer, qtts_error *error);
void qtts_tokenizer_free (qtts_tokenizer *tokenizer); /* NULL is allowed */

/* Ids of a piece of UTF-8 text. */
typedef struct
{
  int32_t *ids;
  size_t n;
  size_t capacity;
} qtts_ids;
void qtts_ids_clear (qtts_ids *ids);
qtts_status qtts_ids_append (qtts_ids *ids, int32_t id, qtts_error *error); /* error: MEMORY */

/* Appends the ids of text[length]: added tokens (leftmost, longest), the rest in NFC, split as
 * qtts_pretoken_end() does, then byte pairs merged by rank. Where `added_tokens` is false, strings
 * that look like added tokens are ordinary text. Errors: ARGUMENT with the byte offset when the
 * text is not UTF-8, MEMORY. */
qtts_status qtts_tokenize (const qtts_tokenizer *tokenizer, const char *text, size_t length,
                           bool added_tokens, qtts_ids *ids, qtts_error *error);
