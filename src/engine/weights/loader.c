/* loader.c: tensors by name, in the format the engine computes with
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../compute/half.h"
#include "../error.h"
#include "checkpoint.h"
#include "file_map.h"
#include "quantize.h"

enum
{
  N_TEXTS = 7,
};

/* The text files of a checkpoint, in the order in which they are saved. */
static const char *const text_names[N_TEXTS] = {
  "config.json",
  "generation_config.json",
  "speech_tokenizer/config.json",
  "vocab.json",
  "merges.txt",
  "tokenizer_config.json",
  "tokenizer.json",
};

/* One tensor that was asked for. */
typedef struct
{
  char *name;
  qtts_matrix matrix;      /* `data` NULL for a vector or a codebook */
  qtts_format file_format; /* what a matrix is saved as */
  const float *values;     /* of a vector or a codebook */
  int rows, cols;
  void *owned; /* the allocation behind the view, or NULL */
} item;

struct qtts_loader
{
  char *path;
  qtts_config config;
  qtts_precision precision;
  unsigned cpu;
  qtts_team *team;
  qtts_progress_func progress;
  void *progress_data;
  size_t done_bytes;
  size_t total_bytes;

  qtts_file_map texts[N_TEXTS]; /* `data` NULL: absent */
  qtts_checkpoint *model;
  qtts_checkpoint *speech;

  item *items;
  size_t n_items;
  size_t capacity;
};

/* Opening */

static qtts_status
map_texts (qtts_loader *loader, qtts_error *error)
{
  qtts_status status = QTTS_OK;

  for (int i = 0; i < N_TEXTS && status == QTTS_OK; i++)
    {
      char *path = qtts_path_join (loader->path, text_names[i]);

      if (path == NULL)
        return qtts_fail_memory (error);
      if (qtts_file_exists (path))
        status = qtts_file_map_open (path, &loader->texts[i], error);
      free (path);
    }
  return status;
}

/* The configuration texts end in NUL only in a copy. */
static qtts_status
parse_config (qtts_loader *loader, qtts_error *error)
{
  char *texts[3] = { NULL };
  qtts_status status = QTTS_OK;

  if (loader->texts[0].data == NULL)
    return qtts_fail (error, QTTS_ERROR_FILE, "%s has no config.json", loader->path);
  for (int i = 0; i < 3; i++)
    if (loader->texts[i].data != NULL)
      {
        texts[i] = strndup (loader->texts[i].data, loader->texts[i].size);
        if (texts[i] == NULL)
          status = qtts_fail_memory (error);
      }
  if (status == QTTS_OK)
    status = qtts_config_parse (loader->path, texts[0], texts[1], texts[2], &loader->config, error);
  for (int i = 0; i < 3; i++)
    free (texts[i]);
  return status;
}

static qtts_status
open_folder (qtts_loader *loader, qtts_error *error)
{
  qtts_status status;
  char *speech;

  status = map_texts (loader, error);
  if (status == QTTS_OK)
    status = parse_config (loader, error);
  if (status == QTTS_OK)
    status = qtts_checkpoint_open (loader->path, &loader->model, error);
  if (status != QTTS_OK)
    return status;
  speech = qtts_path_join (loader->path, "speech_tokenizer");
  status = speech == NULL ? qtts_fail_memory (error)
                          : qtts_checkpoint_open (speech, &loader->speech, error);
  free (speech);
  if (status == QTTS_OK)
    loader->total_bytes = qtts_checkpoint_bytes (loader->model, "talker.")
                          + qtts_checkpoint_bytes (loader->speech, "decoder.");
  return status;
}

qtts_status
qtts_loader_open (const char *path, const qtts_model_options *options, unsigned cpu,
                  qtts_team *team, qtts_loader **result, qtts_error *error)
{
  qtts_loader *loader = calloc (1, sizeof *loader);
  struct stat info;
  qtts_status status;

  *result = NULL;
  if (loader == NULL || (loader->path = strdup (path)) == NULL)
    {
      qtts_loader_close (loader);
      return qtts_fail_memory (error);
    }
  loader->precision = options->precision;
  loader->progress = options->progress;
  loader->progress_data = options->progress_data;
  loader->cpu = cpu;
  loader->team = team;

  if (stat (path, &info) != 0)
    status = qtts_fail (error, QTTS_ERROR_FILE, "%s does not exist", path);
  else if (!S_ISDIR (info.st_mode))
    status = qtts_fail (error, QTTS_ERROR_UNSUPPORTED, "%s is not a folder", path);
  else
    status = open_folder (loader, error);

  if (status == QTTS_OK)
    *result = loader;
  else
    qtts_loader_close (loader);
  return status;
}

