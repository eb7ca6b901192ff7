/* kernels_table.h: the table of an instruction set's kernels, named KERNELS
 *
 * Included last, when every kernel and multiply_quantized() are defined.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels.h"

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

extern const qtts_kernels KERNELS;
const qtts_kernels KERNELS = {
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
