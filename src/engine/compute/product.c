/* product.c: y = W x for packed and stored matrices, many columns at once, on the worker team
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "product.h"
#include "../aligned.h"

#include <stdlib.h>
#include <string.h>

enum
{
  UNIT_ROWS = QTTS_STRIP_ROWS, /* rows that one unit of work covers */
  MOST_UNITS_IN_CHUNK = 8,
  CHUNKS_PER_WORKER = 8,
  QUANTIZE_ALONE = 1 << 14, /* values below which sharing out costs more than it saves */
};

static void *
allocate_zeroed (size_t bytes)
{
  const size_t lines = (bytes + QTTS_CACHE_LINE - 1) / QTTS_CACHE_LINE;
  void *memory = qtts_alloc_aligned (lines * QTTS_CACHE_LINE);

  if (memory != NULL)
    memset (memory, 0, lines * QTTS_CACHE_LINE);
  return memory;
}

bool
qtts_columns_reserve (qtts_columns *columns, int dim, int n)
{
  const int stride = qtts_stride (dim);
  const size_t values = (size_t) n * (size_t) stride;
  const size_t groups = values / QTTS_GROUP_INPUTS;

  if (n <= columns->capacity)
    return true;
  qtts_columns_clear (columns);
  *columns = (qtts_columns){
    .dim = dim,
    .stride = stride,
    .capacity = n,
    .x = allocate_zeroed (values * sizeof (float)),
    .quantized = { .groups = stride / QTTS_GROUP_INPUTS,
                   .values = allocate_zeroed (values),
                   .scales = allocate_zeroed (groups * sizeof (float)),
                   .offsets = allocate_zeroed (groups * sizeof (int32_t)) },
  };
  if (columns->x != NULL && columns->quantized.values != NULL && columns->quantized.scales != NULL
      && columns->quantized.offsets != NULL)
    return true;
  qtts_columns_clear (columns);
  return false;
}

void
qtts_columns_clear (qtts_columns *columns)
{
  free (columns->x);
  free (columns->quantized.values);
  free (columns->quantized.scales);
  free (columns->quantized.offsets);
  *columns = (qtts_columns){ 0 };
}

void
qtts_columns_quantize (qtts_columns *columns, const qtts_kernels *kernels, int c, int first, int n)
{
  const qtts_quantized *q = &columns->quantized;
  const size_t group = (size_t) c * (size_t) q->groups + (size_t) (first / QTTS_GROUP_INPUTS);

  kernels->quantize (qtts_column_at (columns, c) + first, n / QTTS_GROUP_INPUTS,
                     q->values + group * QTTS_GROUP_INPUTS, q->scales + group, q->offsets + group);
}

bool
qtts_is_quantized (const qtts_matrix *matrix)
{
  return matrix->format == QTTS_FORMAT_Q4 || matrix->format == QTTS_FORMAT_Q8;
}

typedef struct
{
  const qtts_kernels *kernels;
  qtts_columns *x;
  int n;
  const qtts_product *products;
  int n_products;
} Multiplication;

static void
quantize_columns (void *data, int worker, int begin, int end)
{
  const Multiplication *m = data;

  for (int c = begin; c < end; c++)
    qtts_columns_quantize (m->x, m->kernels, c, 0, m->x->stride);
}

static int
units_of (const qtts_matrix *matrix)
{
  return (matrix->rows + UNIT_ROWS - 1) / UNIT_ROWS;
}

static void
add_bias (const qtts_product *product, int n, int first_row, int n_rows)
{
  for (int c = 0; c < n; c++)
    {
      float *y = product->y + (size_t) c * (size_t) product->stride + first_row;

      for (int row = 0; row < n_rows; row++)
        y[row] += product->bias[first_row + row];
    }
}

/* Units [begin, end) of one product. */
static void
multiply_units (const Multiplication *m, const qtts_product *product, int begin, int end)
{
  const qtts_matrix *matrix = product->matrix;
  const int first_row = begin * UNIT_ROWS;
  const int n_rows = (end * UNIT_ROWS < matrix->rows ? end * UNIT_ROWS : matrix->rows) - first_row;
  const size_t ldy = (size_t) product->stride, ldx = (size_t) m->x->stride;
  const char *strips = (const char *) matrix->data
                       + (size_t) begin * qtts_strip_bytes (matrix->format, matrix->cols);
  float *y = product->y + first_row;

  if (!matrix->packed)
    {
      const size_t value_bytes = matrix->format == QTTS_FORMAT_F32 ? 4 : 2;

      m->kernels->multiply_rows (matrix->format,
                                 (const char *) matrix->data
                                     + (size_t) first_row * (size_t) matrix->cols * value_bytes,
                                 n_rows, matrix->cols, m->x->x, ldx, m->n, y, ldy);
    }
  else if (matrix->format == QTTS_FORMAT_Q4)
    m->kernels->multiply_q4 (strips, end - begin, &m->x->quantized, m->n, y, ldy);
  else if (matrix->format == QTTS_FORMAT_Q8)
    m->kernels->multiply_q8 (strips, end - begin, &m->x->quantized, m->n, y, ldy);
  else
    m->kernels->multiply_strips (matrix->format, strips, end - begin, qtts_stride (matrix->cols),
                                 m->x->x, ldx, m->n, y, ldy);
  if (product->bias != NULL)
    add_bias (product, m->n, first_row, n_rows);
}

/* Units are numbered through all products. */
static void
multiply_chunk (void *data, int worker, int begin, int end)
{
  const Multiplication *m = data;
  int before = 0;

  for (int i = 0; i < m->n_products && before < end; i++)
    {
      const int units = units_of (m->products[i].matrix);
      const int from = begin > before ? begin - before : 0;
      const int to = end - before < units ? end - before : units;

      if (from < to)
        multiply_units (m, &m->products[i], from, to);
      before += units;
    }
}

void
qtts_multiply (const qtts_kernels *kernels, qtts_team *team, qtts_columns *x, int n,
               const qtts_product *products, int n_products)
{
  Multiplication m = { kernels, x, n, products, n_products };
  bool quantized = false;
  int units = 0, grain;

  for (int i = 0; i < n_products; i++)
    {
      units += units_of (products[i].matrix);
      quantized |= qtts_is_quantized (products[i].matrix);
    }
  if (quantized && !x->prequantized)
    qtts_team_for (team, n, n * x->stride < QUANTIZE_ALONE ? n : 1, quantize_columns, &m);

  grain = units / (qtts_team_size (team) * CHUNKS_PER_WORKER);
  grain = grain < 1 ? 1 : grain > MOST_UNITS_IN_CHUNK ? MOST_UNITS_IN_CHUNK : grain;
  qtts_team_for (team, units, grain, multiply_chunk, &m);
}
