/* activation.h: the speech decoder's nonlinear functions on vectors of floats
 *
 * For kernel files only: see simd.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "simd.h"

/* sin^2 (z), absolute error below 3e-7 for |z| <= 1e4 and at most 1 beyond. sin^2 has the period
 * pi, so z is reduced to [-pi/2, pi/2] (pi in two parts), where sin (r) = r P (r^2); the
 * coefficients are a minimax fit weighted by r. */
SIMD_INLINE simd_float
simd_sin_squared (simd_float z)
{
  simd_float turns = simd_round (simd_mul (z, simd_set (0x1.45f306p-2f)));
  simd_float r = simd_fnma (turns, simd_set (-0x1.777a5cp-24f),
                            simd_fnma (turns, simd_set (0x1.921fb6p+1f), z));
  /* The bound holds for arguments so large that the reduction has lost all digits. */
  simd_float u = simd_min (simd_mul (r, r), simd_set (2.4674011f));
  simd_float p = simd_set (2.5904724e-06f);

  p = simd_fma (p, u, simd_set (-0.0001980089f));
  p = simd_fma (p, u, simd_set (0.0083329f));
  p = simd_fma (p, u, simd_set (-0.16666648f));
  p = simd_fma (p, u, simd_set (1.0f));
  return simd_mul (u, simd_mul (p, p));
}

SIMD_INLINE simd_float
simd_snake (simd_float y, simd_float alpha, simd_float inverse_beta)
{
  return simd_fma (simd_sin_squared (simd_mul (alpha, y)), inverse_beta, y);
}

/* erf (x) with an absolute error below 2e-7: x P (x^2) / Q (x^2) up to |x| = 3.95, a minimax fit;
 * beyond, erf is 1 to the precision of a float. */
SIMD_INLINE simd_float
simd_erf (simd_float x)
{
  simd_float v = simd_max (simd_min (x, simd_set (3.95f)), simd_set (-3.95f));
  simd_float u = simd_mul (v, v);
  simd_float p = simd_set (2.0117384e-06f);
  simd_float q = simd_set (3.78397e-05f);

  p = simd_fma (p, u, simd_set (0.00028760126f));
  p = simd_fma (p, u, simd_set (0.0039173425f));
  p = simd_fma (p, u, simd_set (0.053207137f));
  p = simd_fma (p, u, simd_set (0.19403626f));
  p = simd_fma (p, u, simd_set (1.128379f));
  q = simd_fma (q, u, simd_set (0.001198207f));
  q = simd_fma (q, u, simd_set (0.015270751f));
  q = simd_fma (q, u, simd_set (0.11559099f));
  q = simd_fma (q, u, simd_set (0.50529164f));
  q = simd_fma (q, u, simd_set (1.0f));
  return simd_div (simd_mul (v, p), q);
}

SIMD_INLINE simd_float
simd_gelu (simd_float y)
{
  simd_float half = simd_mul (y, simd_set (0.5f));

  return simd_fma (half, simd_erf (simd_mul (y, simd_set (0.70710678f))), half);
}