void
qtts_loader_close (qtts_loader *loader)
{
  if (loader == NULL)
    return;
  for (size_t i = 0; i < loader->n_items; i++)
    {
      free (loader->items[i].name);
      free (loader->items[i].owned);
    }
  free (loader->items);
  for (int i = 0; i < N_TEXTS; i++)
    qtts_file_map_close (&loader->texts[i]);
  qtts_checkpoint_close (loader->model);
  qtts_checkpoint_close (loader->speech);
  qtts_config_clear (&loader->config);
  free (loader->path);
  free (loader);
}

const qtts_config *
qtts_loader_config (const qtts_loader *loader)
{
  return &loader->config;
}

qtts_precision
qtts_loader_precision (const qtts_loader *loader)
{
  return loader->precision;
}

qtts_status
qtts_loader_file (qtts_loader *loader, const char *name, const char **text, size_t *length,
                  qtts_error *error)
{
  *text = NULL;
  *length = 0;
  for (int i = 0; i < N_TEXTS; i++)
    if (strcmp (text_names[i], name) == 0)
      {
        *text = loader->texts[i].data;
        *length = loader->texts[i].size;
      }
  return QTTS_OK;
}

/* Tensors */

static void *
allocate_aligned (size_t bytes)
{
  return aligned_alloc (64, (bytes + 63) / 64 * 64);
}

static const item *
find_item (const qtts_loader *loader, const char *name)
{
  for (size_t i = 0; i < loader->n_items; i++)
    if (strcmp (loader->items[i].name, name) == 0)
      return &loader->items[i];
  return NULL;
}

/* A new item, to be filled; NULL when out of memory. */
static item *
add_item (qtts_loader *loader, const char *name)
{
  char *copy = strdup (name);

  if (loader->n_items == loader->capacity)
    {
      size_t capacity = loader->capacity * 2 + 64;
      item *items = realloc (loader->items, capacity * sizeof *items);

      if (items == NULL)
        {
          free (copy);
          return NULL;
        }
      loader->items = items;
      loader->capacity = capacity;
    }
  if (copy == NULL)
    return NULL;
  loader->items[loader->n_items] = (item){ .name = copy };
  return &loader->items[loader->n_items++];
}

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

/* Finds a float tensor. */
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

/* Whether the shape is dims[n_dims], apart from further dimensions of 1 at its end. */
static bool
has_shape (const qtts_tensor *tensor, const uint64_t *dims, int n_dims)
{
  if (tensor->n_dims < n_dims)
    return false;
  for (int i = 0; i < tensor->n_dims; i++)
    if (tensor->dims[i] != (i < n_dims ? dims[i] : 1))
      return false;
  return true;
}

static qtts_matrix
as_stored (const qtts_tensor *tensor, int rows, int cols)
{
  static const qtts_format formats[] = {
    [QTTS_DTYPE_F32] = QTTS_FORMAT_F32,
    [QTTS_DTYPE_F16] = QTTS_FORMAT_F16,
    [QTTS_DTYPE_BF16] = QTTS_FORMAT_BF16,
  };

  return (qtts_matrix){
    .format = formats[tensor->dtype],
    .packed = false,
    .rows = rows,
    .cols = cols,
    .data = tensor->data,
  };
}

/* Packs `source` into a new item. */
static qtts_status
add_packed (qtts_loader *loader, const char *name, const qtts_matrix *source, qtts_format format,
            qtts_matrix *matrix, qtts_error *error)
{
  void *packed = allocate_aligned (qtts_packed_bytes (format, source->rows, source->cols));
  item *entry = packed != NULL ? add_item (loader, name) : NULL;

  if (entry == NULL)
    {
      free (packed);
      return qtts_fail_memory (error);
    }
  qtts_pack (source, format, packed, loader->cpu, loader->team);
  *matrix = (qtts_matrix){
    .format = format,
    .packed = true,
    .rows = source->rows,
    .cols = source->cols,
    .data = packed,
  };
  entry->matrix = *matrix;
  entry->file_format = format;
  entry->owned = packed;
  return QTTS_OK;
}

