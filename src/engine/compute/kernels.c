/* kernels.c: which table of kernels a machine uses
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels.h"

#include "cpu.h"

extern const qtts_kernels qtts_kernels_avx2;
extern const qtts_kernels qtts_kernels_avx2_vnni;
extern const qtts_kernels qtts_kernels_avx512;
extern const qtts_kernels qtts_kernels_neon;
extern const qtts_kernels qtts_kernels_neon_dotprod;

const qtts_kernels *
qtts_kernels_for (unsigned cpu_features)
{
#if defined(__x86_64__)
  if ((cpu_features & QTTS_CPU_AVX512) && (cpu_features & QTTS_CPU_AVX512_VNNI))
    return &qtts_kernels_avx512;
  if (cpu_features & QTTS_CPU_AVX2)
    return cpu_features & QTTS_CPU_AVX_VNNI ? &qtts_kernels_avx2_vnni : &qtts_kernels_avx2;
#elif defined(__aarch64__)
  if (cpu_features & QTTS_CPU_NEON_DOTPROD)
    return &qtts_kernels_neon_dotprod;
  if (cpu_features & QTTS_CPU_NEON)
    return &qtts_kernels_neon;
#endif
  return &qtts_kernels_scalar;
}
