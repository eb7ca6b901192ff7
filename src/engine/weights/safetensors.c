/* safetensors.c: the tensors of one safetensors file, checked before anything is believed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

enum
{
  LENGTH_BYTES = 8,
  MAX_HEADER_BYTES = 100 << 20,
};

/* Sizes of the element types that the format knows. */
static const struct
{
  const char *name;
  size_t bytes;
  qtts_dtype dtype;
} dtypes[] = {
  { "F32", 4, QTTS_DTYPE_F32 },       { "F16", 2, QTTS_DTYPE_F16 },
  { "BF16", 2, QTTS_DTYPE_BF16 },     { "F64", 8, QTTS_DTYPE_OTHER },
  { "I64", 8, QTTS_DTYPE_OTHER },     { "I32", 4, QTTS_DTYPE_OTHER },
  { "I16", 2, QTTS_DTYPE_OTHER },     { "I8", 1, QTTS_DTYPE_OTHER },
  { "U64", 8, QTTS_DTYPE_OTHER },     { "U32", 4, QTTS_DTYPE_OTHER },
  { "U16", 2, QTTS_DTYPE_OTHER },     { "U8", 1, QTTS_DTYPE_OTHER },
  { "BOOL", 1, QTTS_DTYPE_OTHER },    { "F8_E4M3", 1, QTTS_DTYPE_OTHER },
  { "F8_E5M2", 1, QTTS_DTYPE_OTHER },
};

static qtts_status
bad (qtts_error *error, const char *path, const char *name, const char *what)
{
  return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: tensor %.200s %s", path, name, what);
}

/* Element type: its size in *item, 0 where it is unknown and the size cannot be checked. */
static bool
parse_dtype (const cJSON *node, qtts_tensor *tensor, size_t *item)
{
  if (!cJSON_IsString (node) || strlen (node->valuestring) >= sizeof tensor->dtype_name)
    return false;
  snprintf (tensor->dtype_name, sizeof tensor->dtype_name, "%s", node->valuestring);
  tensor->dtype = QTTS_DTYPE_OTHER;
  *item = 0;
  for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
    if (strcmp (dtypes[i].name, tensor->dtype_name) == 0)
      {
        tensor->dtype = dtypes[i].dtype;
        *item = dtypes[i].bytes;
      }
  return true;
}

/* Dimensions, and their product times `item` in *bytes; false also when that overflows. */
static bool
parse_shape (const cJSON *node, size_t item, qtts_tensor *tensor, uint64_t *bytes)
{
  const cJSON *dimension;

  if (!cJSON_IsArray (node))
    return false;
  *bytes = item;
  cJSON_ArrayForEach (dimension, node)
  {
    uint64_t *size = &tensor->dims[tensor->n_dims];

    if (tensor->n_dims == QTTS_MAX_DIMS || !qtts_json_is_size (dimension, size)
        || __builtin_mul_overflow (*bytes, *size, bytes))
      return false;
    tensor->n_dims++;
  }
  return true;
}

static bool
parse_offsets (const cJSON *node, uint64_t *begin, uint64_t *end)
{
  return cJSON_GetArraySize (node) == 2 && cJSON_IsArray (node)
         && qtts_json_is_size (node->child, begin) && qtts_json_is_size (node->child->next, end);
}

static qtts_status
parse_tensor (const char *path, const cJSON *entry, const char *data, size_t size,
              qtts_tensor *tensor, qtts_error *error)
{
  uint64_t begin, end, bytes;
  size_t item;

  if (!cJSON_IsObject (entry)
      || !parse_dtype (cJSON_GetObjectItemCaseSensitive (entry, "dtype"), tensor, &item))
    return bad (error, path, entry->string, "has no dtype");
  if (!parse_shape (cJSON_GetObjectItemCaseSensitive (entry, "shape"), item, tensor, &bytes))
    return bad (error, path, entry->string, "has an impossible shape");
  if (!parse_offsets (cJSON_GetObjectItemCaseSensitive (entry, "data_offsets"), &begin, &end))
    return bad (error, path, entry->string, "has no data_offsets");
  if (begin > end || end > size)
    return bad (error, path, entry->string, "lies outside the file: it may be cut short");
  if (item != 0 && bytes != end - begin)
    return bad (error, path, entry->string, "has a shape that contradicts its bytes");

  tensor->file = path;
  tensor->data = data + begin;
  tensor->bytes = end - begin;
  tensor->name = strdup (entry->string);
  return tensor->name != NULL ? QTTS_OK : qtts_fail_memory (error);
}