/* Rows that are only looked up need no strips; with float32 nothing is rounded, and what has the
 * wanted type already is as exact as a packed copy. */
static bool
stays_as_stored (qtts_precision precision, qtts_role role, qtts_format stored, qtts_format wanted)
{
  const bool quantized = wanted == QTTS_FORMAT_Q4 || wanted == QTTS_FORMAT_Q8;

  if (quantized)
    return false;
  return precision == QTTS_PRECISION_F32 || stored == wanted || role == QTTS_ROLE_TEXT_EMBEDDING
         || role == QTTS_ROLE_CODEC_EMBEDDING;
}

/* A matrix that was asked for before. */
static qtts_status
recall_matrix (const item *known, int rows, int cols, qtts_matrix *matrix, qtts_error *error)
{
  if (known->matrix.data == NULL || known->matrix.rows != rows || known->matrix.cols != cols)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "tensor %s is wanted in two shapes", known->name);
  *matrix = known->matrix;
  return QTTS_OK;
}

qtts_status
qtts_loader_matrix (qtts_loader *loader, const char *name, int rows, int cols, qtts_role role,
                    qtts_matrix *matrix, qtts_error *error)
{
  const uint64_t dims[] = { rows, cols };
  const qtts_format wanted = qtts_format_for (loader->precision, role);
  const item *known = find_item (loader, name);
  const qtts_tensor *tensor;
  qtts_matrix stored;
  qtts_status status;
  item *entry;

  if (known != NULL)
    return recall_matrix (known, rows, cols, matrix, error);
  status = find_tensor (loader, name, &tensor, error);
  if (status != QTTS_OK)
    return status;
  if (!has_shape (tensor, dims, 2))
    return fail_shape (tensor, dims, 2, error);

  stored = as_stored (tensor, rows, cols);
  if (!stays_as_stored (loader->precision, role, stored.format, wanted))
    {
      status = add_packed (loader, name, &stored, wanted, matrix, error);
      qtts_file_map_release (tensor->data, tensor->bytes);
    }
  else if ((entry = add_item (loader, name)) == NULL)
    status = qtts_fail_memory (error);
  else
    {
      entry->matrix = *matrix = stored;
      entry->file_format = wanted;
    }
  return status == QTTS_OK ? count_progress (loader, tensor->bytes, error) : status;
}

static float
stored_value (const qtts_tensor *tensor, size_t index)
{
  float value;
  uint16_t half;

  if (tensor->dtype == QTTS_DTYPE_F32)
    {
      memcpy (&value, (const char *) tensor->data + index * sizeof value, sizeof value);
      return value;
    }
  memcpy (&half, (const char *) tensor->data + index * sizeof half, sizeof half);
  return tensor->dtype == QTTS_DTYPE_BF16 ? qtts_bf16_to_float (half) : qtts_f16_to_float (half);
}

/* Reorders a stored kernel to the rows and inputs that qtts_loader_conv() promises. `values` is
 * zero. */
static void
arrange_conv (const qtts_tensor *tensor, int out, int in, int taps, bool transposed, int cols,
              float *values)
{
  const int in_padded = (in + 1) / 2 * 2;
  const int out_padded = (out + QTTS_STRIP_ROWS - 1) / QTTS_STRIP_ROWS * QTTS_STRIP_ROWS;

  for (int o = 0; o < out; o++)
    for (int i = 0; i < in; i++)
      for (int tap = 0; tap < taps; tap++)
        if (transposed)
          values[(size_t) (tap * out_padded + o) * cols + i]
              = stored_value (tensor, ((size_t) i * out + o) * taps + tap);
        else
          values[(size_t) o * cols + tap * in_padded + i]
              = stored_value (tensor, ((size_t) o * in + i) * taps + tap);
}

