/* quantize_group.h: one group of 32 inputs of a strip to integers and scales
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdint.h>

/* From float tile[32 inputs][16 rows], finite, of which the first `inputs` (1..32) inputs exist, to
 * the bytes of one packed group (see matrix.h). */
typedef void qtts_quantize_group (const float *tile, int inputs, uint8_t *group);

/* The same function for several instruction sets; all give the same bytes. */
qtts_quantize_group qtts_quantize_q8_baseline, qtts_quantize_q4_baseline;
#if defined(__x86_64__)
qtts_quantize_group qtts_quantize_q8_avx2, qtts_quantize_q4_avx2;
qtts_quantize_group qtts_quantize_q8_avx512, qtts_quantize_q4_avx512;
#endif
