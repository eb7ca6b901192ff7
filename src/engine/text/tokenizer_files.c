/* tokenizer_files.c: reading the tokenizer's files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "tokenizer_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "unicode.h"

#define VERSION_LINE "#version"

typedef struct
{
  const qtts_tokenizer_files *files;
  cJSON *vocab; /* parsed files; NULL: absent or not needed */
  cJSON *config;
  cJSON *tokenizer_json;
  qtts_vocabulary vocabulary;
  qtts_bpe *bpe;
  char *joined; /* room for two pieces of the merge being read */
  size_t joined_size;
} Reader;

static qtts_status
check_text (const char *origin, const char *name, qtts_tokenizer_file file, qtts_error *error)
{
  size_t valid = qtts_utf8_valid (file.text, file.length);

  if (valid < file.length)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s is not UTF-8 at byte %zu", origin, name,
                      valid);
  if (memchr (file.text, '\0', file.length) != NULL)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s has a zero byte", origin, name);
  return QTTS_OK;
}

static qtts_status
parse (const char *origin, const char *name, qtts_tokenizer_file file, cJSON **tree,
       qtts_error *error)
{
  qtts_status status = check_text (origin, name, file, error);
  const char *stop = NULL;

  if (status != QTTS_OK)
    return status;
  *tree = cJSON_ParseWithLengthOpts (file.text, file.length, &stop, 0);
  if (*tree == NULL)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s is not JSON at byte %td", origin, name,
                      stop == NULL ? (ptrdiff_t) 0 : stop - file.text);
  if (!cJSON_IsObject (*tree))
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s is not a JSON object", origin, name);
  return QTTS_OK;
}

static qtts_status
parse_files (Reader *reader, qtts_error *error)
{
  const qtts_tokenizer_files *files = reader->files;
  bool plain = files->vocab.text != NULL && files->merges.text != NULL;
  qtts_status status = QTTS_OK;

  if (!plain && files->tokenizer_json.text == NULL)
    return qtts_fail (error, QTTS_ERROR_FILE, "%s: %s is missing", files->origin,
                      files->vocab.text == NULL ? "vocab.json" : "merges.txt");
  if (plain && files->config.text == NULL)
    return qtts_fail (error, QTTS_ERROR_FILE, "%s: tokenizer_config.json is missing",
                      files->origin);

  if (plain)
    status = parse (files->origin, "vocab.json", files->vocab, &reader->vocab, error);
  else
    status = parse (files->origin, "tokenizer.json", files->tokenizer_json, &reader->tokenizer_json,
                    error);
  if (status == QTTS_OK && files->config.text != NULL)
    status = parse (files->origin, "tokenizer_config.json", files->config, &reader->config, error);
  return status;
}

static qtts_status
read_vocabulary (Reader *reader, const char *source, const cJSON *entries, qtts_error *error)
{
  const cJSON *entry;
  qtts_status status;

  if (!cJSON_IsObject (entries))
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s has no vocabulary (an object of ids)",
                      reader->files->origin, source);
  cJSON_ArrayForEach (entry, entries)
  {
    if (!cJSON_IsNumber (entry))
      return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s: the id of \"%s\" is not a number",
                        reader->files->origin, source, entry->string);
    status = qtts_vocabulary_add (&reader->vocabulary, source, entry->string, entry->valuedouble,
                                  error);
    if (status != QTTS_OK)
      return status;
  }
  return QTTS_OK;
}

/* Byte-level BPE writes each byte as one character: printable Latin-1 as itself, the others in
 * their order as U+0100 and following (the table of GPT-2). */
static qtts_status
read_bytes (Reader *reader, const char *source, qtts_error *error)
{
  int32_t substitute = 0x100;

  for (int32_t byte = 0; byte < 256; byte++)
    {
      bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD);
      unsigned char piece[5] = { 0 };
      utf8proc_ssize_t length = utf8proc_encode_char (printable ? byte : substitute++, piece);

      reader->bpe->byte_ids[byte]
          = qtts_vocabulary_find (&reader->vocabulary, (const char *) piece, (size_t) length);
      if (reader->bpe->byte_ids[byte] < 0)
        return qtts_fail (error, QTTS_ERROR_FORMAT,
                          "%s: %s lacks \"%s\", the piece of the byte 0x%02X",
                          reader->files->origin, source, (const char *) piece, (unsigned) byte);
    }
  return QTTS_OK;
}

