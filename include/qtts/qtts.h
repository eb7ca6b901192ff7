/* qtts.h: the whole interface of libqtts, text to speech with the Qwen3-TTS 12 Hz models
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "error.h"
#include "model.h"
#include "synthesis.h"
#include "text.h"
