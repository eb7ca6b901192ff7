/* container.h: the .qora-tts file, a whole voice model that is mapped and used in place
 *
 * Little-endian:
 *
 *   0   8 bytes   "QORA-TTS"
 *   8   u32       version, 1, or 2 where a tensor is stored smaller than it is
 *   12  u32       0
 *   16  u64       bytes of the header
 *   24            header, JSON:
 *                 { "precision": "q4",
 *                   "texts":   [ { "name": "config.json", "offset": 0, "bytes": 4908 }, ... ],
 *                   "tensors": [ { "name": "...", "kind": "packed", "format": "q4",
 *                                  "shape": [rows, cols], "offset": 4928, "bytes": ... }, ... ] }
 *   then, from the next multiple of 64 on, the data that the offsets count from
 *
 * Texts are the configuration and tokenizer files of the checkpoint, byte for byte. A tensor of
 * kind "packed" has the strips of compute/matrix.h, one of kind "plain" is float32, row-major.
 * Where an entry also has "stored": "q8" and "stored_rows": n, its bytes are packed strips of that
 * format, of the first n rows, and all rows after these are zero.
 * Every offset is a multiple of 64; gaps are zero.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <qtts/model.h>

#include "../compute/matrix.h"
#include "../compute/threads.h"
#include "../error.h"

typedef struct
{
  char *name;
  const char *data;
  size_t bytes;
} qtts_container_text;

typedef struct
{
  char *name;
  bool packed;        /* false: plain float32 */
  qtts_format format; /* F32 where plain */
  int rows;
  int cols;
  qtts_format stored; /* format and number of the rows in `data`, see compact.h */
  int stored_rows;
  const void *data;
  size_t bytes;
} qtts_container_tensor;

/* Views into the bytes it was parsed from; immutable. */
typedef struct
{
  qtts_precision precision;
  size_t n_texts;
  qtts_container_text *texts;
  size_t n_tensors;
  qtts_container_tensor *tensors; /* sorted by name */
} qtts_container;

/* Parses data[size], which must outlive *container; `path` is for messages. Every bound, size and
 * alignment is checked, and that nothing overlaps. Errors: FORMAT (no such file at all, another
 * version, cut short, damaged: naming the tensor), MEMORY. The caller frees *container, which is
 * NULL after an error. */
qtts_status qtts_container_parse (const char *path, const void *data, size_t size,
                                  qtts_container **container, qtts_error *error);
void qtts_container_free (qtts_container *container);

/* NULL: none of that name. */
const qtts_container_tensor *qtts_container_find (const qtts_container *container,
                                                  const char *name);

/* What to write: a matrix, converted on the way where it is not packed in the format `stored`, or
 * plain values, which the matrix has row-major. */
typedef struct
{
  const char *name;
  bool plain;
  qtts_matrix matrix;
  qtts_format format; /* that it is to have once loaded; F32 where plain */
  qtts_format stored; /* `format` and all rows unless qtts_compact_plan() chose others */
  int stored_rows;
} qtts_container_source;

typedef struct
{
  qtts_precision precision;
  size_t n_texts;
  const qtts_container_text *texts;
  size_t n_sources;
  const qtts_container_source *sources;
  unsigned cpu; /* for packing */
  qtts_team *team;
} qtts_container_content;

/* Writes `path` under a temporary name beside it, syncs, renames. `progress` may be NULL. Errors:
 * FILE naming the path and the system's reason, CANCELLED, MEMORY; nothing is left behind then. */
qtts_status qtts_container_write (const char *path, const qtts_container_content *content,
                                  qtts_progress_func progress, void *progress_data,
                                  qtts_error *error);

enum
{
  QTTS_CONTAINER_VERSION = 2, /* the newest that is read */
  QTTS_CONTAINER_PREFIX = 24, /* bytes before the header */
  QTTS_CONTAINER_ALIGNMENT = 64,
  QTTS_CONTAINER_MOST_EXPANSION = 8, /* rows of a tensor to rows stored of it */
};

#define QTTS_CONTAINER_MAGIC "QORA-TTS"

/* "f32", "bf16", "f16", "q8", "q4", indexed by qtts_format. */
extern const char *const qtts_format_names[QTTS_FORMAT_Q4 + 1];
