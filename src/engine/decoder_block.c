/* decoder_block.c: one upsampling block of the speech decoder, with its residual units
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decoder_block.h"

#include <stdio.h>

enum
{
  PREFIX_LENGTH = 64,
  NAME_LENGTH = 160,
};

static qtts_status
load_unit (qtts_speech_build *build, const char *name, int channels, int dilation, int repeats,
           int period, qtts_residual_unit *unit, qtts_error *error)
{
  char full[NAME_LENGTH];
  qtts_status status;

  snprintf (full, sizeof full, "%s.act1", name);
  status = qtts_snake_load (build, full, channels, repeats, &unit->snake1, error);
  if (status != QTTS_OK)
    return status;
  snprintf (full, sizeof full, "%s.conv1.conv", name);
  status = qtts_speech_conv_load_filtered (build, full, channels, channels, dilation, period,
                                           &unit->conv1, error);
  if (status != QTTS_OK)
    return status;
  snprintf (full, sizeof full, "%s.act2", name);
  status = qtts_snake_load (build, full, channels, 1, &unit->snake2, error);
  if (status != QTTS_OK)
    return status;
  snprintf (full, sizeof full, "%s.conv2.conv", name);
  return qtts_speech_conv_load (build, full, channels, channels, 1, 1, true, &unit->conv2, error);
}

qtts_status
qtts_decoder_block_load (qtts_speech_build *build, int index, int in, int out, int rate, int period,
                         qtts_decoder_block *decoder_block, qtts_error *error)
{
  static const int dilations[QTTS_RESIDUAL_UNITS] = { 1, 3, 9 };
  char name[PREFIX_LENGTH];
  qtts_status status;

  decoder_block->index = index;
  decoder_block->in = in;
  decoder_block->out = out;
  snprintf (name, sizeof name, "decoder.decoder.%d.block.0", index);
  status = qtts_snake_load (build, name, in, 1, &decoder_block->snake, error);
  if (status != QTTS_OK)
    return status;
  snprintf (name, sizeof name, "decoder.decoder.%d.block.1.conv", index);
  status = qtts_speech_conv_load_transposed (build, name, out, in, 2 * rate, rate,
                                             &decoder_block->upsample, error);
  for (int i = 0; status == QTTS_OK && i < QTTS_RESIDUAL_UNITS; i++)
    {
      snprintf (name, sizeof name, "decoder.decoder.%d.block.%d", index, i + 2);
      /* The first unit's snake follows the transposed convolution, whose phases lie side by side.
       */
      status = load_unit (build, name, out, dilations[i], i == 0 ? rate : 1, period,
                          &decoder_block->units[i], error);
    }
  return status;
}

void
qtts_decoder_block_clear (qtts_decoder_block *decoder_block)
{
  qtts_snake_clear (&decoder_block->snake);
  qtts_speech_conv_clear (&decoder_block->upsample);
  for (int i = 0; i < QTTS_RESIDUAL_UNITS; i++)
    {
      qtts_residual_unit *unit = &decoder_block->units[i];

      qtts_snake_clear (&unit->snake1);
      qtts_speech_conv_clear (&unit->conv1);
      qtts_snake_clear (&unit->snake2);
      qtts_speech_conv_clear (&unit->conv2);
    }
}

static qtts_conv_output
snaked (const qtts_snake *snake, bool bf16)
{
  return (qtts_conv_output){ .activation = QTTS_ACTIVATION_SNAKE,
                             .alpha = snake->alpha,
                             .inverse_beta = snake->inverse_beta,
                             .activated_bf16 = bf16 };
}

void
qtts_decoder_block_run (const qtts_decoder_block *decoder_block, qtts_speech_block *block,
                        const qtts_snake *next, bool next_bf16)
{
  const qtts_residual_unit *units = decoder_block->units;
  const int index = decoder_block->index;
  qtts_conv_output output = snaked (&units[0].snake1, units[0].conv1.x_bf16);

  qtts_speech_trace_input (block, decoder_block->in, decoder_block->upsample.x_bf16,
                           "decoder.%d.block.0", index);
  output.values = block->values;
  qtts_speech_conv_run (&decoder_block->upsample, block, output);
  qtts_speech_trace_values (block, decoder_block->out, "decoder.%d.block.1", index);

  for (int i = 0; i < QTTS_RESIDUAL_UNITS; i++)
    {
      const bool last = i + 1 == QTTS_RESIDUAL_UNITS;

      qtts_speech_conv_run (&units[i].conv1, block,
                            snaked (&units[i].snake2, units[i].conv2.x_bf16));
      output = snaked (last ? next : &units[i + 1].snake1,
                       last ? next_bf16 : units[i + 1].conv1.x_bf16);
      output.residual = block->values;
      output.values = block->values;
      qtts_speech_conv_run (&units[i].conv2, block, output);
      qtts_speech_trace_values (block, decoder_block->out, "decoder.%d.block.%d", index, i + 2);
    }
  qtts_speech_trace_values (block, decoder_block->out, "decoder.%d", index);
}
