/* model.h: an open voice model and its parts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <qtts/model.h>

#include "code_predictor.h"
#include "speech_decoder.h"
#include "talker.h"
#include "text/tokenizer.h"

struct qtts_model
{
  char *name;
  unsigned cpu;
  qtts_team *team;
  qtts_loader *loader;
  const qtts_config *config;
  qtts_tokenizer *tokenizer;
  qtts_talker talker;
  qtts_code_predictor predictor;
  qtts_speech_decoder *speech_decoder;
  qtts_model_info info;
};
