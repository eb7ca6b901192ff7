/* quantize.c: packing a stored tensor into strips of a format
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "quantize.h"

#include <string.h>

#include "../compute/half.h"
#include "quantize_lanes.h"

typedef struct
{
  const qtts_matrix *source;
  qtts_format format;
  uint8_t *packed;
  size_t strip_bytes;
  qtts_quantize_group *quantize; /* Q8 and Q4 */
} pack_job;

/* n stored values from `index` on, at any alignment. */
static void
load_floats (const qtts_matrix *source, size_t index, int n, float *out)
{
  const char *bytes = source->data;
  uint16_t halves[QTTS_GROUP_INPUTS];

  if (source->format == QTTS_FORMAT_F32)
    {
      memcpy (out, bytes + index * sizeof (float), n * sizeof (float));
      return;
    }
  memcpy (halves, bytes + index * sizeof (uint16_t), n * sizeof (uint16_t));
  if (source->format == QTTS_FORMAT_BF16)
    for (int i = 0; i < n; i++)
      out[i] = qtts_bf16_to_float (halves[i]);
  else
    for (int i = 0; i < n; i++)
      out[i] = qtts_f16_to_float (halves[i]);
}

/* tile[32 inputs][16 rows] of the group that begins at input `col`, zero outside the matrix. */
static void
load_tile (const qtts_matrix *source, int first_row, int col, float *tile)
{
  const int n = source->cols - col < QTTS_GROUP_INPUTS ? source->cols - col : QTTS_GROUP_INPUTS;

  for (int lane = 0; lane < QTTS_STRIP_ROWS; lane++)
    {
      float values[QTTS_GROUP_INPUTS] = { 0 };

      if (first_row + lane < source->rows)
        load_floats (source, (size_t) (first_row + lane) * source->cols + col, n, values);
      for (int i = 0; i < QTTS_GROUP_INPUTS; i++)
        tile[i * QTTS_STRIP_ROWS + lane] = values[i];
    }
}

static void
store_bf16 (const float *tile, uint8_t *out)
{
  uint16_t halves[QTTS_GROUP_INPUTS * QTTS_STRIP_ROWS];

  for (int i = 0; i < QTTS_GROUP_INPUTS; i++)
    for (int lane = 0; lane < QTTS_STRIP_ROWS; lane++)
      halves[i / 2 * 32 + lane * 2 + i % 2] = qtts_float_to_bf16 (tile[i * QTTS_STRIP_ROWS + lane]);
  memcpy (out, halves, sizeof halves);
}

static void
store_f16 (const float *tile, uint8_t *out)
{
  uint16_t halves[QTTS_GROUP_INPUTS * QTTS_STRIP_ROWS];

  for (int i = 0; i < QTTS_GROUP_INPUTS * QTTS_STRIP_ROWS; i++)
    halves[i] = qtts_float_to_f16 (tile[i]);
  memcpy (out, halves, sizeof halves);
}

static void
pack_strip (const pack_job *job, int strip)
{
  const int cols = job->source->cols;
  const int groups = (cols + QTTS_GROUP_INPUTS - 1) / QTTS_GROUP_INPUTS;
  const size_t group_bytes = job->strip_bytes / groups;
  uint8_t *out = job->packed + strip * job->strip_bytes;
  _Alignas(64) float tile[QTTS_GROUP_INPUTS * QTTS_STRIP_ROWS];

  for (int group = 0; group < groups; group++, out += group_bytes)
    {
      load_tile (job->source, strip * QTTS_STRIP_ROWS, group * QTTS_GROUP_INPUTS, tile);
      if (job->format == QTTS_FORMAT_F32)
        memcpy (out, tile, sizeof tile);
      else if (job->format == QTTS_FORMAT_BF16)
        store_bf16 (tile, out);
      else if (job->format == QTTS_FORMAT_F16)
        store_f16 (tile, out);
      else
        job->quantize (tile, out);
    }
}

static void
pack_strips (void *data, int worker, int begin, int end)
{
  for (int strip = begin; strip < end; strip++)
    pack_strip (data, strip);
}

static qtts_quantize_group *
choose_kernel (qtts_format format, unsigned cpu)
{
  return format == QTTS_FORMAT_Q8 ? qtts_quantize_q8_scalar : qtts_quantize_q4_scalar;
}

void
qtts_pack (const qtts_matrix *source, qtts_format format, void *packed, unsigned cpu,
           qtts_team *team)
{
  const int strips = (source->rows + QTTS_STRIP_ROWS - 1) / QTTS_STRIP_ROWS;
  pack_job job = {
    .source = source,
    .format = format,
    .packed = packed,
    .strip_bytes = qtts_strip_bytes (format, source->cols),
    .quantize = choose_kernel (format, cpu),
  };

  qtts_team_for (team, strips, 4, pack_strips, &job);
}
