/* container.c: reading .qora-tts files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "container.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

enum
{
  MAX_HEADER_BYTES = 64 << 20,
  MAX_DIM = 1 << 26,
};

const char *const qtts_format_names[] = {
  [QTTS_FORMAT_F32] = "f32", [QTTS_FORMAT_BF16] = "bf16", [QTTS_FORMAT_F16] = "f16",
  [QTTS_FORMAT_Q8] = "q8",   [QTTS_FORMAT_Q4] = "q4",
};

/* What is being parsed. */
typedef struct
{
  const char *path;
  const char *data; /* behind the header */
  size_t size;
  qtts_error *error;
} parse_source;

/* A run of bytes that belongs to something, for finding overlaps. */
typedef struct
{
  const char *name;
  const char *begin;
  const char *end;
} region;

static qtts_status
bad (const parse_source *source, const char *name, const char *what)
{
  return qtts_fail (source->error, QTTS_ERROR_FORMAT, "%s: %.200s %s", source->path, name, what);
}

static uint64_t
read_little_endian (const unsigned char *bytes, int n)
{
  uint64_t value = 0;

  while (n-- > 0)
    value = value << 8 | bytes[n];
  return value;
}

/* Position of `name` in a table of n names, n where it is not there. */
static int
find_name (const cJSON *node, const char *const *names, int n)
{
  int i = 0;

  while (i < n && !(cJSON_IsString (node) && strcmp (node->valuestring, names[i]) == 0))
    i++;
  return i;
}

/* The common part of an entry: name, offset, bytes. */
static qtts_status
parse_place (const parse_source *source, const cJSON *entry, char **name, const char **data,
             size_t *bytes)
{
  const cJSON *text = cJSON_GetObjectItemCaseSensitive (entry, "name");
  uint64_t offset, length;

  if (!cJSON_IsString (text) || text->valuestring[0] == '\0')
    return bad (source, "the header", "has an entry without a name");
  if (!qtts_json_is_size (cJSON_GetObjectItemCaseSensitive (entry, "offset"), &offset)
      || !qtts_json_is_size (cJSON_GetObjectItemCaseSensitive (entry, "bytes"), &length))
    return bad (source, text->valuestring, "has no offset or no size");
  if (offset % QTTS_CONTAINER_ALIGNMENT != 0)
    return bad (source, text->valuestring, "is not aligned to 64 bytes");
  if (offset > source->size || length > source->size - offset)
    return bad (source, text->valuestring, "lies outside the file, which may be cut short");
  *data = source->data + offset;
  *bytes = length;
  *name = strdup (text->valuestring);
  return *name != NULL ? QTTS_OK : qtts_fail_memory (source->error);
}

/* One or two dimensions of at least 1. */
static bool
parse_shape (const cJSON *shape, int *rows, int *cols)
{
  const int n = cJSON_IsArray (shape) ? cJSON_GetArraySize (shape) : 0;
  const cJSON *dimension;
  uint64_t value;

  *rows = *cols = 1;
  cJSON_ArrayForEach (dimension, shape)
  {
    if (!qtts_json_is_size (dimension, &value) || value < 1 || value > MAX_DIM)
      return false;
    *rows = *cols;
    *cols = (int) value;
  }
  return n == 1 || n == 2;
}

/* How the rows are stored, which entries that store them as they are do not say. */
static qtts_status
parse_stored (const parse_source *source, const cJSON *entry, qtts_container_tensor *tensor)
{
  const cJSON *format_node = cJSON_GetObjectItemCaseSensitive (entry, "stored");
  uint64_t rows;
  int format;

  tensor->stored = tensor->format;
  tensor->stored_rows = tensor->rows;
  if (format_node == NULL)
    return QTTS_OK;
  format = find_name (format_node, qtts_format_names, QTTS_FORMAT_Q4 + 1);
  if (format > QTTS_FORMAT_Q4)
    return bad (source, tensor->name, "is stored in an unknown format");
  if (!qtts_json_is_size (cJSON_GetObjectItemCaseSensitive (entry, "stored_rows"), &rows)
      || rows < 1 || rows > (uint64_t) tensor->rows
      || rows * QTTS_CONTAINER_MOST_EXPANSION < (uint64_t) tensor->rows)
    return bad (source, tensor->name, "is stored with an impossible number of rows");
  tensor->stored = format;
  tensor->stored_rows = (int) rows;
  return QTTS_OK;
}

