/* simd.h: the vector of floats that the including file's instruction set has
 *
 * The kernels of the speech decoder are written once, in these terms, and compiled once for every
 * instruction set. Operations are explicit about fusing, so that a result does not depend on how a
 * compiler contracts expressions or on how a loop is cut into tiles.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#define SIMD_INLINE static inline __attribute__ ((always_inline))

#if defined(__AVX512F__) && !defined(QTTS_SIMD_SCALAR)

#include <immintrin.h>

enum
{
  SIMD_LANES = 16,
};

typedef __m512 simd_float;

SIMD_INLINE simd_float
simd_load (const float *p)
{
  return _mm512_loadu_ps (p);
}

SIMD_INLINE void
simd_store (float *p, simd_float a)
{
  _mm512_storeu_ps (p, a);
}

SIMD_INLINE simd_float
simd_set (float a)
{
  return _mm512_set1_ps (a);
}

SIMD_INLINE simd_float
simd_add (simd_float a, simd_float b)
{
  return _mm512_add_ps (a, b);
}

SIMD_INLINE simd_float
simd_sub (simd_float a, simd_float b)
{
  return _mm512_sub_ps (a, b);
}

SIMD_INLINE simd_float
simd_mul (simd_float a, simd_float b)
{
  return _mm512_mul_ps (a, b);
}

SIMD_INLINE simd_float
simd_fma (simd_float a, simd_float b, simd_float c)
{
  return _mm512_fmadd_ps (a, b, c);
}

SIMD_INLINE simd_float
simd_fnma (simd_float a, simd_float b, simd_float c)
{
  return _mm512_fnmadd_ps (a, b, c);
}

SIMD_INLINE simd_float
simd_min (simd_float a, simd_float b)
{
  return _mm512_min_ps (a, b);
}

SIMD_INLINE simd_float
simd_max (simd_float a, simd_float b)
{
  return _mm512_max_ps (a, b);
}

SIMD_INLINE simd_float
simd_round (simd_float a)
{
  return _mm512_roundscale_ps (a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

SIMD_INLINE simd_float
simd_div (simd_float a, simd_float b)
{
  return _mm512_div_ps (a, b);
}

/* Of SIMD_LANES pairs of bfloat16: the first or the second of each. */
SIMD_INLINE void
simd_load_bf16_pairs (const uint16_t *p, simd_float *first, simd_float *second)
{
  __m512i both = _mm512_loadu_si512 (p);

  *first = _mm512_castsi512_ps (_mm512_slli_epi32 (both, 16));
  *second = _mm512_castsi512_ps (_mm512_and_si512 (both, _mm512_set1_epi32 ((int) 0xFFFF0000u)));
}

#elif defined(__AVX2__) && !defined(QTTS_SIMD_SCALAR)

#include <immintrin.h>

enum
{
  SIMD_LANES = 8,
};

typedef __m256 simd_float;

SIMD_INLINE simd_float
simd_load (const float *p)
{
  return _mm256_loadu_ps (p);
}

SIMD_INLINE void
simd_store (float *p, simd_float a)
{
  _mm256_storeu_ps (p, a);
}

SIMD_INLINE simd_float
simd_set (float a)
{
  return _mm256_set1_ps (a);
}

SIMD_INLINE simd_float
simd_add (simd_float a, simd_float b)
{
  return _mm256_add_ps (a, b);
}

SIMD_INLINE simd_float
simd_sub (simd_float a, simd_float b)
{
  return _mm256_sub_ps (a, b);
}

SIMD_INLINE simd_float
simd_mul (simd_float a, simd_float b)
{
  return _mm256_mul_ps (a, b);
}

SIMD_INLINE simd_float
simd_fma (simd_float a, simd_float b, simd_float c)
{
  return _mm256_fmadd_ps (a, b, c);
}

SIMD_INLINE simd_float
simd_fnma (simd_float a, simd_float b, simd_float c)
{
  return _mm256_fnmadd_ps (a, b, c);
}

SIMD_INLINE simd_float
simd_min (simd_float a, simd_float b)
{
  return _mm256_min_ps (a, b);
}

SIMD_INLINE simd_float
simd_max (simd_float a, simd_float b)
{
  return _mm256_max_ps (a, b);
}

