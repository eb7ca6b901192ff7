/* matrix.h: weight matrices in the formats the kernels read
 *
 * Packed matrices (the only kind in a .qora-tts file). Rows are padded to a multiple of 16 and
 * inputs to a multiple of 32, both with zeros. 16 rows form a strip; a strip is one linear run of
 * bytes, so that one 64-byte load holds the same few inputs of all 16 rows:
 *
 *   F32   per input: 16 floats                                            64 bytes
 *   F16   per input: 16 halves                                            32 bytes
 *   BF16  per pair of inputs (2p, 2p+1): 16 x { w[2p], w[2p+1] }          64 bytes
 *   Q8    per group of 32 inputs: 8 vectors, vector j, lane r = inputs 4j..4j+3 of row r as int8,
 *         then 16 F16 scales                                              8 * 64 + 32 = 544 bytes
 *   Q4    per group of 32 inputs: 4 vectors, vector j, lane r: low nibbles = inputs 8j..8j+3 of row
 * r, high nibbles = inputs 8j+4..8j+7; then 16 F16 scales                         4 * 64 + 32 = 288
 * bytes
 *
 * A nibble is an index into qtts_q4_levels; a weight is level * scale (Q4) or integer * scale (Q8).
 * Scales of Q4 may be negative. No level is 0, so the inputs that pad a Q4 group are not: whoever
 * multiplies pads the activations with zeros.
 * Strips follow each other without gaps. The data is aligned to 64 bytes.
 *
 * Matrices "as stored" are row-major BF16, F16 or F32 straight from a mapped safetensors file, at
 * any alignment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum
{
  QTTS_FORMAT_F32,
  QTTS_FORMAT_BF16,
  QTTS_FORMAT_F16,
  QTTS_FORMAT_Q8,
  QTTS_FORMAT_Q4,
} qtts_format;

enum
{
  QTTS_STRIP_ROWS = 16,
  QTTS_GROUP_INPUTS = 32,
};

/* The 16 signed levels of Q4, ascending. */
extern const int8_t qtts_q4_levels[16];

/* A view: whoever made it owns `data` (a mapped file or an allocation). */
typedef struct
{
  qtts_format format;
  bool packed; /* strips as above; otherwise row-major as stored */
  int rows;
  int cols;
  const void *data;
} qtts_matrix;

/* Bytes of one strip, or of a whole packed matrix. */
size_t qtts_strip_bytes (qtts_format format, int cols);
size_t qtts_packed_bytes (qtts_format format, int rows, int cols);

/* One row as float[cols], whatever the format: the way embeddings are looked up. */
void qtts_matrix_row (const qtts_matrix *matrix, int row, float *out);
