/* compact.c: how a .qora-tts file that is to be small stores what would take more room
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "compact.h"

#include <stdlib.h>
#include <string.h>

#include "../aligned.h"
#include "quantize.h"

static bool
row_is_zero (const qtts_matrix *matrix, int row, float *values)
{
  qtts_matrix_row (matrix, row, values);
  for (int i = 0; i < matrix->cols; i++)
    if (values[i] != 0)
      return false;
  return true;
}

/* Rows up to the last that is not zero, and no fewer than the reader accepts. */
static int
count_rows (const qtts_matrix *matrix)
{
  const int least = (matrix->rows - 1) / QTTS_CONTAINER_MOST_EXPANSION + 1;
  float *values = malloc (matrix->cols * sizeof *values);
  int rows = matrix->rows;

  while (values != NULL && rows > least && row_is_zero (matrix, rows - 1, values))
    rows--;
  free (values);
  return rows;
}

/* Bytes of all rows without any of this. */
static size_t
whole_bytes (const qtts_container_source *source)
{
  const size_t count = (size_t) source->matrix.rows * source->matrix.cols;

  if (source->plain)
    return count * sizeof (float);
  return qtts_packed_bytes (source->format, source->matrix.rows, source->matrix.cols);
}

void
qtts_compact_plan (qtts_container_source *source)
{
  const qtts_matrix *matrix = &source->matrix;

  if (source->plain && matrix->rows == 1)
    return;
  /* Where there are few inputs, the padding of Q8 may take more than it saves. */
  if (qtts_packed_bytes (QTTS_FORMAT_Q8, matrix->rows, matrix->cols) < whole_bytes (source))
    source->stored = QTTS_FORMAT_Q8;
  if (!source->plain || source->stored == QTTS_FORMAT_Q8)
    source->stored_rows = count_rows (matrix);
}

bool
qtts_compact_is_stored_smaller (const qtts_container_tensor *tensor)
{
  return tensor->stored != tensor->format || tensor->stored_rows != tensor->rows;
}

/* Row-major float32 of all rows; those that are not stored are zero. */
static float *
read_rows (const qtts_container_tensor *tensor)
{
  const qtts_matrix stored = {
    .format = tensor->stored,
    .packed = true,
    .rows = tensor->stored_rows,
    .cols = tensor->cols,
    .data = tensor->data,
  };
  const size_t count = (size_t) tensor->rows * tensor->cols;
  float *values = qtts_alloc_aligned (count * sizeof *values);

  if (values == NULL)
    return NULL;
  for (int row = 0; row < stored.rows; row++)
    qtts_matrix_row (&stored, row, values + (size_t) row * stored.cols);
  memset (values + (size_t) stored.rows * stored.cols, 0,
          (size_t) (tensor->rows - stored.rows) * stored.cols * sizeof *values);
  return values;
}

void *
qtts_compact_expand (const qtts_container_tensor *tensor, unsigned cpu, qtts_team *team)
{
  qtts_matrix matrix = { .format = QTTS_FORMAT_F32, .rows = tensor->rows, .cols = tensor->cols };
  const size_t bytes = qtts_packed_bytes (tensor->format, tensor->rows, tensor->cols);
  float *values = NULL;
  char *packed;

  if (!tensor->packed)
    return read_rows (tensor);
  packed = qtts_alloc_aligned (bytes);
  if (packed == NULL)
    return NULL;
  if (tensor->stored == tensor->format)
    {
      memcpy (packed, tensor->data, tensor->bytes);
      memset (packed + tensor->bytes, 0, bytes - tensor->bytes);
      return packed;
    }
  matrix.data = values = read_rows (tensor);
  if (values != NULL)
    qtts_pack (&matrix, tensor->format, packed, cpu, team);
  else
    {
      free (packed);
      packed = NULL;
    }
  free (values);
  return packed;
}
