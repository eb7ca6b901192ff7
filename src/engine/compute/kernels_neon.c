/* kernels_neon.c: kernels for NEON, built once more with the dot product instructions
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <arm_neon.h>

#include "kernels.h"
#include "simd.h"

enum
{
  STRIPS_AT_ONCE = 1,
  ROW_COLUMNS = 4,
  VALUE_VECTORS = 8,
};

#define sum_of_lanes(v) vaddvq_f32 (v)
#define largest_lane(v) vmaxvq_f32 (v)
#define load_f16(p)     vcvt_f32_f16 (vreinterpret_f16_u16 (vld1_u16 (p)))
#define store_f16(p, v) vst1_u16 (p, vreinterpret_u16_f16 (vcvt_f16_f32 (v)))
#define load_bf16(p)    vreinterpretq_f32_u32 (vshll_n_u16 (vld1_u16 (p), 16))
#define load_bf16_pair(p, odd)                                                                     \
  vreinterpretq_f32_u32 ((odd) ? vandq_u32 (vld1q_u32 (p), vdupq_n_u32 (0xFFFF0000u))              \
                               : vshlq_n_u32 (vld1q_u32 (p), 16))

/* v * 2^k for whole k within the exponents of normal numbers. */
static inline simd_float
scale_by_power (simd_float v, simd_float k)
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

typedef int32x4_t Dots;
typedef int8x16_t Levels;

SIMD_INLINE simd_float
to_float (Dots v)
{
  return vcvtq_f32_s32 (v);
}

/* Levels are signed here: nothing to make up for. */
SIMD_INLINE Dots
first_sum (int32_t offset)
{
  return vdupq_n_s32 (0);
}

#ifdef __ARM_FEATURE_DOTPROD

SIMD_INLINE int32x4_t
add_dots (int32x4_t sum, int8x16_t levels, int8x16_t inputs)
{
  return vdotq_s32 (sum, levels, inputs);
}

#else

SIMD_INLINE int32x4_t
add_dots (int32x4_t sum, int8x16_t levels, int8x16_t inputs)
{
  const int16x8_t low = vmull_s8 (vget_low_s8 (levels), vget_low_s8 (inputs));
  const int16x8_t high = vmull_s8 (vget_high_s8 (levels), vget_high_s8 (inputs));

  return vaddq_s32 (sum, vpaddq_s32 (vpaddlq_s16 (low), vpaddlq_s16 (high)));
}

#endif

SIMD_INLINE int8x16_t
splat_inputs (const int8_t *values)
{
  int32_t four;

  memcpy (&four, values, sizeof four);
  return vreinterpretq_s8_s32 (vdupq_n_s32 (four));
}

/* Vector j of the eight that a group's 32 inputs make, for the 4 rows of one quarter (part) of a
 * strip. */
SIMD_INLINE int8x16_t
group_vector (qtts_format format, const uint8_t *group, int part, int j)
{
  uint8x16_t packed;

  if (format == QTTS_FORMAT_Q8)
    return vld1q_s8 ((const int8_t *) group + 64 * j + 16 * part);

  packed = vld1q_u8 (group + 64 * (j / 2) + 16 * part);
  packed = j % 2 != 0 ? vshrq_n_u8 (packed, 4) : vandq_u8 (packed, vdupq_n_u8 (15));
  return vqtbl1q_s8 (vld1q_s8 (qtts_q4_levels), packed);
}

#include "kernels_quantized.h"

#ifdef __ARM_FEATURE_DOTPROD
#define KERNELS qtts_kernels_neon_dotprod
#else
#define KERNELS qtts_kernels_neon
#endif
#include "kernels_table.h"
