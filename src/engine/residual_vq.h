/* residual_vq.h: codes to the vectors that they stand for
 *
 *   W_first e_0[c_0] + W_rest (e_1[c_1] + ... + e_Q[c_Q])
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "speech_conv.h"

typedef struct
{
  int quantizers;
  int entries;
  int dim;
  const float **codebooks; /* [quantizers], each [entries][dim], the loader's */
  qtts_speech_conv project_first, project_rest;
} qtts_residual_vq;

/* Loads "decoder.quantizer". The struct is empty before, and to be cleared also after an error. */
qtts_status qtts_residual_vq_load (qtts_speech_build *build,
                                   const qtts_speech_decoder_config *config, qtts_residual_vq *vq,
                                   qtts_error *error);
void qtts_residual_vq_clear (qtts_residual_vq *vq);

/* codes[block->times][quantizers] to block->values, and to block->input as bfloat16 or float. Codes
 * outside their codebook count as its nearest entry. */
void qtts_residual_vq_run (const qtts_residual_vq *vq, qtts_speech_block *block,
                           const int32_t *codes, bool input_bf16);
