/* kernels_avx512.c: kernels for AVX-512 with VNNI
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <immintrin.h>

#include "kernels.h"
#include "simd.h"

enum
{
  STRIPS_AT_ONCE = 4,
  ROW_COLUMNS = 4,
  VALUE_VECTORS = 8,
};

#define sum_of_lanes(v)      _mm512_reduce_add_ps (v)
#define largest_lane(v)      _mm512_reduce_max_ps (v)
#define scale_by_power(v, k) _mm512_scalef_ps (v, k)
#define load_f16(p)          _mm512_cvtph_ps (_mm256_loadu_si256 ((const __m256i *) (p)))
#define store_f16(p, v)                                                                            \
  _mm256_storeu_si256 ((__m256i *) (p), _mm512_cvtps_ph (v, _MM_FROUND_TO_NEAREST_INT))
#define load_bf16(p)                                                                               \
  _mm512_castsi512_ps (                                                                            \
      _mm512_slli_epi32 (_mm512_cvtepu16_epi32 (_mm256_loadu_si256 ((const __m256i *) (p))), 16))
#define load_bf16_pair(p, odd)                                                                     \
  _mm512_castsi512_ps (                                                                            \
      (odd) ? _mm512_and_si512 (_mm512_loadu_si512 (p), _mm512_set1_epi32 ((int) 0xFFFF0000u))     \
            : _mm512_slli_epi32 (_mm512_loadu_si512 (p), 16))

#include "kernels_vector.h"

static void
quantize (const float *x, int groups, int8_t *values, float *scales, int32_t *offsets)
{
  for (int g = 0; g < groups; g++, x += 32, values += 32)
    {
      const __m512 a = _mm512_loadu_ps (x), b = _mm512_loadu_ps (x + 16);
      const float largest
          = _mm512_reduce_max_ps (_mm512_max_ps (_mm512_abs_ps (a), _mm512_abs_ps (b)));
      const __m512 inverse = _mm512_set1_ps (largest > 0 ? 127.0f / largest : 0);
      const __m512i i = _mm512_cvtps_epi32 (_mm512_mul_ps (a, inverse));
      const __m512i j = _mm512_cvtps_epi32 (_mm512_mul_ps (b, inverse));

      scales[g] = largest / 127.0f;
      offsets[g] = -128 * _mm512_reduce_add_epi32 (_mm512_add_epi32 (i, j));
      _mm_storeu_si128 ((__m128i *) values, _mm512_cvtsepi32_epi8 (i));
      _mm_storeu_si128 ((__m128i *) (values + 16), _mm512_cvtsepi32_epi8 (j));
    }
}

/* Bytes ahead of the loads at which a strip is fetched. */
enum
{
  PREFETCH = 2816,
};

#if defined(__clang__)
#define UNROLLED _Pragma ("unroll")
#else
#define UNROLLED _Pragma ("GCC unroll 16")
#endif

enum
{
  QUANTIZED_COLUMNS = 8, /* with two strips: 16 integer sums in registers */
};

/* Eight inputs of 16 rows as level + 128: low and high nibbles of the j-th vector of a group. */
SIMD_INLINE void
unpack_q4 (const uint8_t *group, size_t ahead, int j, __m512i w[2])
{
  const __m512i table = _mm512_xor_si512 (
      _mm512_broadcast_i32x4 (_mm_loadu_si128 ((const __m128i *) qtts_q4_levels)),
      _mm512_set1_epi8 ((char) 0x80));
  const __m512i mask = _mm512_set1_epi8 (15);
  const __m512i packed = _mm512_loadu_si512 (group + 64 * j);

  _mm_prefetch ((const char *) group + ahead + 64 * j, _MM_HINT_T0);
  w[0] = _mm512_shuffle_epi8 (table, _mm512_and_si512 (packed, mask));
  w[1] = _mm512_shuffle_epi8 (table, _mm512_and_si512 (_mm512_srli_epi16 (packed, 4), mask));
}

SIMD_INLINE void
unpack_q8 (const uint8_t *group, size_t ahead, int j, __m512i w[2])
{
  for (int i = 0; i < 2; i++)
    {
      const uint8_t *at = group + 64 * (2 * j + i);

      _mm_prefetch ((const char *) at + ahead, _MM_HINT_T0);
      w[i] = _mm512_xor_si512 (_mm512_loadu_si512 (at), _mm512_set1_epi8 ((char) 0x80));
    }
}

SIMD_INLINE void
unpack (qtts_format format, const uint8_t *group, size_t ahead, int j, __m512i w[2])
{
  if (format == QTTS_FORMAT_Q4)
    unpack_q4 (group, ahead, j, w);
  else
    unpack_q8 (group, ahead, j, w);
}

SIMD_INLINE __m512
row_scales (qtts_format format, const uint8_t *group)
{
  return load_f16 (group + (format == QTTS_FORMAT_Q4 ? 256 : 512));
}

SIMD_INLINE __m512i
splat_inputs (const int8_t *values)
{
  int32_t four;

  memcpy (&four, values, sizeof four);
  return _mm512_set1_epi32 (four);
}

