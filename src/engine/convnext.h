/* convnext.h: a ConvNeXt block of the speech decoder's upsampling
 *
 *   x + gamma * pwconv2 (gelu (pwconv1 (layer_norm (dwconv (x)))))
 *
 * with dwconv a causal depthwise convolution of 7 taps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "speech_conv.h"

enum
{
  QTTS_CONVNEXT_EXPANSION = 4,
};

typedef struct
{
  int channels;
  float *depthwise; /* [tap][padded channels] */
  float *depthwise_bias;
  float *norm_weight, *norm_bias;
  qtts_speech_conv expand; /* pwconv1 */
  qtts_speech_conv shrink; /* pwconv2 */
  float *gamma;
  size_t state; /* of dwconv: rows of float */
} qtts_convnext;

/* Loads `name`.dwconv and so on. The struct is empty before, and to be cleared also after an error.
 */
qtts_status qtts_convnext_load (qtts_speech_build *build, const char *name, int channels,
                                qtts_convnext *convnext, qtts_error *error);
void qtts_convnext_clear (qtts_convnext *convnext);

/* Works on block->values in place, and leaves them also in block->input, as bfloat16 or float. */
void qtts_convnext_run (const qtts_convnext *convnext, qtts_speech_block *block, bool input_bf16);