SIMD_INLINE simd_float
simd_round (simd_float a)
{
  return _mm256_round_ps (a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

SIMD_INLINE simd_float
simd_div (simd_float a, simd_float b)
{
  return _mm256_div_ps (a, b);
}

SIMD_INLINE void
simd_load_bf16_pairs (const uint16_t *p, simd_float *first, simd_float *second)
{
  __m256i both = _mm256_loadu_si256 ((const __m256i *) p);

  *first = _mm256_castsi256_ps (_mm256_slli_epi32 (both, 16));
  *second = _mm256_castsi256_ps (_mm256_and_si256 (both, _mm256_set1_epi32 ((int) 0xFFFF0000u)));
}

#elif defined(__aarch64__) && !defined(QTTS_SIMD_SCALAR)

#include <arm_neon.h>

enum
{
  SIMD_LANES = 4,
};

typedef float32x4_t simd_float;

SIMD_INLINE simd_float
simd_load (const float *p)
{
  return vld1q_f32 (p);
}

SIMD_INLINE void
simd_store (float *p, simd_float a)
{
  vst1q_f32 (p, a);
}

SIMD_INLINE simd_float
simd_set (float a)
{
  return vdupq_n_f32 (a);
}

SIMD_INLINE simd_float
simd_add (simd_float a, simd_float b)
{
  return vaddq_f32 (a, b);
}

SIMD_INLINE simd_float
simd_sub (simd_float a, simd_float b)
{
  return vsubq_f32 (a, b);
}

SIMD_INLINE simd_float
simd_mul (simd_float a, simd_float b)
{
  return vmulq_f32 (a, b);
}

SIMD_INLINE simd_float
simd_fma (simd_float a, simd_float b, simd_float c)
{
  return vfmaq_f32 (c, a, b);
}

SIMD_INLINE simd_float
simd_fnma (simd_float a, simd_float b, simd_float c)
{
  return vfmsq_f32 (c, a, b);
}

SIMD_INLINE simd_float
simd_min (simd_float a, simd_float b)
{
  return vminq_f32 (a, b);
}

SIMD_INLINE simd_float
simd_max (simd_float a, simd_float b)
{
  return vmaxq_f32 (a, b);
}

SIMD_INLINE simd_float
simd_round (simd_float a)
{
  return vrndnq_f32 (a);
}

SIMD_INLINE simd_float
simd_div (simd_float a, simd_float b)
{
  return vdivq_f32 (a, b);
}

SIMD_INLINE void
simd_load_bf16_pairs (const uint16_t *p, simd_float *first, simd_float *second)
{
  uint32x4_t both = vreinterpretq_u32_u16 (vld1q_u16 (p));

  *first = vreinterpretq_f32_u32 (vshlq_n_u32 (both, 16));
  *second = vreinterpretq_f32_u32 (vandq_u32 (both, vdupq_n_u32 (0xFFFF0000u)));
}

#else

enum
{
  SIMD_LANES = 1,
};

typedef float simd_float;

SIMD_INLINE simd_float
simd_load (const float *p)
{
  return *p;
}

SIMD_INLINE void
simd_store (float *p, simd_float a)
{
  *p = a;
}

SIMD_INLINE simd_float
simd_set (float a)
{
  return a;
}

SIMD_INLINE simd_float
simd_add (simd_float a, simd_float b)
{
  return a + b;
}

SIMD_INLINE simd_float
simd_sub (simd_float a, simd_float b)
{
  return a - b;
}

SIMD_INLINE simd_float
simd_mul (simd_float a, simd_float b)
{
  return a * b;
}

/* Not fused: without the instruction, fmaf() would be a slow call. */
SIMD_INLINE simd_float
simd_fma (simd_float a, simd_float b, simd_float c)
{
  return a * b + c;
}

SIMD_INLINE simd_float
simd_fnma (simd_float a, simd_float b, simd_float c)
{
  return c - a * b;
}

SIMD_INLINE simd_float
simd_min (simd_float a, simd_float b)
{
  return a < b ? a : b;
}

SIMD_INLINE simd_float
simd_max (simd_float a, simd_float b)
{
  return a > b ? a : b;
}

SIMD_INLINE simd_float
simd_round (simd_float a)
{
  return rintf (a);
}

SIMD_INLINE simd_float
simd_div (simd_float a, simd_float b)
{
  return a / b;
}

SIMD_INLINE void
simd_load_bf16_pairs (const uint16_t *p, simd_float *first, simd_float *second)
{
  uint32_t bits = (uint32_t) p[0] << 16;

  memcpy (first, &bits, sizeof bits);
  bits = (uint32_t) p[1] << 16;
  memcpy (second, &bits, sizeof bits);
}

#endif
