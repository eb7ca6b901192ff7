/* kernels_neon.c: kernels for NEON, built once more with the dot product instructions
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <arm_neon.h>

#include "kernels.h"

typedef float32x4_t V;

enum
{
  LANES = 4,
  STRIPS_AT_ONCE = 1,
  ROW_COLUMNS = 4,
  VALUE_VECTORS = 8,
};

#define v_load(p)         vld1q_f32 (p)
#define v_store(p, v)     vst1q_f32 (p, v)
#define v_splat(x)        vdupq_n_f32 (x)
#define v_fma(a, b, c)    vfmaq_f32 (c, a, b)
#define v_max(a, b)       vmaxq_f32 (a, b)
#define v_min(a, b)       vminq_f32 (a, b)
#define v_sum(v)          vaddvq_f32 (v)
#define v_largest(v)      vmaxvq_f32 (v)
#define v_round(v)        vrndnq_f32 (v)
#define v_load_f16(p)     vcvt_f32_f16 (vreinterpret_f16_u16 (vld1_u16 (p)))
#define v_store_f16(p, v) vst1_u16 (p, vreinterpret_u16_f16 (vcvt_f16_f32 (v)))
#define v_load_bf16(p)    vreinterpretq_f32_u32 (vshll_n_u16 (vld1_u16 (p), 16))
#define v_load_bf16_pair(p, odd)                                                                   \
  vreinterpretq_f32_u32 ((odd) ? vandq_u32 (vld1q_u32 (p), vdupq_n_u32 (0xFFFF0000u))              \
                               : vshlq_n_u32 (vld1q_u32 (p), 16))

/* v * 2^k for whole k within the exponents of normal numbers. */
static inline V
v_scale (V v, V k)
{
  return vreinterpretq_f32_s32 (
      vaddq_s32 (vreinterpretq_s32_f32 (v), vshlq_n_s32 (vcvtnq_s32_f32 (k), 23)));
}

#include "kernels_vector.h"

static void
quantize (const float *x, int groups, int8_t *values, float *scales, int32_t *offsets)
{
  for (int g = 0; g < groups; g++, x += 32, values += 32)
    {
      float32x4_t largest = vdupq_n_f32 (0);
      int32x4_t sum = vdupq_n_s32 (0);
      float scale, inverse;

      for (int k = 0; k < 8; k++)
        largest = vmaxq_f32 (largest, vabsq_f32 (vld1q_f32 (x + 4 * k)));
      scale = vmaxvq_f32 (largest);
      inverse = scale > 0 ? 127.0f / scale : 0;
      for (int k = 0; k < 8; k += 2)
        {
          const int32x4_t a = vcvtnq_s32_f32 (vmulq_n_f32 (vld1q_f32 (x + 4 * k), inverse));
          const int32x4_t b = vcvtnq_s32_f32 (vmulq_n_f32 (vld1q_f32 (x + 4 * k + 4), inverse));

          sum = vaddq_s32 (sum, vaddq_s32 (a, b));
          vst1_s8 (values + 4 * k, vmovn_s16 (vcombine_s16 (vmovn_s32 (a), vmovn_s32 (b))));
        }
      scales[g] = scale / 127.0f;
      offsets[g] = -128 * vaddvq_s32 (sum);
    }
}

#ifdef __ARM_FEATURE_DOTPROD

INLINE int32x4_t
add_dots (int32x4_t sum, int8x16_t levels, int8x16_t inputs)
{
  return vdotq_s32 (sum, levels, inputs);
}

#else

INLINE int32x4_t
add_dots (int32x4_t sum, int8x16_t levels, int8x16_t inputs)
{
  const int16x8_t low = vmull_s8 (vget_low_s8 (levels), vget_low_s8 (inputs));
  const int16x8_t high = vmull_s8 (vget_high_s8 (levels), vget_high_s8 (inputs));

  return vaddq_s32 (sum, vpaddq_s32 (vpaddlq_s16 (low), vpaddlq_s16 (high)));
}

#endif

INLINE int8x16_t
splat_inputs (const int8_t *values)
{
  int32_t four;

  memcpy (&four, values, sizeof four);
  return vreinterpretq_s8_s32 (vdupq_n_s32 (four));
}

