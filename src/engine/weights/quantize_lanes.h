/* quantize_lanes.h: one group of 32 inputs of a strip to integers
 *
 * Written as loops over the 16 rows of a strip and nothing across rows, so that every instruction
 * set rounds alike: each quantize_*.c is this text compiled for another one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdint.h>

/* float tile[32 inputs][16 rows] to the bytes of one packed group (see matrix.h). */
typedef void qtts_quantize_group (const float *tile, uint8_t *group);

qtts_quantize_group qtts_quantize_q8_scalar, qtts_quantize_q4_scalar;
