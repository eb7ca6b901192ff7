/* stored.c: values of tensors as a checkpoint stores them, in any float type, at any alignment
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stored.h"

#include <string.h>

#include "../compute/half.h"

size_t
qtts_stored_count (const qtts_tensor *tensor)
{
  return tensor->bytes / (tensor->dtype == QTTS_DTYPE_F32 ? sizeof (float) : sizeof (uint16_t));
}

float
qtts_stored_value (const qtts_tensor *tensor, size_t index)
{
  float value;
  uint16_t half;

  if (tensor->dtype == QTTS_DTYPE_F32)
    {
      memcpy (&value, (const char *) tensor->data + index * sizeof value, sizeof value);
      return value;
    }
  memcpy (&half, (const char *) tensor->data + index * sizeof half, sizeof half);
  return tensor->dtype == QTTS_DTYPE_BF16 ? qtts_bf16_to_float (half) : qtts_f16_to_float (half);
}

bool
qtts_stored_has_shape (const qtts_tensor *tensor, const uint64_t *dims, int n_dims)
{
  if (tensor->n_dims < n_dims)
    return false;
  for (int i = 0; i < tensor->n_dims; i++)
    if (tensor->dims[i] != (i < n_dims ? dims[i] : 1))
      return false;
  return true;
}

qtts_matrix
qtts_stored_matrix (const qtts_tensor *tensor, int rows, int cols)
{
  static const qtts_format formats[] = {
    [QTTS_DTYPE_F32] = QTTS_FORMAT_F32,
    [QTTS_DTYPE_F16] = QTTS_FORMAT_F16,
    [QTTS_DTYPE_BF16] = QTTS_FORMAT_BF16,
  };

  return (qtts_matrix){
    .format = formats[tensor->dtype],
    .packed = false,
    .rows = rows,
    .cols = cols,
    .data = tensor->data,
  };
}

static int
round_up (int n, int multiple)
{
  return (n + multiple - 1) / multiple * multiple;
}

void
qtts_conv_size (int out, int in, int taps, bool transposed, int *rows, int *cols)
{
  *rows = transposed ? taps * round_up (out, QTTS_STRIP_ROWS) : out;
  *cols = transposed ? in : taps * round_up (in, 2);
}

void
qtts_stored_conv (const qtts_tensor *tensor, int out, int in, int taps, bool transposed,
                  float *matrix)
{
  const size_t out_padded = round_up (out, QTTS_STRIP_ROWS);
  const size_t in_padded = round_up (in, 2);

  for (size_t o = 0; o < (size_t) out; o++)
    for (size_t i = 0; i < (size_t) in; i++)
      for (size_t tap = 0; tap < (size_t) taps; tap++)
        if (transposed)
          matrix[(tap * out_padded + o) * in + i]
              = qtts_stored_value (tensor, (i * out + o) * taps + tap);
        else
          matrix[(o * taps + tap) * in_padded + i]
              = qtts_stored_value (tensor, (o * in + i) * taps + tap);
}
