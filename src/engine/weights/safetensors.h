/* safetensors.h: the tensors of one safetensors file, checked before anything is believed
 *
 * Format: https://github.com/huggingface/safetensors
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../error.h"

typedef enum
{
  QTTS_DTYPE_OTHER, /* integers, booleans, doubles, anything new */
  QTTS_DTYPE_F32,
  QTTS_DTYPE_F16,
  QTTS_DTYPE_BF16,
} qtts_dtype;

enum
{
  QTTS_MAX_DIMS = 8,
};

typedef struct
{
  char *name;
  const char *file; /* path of the file it is in, for messages */
  qtts_dtype dtype;
  char dtype_name[12];
  int n_dims;
  uint64_t dims[QTTS_MAX_DIMS];
  const void *data; /* row-major, at any alignment */
  size_t bytes;
} qtts_tensor;

/* Views into the bytes it was parsed from; immutable. */
typedef struct
{
  char *path;
  size_t n_tensors;
  qtts_tensor *tensors; /* sorted by name */
} qtts_safetensors;

/* Parses data[size], which must outlive *file; `path` is for messages. Checks the header's length,
 * and of each tensor its type, its shape against its bytes without overflow, its offsets against
 * the file and against those of all other tensors. Errors: FORMAT naming path and tensor, MEMORY.
 * The caller frees *file, which is NULL after an error. */
qtts_status qtts_safetensors_parse (const char *path, const void *data, size_t size,
                                    qtts_safetensors **file, qtts_error *error);
void qtts_safetensors_free (qtts_safetensors *file);

/* NULL: none of that name. */
const qtts_tensor *qtts_safetensors_find (const qtts_safetensors *file, const char *name);
