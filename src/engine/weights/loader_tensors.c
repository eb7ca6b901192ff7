/* loader_tensors.c: tensors by name, converted from a checkpoint or as a .qora-tts file has them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../aligned.h"
#include "../error.h"
#include "compact.h"
#include "loader_private.h"
#include "quantize.h"
#include "stored.h"

static qtts_status
count_progress (qtts_loader *loader, size_t bytes, qtts_error *error)
{
  double fraction;

  loader->done_bytes += bytes;
  fraction = (double) loader->done_bytes / (double) (loader->total_bytes + 1);
  if (loader->progress != NULL
      && !loader->progress (fraction < 1 ? fraction : 1, loader->progress_data))
    return qtts_fail (error, QTTS_ERROR_CANCELLED, "loading %s was cancelled", loader->path);
  return QTTS_OK;
}

static const qtts_loader_item *
find_item (const qtts_loader *loader, const char *name)
{
  for (size_t i = 0; i < loader->n_items; i++)
    if (strcmp (loader->items[i].name, name) == 0)
      return &loader->items[i];
  return NULL;
}

/* Remembers the item, whose name is copied and whose allocation becomes the loader's also when this
 * fails. */
static qtts_status
add_item (qtts_loader *loader, qtts_loader_item item, qtts_error *error)
{
  item.name = strdup (item.name);
  if (loader->n_items == loader->capacity)
    {
      size_t capacity = loader->capacity * 2 + 64;
      qtts_loader_item *items = realloc (loader->items, capacity * sizeof *items);

      if (items != NULL)
        {
          loader->items = items;
          loader->capacity = capacity;
        }
    }
  if (item.name == NULL || loader->n_items == loader->capacity)
    {
      free (item.name);
      free (item.owned);
      return qtts_fail_memory (error);
    }
  loader->items[loader->n_items++] = item;
  return QTTS_OK;
}

/* Remembers a tensor of the .qora-tts file: a view of it, or a copy of its real size. */
static qtts_status
add_mapped (qtts_loader *loader, const qtts_container_tensor *tensor, qtts_error *error)
{
  qtts_loader_item item = {
    .name = tensor->name,
    .plain = !tensor->packed,
    .file_format = tensor->format,
  };
  qtts_status status;

  if (qtts_compact_is_stored_smaller (tensor))
    {
      item.owned = qtts_compact_expand (tensor, loader->cpu, loader->team);
      if (item.owned == NULL)
        return qtts_fail_memory (error);
      qtts_file_map_release (tensor->data, tensor->bytes);
    }
  item.view = (qtts_matrix){
    .format = tensor->format,
    .packed = tensor->packed,
    .rows = tensor->rows,
    .cols = tensor->cols,
    .data = item.owned != NULL ? item.owned : tensor->data,
  };
  status = add_item (loader, item, error);
  return status == QTTS_OK ? count_progress (loader, tensor->bytes, error) : status;
}

/* Before anything is expanded, so that no more is allocated than the configuration wants. */
static qtts_status
check_view (const qtts_loader *loader, const char *name, bool is_plain, int is_rows, int is_cols,
            bool plain, int rows, int cols, qtts_error *error)
{
  if (is_plain == plain && is_rows == rows && is_cols == cols)
    return QTTS_OK;
  return qtts_fail (
      error, QTTS_ERROR_FORMAT,
      "%s: tensor %s has the shape [%d, %d]%s, but the configuration wants [%d, %d]%s",
      loader->path, name, is_rows, is_cols, is_plain ? "" : " packed", rows, cols,
      plain ? "" : " packed");
}

/* The view of a tensor that was asked for before or stands in a .qora-tts file; `data` NULL where
 * it has to come from the checkpoint's folder. */
