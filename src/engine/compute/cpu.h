/* cpu.h: which instructions the machine has
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/* Bits of a feature set. */
enum
{
  QTTS_CPU_AVX2 = 1 << 0,     /* with FMA and F16C */
  QTTS_CPU_AVX_VNNI = 1 << 1, /* the 256-bit encoding */
  QTTS_CPU_AVX512 = 1 << 2,   /* F, BW, DQ, VL */
  QTTS_CPU_AVX512_VNNI = 1 << 3,
  QTTS_CPU_AVX512_BF16 = 1 << 4,
  QTTS_CPU_NEON = 1 << 5,
  QTTS_CPU_NEON_DOTPROD = 1 << 6,
};

/* What this machine has and its system allows, or less: the environment variable QTTS_CPU names the
 * most to use ("scalar", "avx2", "avx2-vnni", "avx512", "avx512-vnni", "avx512-vnni-bf16", "neon",
 * "neon-dotprod"). Slow in a virtual machine: ask once. */
unsigned qtts_cpu_features (void);

/* The name above that describes a feature set. */
const char *qtts_cpu_name (unsigned features);

/* Physical cores that this process may run on, at least 1. */
int qtts_cpu_cores (void);
