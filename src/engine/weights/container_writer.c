/* container_writer.c: writing .qora-tts files, all or nothing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../aligned.h"
#include "container.h"
#include "quantize.h"

enum
{
  BLOCK_BYTES = 8 << 20, /* written between two looks at the progress */
};

typedef struct
{
  const qtts_container_content *content;
  const char *path;
  int fd;
  size_t written;
  size_t total;
  qtts_progress_func progress;
  void *progress_data;
  qtts_error *error;
} file_writer;

static size_t
aligned (size_t bytes)
{
  return (bytes + QTTS_CONTAINER_ALIGNMENT - 1) / QTTS_CONTAINER_ALIGNMENT
         * QTTS_CONTAINER_ALIGNMENT;
}

static qtts_status
fail_errno (const file_writer *writer)
{
  return qtts_fail (writer->error, QTTS_ERROR_FILE, "%s cannot be written: %s", writer->path,
                    strerror (errno));
}

static qtts_status
write_block (file_writer *writer, const char *data, size_t bytes)
{
  while (bytes > 0)
    {
      ssize_t n = write (writer->fd, data, bytes);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail_errno (writer);
      data += n;
      bytes -= n;
      writer->written += n;
    }
  return QTTS_OK;
}

static qtts_status
write_bytes (file_writer *writer, const void *data, size_t bytes)
{
  qtts_status status = QTTS_OK;

  for (size_t done = 0; done < bytes && status == QTTS_OK; done += BLOCK_BYTES)
    {
      size_t left = bytes - done;

      status = write_block (writer, (const char *) data + done,
                            left < BLOCK_BYTES ? left : BLOCK_BYTES);
      if (status == QTTS_OK && writer->progress != NULL
          && !writer->progress ((double) writer->written / (double) writer->total,
                                writer->progress_data))
        status = qtts_fail (writer->error, QTTS_ERROR_CANCELLED, "writing %s was cancelled",
                            writer->path);
    }
  return status;
}

static qtts_status
write_padding (file_writer *writer)
{
  static const char zeros[QTTS_CONTAINER_ALIGNMENT];

  return write_block (writer, zeros, aligned (writer->written) - writer->written);
}

/* Rows of a matrix as qtts_pack() takes them; `rows` has room for those that have to be unpacked.
 */
static qtts_matrix
take_rows (const qtts_matrix *matrix, int first, int count, float *rows)
{
  const size_t row_bytes
      = matrix->cols * (matrix->format == QTTS_FORMAT_F32 ? sizeof (float) : sizeof (uint16_t));
  qtts_matrix part = *matrix;

  part.rows = count;
  if (!matrix->packed)
    {
      part.data = (const char *) matrix->data + first * row_bytes;
      return part;
    }
  for (int i = 0; i < count; i++)
    qtts_matrix_row (matrix, first + i, rows + (size_t) i * matrix->cols);
  part.packed = false;
  part.format = QTTS_FORMAT_F32;
  part.data = rows;
  return part;
}

/* A matrix in another form than its own, a few strips at a time. */
static qtts_status
write_packing (file_writer *writer, const qtts_container_source *source)
{
  const qtts_matrix *matrix = &source->matrix;
  const qtts_format format = source->stored;
  const size_t strip_bytes = qtts_strip_bytes (format, matrix->cols);
  const int strips = strip_bytes < BLOCK_BYTES ? (int) (BLOCK_BYTES / strip_bytes) : 1;
  qtts_status status = QTTS_OK;
  void *block = qtts_alloc_aligned (strips * strip_bytes);
  float *rows = malloc ((size_t) strips * QTTS_STRIP_ROWS * matrix->cols * sizeof *rows);

  if (block == NULL || rows == NULL)
    status = qtts_fail_memory (writer->error);
  for (int row = 0; row < source->stored_rows && status == QTTS_OK; row += strips * QTTS_STRIP_ROWS)
    {
      const int left = source->stored_rows - row;
      const qtts_matrix part = take_rows (
          matrix, row, left < strips * QTTS_STRIP_ROWS ? left : strips * QTTS_STRIP_ROWS, rows);

      qtts_pack (&part, format, block, writer->content->cpu, writer->content->team);
      status = write_bytes (writer, block, qtts_packed_bytes (format, part.rows, part.cols));
    }
  free (block);
  free (rows);
  return status;
}

