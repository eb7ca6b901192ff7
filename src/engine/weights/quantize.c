/* quantize.c: packing a stored tensor into strips of a format
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "quantize.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "../compute/cpu.h"
#include "../compute/half.h"
#include "quantize_group.h"

typedef struct
{
  const qtts_matrix *source;
  qtts_format format;
  uint8_t *packed;
  size_t strip_bytes;
  qtts_quantize_group *quantize; /* Q8 and Q4 */
} pack_job;

/* out[32] = the n stored values from `index` on, at any alignment, then zeros. */
static void
load_floats (const qtts_matrix *source, size_t index, int n, float *out)
{
  const size_t size = source->format == QTTS_FORMAT_F32 ? sizeof (float) : sizeof (uint16_t);
  const char *bytes = (const char *) source->data + index * size;
  union
  {
    float floats[QTTS_GROUP_INPUTS];
    uint16_t halves[QTTS_GROUP_INPUTS];
  } values = { { 0 } };

  if (n < QTTS_GROUP_INPUTS)
    memcpy (&values, bytes, n * size);
  else if (source->format == QTTS_FORMAT_F32)
    memcpy (values.floats, bytes, sizeof values.floats);
  else
    memcpy (values.halves, bytes, sizeof values.halves);

  if (source->format == QTTS_FORMAT_F32)
    memcpy (out, values.floats, sizeof values.floats);
  else if (source->format == QTTS_FORMAT_BF16)
    for (int i = 0; i < QTTS_GROUP_INPUTS; i++)
      out[i] = qtts_bf16_to_float (values.halves[i]);
  else
    for (int i = 0; i < QTTS_GROUP_INPUTS; i++)
      out[i] = qtts_f16_to_float (values.halves[i]);
}

/* tile[32 inputs][16 rows] of the `inputs` inputs from `col` on, zero outside the matrix. */
static void
load_tile (const qtts_matrix *source, int first_row, int col, int inputs, float *tile)
{
  for (int lane = 0; lane < QTTS_STRIP_ROWS; lane++)
    {
      float values[QTTS_GROUP_INPUTS] = { 0 };

      if (first_row + lane < source->rows)
        load_floats (source, (size_t) (first_row + lane) * source->cols + col, inputs, values);
      for (int i = 0; i < QTTS_GROUP_INPUTS; i++)
        tile[i * QTTS_STRIP_ROWS + lane] = values[i];
    }
}

/* One infinite weight would ruin its whole group. */
static void
clear_non_finite (float *tile)
{
  for (int i = 0; i < QTTS_GROUP_INPUTS * QTTS_STRIP_ROWS; i++)
    tile[i] = fabsf (tile[i]) <= FLT_MAX ? tile[i] : 0;
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
      const int col = group * QTTS_GROUP_INPUTS;
      const int inputs = cols - col < QTTS_GROUP_INPUTS ? cols - col : QTTS_GROUP_INPUTS;

      load_tile (job->source, strip * QTTS_STRIP_ROWS, col, inputs, tile);
      if (job->format == QTTS_FORMAT_F32)
        memcpy (out, tile, sizeof tile);
      else if (job->format == QTTS_FORMAT_BF16)
        store_bf16 (tile, out);
      else if (job->format == QTTS_FORMAT_F16)
        store_f16 (tile, out);
      else
        {
          clear_non_finite (tile);
          job->quantize (tile, inputs, out);
        }
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
  const bool q8 = format == QTTS_FORMAT_Q8;

#if defined(__x86_64__)
  if (cpu & QTTS_CPU_AVX512)
    return q8 ? qtts_quantize_q8_avx512 : qtts_quantize_q4_avx512;
  if (cpu & QTTS_CPU_AVX2)
    return q8 ? qtts_quantize_q8_avx2 : qtts_quantize_q4_avx2;
#endif
  return q8 ? qtts_quantize_q8_baseline : qtts_quantize_q4_baseline;
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
