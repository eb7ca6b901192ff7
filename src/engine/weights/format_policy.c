/* format_policy.c: which format each kind of matrix has under a precision
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "loader.h"

/* Of the inputs of a layer's matrices; the real models' code predictors have 1024. */
static const int narrow = 512;

/* Bytes of the 1.7B model's Q4 file are what limits this table: the two layer stacks are 1.49e9 of
 * its 1.92e9 weights and are read for every frame, so they take 4 bits. Embeddings are only looked
 * up and heads decide the codes directly: both are small next to the layers and stay at 8 bits. The
 * text embedding at 8 bits costs 331 MB. The speech decoder's convolutions carry the waveform and
 * are BF16, the least that the kernels multiply without rounding the samples to 8 bits. In a code
 * predictor as narrow as the demo voice's (128) few weights share in every sum, so that what 4 bits
 * round away does not even out: 0.14 nats of its 2.8 per code, for 0.2 MB. */
qtts_format
qtts_format_for (qtts_precision precision, qtts_role role)
{
  static const qtts_format table[][QTTS_PRECISION_F32 + 1] = {
#define FORMATS(q4, q8, f16, bf16)                                                                 \
  {                                                                                                \
    [QTTS_PRECISION_Q4] = QTTS_FORMAT_##q4,   [QTTS_PRECISION_Q8] = QTTS_FORMAT_##q8,              \
    [QTTS_PRECISION_F16] = QTTS_FORMAT_##f16, [QTTS_PRECISION_BF16] = QTTS_FORMAT_##bf16,          \
    [QTTS_PRECISION_F32] = QTTS_FORMAT_F32,                                                        \
  }
    [QTTS_ROLE_TALKER] = FORMATS (Q4, Q8, F16, BF16),
    [QTTS_ROLE_PREDICTOR] = FORMATS (Q4, Q8, F16, BF16),
    [QTTS_ROLE_NARROW_PREDICTOR] = FORMATS (Q8, Q8, F16, BF16),
    [QTTS_ROLE_TALKER_HEAD] = FORMATS (Q8, Q8, F16, BF16),
    [QTTS_ROLE_PREDICTOR_HEAD] = FORMATS (Q4, Q8, F16, BF16),
    [QTTS_ROLE_PROJECTION] = FORMATS (Q8, Q8, F16, BF16),
    [QTTS_ROLE_TEXT_EMBEDDING] = FORMATS (Q8, Q8, F16, BF16),
    [QTTS_ROLE_CODEC_EMBEDDING] = FORMATS (Q8, Q8, F16, BF16),
    [QTTS_ROLE_DECODER_LINEAR] = FORMATS (Q8, BF16, BF16, BF16),
    [QTTS_ROLE_DECODER_CONV] = FORMATS (BF16, BF16, BF16, BF16),
#undef FORMATS
  };

  return table[role][precision];
}

qtts_role
qtts_predictor_role (const qtts_config *config)
{
  return config->predictor.hidden_size < narrow ? QTTS_ROLE_NARROW_PREDICTOR : QTTS_ROLE_PREDICTOR;
}
