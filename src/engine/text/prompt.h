/* prompt.h: the layout of one request as rows of text and codec tokens
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <qtts/synthesis.h>

#include "../weights/config.h"
#include "tokenizer.h"

/* One position of the talker's input: the sum of a projected text embedding and a codec embedding.
 */
typedef struct
{
  int text_id;  /* -1: none */
  int codec_id; /* -1: none */
} qtts_prompt_row;

typedef struct
{
  qtts_prompt_row *rows; /* [n_rows], the prefill */
  int n_rows;
  int32_t *trailing; /* [n_trailing] text ids: frame t adds trailing[t], later frames tts_pad: at
                        least one */
  int n_trailing;
  int n_text; /* ids of the text itself, for estimating its length in speech */
} qtts_prompt;

/* Lays out the request for the model as the official program does: all cases of CustomVoice and
 * VoiceDesign, streaming and not; a dialect by its speaker and, beyond the official choice, by its
 * name; instruct dropped where the model does not honour it. An empty text is laid out as well: to
 * refuse it is the caller's choice. Only where request->parse_special is set do strings such as
 * "<|im_end|>" in text and instruct act as tokens. On success the caller clears *prompt, on failure
 * it is empty. Errors: ARGUMENT naming the value (unknown speaker or language with the list of
 * known ones, not UTF-8), FORMAT (a tokenizer or configuration unfit for this), MEMORY. */
qtts_status qtts_prompt_build (const qtts_config *config, const qtts_tokenizer *tokenizer,
                               const qtts_request *request, qtts_prompt *prompt, qtts_error *error);
void qtts_prompt_clear (qtts_prompt *prompt);

/* Index of a speaker or language whose name equals `name` without regard to case and with spaces,
 * hyphens and underscores alike; -1: none. */
int qtts_config_find_speaker (const qtts_config *config, const char *name);
int qtts_config_find_language (const qtts_config *config, const char *name);
