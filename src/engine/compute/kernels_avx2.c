/* kernels_avx2.c: kernels for AVX2 with FMA and F16C, built once more with the VNNI instructions
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <immintrin.h>

#include "kernels.h"
#include "simd.h"

enum
{
  STRIPS_AT_ONCE = 1,
  ROW_COLUMNS = 2,
  VALUE_VECTORS = 4,
};

#define load_f16(p) _mm256_cvtph_ps (_mm_loadu_si128 ((const __m128i *) (p)))
#define store_f16(p, v)                                                                            \
  _mm_storeu_si128 ((__m128i *) (p), _mm256_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT))
#define load_bf16(p)                                                                               \
  _mm256_castsi256_ps (                                                                            \
      _mm256_slli_epi32 (_mm256_cvtepu16_epi32 (_mm_loadu_si128 ((const __m128i *) (p))), 16))
#define load_bf16_pair(p, odd)                                                                     \
  _mm256_castsi256_ps ((odd) ? _mm256_and_si256 (_mm256_loadu_si256 ((const __m256i *) (p)),       \
                                                 _mm256_set1_epi32 ((int) 0xFFFF0000u))            \
                             : _mm256_slli_epi32 (_mm256_loadu_si256 ((const __m256i *) (p)), 16))

static inline float
sum_of_lanes (simd_float v)
{
  __m128 half = _mm_add_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));

  half = _mm_add_ps (half, _mm_movehl_ps (half, half));
  return _mm_cvtss_f32 (_mm_add_ss (half, _mm_movehdup_ps (half)));
}

static inline float
largest_lane (simd_float v)
{
  __m128 half = _mm_max_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));

  half = _mm_max_ps (half, _mm_movehl_ps (half, half));
  return _mm_cvtss_f32 (_mm_max_ss (half, _mm_movehdup_ps (half)));
}

/* v * 2^k for whole k within the exponents of normal numbers. */
static inline simd_float
scale_by_power (simd_float v, simd_float k)
{
  return _mm256_castsi256_ps (
      _mm256_add_epi32 (_mm256_castps_si256 (v), _mm256_slli_epi32 (_mm256_cvtps_epi32 (k), 23)));
}

#include "kernels_vector.h"

static inline int
sum_of_integers (__m256i v)
{
  __m128i half = _mm_add_epi32 (_mm256_castsi256_si128 (v), _mm256_extracti128_si256 (v, 1));

  half = _mm_add_epi32 (half, _mm_unpackhi_epi64 (half, half));
  return _mm_cvtsi128_si32 (_mm_add_epi32 (half, _mm_shuffle_epi32 (half, 1)));
}

static void
quantize (const float *x, int groups, int8_t *values, float *scales, int32_t *offsets)
{
  const __m256 magnitude = _mm256_castsi256_ps (_mm256_set1_epi32 (0x7FFFFFFF));
  const __m256i order = _mm256_setr_epi32 (0, 4, 1, 5, 2, 6, 3, 7);

  for (int g = 0; g < groups; g++, x += 32, values += 32)
    {
      __m256 part[4], largest = _mm256_setzero_ps (), inverse;
      __m256i whole[4], bytes;
      float scale;

      for (int k = 0; k < 4; k++)
        {
          part[k] = _mm256_loadu_ps (x + 8 * k);
          largest = _mm256_max_ps (largest, _mm256_and_ps (part[k], magnitude));
        }
      scale = largest_lane (largest);
      inverse = _mm256_set1_ps (scale > 0 ? 127.0f / scale : 0);
      for (int k = 0; k < 4; k++)
        whole[k] = _mm256_cvtps_epi32 (_mm256_mul_ps (part[k], inverse));

      scales[g] = scale / 127.0f;
      offsets[g] = -128
                   * sum_of_integers (_mm256_add_epi32 (_mm256_add_epi32 (whole[0], whole[1]),
                                                        _mm256_add_epi32 (whole[2], whole[3])));
      bytes = _mm256_packs_epi16 (_mm256_packs_epi32 (whole[0], whole[1]),
                                  _mm256_packs_epi32 (whole[2], whole[3]));
      _mm256_storeu_si256 ((__m256i *) values, _mm256_permutevar8x32_epi32 (bytes, order));
    }
}

typedef __m256i Dots;
typedef __m256i Levels;

SIMD_INLINE simd_float
to_float (Dots v)
{
  return _mm256_cvtepi32_ps (v);
}

#ifdef __AVXVNNI__

/* Weights enter as level + 128, the sums start at the group's offset. */
SIMD_INLINE __m256i
held_levels (__m256i levels)
{
  return _mm256_xor_si256 (levels, _mm256_set1_epi8 ((char) 0x80));
}

SIMD_INLINE __m256i
first_sum (int32_t offset)
{
  return _mm256_set1_epi32 (offset);
}

SIMD_INLINE __m256i
add_dots (__m256i sum, __m256i levels, __m256i inputs)
{
  return _mm256_dpbusd_avx_epi32 (sum, levels, inputs);
}

#else

SIMD_INLINE __m256i
held_levels (__m256i levels)
{
  return levels;
}

SIMD_INLINE __m256i
first_sum (int32_t offset)
{
  return _mm256_setzero_si256 ();
}

/* |w| * (x with w's sign): pairs stay below 2 * 128 * 127, within 16 bits. */
SIMD_INLINE __m256i
add_dots (__m256i sum, __m256i levels, __m256i inputs)
{
  const __m256i pairs
      = _mm256_maddubs_epi16 (_mm256_abs_epi8 (levels), _mm256_sign_epi8 (inputs, levels));

  return _mm256_add_epi32 (sum, _mm256_madd_epi16 (pairs, _mm256_set1_epi16 (1)));
}

#endif

SIMD_INLINE __m256i
splat_inputs (const int8_t *values)
{
  int32_t four;

  memcpy (&four, values, sizeof four);
  return _mm256_set1_epi32 (four);
}

/* Vector j of the eight that a group's 32 inputs make, for the 8 rows of one half (part) of a
 * strip. */
SIMD_INLINE __m256i
group_vector (qtts_format format, const uint8_t *group, int part, int j)
{
  __m256i packed;

  if (format == QTTS_FORMAT_Q8)
    return held_levels (_mm256_loadu_si256 ((const __m256i *) (group + 64 * j + 32 * part)));

  packed = _mm256_loadu_si256 ((const __m256i *) (group + 64 * (j / 2) + 32 * part));
  if (j % 2 != 0)
    packed = _mm256_srli_epi16 (packed, 4);
  return held_levels (_mm256_shuffle_epi8 (
      _mm256_broadcastsi128_si256 (_mm_loadu_si128 ((const __m128i *) qtts_q4_levels)),
      _mm256_and_si256 (packed, _mm256_set1_epi8 (15))));
}

#include "kernels_quantized.h"

#ifdef __AVXVNNI__
#define KERNELS qtts_kernels_avx2_vnni
#else
#define KERNELS qtts_kernels_avx2
#endif
#include "kernels_table.h"