static bool
is_stored_smaller (const qtts_container_source *source)
{
  return source->stored != source->format || source->stored_rows != source->matrix.rows;
}

static size_t
source_bytes (const qtts_container_source *source)
{
  if (source->plain && !is_stored_smaller (source))
    return (size_t) source->matrix.rows * source->matrix.cols * sizeof (float);
  return qtts_packed_bytes (source->stored, source->stored_rows, source->matrix.cols);
}

/* Rows come in strips, so the first of them are also the first bytes. */
static qtts_status
write_source (file_writer *writer, const qtts_container_source *source)
{
  const bool as_it_is = source->plain
                            ? !is_stored_smaller (source)
                            : source->matrix.packed && source->matrix.format == source->stored;

  if (as_it_is)
    return write_bytes (writer, source->matrix.data, source_bytes (source));
  return write_packing (writer, source);
}

/* Numbers below 2^53, which JSON keeps exactly. */
static void
add_place (cJSON *entry, size_t *offset, size_t bytes)
{
  cJSON_AddNumberToObject (entry, "offset", (double) *offset);
  cJSON_AddNumberToObject (entry, "bytes", (double) bytes);
  *offset = aligned (*offset + bytes);
}

static void
add_tensor (cJSON *tensors, const qtts_container_source *source, size_t *offset)
{
  const int shape[] = { source->matrix.rows, source->matrix.cols };
  cJSON *entry = cJSON_CreateObject ();

  cJSON_AddStringToObject (entry, "name", source->name);
  cJSON_AddStringToObject (entry, "kind", source->plain ? "plain" : "packed");
  cJSON_AddStringToObject (entry, "format", qtts_format_names[source->format]);
  cJSON_AddItemToObject (entry, "shape", cJSON_CreateIntArray (shape, 2));
  if (is_stored_smaller (source))
    {
      cJSON_AddStringToObject (entry, "stored", qtts_format_names[source->stored]);
      cJSON_AddNumberToObject (entry, "stored_rows", source->stored_rows);
    }
  add_place (entry, offset, source_bytes (source));
  cJSON_AddItemToArray (tensors, entry);
}

/* The header's text, to be freed with cJSON_free(), and in *data_bytes what follows it. NULL when
 * out of memory. */
static char *
make_header (const qtts_container_content *content, size_t *data_bytes)
{
  cJSON *header = cJSON_CreateObject ();
  cJSON *texts, *tensors;
  char *text;

  cJSON_AddStringToObject (header, "precision", qtts_precision_name (content->precision));
  texts = cJSON_AddArrayToObject (header, "texts");
  tensors = cJSON_AddArrayToObject (header, "tensors");
  *data_bytes = 0;
  for (size_t i = 0; i < content->n_texts; i++)
    {
      cJSON *entry = cJSON_CreateObject ();

      cJSON_AddStringToObject (entry, "name", content->texts[i].name);
      add_place (entry, data_bytes, content->texts[i].bytes);
      cJSON_AddItemToArray (texts, entry);
    }
  for (size_t i = 0; i < content->n_sources; i++)
    add_tensor (tensors, &content->sources[i], data_bytes);
  text = cJSON_PrintUnformatted (header);
  cJSON_Delete (header);
  return text;
}

static void
store_little_endian (unsigned char *bytes, uint64_t value, int n)
{
  for (int i = 0; i < n; i++)
    bytes[i] = (unsigned char) (value >> 8 * i);
}

