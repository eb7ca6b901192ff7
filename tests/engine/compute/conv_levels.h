/* conv_levels.h: the instruction sets that the convolutions' kernels are tested with
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "compute/cpu.h"

static const struct
{
  const char *name;
  unsigned features;
} levels[] = {
  { "scalar", 0 },
  { "avx2", QTTS_CPU_AVX2 },
  { "avx512", QTTS_CPU_AVX2 | QTTS_CPU_AVX512 },
  { "avx512-bf16", QTTS_CPU_AVX2 | QTTS_CPU_AVX512 | QTTS_CPU_AVX512_BF16 },
  { "neon", QTTS_CPU_NEON },
};
