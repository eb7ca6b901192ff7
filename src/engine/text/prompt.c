/* prompt.c: the layout of one request as rows of text and codec tokens
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unicode.h"

/* The text stands in "<|im_start|>assistant\n" … "<|im_end|>\n<|im_start|>assistant\n". */
#define ROLE_IDS 3
#define TAIL_IDS 5

#define MAX_PREFIX 7

static char
folded (char c)
{
  if (c == ' ' || c == '-')
    return '_';
  return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static bool
same_name (const char *a, const char *b)
{
  while (*a != '\0' && folded (*a) == folded (*b))
    {
      a++;
      b++;
    }
  return *a == *b;
}

int
qtts_config_find_speaker (const qtts_config *config, const char *name)
{
  for (size_t i = 0; i < config->n_speakers; i++)
    if (same_name (config->speakers[i].name, name))
      return (int) i;
  return -1;
}

int
qtts_config_find_language (const qtts_config *config, const char *name)
{
  for (size_t i = 0; i < config->n_languages; i++)
    if (same_name (config->languages[i].name, name))
      return (int) i;
  return -1;
}

/* Appends ", name" to list[size], cut where it is full. */
static void
append_name (char *list, size_t size, const char *name)
{
  size_t length = strlen (list);

  snprintf (list + length, size - length, length == 0 ? "%s" : ", %s", name);
}

static qtts_status
find_speaker (const qtts_config *config, const char *name, const qtts_speaker **speaker,
              qtts_error *error)
{
  char known[512] = "";
  int i;

  *speaker = NULL;
  if (name == NULL || name[0] == '\0')
    return QTTS_OK;
  i = qtts_config_find_speaker (config, name);
  if (i >= 0)
    {
      *speaker = &config->speakers[i];
      return QTTS_OK;
    }
  for (size_t k = 0; k < config->n_speakers; k++)
    append_name (known, sizeof known, config->speakers[k].name);
  if (config->n_speakers == 0)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT,
                      "unknown speaker \"%s\": this model has no speakers", name);
  return qtts_fail (error, QTTS_ERROR_ARGUMENT, "unknown speaker \"%s\"; known are %s", name,
                    known);
}

/* The codec id of the language row, -1 for none. A speaker of a dialect turns Chinese, and the
 * choice "auto", into it. */
static qtts_status
find_language (const qtts_config *config, const char *name, const qtts_speaker *speaker, int *id,
               qtts_error *error)
{
  bool automatic = name == NULL || name[0] == '\0' || same_name (name, "auto");
  int language = automatic ? -1 : qtts_config_find_language (config, name);
  char known[512] = "auto";

  if (!automatic && language < 0)
    {
      for (size_t k = 0; k < config->n_languages; k++)
        append_name (known, sizeof known, config->languages[k].name);
      return qtts_fail (error, QTTS_ERROR_ARGUMENT, "unknown language \"%s\"; known are %s", name,
                        known);
    }
  if (speaker != NULL && speaker->dialect != NULL && (automatic || same_name (name, "chinese")))
    {
      language = qtts_config_find_language (config, speaker->dialect);
      if (language < 0)
        return qtts_fail (error, QTTS_ERROR_FORMAT,
                          "the model lacks \"%s\", the dialect of the speaker \"%s\"",
                          speaker->dialect, speaker->name);
    }
  *id = language < 0 ? -1 : config->languages[language].id;
  return QTTS_OK;
}

/* The codec rows from "think" to "bos"; returns their number. */
static int
codec_prefix (const qtts_config *config, const qtts_speaker *speaker, int language_id,
              int prefix[MAX_PREFIX])
{
  int n = 0;

  prefix[n++] = language_id < 0 ? config->codec_nothink_id : config->codec_think_id;
  prefix[n++] = config->codec_think_bos_id;
  if (language_id >= 0)
    prefix[n++] = language_id;
  prefix[n++] = config->codec_think_eos_id;
  if (speaker != NULL)
    prefix[n++] = speaker->id;
  prefix[n++] = config->codec_pad_id;
  prefix[n++] = config->codec_bos_id;
  return n;
}

/* Ids of head + text + tail, where only head and tail hold special tokens, unless `parse_special`.
 * The line break before the text belongs to the text's piece: they may fuse into one token.
 * `what` names the text in messages. */
static qtts_status
tokenize_turn (const qtts_tokenizer *tokenizer, const char *what, const char *role,
               const char *text, const char *tail, bool parse_special, qtts_ids *ids,
               qtts_error *error)
{
  static const char start[] = "<|im_start|>";
  size_t length = strlen (text);
  size_t valid = qtts_utf8_valid (text, length);
  size_t size = strlen (start) + strlen (role) + length + strlen (tail) + 1;
  char *turn;
  qtts_status status;

  if (valid < length)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "the %s is not UTF-8 at byte %zu", what, valid);
  turn = malloc (size);
  if (turn == NULL)
    return qtts_fail_memory (error);

  if (parse_special)
    {
      snprintf (turn, size, "%s%s%s%s", start, role, text, tail);
      status = qtts_tokenize (tokenizer, turn, size - 1, true, ids, error);
    }
  else
    {
      snprintf (turn, size, "%s%s", role, text);
      status = qtts_tokenize (tokenizer, start, strlen (start), true, ids, error);
      if (status == QTTS_OK)
        status = qtts_tokenize (tokenizer, turn, strlen (turn), false, ids, error);
      if (status == QTTS_OK)
        status = qtts_tokenize (tokenizer, tail, strlen (tail), true, ids, error);
    }
  free (turn);
  return status;
}