static qtts_status
find_view (qtts_loader *loader, const char *name, bool plain, int rows, int cols, qtts_matrix *view,
           qtts_error *error)
{
  const qtts_loader_item *item = find_item (loader, name);
  const qtts_container_tensor *tensor;
  qtts_status status;

  view->data = NULL;
  if (item == NULL && loader->container != NULL)
    {
      tensor = qtts_container_find (loader->container, name);
      if (tensor == NULL)
        return qtts_fail (error, QTTS_ERROR_FORMAT, "%s has no tensor %s", loader->path, name);
      status = check_view (loader, name, !tensor->packed, tensor->rows, tensor->cols, plain, rows,
                           cols, error);
      if (status == QTTS_OK)
        status = add_mapped (loader, tensor, error);
      if (status != QTTS_OK)
        return status;
      item = find_item (loader, name);
    }
  if (item == NULL)
    return QTTS_OK;
  status = check_view (loader, name, item->plain, item->view.rows, item->view.cols, plain, rows,
                       cols, error);
  if (status != QTTS_OK)
    return status;
  *view = item->view;
  return QTTS_OK;
}

static void
print_shape (char *text, size_t size, const uint64_t *dims, int n_dims)
{
  size_t at = snprintf (text, size, "[");

  for (int i = 0; i < n_dims && at < size; i++)
    at += snprintf (text + at, size - at, i == 0 ? "%llu" : ", %llu", (unsigned long long) dims[i]);
  if (at < size)
    snprintf (text + at, size - at, "]");
}

static qtts_status
fail_shape (const qtts_tensor *tensor, const uint64_t *dims, int n_dims, qtts_error *error)
{
  char actual[200], wanted[200];

  print_shape (actual, sizeof actual, tensor->dims, tensor->n_dims);
  print_shape (wanted, sizeof wanted, dims, n_dims);
  return qtts_fail (error, QTTS_ERROR_FORMAT,
                    "%s: tensor %s has the shape %s, but the configuration wants %s", tensor->file,
                    tensor->name, actual, wanted);
}

/* Finds a float tensor in the folder. */
static qtts_status
find_tensor (const qtts_loader *loader, const char *name, const qtts_tensor **tensor,
             qtts_error *error)
{
  const qtts_checkpoint *checkpoint
      = strncmp (name, "decoder.", 8) == 0 ? loader->speech : loader->model;

  *tensor = qtts_checkpoint_find (checkpoint, name);
  if (*tensor == NULL)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s has no tensor %s",
                      qtts_checkpoint_path (checkpoint), name);
  if ((*tensor)->dtype == QTTS_DTYPE_OTHER)
    return qtts_fail (error, QTTS_ERROR_FORMAT,
                      "%s: tensor %s has the type %s, but must be F32, F16 or BF16",
                      (*tensor)->file, name, (*tensor)->dtype_name);
  return QTTS_OK;
}

/* Finds a float tensor of the shape. */
static qtts_status
find_shaped (const qtts_loader *loader, const char *name, const uint64_t *dims, int n_dims,
             const qtts_tensor **tensor, qtts_error *error)
{
  qtts_status status = find_tensor (loader, name, tensor, error);

  if (status == QTTS_OK && !qtts_stored_has_shape (*tensor, dims, n_dims))
    status = fail_shape (*tensor, dims, n_dims, error);
  return status;
}

/* Packs `source` into a new item. */
static qtts_status
add_packed (qtts_loader *loader, const char *name, const qtts_matrix *source, qtts_format format,
            qtts_matrix *matrix, qtts_error *error)
{
  void *packed = qtts_alloc_aligned (qtts_packed_bytes (format, source->rows, source->cols));
  qtts_loader_item item = { .name = (char *) name, .file_format = format, .owned = packed };

  if (packed == NULL)
    return qtts_fail_memory (error);
  qtts_pack (source, format, packed, loader->cpu, loader->team);
  item.view = (qtts_matrix){
    .format = format,
    .packed = true,
    .rows = source->rows,
    .cols = source->cols,
    .data = packed,
  };
  *matrix = item.view;
  return add_item (loader, item, error);
}

