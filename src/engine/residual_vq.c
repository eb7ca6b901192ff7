/* residual_vq.c: codes to the vectors that they stand for
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "residual_vq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

enum
{
  NAME_LENGTH = 160,
};

qtts_status
qtts_residual_vq_load (qtts_speech_build *build, const qtts_speech_decoder_config *config,
                       qtts_residual_vq *vq, qtts_error *error)
{
  char name[NAME_LENGTH];
  qtts_status status = QTTS_OK;

  vq->quantizers = config->quantizers;
  vq->entries = config->codebook_size;
  vq->dim = config->codebook_dim / 2;
  vq->codebooks = calloc ((size_t) vq->quantizers, sizeof *vq->codebooks);
  if (vq->codebooks == NULL)
    return qtts_fail_memory (error);

  for (int q = 0; status == QTTS_OK && q < vq->quantizers; q++)
    {
      snprintf (name, sizeof name, "decoder.quantizer.rvq_%s.vq.layers.%d",
                q == 0 ? "first" : "rest", q == 0 ? 0 : q - 1);
      status = qtts_loader_codebook (build->loader, name, vq->entries, vq->dim, &vq->codebooks[q],
                                     error);
    }
  if (status == QTTS_OK)
    status = qtts_speech_conv_load (build, "decoder.quantizer.rvq_first.output_proj",
                                    config->codebook_dim, vq->dim, 1, 1, false, &vq->project_first,
                                    error);
  if (status == QTTS_OK && vq->quantizers > 1)
    status = qtts_speech_conv_load (build, "decoder.quantizer.rvq_rest.output_proj",
                                    config->codebook_dim, vq->dim, 1, 1, false, &vq->project_rest,
                                    error);
  return status;
}

void
qtts_residual_vq_clear (qtts_residual_vq *vq)
{
  free (vq->codebooks);
  qtts_speech_conv_clear (&vq->project_first);
  qtts_speech_conv_clear (&vq->project_rest);
  *vq = (qtts_residual_vq){ 0 };
}

/* The sums of entries of each frame's codes [begin, end), projected. */
static void
run_part (const qtts_residual_vq *vq, const qtts_speech_conv *project, qtts_speech_block *block,
          const int32_t *codes, int begin, int end, const float *residual, bool input_bf16)
{
  const size_t row = qtts_padded_channels (vq->dim);
  float *sums = block->input;

  memset (sums, 0, (size_t) block->times * row * sizeof *sums);
  for (int t = 0; t < block->times; t++)
    for (int q = begin; q < end; q++)
      {
        const int32_t given = codes[t * vq->quantizers + q];
        const int32_t code = given < 0 ? 0 : given < vq->entries ? given : vq->entries - 1;
        const float *entry = vq->codebooks[q] + (size_t) code * (size_t) vq->dim;

        for (int i = 0; i < vq->dim; i++)
          sums[(size_t) t * row + (size_t) i] += entry[i];
      }
  if (project->x_bf16)
    qtts_speech_narrow (sums, (size_t) block->times * row);
  qtts_speech_conv_run (project, block,
                        (qtts_conv_output){ .residual = residual,
                                            .values = block->values,
                                            .activated_bf16 = input_bf16 });
}

void
qtts_residual_vq_run (const qtts_residual_vq *vq, qtts_speech_block *block, const int32_t *codes,
                      bool input_bf16)
{
  run_part (vq, &vq->project_first, block, codes, 0, 1, NULL, input_bf16);
  if (vq->quantizers > 1)
    run_part (vq, &vq->project_rest, block, codes, 1, vq->quantizers, block->values, input_bf16);
}
