/* decoder_block.h: one upsampling block of the speech decoder, with its residual units
 *
 * Snake, transposed convolution, then three times x + conv2 (snake2 (conv1 (snake1 (x)))) with
 * conv1 dilated by 1, 3 and 9. Each snake is applied where its input is made, so the block's own
 * first snake belongs to the layer before, and the block is told the one that follows it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "speech_conv.h"

enum
{
  QTTS_RESIDUAL_UNITS = 3,
};

typedef struct
{
  qtts_snake snake1, snake2;
  qtts_speech_conv conv1, conv2;
} qtts_residual_unit;

typedef struct
{
  int index; /* from 1, as in tensor names */
  int in, out;
  qtts_snake snake;
  qtts_speech_conv upsample;
  qtts_residual_unit units[QTTS_RESIDUAL_UNITS];
} qtts_decoder_block;

/* Loads "decoder.decoder.INDEX", which makes `period` steps per codec frame. The struct is empty
 * before, and to be cleared also after an error.
 */
qtts_status qtts_decoder_block_load (qtts_speech_build *build, int index, int in, int out, int rate,
                                     int period, qtts_decoder_block *decoder_block,
                                     qtts_error *error);
void qtts_decoder_block_clear (qtts_decoder_block *decoder_block);

/* block->input, after the first snake, to block->values, and to block->input after the snake that
 * comes next, as bfloat16 or float. */
void qtts_decoder_block_run (const qtts_decoder_block *decoder_block, qtts_speech_block *block,
                             const qtts_snake *next, bool next_bf16);