/* What surrounds the text must be the special tokens that the model was trained with. */
static qtts_status
check_turn (const qtts_config *config, const qtts_ids *turn, qtts_error *error)
{
  if (turn->n < ROLE_IDS + TAIL_IDS || turn->ids[0] != config->im_start_id
      || turn->ids[turn->n - TAIL_IDS] != config->im_end_id)
    return qtts_fail (error, QTTS_ERROR_FORMAT,
                      "the tokenizer does not give the ids %d and %d of the configuration for "
                      "<|im_start|> and <|im_end|>",
                      config->im_start_id, config->im_end_id);
  return QTTS_OK;
}

static void
add_row (qtts_prompt *prompt, int text_id, int codec_id)
{
  prompt->rows[prompt->n_rows++] = (qtts_prompt_row){ text_id, codec_id };
}

/* `turn` holds ROLE_IDS, the text's own ids, TAIL_IDS. */
static qtts_status
lay_out (const qtts_config *config, const qtts_ids *instruct, const qtts_ids *turn,
         const int *prefix, int n_prefix, bool streaming, qtts_prompt *prompt, qtts_error *error)
{
  const int32_t *text = turn->ids + ROLE_IDS;
  size_t n_text = turn->n - ROLE_IDS - TAIL_IDS;

  prompt->rows = malloc ((instruct->n + turn->n + MAX_PREFIX) * sizeof *prompt->rows);
  prompt->trailing = malloc ((n_text + 1) * sizeof *prompt->trailing);
  if (prompt->rows == NULL || prompt->trailing == NULL)
    return qtts_fail_memory (error);
  prompt->n_text = (int) n_text;

  for (size_t i = 0; i < instruct->n; i++)
    add_row (prompt, instruct->ids[i], -1);
  for (int i = 0; i < ROLE_IDS; i++)
    add_row (prompt, turn->ids[i], -1);
  for (int i = 0; i < n_prefix - 2; i++)
    add_row (prompt, config->tts_pad_id, prefix[i]);
  add_row (prompt, config->tts_bos_id, prefix[n_prefix - 2]);

  if (streaming)
    {
      /* An empty text begins with the id behind it, as in the official program. */
      add_row (prompt, text[0], config->codec_bos_id);
      for (size_t i = 1; i < n_text; i++)
        prompt->trailing[prompt->n_trailing++] = text[i];
      prompt->trailing[prompt->n_trailing++] = config->tts_eos_id;
    }
  else
    {
      for (size_t i = 0; i < n_text; i++)
        add_row (prompt, text[i], config->codec_pad_id);
      add_row (prompt, config->tts_eos_id, config->codec_pad_id);
      add_row (prompt, config->tts_pad_id, config->codec_bos_id);
      prompt->trailing[prompt->n_trailing++] = config->tts_pad_id;
    }
  return QTTS_OK;
}

qtts_status
qtts_prompt_build (const qtts_config *config, const qtts_tokenizer *tokenizer,
                   const qtts_request *request, qtts_prompt *prompt, qtts_error *error)
{
  const char *text = request->text == NULL ? "" : request->text;
  const char *instruct = request->instruct == NULL ? "" : request->instruct;
  qtts_ids turn = { 0 };
  qtts_ids instruct_ids = { 0 };
  const qtts_speaker *speaker;
  int prefix[MAX_PREFIX];
  int language_id = -1;
  qtts_status status;

  *prompt = (qtts_prompt){ 0 };
  status = find_speaker (config, request->speaker, &speaker, error);
  if (status == QTTS_OK)
    status = find_language (config, request->language, speaker, &language_id, error);
  if (status == QTTS_OK && instruct[0] != '\0' && config->honours_instruct)
    status = tokenize_turn (tokenizer, "instruct text", "user\n", instruct, "<|im_end|>\n",
                            request->parse_special, &instruct_ids, error);
  if (status == QTTS_OK)
    status = tokenize_turn (tokenizer, "text", "assistant\n", text,
                            "<|im_end|>\n<|im_start|>assistant\n", request->parse_special, &turn,
                            error);
  if (status == QTTS_OK)
    status = check_turn (config, &turn, error);
  if (status == QTTS_OK)
    status = lay_out (config, &instruct_ids, &turn, prefix,
                      codec_prefix (config, speaker, language_id, prefix), request->streaming_text,
                      prompt, error);
  qtts_ids_clear (&turn);
  qtts_ids_clear (&instruct_ids);
  if (status != QTTS_OK)
    qtts_prompt_clear (prompt);
  return status;
}

void
qtts_prompt_clear (qtts_prompt *prompt)
{
  free (prompt->rows);
  free (prompt->trailing);
  *prompt = (qtts_prompt){ 0 };
}
