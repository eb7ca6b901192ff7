/* roofline.h: the most that a machine can read and multiply
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "compute/threads.h"

/* Of the whole team; 0 where the machine has no such instruction. */
typedef struct
{
  double read_gbs;   /* GB/s of a linear read of memory that no cache holds */
  double f32_gmacs;  /* fused multiply-adds of float32, 10^9 a second */
  double bf16_gmacs; /* products of the bf16 dot product instruction */
  double int8_gmacs; /* products of int8, by the dot product instruction where there is one */
} Roofline;

Roofline roofline_measure (qtts_team *team, unsigned cpu_features);
