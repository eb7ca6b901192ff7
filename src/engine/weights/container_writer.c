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

/* A matrix as stored, a few strips at a time. */
static qtts_status
write_packing (file_writer *writer, const qtts_matrix *matrix, qtts_format format)
{
  const size_t strip_bytes = qtts_strip_bytes (format, matrix->cols);
  const size_t row_bytes
      = matrix->cols * (matrix->format == QTTS_FORMAT_F32 ? sizeof (float) : sizeof (uint16_t));
  const int strips = strip_bytes < BLOCK_BYTES ? (int) (BLOCK_BYTES / strip_bytes) : 1;
  qtts_status status = QTTS_OK;
  void *block = aligned_alloc (QTTS_CONTAINER_ALIGNMENT, strips * strip_bytes);

  if (block == NULL)
    return qtts_fail_memory (writer->error);
  for (int row = 0; row < matrix->rows && status == QTTS_OK; row += strips * QTTS_STRIP_ROWS)
    {
      qtts_matrix part = *matrix;

      part.data = (const char *) matrix->data + row * row_bytes;
      part.rows = matrix->rows - row < strips * QTTS_STRIP_ROWS ? matrix->rows - row
                                                                : strips * QTTS_STRIP_ROWS;
      qtts_pack (&part, format, block, writer->content->cpu, writer->content->team);
      status = write_bytes (writer, block, qtts_packed_bytes (format, part.rows, part.cols));
    }
  free (block);
  return status;
}

static size_t
source_bytes (const qtts_container_source *source)
{
  if (source->matrix.data == NULL)
    return (size_t) source->rows * source->cols * sizeof (float);
  return qtts_packed_bytes (source->format, source->matrix.rows, source->matrix.cols);
}

static qtts_status
write_source (file_writer *writer, const qtts_container_source *source)
{
  if (source->matrix.data == NULL)
    return write_bytes (writer, source->values, source_bytes (source));
  if (source->matrix.packed)
    return write_bytes (writer, source->matrix.data, source_bytes (source));
  return write_packing (writer, &source->matrix, source->format);
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
  const bool packed = source->matrix.data != NULL;
  const int shape[] = {
    packed ? source->matrix.rows : source->rows,
    packed ? source->matrix.cols : source->cols,
  };
  cJSON *entry = cJSON_CreateObject ();

  cJSON_AddStringToObject (entry, "name", source->name);
  cJSON_AddStringToObject (entry, "kind", packed ? "packed" : "plain");
  cJSON_AddStringToObject (entry, "format",
                           qtts_format_names[packed ? source->format : QTTS_FORMAT_F32]);
  cJSON_AddItemToObject (entry, "shape", cJSON_CreateIntArray (shape, 2));
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

static qtts_status
write_prefix (file_writer *writer, size_t header_bytes)
{
  unsigned char prefix[QTTS_CONTAINER_PREFIX] = QTTS_CONTAINER_MAGIC;

  store_little_endian (prefix + 8, QTTS_CONTAINER_VERSION, 4);
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
