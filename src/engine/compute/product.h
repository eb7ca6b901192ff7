/* product.h: y = W x for packed and stored matrices, many columns at once, on the worker team
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "kernels.h"
#include "threads.h"

/* Values in a padded column. */
static inline int
qtts_stride (int dim)
{
  return (dim + QTTS_GROUP_INPUTS - 1) / QTTS_GROUP_INPUTS * QTTS_GROUP_INPUTS;
}

/* Columns of float activations, each `dim` values and zeros up to `stride`, with room for their
 * quantised form. Zero-initialise. */
typedef struct
{
  int dim;
  int stride;
  int capacity; /* columns */
  float *x;     /* [capacity][stride], aligned to 64 bytes */
  qtts_quantized quantized;
  bool prequantized; /* whoever writes x also keeps `quantized` up to date */
} qtts_columns;

/* Makes room for n columns of `dim` values (always the same dim for one qtts_columns). Contents are
 * lost when it grows. False when out of memory. */
bool qtts_columns_reserve (qtts_columns *columns, int dim, int n);
void qtts_columns_clear (qtts_columns *columns);

static inline float *
qtts_column_at (const qtts_columns *columns, int c)
{
  return columns->x + (size_t) c * (size_t) columns->stride;
}

/* Quantises values [first, first + n) of column c, both multiples of 32. */
void qtts_columns_quantize (qtts_columns *columns, const qtts_kernels *kernels, int c, int first,
                            int n);

/* Whether products with this matrix take quantised inputs. */
bool qtts_is_quantized (const qtts_matrix *matrix);

/* One of the matrices that are multiplied with the same columns. */
typedef struct
{
  const qtts_matrix *matrix;
  const float *bias; /* [rows], or NULL */
  float *y;          /* column c starts at c * stride; rows rounded up to 16 are written */
  int stride;
} qtts_product;

/* All products over columns [0, n) of x. Rows are shared out among the team; the result does not
 * depend on it. */
void qtts_multiply (const qtts_kernels *kernels, qtts_team *team, qtts_columns *x, int n,
                    const qtts_product *products, int n_products);