/* One group of up to two strips against n columns: dot[s * n + c] += levels . inputs. */
SIMD_INLINE void
add_group (qtts_format format, const uint8_t *const group[2], int n_strips, size_t ahead,
           const int8_t *inputs, size_t inputs_stride, int n, __m512i *dot)
{
  UNROLLED for (int j = 0; j < 4; j++)
  {
    __m512i w[2][2];

    UNROLLED for (int s = 0; s < n_strips; s++) unpack (format, group[s], ahead, j, w[s]);
    UNROLLED for (int c = 0; c < n; c++) UNROLLED for (int i = 0; i < 2; i++)
    {
      const __m512i x = splat_inputs (inputs + (size_t) c * inputs_stride + 8 * j + 4 * i);

      UNROLLED for (int s = 0; s < n_strips; s++) dot[s * n + c]
          = _mm512_dpbusd_epi32 (dot[s * n + c], w[s][i], x);
    }
  }
}

SIMD_INLINE void
quantized_block (qtts_format format, const uint8_t *strips, int n_strips, const qtts_quantized *x,
                 int first, int n, float *y, size_t ldy)
{
  const size_t group_bytes = format == QTTS_FORMAT_Q4 ? 288 : 544;
  const size_t groups = (size_t) x->groups, strip_bytes = groups * group_bytes;
  __m512 sum[2 * QUANTIZED_COLUMNS];

  UNROLLED for (int k = 0; k < n_strips * n; k++) sum[k] = _mm512_setzero_ps ();
  for (size_t g = 0; g < groups; g++)
    {
      const uint8_t *const group[2]
          = { strips + g * group_bytes, strips + strip_bytes + g * group_bytes };
      const size_t at = (size_t) first * groups + g;
      /* Past the end of its strip a stream goes on in the strip after the other one's. */
      const size_t left = strip_bytes - g * group_bytes;
      const size_t ahead = PREFETCH + (PREFETCH < left ? 0 : (size_t) (n_strips - 1) * strip_bytes);
      __m512i dot[2 * QUANTIZED_COLUMNS];

      UNROLLED for (int s = 0; s < n_strips; s++) UNROLLED for (int c = 0; c < n; c++)
          dot[s * n + c]
          = _mm512_set1_epi32 (x->offsets[at + (size_t) c * groups]);
      add_group (format, group, n_strips, ahead, x->values + at * 32, groups * 32, n, dot);
      UNROLLED for (int s = 0; s < n_strips; s++)
      {
        const __m512 scales = row_scales (format, group[s]);

        UNROLLED for (int c = 0; c < n; c++)
        {
          const __m512 x_scale = _mm512_set1_ps (x->scales[at + (size_t) c * groups]);

          sum[s * n + c] = _mm512_fmadd_ps (_mm512_cvtepi32_ps (dot[s * n + c]),
                                            _mm512_mul_ps (scales, x_scale), sum[s * n + c]);
        }
      }
    }
  UNROLLED for (int s = 0; s < n_strips; s++) UNROLLED for (int c = 0; c < n; c++)
      _mm512_storeu_ps (y + (size_t) (first + c) * ldy + 16 * s, sum[s * n + c]);
}

/* Runs a block with a constant count of columns. */
SIMD_INLINE void
quantized_columns (qtts_format format, const uint8_t *strips, int n_strips, const qtts_quantized *x,
                   int first, int n, float *y, size_t ldy)
{
  switch (n)
    {
#define CASE(count)                                                                                \
  case count:                                                                                      \
    quantized_block (format, strips, n_strips, x, first, count, y, ldy);                           \
    break
      CASE (1);
      CASE (2);
      CASE (3);
      CASE (4);
      CASE (5);
      CASE (6);
      CASE (7);
      CASE (8);
#undef CASE
    }
}

/* A single column reads one linear stream; several share what is unpacked of two strips. */
SIMD_INLINE void
multiply_quantized (qtts_format format, const uint8_t *strips, int n_strips,
                    const qtts_quantized *x, int n, float *y, size_t ldy)
{
  const size_t strip_bytes = (size_t) x->groups * (format == QTTS_FORMAT_Q4 ? 288 : 544);
  int s = 0;

  if (n > 1)
    for (; s + 2 <= n_strips; s += 2)
      for (int first = 0; first < n; first += QUANTIZED_COLUMNS)
        quantized_columns (format, strips + (size_t) s * strip_bytes, 2, x, first,
                           n - first < QUANTIZED_COLUMNS ? n - first : QUANTIZED_COLUMNS,
                           y + 16 * s, ldy);
  for (; s < n_strips; s++)
    for (int first = 0; first < n; first += QUANTIZED_COLUMNS)
      quantized_columns (format, strips + (size_t) s * strip_bytes, 1, x, first,
                         n - first < QUANTIZED_COLUMNS ? n - first : QUANTIZED_COLUMNS, y + 16 * s,
                         ldy);
}

#define KERNELS qtts_kernels_avx512
#include "kernels_table.h"