static bool
is_embedding (qtts_role role)
{
  return role == QTTS_ROLE_TEXT_EMBEDDING || role == QTTS_ROLE_CODEC_EMBEDDING;
}

/* With float32 nothing is rounded, what has the wanted type already is as exact as a packed copy,
 * and rows that are only looked up need no strips. */
static bool
stays_as_stored (qtts_precision precision, qtts_role role, qtts_format stored, qtts_format wanted)
{
  if (wanted == QTTS_FORMAT_Q4 || wanted == QTTS_FORMAT_Q8)
    return false;
  return precision == QTTS_PRECISION_F32 || stored == wanted || is_embedding (role);
}

qtts_status
qtts_loader_matrix (qtts_loader *loader, const char *name, int rows, int cols, qtts_role role,
                    qtts_matrix *matrix, qtts_error *error)
{
  const uint64_t dims[] = { rows, cols };
  const qtts_format wanted = qtts_format_for (loader->precision, role);
  const qtts_tensor *tensor;
  qtts_matrix stored;
  qtts_status status = find_view (loader, name, false, rows, cols, matrix, error);

  if (status != QTTS_OK || matrix->data != NULL)
    return status;
  status = find_shaped (loader, name, dims, 2, &tensor, error);
  if (status != QTTS_OK)
    return status;

  stored = qtts_stored_matrix (tensor, rows, cols);
  if (stays_as_stored (loader->precision, role, stored.format, wanted))
    {
      qtts_loader_item item = {
        .name = (char *) name,
        .view = stored,
        .file_format = is_embedding (role) ? stored.format : wanted,
      };

      *matrix = stored;
      status = add_item (loader, item, error);
    }
  else
    {
      status = add_packed (loader, name, &stored, wanted, matrix, error);
      qtts_file_map_release (tensor->data, tensor->bytes);
    }
  return status == QTTS_OK ? count_progress (loader, tensor->bytes, error) : status;
}

/* The kernels of the convolutions know no other formats. */
static qtts_status
check_conv_format (const qtts_loader *loader, const char *name, const qtts_matrix *matrix,
                   qtts_error *error)
{
  if (matrix->format == QTTS_FORMAT_F32 || matrix->format == QTTS_FORMAT_BF16)
    return QTTS_OK;
  return qtts_fail (error, QTTS_ERROR_FORMAT,
                    "%s: convolution %s has the format %s, but must be f32 or bf16", loader->path,
                    name, qtts_format_names[matrix->format]);
}

qtts_status
qtts_loader_conv (qtts_loader *loader, const char *name, int out, int in, int taps, bool transposed,
                  qtts_role role, qtts_matrix *matrix, qtts_error *error)
{
  const uint64_t dims[] = { transposed ? in : out, transposed ? out : in, taps };
  qtts_matrix arranged = { .format = QTTS_FORMAT_F32 };
  const qtts_tensor *tensor;
  qtts_status status;
  float *values;

  qtts_conv_size (out, in, taps, transposed, &arranged.rows, &arranged.cols);
  status = find_view (loader, name, false, arranged.rows, arranged.cols, matrix, error);
  if (status == QTTS_OK && matrix->data != NULL)
    return check_conv_format (loader, name, matrix, error);
  if (status == QTTS_OK)
    status = find_shaped (loader, name, dims, taps == 1 ? 2 : 3, &tensor, error);
  if (status != QTTS_OK)
    return status;

  values = calloc ((size_t) arranged.rows * arranged.cols, sizeof *values);
  if (values == NULL)
    return qtts_fail_memory (error);
  qtts_stored_conv (tensor, out, in, taps, transposed, values);
  arranged.data = values;
  status = add_packed (loader, name, &arranged, qtts_format_for (loader->precision, role), matrix,
                       error);
  free (values);
  qtts_file_map_release (tensor->data, tensor->bytes);
  return status == QTTS_OK ? count_progress (loader, tensor->bytes, error) : status;
}

