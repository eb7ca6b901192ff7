/* tokenizer_files.h: reading the tokenizer's files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "added_tokens.h"
#include "bpe.h"

typedef struct
{
  const char *origin; /* folder or file, for messages */
  qtts_tokenizer_file vocab;
  qtts_tokenizer_file merges;
  qtts_tokenizer_file config;
  qtts_tokenizer_file tokenizer_json;
} qtts_tokenizer_files;

/* Reads the files as qtts_tokenizer_new() describes. *bpe and *added start as zeros and are the
 * caller's to clear, also after an error. */
qtts_status qtts_tokenizer_files_read (const qtts_tokenizer_files *files, int vocab_size,
                                       qtts_bpe *bpe, qtts_added_tokens *added, qtts_error *error);
