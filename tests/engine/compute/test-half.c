/* test-half.c: 16-bit floats survive a round trip and round to nearest even
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "compute/half.h"

#include <glib.h>
#include <math.h>

static void
test_every_half_round_trips (void)
{
  for (guint32 h = 0; h <= 0xFFFF; h++)
    {
      float value = qtts_f16_to_float ((uint16_t) h);

      if (isnan (value))
        g_assert_true (isnan (qtts_f16_to_float (qtts_float_to_f16 (value))));
      else
        g_assert_cmphex (qtts_float_to_f16 (value), ==, h);
    }
}

static void
test_half_values (void)
{
  g_assert_cmphex (qtts_float_to_f16 (1.0f), ==, 0x3C00);
  g_assert_cmphex (qtts_float_to_f16 (65504.0f), ==, 0x7BFF);
  g_assert_cmphex (qtts_float_to_f16 (65520.0f), ==, 0x7C00);
  g_assert_cmphex (qtts_float_to_f16 (0x1p-24f), ==, 0x0001);
  g_assert_cmphex (qtts_float_to_f16 (0x1p-25f), ==, 0x0000);
  g_assert_cmphex (qtts_float_to_f16 (1.0f + 0x1p-11f), ==, 0x3C00);
  g_assert_cmphex (qtts_float_to_f16 (1.0f + 0x3p-11f), ==, 0x3C02);
  g_assert_cmphex (qtts_float_to_f16 (-2.5f), ==, 0xC100);
}

static void
test_bf16_rounds_to_nearest_even (void)
{
  g_assert_cmphex (qtts_float_to_bf16 (1.0f), ==, 0x3F80);
  g_assert_cmphex (qtts_float_to_bf16 (1.0f + 0x1p-8f), ==, 0x3F80);
  g_assert_cmphex (qtts_float_to_bf16 (1.0f + 0x3p-8f), ==, 0x3F82);
  g_assert_cmphex (qtts_float_to_bf16 (-INFINITY), ==, 0xFF80);
  g_assert_true (isnan (qtts_bf16_to_float (qtts_float_to_bf16 (NAN))));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/half/every-half-round-trips", test_every_half_round_trips);
  g_test_add_func ("/half/half-values", test_half_values);
  g_test_add_func ("/half/bf16-rounds-to-nearest-even", test_bf16_rounds_to_nearest_even);
  return g_test_run ();
}