/* The oldest version that has what is in the file, so that older readers can read it. */
static int
needed_version (const qtts_container_content *content)
{
  for (size_t i = 0; i < content->n_sources; i++)
    if (is_stored_smaller (&content->sources[i]))
      return 2;
  return 1;
}

static qtts_status
write_prefix (file_writer *writer, size_t header_bytes)
{
  unsigned char prefix[QTTS_CONTAINER_PREFIX] = QTTS_CONTAINER_MAGIC;

  store_little_endian (prefix + 8, needed_version (writer->content), 4);
  store_little_endian (prefix + 16, header_bytes, 8);
  return write_block (writer, (const char *) prefix, sizeof prefix);
}

static qtts_status
write_content (file_writer *writer)
{
  const qtts_container_content *content = writer->content;
  size_t data_bytes;
  char *header = make_header (content, &data_bytes);
  qtts_status status;

  if (header == NULL)
    return qtts_fail_memory (writer->error);
  writer->total = aligned (QTTS_CONTAINER_PREFIX + strlen (header)) + data_bytes;
  status = write_prefix (writer, strlen (header));
  if (status == QTTS_OK)
    status = write_block (writer, header, strlen (header));
  cJSON_free (header);
  if (status == QTTS_OK)
    status = write_padding (writer);
  for (size_t i = 0; i < content->n_texts && status == QTTS_OK; i++)
    {
      status = write_bytes (writer, content->texts[i].data, content->texts[i].bytes);
      if (status == QTTS_OK)
        status = write_padding (writer);
    }
  for (size_t i = 0; i < content->n_sources && status == QTTS_OK; i++)
    {
      status = write_source (writer, &content->sources[i]);
      if (status == QTTS_OK)
        status = write_padding (writer);
    }
  if (status == QTTS_OK && fsync (writer->fd) != 0)
    status = fail_errno (writer);
  /* What was written is cached in small pages; whoever maps the file next reads it in large ones.
   */
  posix_fadvise (writer->fd, 0, 0, POSIX_FADV_DONTNEED);
  return status;
}

/* The folder of `path` up to its last slash, "." without one. */
static char *
folder_of (const char *path)
{
  const char *slash = strrchr (path, '/');

  if (slash == NULL)
    return strdup (".");
  return strndup (path, slash == path ? 1 : slash - path);
}

/* The rename lasts only once the folder is on disk too. */
static qtts_status
sync_folder (const file_writer *writer)
{
  char *folder = folder_of (writer->path);
  qtts_status status = QTTS_OK;
  int fd;

  if (folder == NULL)
    return qtts_fail_memory (writer->error);
  fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  free (folder);
  /* Some file systems cannot sync a folder, and some folders may be written but not read. */
  if (fd >= 0 && fsync (fd) != 0 && errno != EINVAL)
    status = fail_errno (writer);
  if (fd >= 0)
    close (fd);
  return status;
}

qtts_status
qtts_container_write (const char *path, const qtts_container_content *content,
                      qtts_progress_func progress, void *progress_data, qtts_error *error)
{
  file_writer writer = {
    .content = content,
    .path = path,
    .progress = progress,
    .progress_data = progress_data,
    .error = error,
  };
  qtts_status status;
  char *temporary;

  if (asprintf (&temporary, "%s.%ld.part", path, (long) getpid ()) < 0)
    return qtts_fail_memory (error);
  writer.fd = open (temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (writer.fd < 0)
    {
      status = fail_errno (&writer);
      free (temporary);
      return status;
    }
  status = write_content (&writer);
  if (close (writer.fd) != 0 && status == QTTS_OK)
    status = fail_errno (&writer);
  if (status == QTTS_OK && rename (temporary, path) != 0)
    status = fail_errno (&writer);
  if (status != QTTS_OK)
    unlink (temporary);
  free (temporary);
  return status == QTTS_OK ? sync_folder (&writer) : status;
}