/* Vector j of the eight that a group's 32 inputs make, for the 4 rows of one quarter of a strip. */
INLINE int8x16_t
group_vector (qtts_format format, const uint8_t *group, int quarter, int j)
{
  uint8x16_t packed;

  if (format == QTTS_FORMAT_Q8)
    return vld1q_s8 ((const int8_t *) group + 64 * j + 16 * quarter);

  packed = vld1q_u8 (group + 64 * (j / 2) + 16 * quarter);
  packed = j % 2 != 0 ? vshrq_n_u8 (packed, 4) : vandq_u8 (packed, vdupq_n_u8 (15));
  return vqtbl1q_s8 (vld1q_s8 (qtts_q4_levels), packed);
}

/* 4 rows of one group against n columns, added to sum[n]. */
INLINE void
add_quarter_group (qtts_format format, const uint8_t *group, int quarter, const qtts_quantized *x,
                   int first, int g, int n, V *sum)
{
  const size_t scales = format == QTTS_FORMAT_Q4 ? 256 : 512;
  const V scale = v_load_f16 ((const uint16_t *) (group + scales) + 4 * quarter);
  int32x4_t dot[COLUMNS_AT_ONCE];

  for (int c = 0; c < n; c++)
    dot[c] = vdupq_n_s32 (0);
  for (int j = 0; j < 8; j++)
    {
      const int8x16_t w = group_vector (format, group, quarter, j);

      for (int c = 0; c < n; c++)
        {
          const size_t at = (size_t) (first + c) * (size_t) x->groups + (size_t) g;

          dot[c] = add_dots (dot[c], w, splat_inputs (x->values + at * 32 + 4 * (size_t) j));
        }
    }
  for (int c = 0; c < n; c++)
    {
      const size_t at = (size_t) (first + c) * (size_t) x->groups + (size_t) g;

      sum[c] = v_fma (vcvtq_f32_s32 (dot[c]), vmulq_n_f32 (scale, x->scales[at]), sum[c]);
    }
}

INLINE void
quantized_block (qtts_format format, const uint8_t *strip, const qtts_quantized *x, int first,
                 int n, float *y, size_t ldy)
{
  const size_t group_bytes = format == QTTS_FORMAT_Q4 ? 288 : 544;
  V sum[PARTS][COLUMNS_AT_ONCE];

  for (int part = 0; part < PARTS; part++)
    for (int c = 0; c < n; c++)
      sum[part][c] = v_splat (0);
  for (int g = 0; g < x->groups; g++)
    for (int part = 0; part < PARTS; part++)
      add_quarter_group (format, strip + (size_t) g * group_bytes, part, x, first, g, n, sum[part]);
  for (int part = 0; part < PARTS; part++)
    for (int c = 0; c < n; c++)
      v_store (y + (size_t) (first + c) * ldy + LANES * part, sum[part][c]);
}

INLINE void
multiply_quantized (qtts_format format, const uint8_t *strips, int n_strips,
                    const qtts_quantized *x, int n, float *y, size_t ldy)
{
  const size_t strip_bytes = (size_t) x->groups * (format == QTTS_FORMAT_Q4 ? 288 : 544);

#define ONE(first, count)                                                                          \
  quantized_block (format, strips + (size_t) s * strip_bytes, x, first, count, y + 16 * s, ldy)
  for (int s = 0; s < n_strips; s++)
    FOR_COLUMN_BLOCKS (n, COLUMNS_AT_ONCE, ONE)
#undef ONE
}

static void
multiply_q4 (const void *strips, int n_strips, const qtts_quantized *x, int n, float *y, size_t ldy)
{
  multiply_quantized (QTTS_FORMAT_Q4, strips, n_strips, x, n, y, ldy);
}

static void
multiply_q8 (const void *strips, int n_strips, const qtts_quantized *x, int n, float *y, size_t ldy)
{
  multiply_quantized (QTTS_FORMAT_Q8, strips, n_strips, x, n, y, ldy);
}

#ifdef __ARM_FEATURE_DOTPROD
#define TABLE qtts_kernels_neon_dotprod
#else
#define TABLE qtts_kernels_neon
#endif

const qtts_kernels TABLE = {
  .quantize = quantize,
  .multiply_q4 = multiply_q4,
  .multiply_q8 = multiply_q8,
  .multiply_strips = multiply_strips,
  .multiply_rows = multiply_rows,
  .rms_norm = rms_norm,
  .silu_multiply = silu_multiply,
  .narrow = narrow,
  .attend = attend,
};
