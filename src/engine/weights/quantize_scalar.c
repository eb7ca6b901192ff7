/* quantize_scalar.c: quantising with what every machine has
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "quantize_lanes.h"

#include <math.h>
#include <string.h>

#include "../compute/half.h"
#include "../compute/matrix.h"

enum
{
  LANES = QTTS_STRIP_ROWS,
  INPUTS = QTTS_GROUP_INPUTS,
};

static float
largest (const float *tile, int lane)
{
  float m = 0;

  for (int i = 0; i < INPUTS; i++)
    m = fmaxf (m, fabsf (tile[i * LANES + lane]));
  return m;
}

void
qtts_quantize_q8_scalar (const float *tile, uint8_t *group)
{
  for (int lane = 0; lane < LANES; lane++)
    {
      uint16_t half = qtts_float_to_f16 (largest (tile, lane) / 127);
      float scale = qtts_f16_to_float (half);

      for (int i = 0; i < INPUTS; i++)
        {
          float q = scale > 0 ? tile[i * LANES + lane] / scale : 0;

          q = fminf (fmaxf (q, -127), 127);
          group[i / 4 * 64 + lane * 4 + i % 4] = (uint8_t) (int8_t) lrintf (q);
        }
      memcpy (group + INPUTS * LANES + lane * 2, &half, 2);
    }
}

void
qtts_quantize_q4_scalar (const float *tile, uint8_t *group)
{
  memset (group, 0, INPUTS * LANES / 2);
  for (int lane = 0; lane < LANES; lane++)
    {
      uint16_t half = qtts_float_to_f16 (largest (tile, lane) / 115);
      float scale = qtts_f16_to_float (half);

      for (int i = 0; i < INPUTS; i++)
        {
          int best = 0;

          for (int k = 1; k < 16; k++)
            if (fabsf (tile[i * LANES + lane] - scale * qtts_q4_levels[k])
                < fabsf (tile[i * LANES + lane] - scale * qtts_q4_levels[best]))
              best = k;
          group[i / 8 * 64 + lane * 4 + i % 4] |= i % 8 < 4 ? best : best << 4;
        }
      memcpy (group + INPUTS * LANES / 2 + lane * 2, &half, 2);
    }
}
