/* prompt.h: the fixtures' prompts as requests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <cjson/cJSON.h>
#include <qtts/synthesis.h>

/* What an entry of "prompts" in expected.json asks for, greedily, with the penalty and the number
 * of frames of its run "rep1.05" or "rep1.0". Strings belong to `prompt`. */
qtts_request prompt_request (const qtts_model *model, const cJSON *prompt, const char *run);