static int
compare_places (const void *a, const void *b)
{
  const qtts_tensor *x = a, *y = b;

  if (x->data != y->data)
    return (const char *) x->data < (const char *) y->data ? -1 : 1;
  return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (((const qtts_tensor *) a)->name, ((const qtts_tensor *) b)->name);
}

/* Leaves the tensors sorted by name. */
static qtts_status
check_overlaps_and_names (qtts_safetensors *file, qtts_error *error)
{
  qtts_tensor *tensors = file->tensors;

  qsort (tensors, file->n_tensors, sizeof *tensors, compare_places);
  for (size_t i = 1; i < file->n_tensors; i++)
    if ((const char *) tensors[i - 1].data + tensors[i - 1].bytes > (const char *) tensors[i].data)
      return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: tensors %.200s and %.200s overlap",
                        file->path, tensors[i - 1].name, tensors[i].name);
  qsort (tensors, file->n_tensors, sizeof *tensors, compare_names);
  for (size_t i = 1; i < file->n_tensors; i++)
    if (strcmp (tensors[i - 1].name, tensors[i].name) == 0)
      return bad (error, file->path, tensors[i].name, "is listed twice");
  return QTTS_OK;
}

static qtts_status
parse_header (const cJSON *header, const char *data, size_t size, qtts_safetensors *file,
              qtts_error *error)
{
  const cJSON *entry;
  qtts_status status;

  file->tensors = calloc (cJSON_GetArraySize (header) + 1, sizeof *file->tensors);
  if (file->tensors == NULL)
    return qtts_fail_memory (error);
  cJSON_ArrayForEach (entry, header)
  {
    if (strcmp (entry->string, "__metadata__") == 0)
      continue;
    status = parse_tensor (file->path, entry, data, size, &file->tensors[file->n_tensors++], error);
    if (status != QTTS_OK)
      return status;
  }
  return check_overlaps_and_names (file, error);
}

/* The header's length from the file's first bytes. */
static qtts_status
read_length (const char *path, const unsigned char *bytes, size_t size, uint64_t *length,
             qtts_error *error)
{
  *length = 0;
  if (size < LENGTH_BYTES)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s is too short for a safetensors file", path);
  for (int i = LENGTH_BYTES - 1; i >= 0; i--)
    *length = *length << 8 | bytes[i];
  if (*length > MAX_HEADER_BYTES || *length > size - LENGTH_BYTES)
    return qtts_fail (error, QTTS_ERROR_FORMAT,
                      "%s is no safetensors file, or cut short: its header would have %llu bytes",
                      path, (unsigned long long) *length);
  return QTTS_OK;
}

qtts_status
qtts_safetensors_parse (const char *path, const void *data, size_t size, qtts_safetensors **result,
                        qtts_error *error)
{
  qtts_safetensors *file;
  const char *text = (const char *) data + LENGTH_BYTES;
  uint64_t length;
  cJSON *header;
  qtts_status status;

  *result = NULL;
  status = read_length (path, data, size, &length, error);
  if (status != QTTS_OK)
    return status;
  header = cJSON_ParseWithLength (text, length);
  file = calloc (1, sizeof *file);
  if (file == NULL || (file->path = strdup (path)) == NULL)
    status = qtts_fail_memory (error);
  else if (!cJSON_IsObject (header))
    status = qtts_fail (error, QTTS_ERROR_FORMAT, "%s: the header is not a JSON object", path);
  else
    status = parse_header (header, text + length, size - LENGTH_BYTES - length, file, error);
  cJSON_Delete (header);

  if (status == QTTS_OK)
    *result = file;
  else
    qtts_safetensors_free (file);
  return status;
}

void
qtts_safetensors_free (qtts_safetensors *file)
{
  if (file == NULL)
    return;
  for (size_t i = 0; i < file->n_tensors; i++)
    free (file->tensors[i].name);
  free (file->tensors);
  free (file->path);
  free (file);
}

const qtts_tensor *
qtts_safetensors_find (const qtts_safetensors *file, const char *name)
{
  qtts_tensor key = { .name = (char *) name };

  return bsearch (&key, file->tensors, file->n_tensors, sizeof key, compare_names);
}
