/* kernels_quantized.h: products of Q4 and Q8 strips, a few rows and columns at a time
 *
 * For instruction sets whose registers hold less than a strip's 16 rows. The including file has the
 * types Dots (integer sums of SIMD_LANES rows) and Levels (four inputs of each of these rows), and
 * first_sum, add_dots, splat_inputs, group_vector and to_float.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
enum
{
  PREFETCH = 2048, /* bytes ahead of the loads */
};

/* SIMD_LANES rows of one group against n columns, added to sum[n]. */
SIMD_INLINE void
add_group (qtts_format format, const uint8_t *group, int part, const qtts_quantized *x, int first,
           size_t g, int n, simd_float *sum)
{
  const size_t groups = (size_t) x->groups, at = (size_t) first * groups + g;
  const uint16_t *scales = (const uint16_t *) (group + (format == QTTS_FORMAT_Q4 ? 256 : 512));
  const simd_float scale = load_f16 (scales + part * SIMD_LANES);
  Dots dot[COLUMNS_AT_ONCE];

  for (int c = 0; c < n; c++)
    dot[c] = first_sum (x->offsets[at + (size_t) c * groups]);
  for (int j = 0; j < 8; j++)
    {
      const Levels w = group_vector (format, group, part, j);

      for (int c = 0; c < n; c++)
        dot[c] = add_dots (dot[c], w,
                           splat_inputs (x->values + (at + (size_t) c * groups) * 32 + 4 * j));
    }
  for (int c = 0; c < n; c++)
    sum[c] = simd_fma (to_float (dot[c]),
                       simd_mul (scale, simd_set (x->scales[at + (size_t) c * groups])), sum[c]);
}

SIMD_INLINE void
quantized_block (qtts_format format, const uint8_t *strip, const qtts_quantized *x, int first,
                 int n, float *y, size_t ldy)
{
  const size_t group_bytes = format == QTTS_FORMAT_Q4 ? 288 : 544;
  simd_float sum[PARTS][COLUMNS_AT_ONCE];

  for (int part = 0; part < PARTS; part++)
    for (int c = 0; c < n; c++)
      sum[part][c] = simd_set (0);
  for (size_t g = 0; g < (size_t) x->groups; g++)
    {
      const uint8_t *group = strip + g * group_bytes;

      for (size_t ahead = PREFETCH; ahead < PREFETCH + group_bytes; ahead += 64)
        __builtin_prefetch (group + ahead);
      for (int part = 0; part < PARTS; part++)
        add_group (format, group, part, x, first, g, n, sum[part]);
    }
  for (int part = 0; part < PARTS; part++)
    for (int c = 0; c < n; c++)
      simd_store (y + (size_t) (first + c) * ldy + SIMD_LANES * part, sum[part][c]);
}

SIMD_INLINE void
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