/* Remembers float values[rows][cols], which the loader owns if `owned` is not NULL. */
static qtts_status
add_values (qtts_loader *loader, const char *name, const float *values, int rows, int cols,
            void *owned, qtts_error *error)
{
  qtts_loader_item item = { .name = (char *) name, .plain = true, .owned = owned };

  item.view = (qtts_matrix){
    .format = QTTS_FORMAT_F32,
    .rows = rows,
    .cols = cols,
    .data = values,
  };
  return add_item (loader, item, error);
}

qtts_status
qtts_loader_vector (qtts_loader *loader, const char *name, int n, const float **vector,
                    qtts_error *error)
{
  const qtts_tensor *tensor;
  qtts_matrix view;
  qtts_status status = find_view (loader, name, true, 1, n, &view, error);
  float *copy = NULL;

  *vector = view.data;
  if (status != QTTS_OK || view.data != NULL)
    return status;
  status = find_tensor (loader, name, &tensor, error);
  if (status == QTTS_OK && qtts_stored_count (tensor) != (size_t) n)
    status = fail_shape (tensor, (const uint64_t[]){ n }, 1, error);
  if (status != QTTS_OK)
    return status;

  if (tensor->dtype == QTTS_DTYPE_F32 && (uintptr_t) tensor->data % _Alignof(float) == 0)
    *vector = tensor->data;
  else
    {
      copy = qtts_alloc_aligned (n * sizeof *copy);
      if (copy == NULL)
        return qtts_fail_memory (error);
      for (int i = 0; i < n; i++)
        copy[i] = qtts_stored_value (tensor, i);
      *vector = copy;
    }
  status = add_values (loader, name, *vector, 1, n, copy, error);
  return status == QTTS_OK ? count_progress (loader, tensor->bytes, error) : status;
}

/* Finds the two tensors of a codebook. */
static qtts_status
find_codebook (const qtts_loader *loader, const char *prefix, int entries, int dim,
               const qtts_tensor **sum, const qtts_tensor **usage, qtts_error *error)
{
  const uint64_t dims[] = { entries, dim };
  char name[256];
  qtts_status status;

  snprintf (name, sizeof name, "%s._codebook.embedding_sum", prefix);
  status = find_shaped (loader, name, dims, 2, sum, error);
  if (status != QTTS_OK)
    return status;
  snprintf (name, sizeof name, "%s._codebook.cluster_usage", prefix);
  return find_shaped (loader, name, dims, 1, usage, error);
}

qtts_status
qtts_loader_codebook (qtts_loader *loader, const char *prefix, int entries, int dim,
                      const float **table, qtts_error *error)
{
  const qtts_tensor *sum, *usage;
  qtts_matrix view;
  qtts_status status = find_view (loader, prefix, true, entries, dim, &view, error);
  float *values;

  *table = view.data;
  if (status != QTTS_OK || view.data != NULL)
    return status;
  status = find_codebook (loader, prefix, entries, dim, &sum, &usage, error);
  if (status != QTTS_OK)
    return status;
  values = qtts_alloc_aligned ((size_t) entries * dim * sizeof *values);
  if (values == NULL)
    return qtts_fail_memory (error);
  for (int entry = 0; entry < entries; entry++)
    {
      const float count = qtts_stored_value (usage, entry);
      const float divisor = count > 1e-5f ? count : 1e-5f;
      const size_t first = (size_t) entry * dim;

      for (int i = 0; i < dim; i++)
        values[first + i] = qtts_stored_value (sum, first + i) / divisor;
    }
  *table = values;
  status = add_values (loader, prefix, values, entries, dim, values, error);
  return status == QTTS_OK ? count_progress (loader, sum->bytes + usage->bytes, error) : status;
}