/* `where` names the entry, such as "merges.txt line 17". */
static qtts_status
read_merge (Reader *reader, const char *where, const char *left, size_t left_length,
            const char *right, size_t right_length, int32_t rank, qtts_error *error)
{
  const char *origin = reader->files->origin;
  int32_t left_id = qtts_vocabulary_find (&reader->vocabulary, left, left_length);
  int32_t right_id = qtts_vocabulary_find (&reader->vocabulary, right, right_length);
  size_t length = left_length + right_length;
  int32_t merged;

  if (left_length == 0 || right_length == 0)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s is not two pieces with a space between",
                      origin, where);
  if (left_id < 0 || right_id < 0)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s: \"%.*s\" is not in the vocabulary", origin,
                      where, (int) (left_id < 0 ? left_length : right_length),
                      left_id < 0 ? left : right);
  if (length > reader->joined_size)
    {
      char *grown = realloc (reader->joined, 2 * length);

      if (grown == NULL)
        return qtts_fail_memory (error);
      reader->joined = grown;
      reader->joined_size = 2 * length;
    }
  memcpy (reader->joined, left, left_length);
  memcpy (reader->joined + left_length, right, right_length);
  merged = qtts_vocabulary_find (&reader->vocabulary, reader->joined, length);
  if (merged < 0)
    return qtts_fail (error, QTTS_ERROR_FORMAT,
                      "%s: %s: \"%.*s\", which it makes, is not in the vocabulary", origin, where,
                      (int) length, reader->joined);
  if (!qtts_bpe_add_merge (reader->bpe, left_id, right_id, rank, merged))
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s: \"%.*s %.*s\" is listed twice", origin,
                      where, (int) left_length, left, (int) right_length, right);
  return QTTS_OK;
}

/* Splits "left right"; anything but exactly one space leaves a part empty. */
static qtts_status
read_merge_line (Reader *reader, const char *where, const char *line, size_t length, int32_t rank,
                 qtts_error *error)
{
  const char *space = memchr (line, ' ', length);
  size_t left = space == NULL ? 0 : (size_t) (space - line);
  size_t right = space == NULL ? 0 : length - left - 1;

  if (space != NULL && memchr (space + 1, ' ', right) != NULL)
    right = 0;
  return read_merge (reader, where, line, left, space == NULL ? line : space + 1, right, rank,
                     error);
}

static qtts_status
read_merges_text (Reader *reader, qtts_error *error)
{
  qtts_tokenizer_file file = reader->files->merges;
  const char *end = file.text + file.length;
  qtts_status status = check_text (reader->files->origin, "merges.txt", file, error);
  size_t lines = 1;
  int32_t rank = 0;
  int number = 0;

  for (size_t i = 0; i < file.length; i++)
    lines += file.text[i] == '\n';
  if (status == QTTS_OK)
    status = qtts_bpe_init (reader->bpe, lines, error);

  for (const char *line = file.text; line < end && status == QTTS_OK; number++)
    {
      const char *stop = memchr (line, '\n', (size_t) (end - line));
      size_t length = (size_t) ((stop == NULL ? end : stop) - line);
      const char *next = line + length + 1;
      char where[48];

      if (length > 0 && line[length - 1] == '\r')
        length--;
      if (length > 0
          && !(number == 0 && length >= strlen (VERSION_LINE)
               && memcmp (line, VERSION_LINE, strlen (VERSION_LINE)) == 0))
        {
          snprintf (where, sizeof where, "merges.txt line %d", number + 1);
          status = read_merge_line (reader, where, line, length, rank++, error);
        }
      line = next;
    }
  return status;
}

