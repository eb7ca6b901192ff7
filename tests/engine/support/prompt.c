/* prompt.c: the fixtures' prompts as requests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "prompt.h"

#include <string.h>

static const char *
string_member (const cJSON *object, const char *key)
{
  return cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (object, key));
}

qtts_request
prompt_request (const qtts_model *model, const cJSON *prompt, const char *run)
{
  const cJSON *runs = cJSON_GetObjectItemCaseSensitive (prompt, "runs");
  const cJSON *entry = cJSON_GetObjectItemCaseSensitive (runs, run);
  const cJSON *whole = cJSON_GetObjectItemCaseSensitive (prompt, "non_streaming_mode");
  qtts_request request = qtts_request_default (model);

  request.text = string_member (prompt, "text");
  request.speaker = string_member (prompt, "speaker");
  request.language = string_member (prompt, "language");
  request.instruct = string_member (prompt, "instruct");
  request.streaming_text = cJSON_IsFalse (whole);
  request.sampling.greedy = true;
  request.sampling.predictor_greedy = true;
  request.sampling.repetition_penalty = strcmp (run, "rep1.0") == 0 ? 1.0f : 1.05f;
  request.max_frames = cJSON_GetObjectItemCaseSensitive (entry, "max_new_tokens")->valueint - 1;
  return request;
}
