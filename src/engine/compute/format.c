/* format.c: sizes of packed matrices, and single rows as floats
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "half.h"
#include "matrix.h"

/* Lloyd-Max levels for normal weights whose group is scaled for the least squared error, with
 * either sign (hence no symmetry); rounded so that neighbours alternate between even and odd, which
 * the quantiser relies on. See bench/quantization.md. */
const int8_t qtts_q4_levels[16]
    = { -114, -91, -72, -57, -42, -29, -16, -3, 8, 21, 32, 45, 58, 75, 94, 127 };

enum
{
  SCALE_BYTES = QTTS_STRIP_ROWS * 2,
  Q8_GROUP_BYTES = QTTS_STRIP_ROWS * QTTS_GROUP_INPUTS + SCALE_BYTES,
  Q4_GROUP_BYTES = QTTS_STRIP_ROWS * QTTS_GROUP_INPUTS / 2 + SCALE_BYTES,
};

static size_t
group_bytes (qtts_format format)
{
  switch (format)
    {
    case QTTS_FORMAT_F32:
      return sizeof (float) * QTTS_STRIP_ROWS * QTTS_GROUP_INPUTS;
    case QTTS_FORMAT_BF16:
    case QTTS_FORMAT_F16:
      return sizeof (uint16_t) * QTTS_STRIP_ROWS * QTTS_GROUP_INPUTS;
    case QTTS_FORMAT_Q8:
      return Q8_GROUP_BYTES;
    case QTTS_FORMAT_Q4:
      return Q4_GROUP_BYTES;
    }
  return 0;
}

size_t
qtts_strip_bytes (qtts_format format, int cols)
{
  return ((size_t) cols + QTTS_GROUP_INPUTS - 1) / QTTS_GROUP_INPUTS * group_bytes (format);
}

size_t
qtts_packed_bytes (qtts_format format, int rows, int cols)
{
  return ((size_t) rows + QTTS_STRIP_ROWS - 1) / QTTS_STRIP_ROWS * qtts_strip_bytes (format, cols);
}

static uint16_t
load_u16 (const void *at)
{
  uint16_t value;

  memcpy (&value, at, sizeof value);
  return value;
}

static void
stored_row (const qtts_matrix *matrix, int row, float *out)
{
  size_t size = matrix->format == QTTS_FORMAT_F32 ? sizeof (float) : sizeof (uint16_t);
  const char *source = (const char *) matrix->data + (size_t) row * matrix->cols * size;

  if (matrix->format == QTTS_FORMAT_F32)
    memcpy (out, source, matrix->cols * sizeof (float));
  else if (matrix->format == QTTS_FORMAT_BF16)
    for (int i = 0; i < matrix->cols; i++)
      out[i] = qtts_bf16_to_float (load_u16 (source + i * size));
  else
    for (int i = 0; i < matrix->cols; i++)
      out[i] = qtts_f16_to_float (load_u16 (source + i * size));
}

/* Input i of a lane within its group's bytes. */
static float
q8_weight (const uint8_t *group, int lane, int i, float scale)
{
  return scale * (int8_t) group[i / 4 * 64 + lane * 4 + i % 4];
}

static float
q4_weight (const uint8_t *group, int lane, int i, float scale)
{
  uint8_t pair = group[i / 8 * 64 + lane * 4 + i % 4];

  return scale * qtts_q4_levels[i % 8 < 4 ? pair & 15 : pair >> 4];
}

static void
quantized_row (const qtts_matrix *matrix, const uint8_t *strip, int lane, float *out)
{
  size_t bytes = group_bytes (matrix->format);

  for (int i = 0; i < matrix->cols; i++)
    {
      const uint8_t *group = strip + i / QTTS_GROUP_INPUTS * bytes;
      float scale = qtts_f16_to_float (load_u16 (group + bytes - SCALE_BYTES + lane * 2));

      out[i] = (matrix->format == QTTS_FORMAT_Q8 ? q8_weight : q4_weight) (
          group, lane, i % QTTS_GROUP_INPUTS, scale);
    }
}

void
qtts_matrix_row (const qtts_matrix *matrix, int row, float *out)
{
  const int lane = row % QTTS_STRIP_ROWS;
  const uint8_t *strip;

  if (!matrix->packed)
    {
      stored_row (matrix, row, out);
      return;
    }
  strip = (const uint8_t *) matrix->data
          + row / QTTS_STRIP_ROWS * qtts_strip_bytes (matrix->format, matrix->cols);
  switch (matrix->format)
    {
    case QTTS_FORMAT_F32:
      for (int i = 0; i < matrix->cols; i++)
        out[i] = ((const float *) (const void *) strip)[i * QTTS_STRIP_ROWS + lane];
      break;
    case QTTS_FORMAT_F16:
      for (int i = 0; i < matrix->cols; i++)
        out[i] = qtts_f16_to_float (load_u16 (strip + (i * QTTS_STRIP_ROWS + lane) * 2));
      break;
    case QTTS_FORMAT_BF16:
      for (int i = 0; i < matrix->cols; i++)
        out[i] = qtts_bf16_to_float (load_u16 (strip + i / 2 * 64 + lane * 4 + i % 2 * 2));
      break;
    case QTTS_FORMAT_Q8:
    case QTTS_FORMAT_Q4:
      quantized_row (matrix, strip, lane, out);
      break;
    }
}