/* tokenizer.json lists merges as "left right" or as ["left", "right"]. */
static qtts_status
read_merges_json (Reader *reader, const cJSON *entries, qtts_error *error)
{
  const cJSON *entry;
  qtts_status status;
  int32_t rank = 0;

  if (!cJSON_IsArray (entries))
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: tokenizer.json has no array model.merges",
                      reader->files->origin);
  status = qtts_bpe_init (reader->bpe, (size_t) cJSON_GetArraySize (entries), error);
  if (status != QTTS_OK)
    return status;
  cJSON_ArrayForEach (entry, entries)
  {
    const char *line = cJSON_GetStringValue (entry);
    const char *left = cJSON_GetStringValue (cJSON_GetArrayItem (entry, 0));
    const char *right = cJSON_GetStringValue (cJSON_GetArrayItem (entry, 1));
    char where[64];

    snprintf (where, sizeof where, "tokenizer.json: model.merges[%d]", rank);
    if (line != NULL)
      status = read_merge_line (reader, where, line, strlen (line), rank++, error);
    else
      status = read_merge (reader, where, left == NULL ? "" : left,
                           left == NULL ? 0 : strlen (left), right == NULL ? "" : right,
                           right == NULL ? 0 : strlen (right), rank++, error);
    if (status != QTTS_OK)
      return status;
  }
  return QTTS_OK;
}

static qtts_status
read_model (Reader *reader, qtts_error *error)
{
  const cJSON *model = cJSON_GetObjectItemCaseSensitive (reader->tokenizer_json, "model");
  const char *type = cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (model, "type"));
  bool plain = reader->vocab != NULL;
  const char *source = plain ? "vocab.json" : "tokenizer.json";
  qtts_status status;

  if (!plain && type != NULL && strcmp (type, "BPE") != 0)
    return qtts_fail (error, QTTS_ERROR_UNSUPPORTED,
                      "%s: tokenizer.json: model.type is \"%s\"; it must be \"BPE\"",
                      reader->files->origin, type);
  status = read_vocabulary (
      reader, source, plain ? reader->vocab : cJSON_GetObjectItemCaseSensitive (model, "vocab"),
      error);
  if (status == QTTS_OK)
    status = read_bytes (reader, source, error);
  if (status == QTTS_OK)
    status = plain ? read_merges_text (reader, error)
                   : read_merges_json (reader, cJSON_GetObjectItemCaseSensitive (model, "merges"),
                                       error);
  return status;
}

static qtts_status
read_added (Reader *reader, qtts_added_tokens *added, qtts_error *error)
{
  qtts_status status = QTTS_OK;

  if (reader->config != NULL)
    status = qtts_added_tokens_read (
        added, "tokenizer_config.json",
        cJSON_GetObjectItemCaseSensitive (reader->config, "added_tokens_decoder"),
        &reader->vocabulary, error);
  if (status == QTTS_OK && reader->tokenizer_json != NULL)
    status = qtts_added_tokens_read (
        added, "tokenizer.json",
        cJSON_GetObjectItemCaseSensitive (reader->tokenizer_json, "added_tokens"),
        &reader->vocabulary, error);
  return status;
}

qtts_status
qtts_tokenizer_files_read (const qtts_tokenizer_files *files, int vocab_size, qtts_bpe *bpe,
                           qtts_added_tokens *added, qtts_error *error)
{
  Reader reader = { .files = files, .bpe = bpe };
  qtts_status status = parse_files (&reader, error);

  if (status == QTTS_OK)
    status = qtts_vocabulary_init (&reader.vocabulary, files->origin, vocab_size, error);
  if (status == QTTS_OK)
    status = read_model (&reader, error);
  if (status == QTTS_OK)
    status = read_added (&reader, added, error);

  free (reader.joined);
  qtts_vocabulary_clear (&reader.vocabulary);
  cJSON_Delete (reader.vocab);
  cJSON_Delete (reader.config);
  cJSON_Delete (reader.tokenizer_json);
  return status;
}