qtts_status
qtts_loader_conv (qtts_loader *loader, const char *name, int out, int in, int taps, bool transposed,
                  qtts_role role, qtts_matrix *matrix, qtts_error *error)
{
  const uint64_t dims[] = { transposed ? in : out, transposed ? out : in, taps };
  const int out_padded = (out + QTTS_STRIP_ROWS - 1) / QTTS_STRIP_ROWS * QTTS_STRIP_ROWS;
  const int rows = transposed ? taps * out_padded : out;
  const int cols = transposed ? in : taps * ((in + 1) / 2 * 2);
  const item *known = find_item (loader, name);
  const qtts_tensor *tensor;
  qtts_matrix arranged = { .format = QTTS_FORMAT_F32, .rows = rows, .cols = cols };
  qtts_status status;
  float *values;

  if (known != NULL)
    return recall_matrix (known, rows, cols, matrix, error);
  status = find_tensor (loader, name, &tensor, error);
  if (status != QTTS_OK)
    return status;
  if (!has_shape (tensor, dims, 3) && !(taps == 1 && has_shape (tensor, dims, 2)))
    return fail_shape (tensor, dims, 3, error);
  values = calloc ((size_t) rows * cols, sizeof *values);
  if (values == NULL)
    return qtts_fail_memory (error);

  arrange_conv (tensor, out, in, taps, transposed, cols, values);
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
  item *entry = add_item (loader, name);

  if (entry == NULL)
    {
      free (owned);
      return qtts_fail_memory (error);
    }
  entry->values = values;
  entry->rows = rows;
  entry->cols = cols;
  entry->owned = owned;
  return QTTS_OK;
}

static qtts_status
recall_values (const item *known, int rows, int cols, const float **values, qtts_error *error)
{
  if (known->values == NULL || known->rows != rows || known->cols != cols)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "tensor %s is wanted in two shapes", known->name);
  *values = known->values;
  return QTTS_OK;
}

static size_t
count_values (const qtts_tensor *tensor)
{
  return tensor->bytes / (tensor->dtype == QTTS_DTYPE_F32 ? sizeof (float) : sizeof (uint16_t));
}

qtts_status
qtts_loader_vector (qtts_loader *loader, const char *name, int n, const float **vector,
                    qtts_error *error)
{
  const item *known = find_item (loader, name);
  const qtts_tensor *tensor;
  qtts_status status;
  float *copy = NULL;

  if (known != NULL)
    return recall_values (known, 1, n, vector, error);
  status = find_tensor (loader, name, &tensor, error);
  if (status != QTTS_OK)
    return status;
  if (count_values (tensor) != (size_t) n)
    return fail_shape (tensor, (const uint64_t[]){ n }, 1, error);

  if (tensor->dtype == QTTS_DTYPE_F32 && (uintptr_t) tensor->data % _Alignof(float) == 0)
    *vector = tensor->data;
  else
    {
      copy = allocate_aligned (n * sizeof *copy);
      if (copy == NULL)
        return qtts_fail_memory (error);
      for (int i = 0; i < n; i++)
        copy[i] = stored_value (tensor, i);
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
  status = find_tensor (loader, name, sum, error);
  if (status != QTTS_OK)
    return status;
  if (!has_shape (*sum, dims, 2))
    return fail_shape (*sum, dims, 2, error);
  snprintf (name, sizeof name, "%s._codebook.cluster_usage", prefix);
  status = find_tensor (loader, name, usage, error);
  if (status != QTTS_OK)
    return status;
  return has_shape (*usage, dims, 1) ? QTTS_OK : fail_shape (*usage, dims, 1, error);
}

qtts_status
qtts_loader_codebook (qtts_loader *loader, const char *prefix, int entries, int dim,
                      const float **table, qtts_error *error)
{
  const item *known = find_item (loader, prefix);
  const qtts_tensor *sum, *usage;
  qtts_status status;
  float *values;

  if (known != NULL)
    return recall_values (known, entries, dim, table, error);
  status = find_codebook (loader, prefix, entries, dim, &sum, &usage, error);
  if (status != QTTS_OK)
    return status;
  values = allocate_aligned ((size_t) entries * dim * sizeof *values);
  if (values == NULL)
    return qtts_fail_memory (error);
  for (int entry = 0; entry < entries; entry++)
    {
      float count = stored_value (usage, entry);
      float divisor = count > 1e-5f ? count : 1e-5f;

      for (int i = 0; i < dim; i++)
        values[(size_t) entry * dim + i] = stored_value (sum, (size_t) entry * dim + i) / divisor;
    }
  *table = values;
  status = add_values (loader, prefix, values, entries, dim, values, error);
  return status == QTTS_OK ? count_progress (loader, sum->bytes + usage->bytes, error) : status;
}