static size_t
stored_bytes (const qtts_container_tensor *tensor)
{
  if (!tensor->packed && tensor->stored == QTTS_FORMAT_F32)
    return (size_t) tensor->rows * tensor->cols * sizeof (float);
  return qtts_packed_bytes (tensor->stored, tensor->stored_rows, tensor->cols);
}

static qtts_status
parse_tensor (const parse_source *source, const cJSON *entry, qtts_container_tensor *tensor)
{
  static const char *const kinds[] = { "plain", "packed" };
  const cJSON *kind_node = cJSON_GetObjectItemCaseSensitive (entry, "kind");
  const cJSON *format_node = cJSON_GetObjectItemCaseSensitive (entry, "format");
  const char *data;
  qtts_status status;
  int kind, format;

  status = parse_place (source, entry, &tensor->name, &data, &tensor->bytes);
  if (status != QTTS_OK)
    return status;
  tensor->data = data;
  kind = find_name (kind_node, kinds, 2);
  format = find_name (format_node, qtts_format_names, QTTS_FORMAT_Q4 + 1);
  if (kind == 2)
    return bad (source, tensor->name, "has an unknown kind");
  if (format > QTTS_FORMAT_Q4 || (kind == 0 && format != QTTS_FORMAT_F32))
    return bad (source, tensor->name, "has an unknown format");
  if (!parse_shape (cJSON_GetObjectItemCaseSensitive (entry, "shape"), &tensor->rows,
                    &tensor->cols))
    return bad (source, tensor->name, "has an impossible shape");

  tensor->packed = kind == 1;
  tensor->format = format;
  status = parse_stored (source, entry, tensor);
  if (status != QTTS_OK)
    return status;
  return stored_bytes (tensor) == tensor->bytes
             ? QTTS_OK
             : bad (source, tensor->name, "has a shape that contradicts its size");
}

static int
compare_regions (const void *a, const void *b)
{
  const region *x = a, *y = b;

  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return (x->end > y->end) - (x->end < y->end);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (((const qtts_container_tensor *) a)->name,
                 ((const qtts_container_tensor *) b)->name);
}

static qtts_status
check_overlaps (const parse_source *source, const qtts_container *container)
{
  const size_t n = container->n_texts + container->n_tensors;
  region *regions = calloc (n + 1, sizeof *regions);
  qtts_status status = QTTS_OK;

  if (regions == NULL)
    return qtts_fail_memory (source->error);
  for (size_t i = 0; i < container->n_texts; i++)
    regions[i] = (region){ container->texts[i].name, container->texts[i].data,
                           container->texts[i].data + container->texts[i].bytes };
  for (size_t i = 0; i < container->n_tensors; i++)
    regions[container->n_texts + i]
        = (region){ container->tensors[i].name, container->tensors[i].data,
                    (const char *) container->tensors[i].data + container->tensors[i].bytes };
  qsort (regions, n, sizeof *regions, compare_regions);
  for (size_t i = 1; i < n && status == QTTS_OK; i++)
    if (regions[i - 1].end > regions[i].begin)
      status = qtts_fail (source->error, QTTS_ERROR_FORMAT, "%s: %.200s and %.200s overlap",
                          source->path, regions[i - 1].name, regions[i].name);
  free (regions);
  return status;
}

/* Leaves the tensors sorted. */
static qtts_status
check_names (const parse_source *source, qtts_container *container)
{
  qsort (container->tensors, container->n_tensors, sizeof *container->tensors, compare_names);
  for (size_t i = 1; i < container->n_tensors; i++)
    if (strcmp (container->tensors[i - 1].name, container->tensors[i].name) == 0)
      return bad (source, container->tensors[i].name, "is listed twice");
  return QTTS_OK;
}

