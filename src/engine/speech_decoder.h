/* speech_decoder.h: codes to samples, in blocks of any size, exact at their borders
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "trace.h"
#include "weights/loader.h"

/* The weights; immutable, shared. */
typedef struct qtts_speech_decoder qtts_speech_decoder;

/* One stream of sound: what every causal layer remembers. */
typedef struct qtts_speech_stream qtts_speech_stream;

/* Loads "decoder.*" through the loader, whose views it keeps; `cpu` is the feature set to compute
 * with. With the loader's precision F32 all arithmetic is float32. Errors as qtts_loader_matrix().
 */
qtts_status qtts_speech_decoder_new (qtts_loader *loader, unsigned cpu,
                                     qtts_speech_decoder **decoder, qtts_error *error);
void qtts_speech_decoder_free (qtts_speech_decoder *decoder);

/* A stream at its beginning. NULL when out of memory. */
qtts_speech_stream *qtts_speech_stream_new (const qtts_speech_decoder *decoder);
void qtts_speech_stream_free (qtts_speech_stream *stream);

/* Back to the beginning, as new. */
void qtts_speech_stream_reset (qtts_speech_stream *stream);

/* Decodes codes[frames][groups] (each within its codebook) to pcm[frames * samples_per_frame],
 * -1..1, never NaN. frames >= 1; any split of a sequence into calls gives the same samples, bit for
 * bit. Errors: MEMORY. */
qtts_status qtts_speech_decode (qtts_speech_stream *stream, qtts_team *team, const int32_t *codes,
                                int frames, float *pcm, qtts_error *error);

/* The stages' outputs of the next calls go to `trace` (NULL: none), time-major [time][channels],
 * under the names that tests/fixtures use: "quantizer", "pre_conv", "pre_transformer.layers.0",
 * ..., "upsample.0.0", "decoder.1.block.0", ... */
void qtts_speech_stream_set_trace (qtts_speech_stream *stream, const qtts_trace *trace);

/* Frames in one call beyond which throughput hardly grows; the least and the usual block. */
int qtts_speech_decoder_block (const qtts_speech_decoder *decoder);
