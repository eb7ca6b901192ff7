/* tokenizer.c: byte-level BPE of the Qwen2 family: text to ids
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tokenizer.h"

#include <limits.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "pretokenize.h"
#include "tokenizer_files.h"
#include "unicode.h"

struct qtts_tokenizer
{
  qtts_bpe bpe;
  qtts_added_tokens added;
};

qtts_status
qtts_tokenizer_new (const char *origin, qtts_tokenizer_file vocab, qtts_tokenizer_file merges,
                    qtts_tokenizer_file config, qtts_tokenizer_file tokenizer_json, int vocab_size,
                    qtts_tokenizer **tokenizer, qtts_error *error)
{
  qtts_tokenizer_files files = { origin, vocab, merges, config, tokenizer_json };
  qtts_tokenizer *self = calloc (1, sizeof *self);
  qtts_status status;

  *tokenizer = NULL;
  if (self == NULL)
    return qtts_fail_memory (error);
  status = qtts_tokenizer_files_read (&files, vocab_size, &self->bpe, &self->added, error);
  if (status != QTTS_OK)
    {
      qtts_tokenizer_free (self);
      return status;
    }
  *tokenizer = self;
  return QTTS_OK;
}

void
qtts_tokenizer_free (qtts_tokenizer *tokenizer)
{
  if (tokenizer == NULL)
    return;
  qtts_bpe_clear (&tokenizer->bpe);
  qtts_added_tokens_clear (&tokenizer->added);
  free (tokenizer);
}

void
qtts_ids_clear (qtts_ids *ids)
{
  free (ids->ids);
  *ids = (qtts_ids){ 0 };
}

qtts_status
qtts_ids_append (qtts_ids *ids, int32_t id, qtts_error *error)
{
  if (ids->n == ids->capacity)
    {
      size_t capacity = ids->capacity == 0 ? 64 : 2 * ids->capacity;
      int32_t *grown = realloc (ids->ids, capacity * sizeof *grown);

      if (grown == NULL)
        return qtts_fail_memory (error);
      ids->ids = grown;
      ids->capacity = capacity;
    }
  ids->ids[ids->n++] = id;
  return QTTS_OK;
}

/* The pieces of codepoints[n], one after another; bytes is room for their UTF-8. */
static qtts_status
encode_pieces (const qtts_tokenizer *tokenizer, const int32_t *codepoints, size_t n,
               unsigned char *bytes, qtts_ids *ids, qtts_error *error)
{
  qtts_bpe_scratch scratch = { 0 };
  qtts_status status = QTTS_OK;
  size_t start = 0;

  while (start < n && status == QTTS_OK)
    {
      size_t end = qtts_pretoken_end (codepoints, n, start);
      size_t length = 0;

      for (; start < end; start++)
        length += (size_t) utf8proc_encode_char (codepoints[start], bytes + length);
      status = qtts_bpe_encode (&tokenizer->bpe, bytes, length, &scratch, ids, error);
    }
  qtts_bpe_scratch_clear (&scratch);
  return status;
}

/* Text without added tokens. */
static qtts_status
encode_plain (const qtts_tokenizer *tokenizer, const char *text, size_t length, qtts_ids *ids,
              qtts_error *error)
{
  int32_t *codepoints;
  unsigned char *bytes;
  size_t n;
  qtts_status status;

  if (length == 0)
    return QTTS_OK;
  status = qtts_nfc (text, length, &codepoints, &n, error);
  if (status != QTTS_OK)
    return status;
  bytes = malloc (4 * n + 1);
  status = bytes == NULL ? qtts_fail_memory (error)
                         : encode_pieces (tokenizer, codepoints, n, bytes, ids, error);
  free (bytes);
  free (codepoints);
  return status;
}

qtts_status
qtts_tokenize (const qtts_tokenizer *tokenizer, const char *text, size_t length, bool added_tokens,
               qtts_ids *ids, qtts_error *error)
{
  size_t valid = qtts_utf8_valid (text, length);
  qtts_status status = QTTS_OK;
  size_t start = 0;

  if (valid < length)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "the text is not UTF-8 at byte %zu", valid);
  if (length > INT_MAX / 4)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "the text is %zu bytes long, more than %d",
                      length, INT_MAX / 4);

  while (added_tokens && start < length && status == QTTS_OK)
    {
      size_t end = start;
      const qtts_added_token *token
          = qtts_added_tokens_find (&tokenizer->added, text, length, &end);

      status = encode_plain (tokenizer, text + start, end - start, ids, error);
      start = end;
      if (token != NULL && status == QTTS_OK)
        {
          status = qtts_ids_append (ids, token->id, error);
          start += token->length;
        }
    }
  if (status == QTTS_OK)
    status = encode_plain (tokenizer, text + start, length - start, ids, error);
  return status;
}
