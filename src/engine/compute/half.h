/* half.h: 16-bit floats, one value at a time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdint.h>
#include <string.h>

static inline float
qtts_bits_to_float (uint32_t bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static inline uint32_t
qtts_float_to_bits (float value)
{
  uint32_t bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

static inline float
qtts_bf16_to_float (uint16_t value)
{
  return qtts_bits_to_float ((uint32_t) value << 16);
}

/* Nearest, ties to even; NaN stays NaN. */
static inline uint16_t
qtts_float_to_bf16 (float value)
{
  uint32_t bits = qtts_float_to_bits (value);

  if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
    return (uint16_t) ((bits >> 16) | 0x40);
  return (uint16_t) ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

/* IEEE half, with subnormals, infinities and NaN. */
static inline float
qtts_f16_to_float (uint16_t value)
{
  const uint32_t sign = (uint32_t) (value & 0x8000) << 16;
  const uint32_t magnitude = value & 0x7FFF;

  if (magnitude >= 0x7C00)
    return qtts_bits_to_float (sign | 0x7F800000u | ((magnitude & 0x3FF) << 13));
  if (magnitude < 0x0400)
    return qtts_bits_to_float (sign | qtts_float_to_bits ((float) magnitude * 0x1p-24f));
  return qtts_bits_to_float (sign | ((magnitude << 13) + (112u << 23)));
}

/* Nearest, ties to even; too large becomes infinity; NaN stays NaN. */
static inline uint16_t
qtts_float_to_f16 (float value)
{
  const uint32_t bits = qtts_float_to_bits (value);
  const uint16_t sign = (uint16_t) ((bits >> 16) & 0x8000);
  uint32_t magnitude = bits & 0x7FFFFFFFu;

  if (magnitude > 0x7F800000u)
    return (uint16_t) (sign | 0x7E00);
  if (magnitude >= 0x477FF000u)
    return (uint16_t) (sign | 0x7C00);
  if (magnitude < 0x38800000u)
    {
      /* The addition rounds at the last bit of a subnormal half. */
      float shifted = qtts_bits_to_float (magnitude) + 0.5f;

      return (uint16_t) (sign | (qtts_float_to_bits (shifted) - 0x3F000000u));
    }
  magnitude += 0xFFF + ((magnitude >> 13) & 1);
  return (uint16_t) (sign | ((magnitude - (112u << 23)) >> 13));
}