static qtts_status
parse_header (const parse_source *source, const cJSON *header, qtts_container *container)
{
  const cJSON *precision = cJSON_GetObjectItemCaseSensitive (header, "precision");
  const cJSON *texts = cJSON_GetObjectItemCaseSensitive (header, "texts");
  const cJSON *tensors = cJSON_GetObjectItemCaseSensitive (header, "tensors");
  const cJSON *entry;
  qtts_status status;

  if (!cJSON_IsString (precision)
      || !qtts_precision_parse (precision->valuestring, &container->precision))
    return bad (source, "the header", "has no known precision");
  if (!cJSON_IsArray (texts) || !cJSON_IsArray (tensors))
    return bad (source, "the header", "lacks the list of texts or of tensors");
  container->texts = calloc (cJSON_GetArraySize (texts) + 1, sizeof *container->texts);
  container->tensors = calloc (cJSON_GetArraySize (tensors) + 1, sizeof *container->tensors);
  if (container->texts == NULL || container->tensors == NULL)
    return qtts_fail_memory (source->error);

  cJSON_ArrayForEach (entry, texts)
  {
    qtts_container_text *text = &container->texts[container->n_texts++];

    status = parse_place (source, entry, &text->name, &text->data, &text->bytes);
    if (status != QTTS_OK)
      return status;
  }
  cJSON_ArrayForEach (entry, tensors)
  {
    status = parse_tensor (source, entry, &container->tensors[container->n_tensors++]);
    if (status != QTTS_OK)
      return status;
  }
  status = check_overlaps (source, container);
  return status == QTTS_OK ? check_names (source, container) : status;
}

/* Magic, version and the header's length. */
static qtts_status
parse_prefix (const char *path, const unsigned char *bytes, size_t size, size_t *header_bytes,
              qtts_error *error)
{
  uint64_t version, length;

  if (size < QTTS_CONTAINER_PREFIX
      || memcmp (bytes, QTTS_CONTAINER_MAGIC, sizeof QTTS_CONTAINER_MAGIC - 1) != 0)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s is not a .qora-tts file", path);
  version = read_little_endian (bytes + 8, 4);
  if (version < 1 || version > QTTS_CONTAINER_VERSION)
    return qtts_fail (error, QTTS_ERROR_FORMAT,
                      "%s has version %u of the .qora-tts format, but only versions 1 to %d can be "
                      "read",
                      path, (unsigned) version, QTTS_CONTAINER_VERSION);
  length = read_little_endian (bytes + 16, 8);
  if (length > MAX_HEADER_BYTES || length > size - QTTS_CONTAINER_PREFIX)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s is cut short or damaged within its header",
                      path);
  *header_bytes = length;
  return QTTS_OK;
}

qtts_status
qtts_container_parse (const char *path, const void *data, size_t size, qtts_container **result,
                      qtts_error *error)
{
  parse_source source = { .path = path, .error = error };
  qtts_json json = { .origin = path, .file = "header", .error = error };
  qtts_container *container;
  size_t header_bytes = 0, begin;
  qtts_status status;
  cJSON *header;

  *result = NULL;
  status = parse_prefix (path, data, size, &header_bytes, error);
  if (status != QTTS_OK)
    return status;
  begin = QTTS_CONTAINER_PREFIX + header_bytes;
  begin = (begin + QTTS_CONTAINER_ALIGNMENT - 1) / QTTS_CONTAINER_ALIGNMENT
          * QTTS_CONTAINER_ALIGNMENT;
  begin = begin < size ? begin : size;
  source.data = (const char *) data + begin;
  source.size = size - begin;

  header = qtts_json_parse (&json, (const char *) data + QTTS_CONTAINER_PREFIX, header_bytes);
  if (header == NULL)
    return json.status;
  container = calloc (1, sizeof *container);
  status = container == NULL ? qtts_fail_memory (error) : parse_header (&source, header, container);
  cJSON_Delete (header);
  if (status == QTTS_OK)
    *result = container;
  else
    qtts_container_free (container);
  return status;
}

void
qtts_container_free (qtts_container *container)
{
  if (container == NULL)
    return;
  for (size_t i = 0; i < container->n_texts; i++)
    free (container->texts[i].name);
  for (size_t i = 0; i < container->n_tensors; i++)
    free (container->tensors[i].name);
  free (container->texts);
  free (container->tensors);
  free (container);
}

const qtts_container_tensor *
qtts_container_find (const qtts_container *container, const char *name)
{
  qtts_container_tensor key = { .name = (char *) name };

  return bsearch (&key, container->tensors, container->n_tensors, sizeof key, compare_names);
}
