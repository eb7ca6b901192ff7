/* qora-file-transfer.c: one file over HTTP, in as many requests as it takes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-file-transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 65536

#define STATUS_TOO_MANY_REQUESTS 429 /* RFC 6585; libsoup has no name for it */

struct _QoraFileTransfer
{
  const QoraCatalogueFile *file;
  char *uri;
  char *path;
  char *part;
  char *etag_path;
  char *etag; /* of the version that the part is of; NULL: unknown */
  int fd;     /* of the part, locked against other programs */
  GChecksum *checksum;
  guint64 done;
  guint sources;      /* answers, and earlier transfers, that the part is put together from */
  gboolean restarted; /* once, because the whole had the wrong sum */
  int retry_after;
};

static void
set_errno_error (GError **error, int saved_errno, const char *path, const char *what)
{
  int code = saved_errno == EFBIG || saved_errno == EDQUOT
                 ? G_IO_ERROR_NO_SPACE
                 : (int) g_io_error_from_errno (saved_errno);

  g_set_error (error, G_IO_ERROR, code, "%s: %s: %s", path, what, g_strerror (saved_errno));
}

/* Forgets what is there. */
static gboolean
start_over (QoraFileTransfer *self, GError **error)
{
  self->done = 0;
  self->sources = 0;
  g_checksum_reset (self->checksum);
  g_clear_pointer (&self->etag, g_free);
  g_unlink (self->etag_path);
  if (ftruncate (self->fd, 0) == 0 && lseek (self->fd, 0, SEEK_SET) == 0)
    return TRUE;
  set_errno_error (error, errno, self->part, _ ("cannot be emptied"));
  return FALSE;
}

/* Sums up what an earlier transfer left. */
static gboolean
take_up (QoraFileTransfer *self, GCancellable *cancellable, GError **error)
{
  g_autofree guchar *block = g_malloc (BLOCK_BYTES);
  gssize n;

  while ((n = read (self->fd, block, BLOCK_BYTES)) > 0)
    {
      g_checksum_update (self->checksum, block, n);
      self->done += n;
      if (self->done > self->file->size)
        return start_over (self, error);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
    }
  if (n < 0)
    {
      set_errno_error (error, errno, self->part, _ ("cannot be read"));
      return FALSE;
    }
  self->sources = self->done > 0;
  if (self->done > 0 && g_file_get_contents (self->etag_path, &self->etag, NULL, NULL))
    g_strstrip (self->etag);
  return TRUE;
}

QoraFileTransfer *
qora_file_transfer_open (const QoraCatalogueFile *file, const char *uri, const char *path,
                         GCancellable *cancellable, GError **error)
{
  g_autoptr (QoraFileTransfer) self = g_new0 (QoraFileTransfer, 1);

  self->file = file;
  self->uri = g_strdup (uri);
  self->path = g_strdup (path);
  self->part = g_strconcat (path, ".part", NULL);
  self->etag_path = g_strconcat (self->part, ".etag", NULL);
  self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  self->fd = g_open (self->part, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (self->fd < 0)
    {
      set_errno_error (error, errno, self->part, _ ("cannot be opened"));
      return NULL;
    }
  if (flock (self->fd, LOCK_EX | LOCK_NB) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _ ("%s: another program is downloading it"),
                   self->part);
      return NULL;
    }
  return take_up (self, cancellable, error) ? g_steal_pointer (&self) : NULL;
}

void
qora_file_transfer_free (QoraFileTransfer *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_checksum_free (self->checksum);
  g_free (self->etag);
  g_free (self->etag_path);
  g_free (self->part);
  g_free (self->path);
  g_free (self->uri);
  g_free (self);
}

guint64
qora_file_transfer_get_done (QoraFileTransfer *self)
{
  return self->done;
}

int
qora_file_transfer_get_retry_after (QoraFileTransfer *self)
{
  return self->retry_after;
}

static gboolean refuse (QoraFileTransfer *self, GError **error, GIOErrorEnum code,
                        const char *format, ...) G_GNUC_PRINTF (4, 5);

/* Always FALSE. */
static gboolean
refuse (QoraFileTransfer *self, GError **error, GIOErrorEnum code, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, G_IO_ERROR, code, "%s: %s", self->uri, what);
  return FALSE;
}

static SoupMessage *
make_request (QoraFileTransfer *self)
{
  SoupMessage *message = soup_message_new (SOUP_METHOD_GET, self->uri);
  SoupMessageHeaders *headers;

  if (message == NULL)
    return NULL;
  headers = soup_message_get_request_headers (message);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (self->done > 0)
    {
      soup_message_headers_set_range (headers, self->done, -1);
      if (self->etag != NULL)
        soup_message_headers_replace (headers, "If-Range", self->etag);
    }
  return message;
}

/* A strong entity tag or NULL: a weak one does not vouch for every byte. */
static const char *
get_etag (SoupMessage *message)
{
  const char *etag
      = soup_message_headers_get_one (soup_message_get_response_headers (message), "ETag");

  return etag != NULL && etag[0] == '"' ? etag : NULL;
}

/* Whether the answer goes on where the part ends, with the same version of a file of our size. */
static gboolean
continues_part (QoraFileTransfer *self, SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *etag = get_etag (message);
  goffset start, end, total;

  return soup_message_headers_get_content_range (headers, &start, &end, &total)
         && (guint64) start == self->done && (guint64) end < self->file->size
         && (total < 0 || (guint64) total == self->file->size)
         && (etag == NULL || self->etag == NULL || strcmp (etag, self->etag) == 0);
}

static gboolean
is_passing (guint status)
{
  return status == SOUP_STATUS_REQUEST_TIMEOUT || status == STATUS_TOO_MANY_REQUESTS
         || (status >= 500 && status != SOUP_STATUS_NOT_IMPLEMENTED);
}

static int
read_retry_after (SoupMessage *message)
{
  const char *value
      = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  guint64 seconds;

  if (value != NULL && g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT, &seconds, NULL))
    return seconds;
  return -1;
}

/* The first answer to a request with a Range may be that there is no such range, or a range of
 * another version: the part is of no use then. */
static QoraTransferResult
drop_part (QoraFileTransfer *self, GError **error)
{
  if (!start_over (self, error))
    return QORA_TRANSFER_FAILED;
  refuse (self, error, G_IO_ERROR_FAILED, _ ("the file on the server has changed"));
  return QORA_TRANSFER_INTERRUPTED;
}

static gboolean
note_version (QoraFileTransfer *self, SoupMessage *message, GError **error)
{
  const char *etag = get_etag (message);

  self->sources++;
  if (etag == NULL || self->etag != NULL)
    return TRUE;
  self->etag = g_strdup (etag);
  return g_file_set_contents (self->etag_path, etag, -1, error);
}

/* Looks at the status and the headers. DONE: the body is to be read. */
static QoraTransferResult
check_answer (QoraFileTransfer *self, SoupMessage *message, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  guint status = soup_message_get_status (message);

  self->retry_after = read_retry_after (message);
  if (g_str_has_prefix (self->uri, "https:")
      && strcmp (g_uri_get_scheme (soup_message_get_uri (message)), "https") != 0)
    {
      refuse (self, error, G_IO_ERROR_FAILED, _ ("leads to an address without encryption"));
      return QORA_TRANSFER_FAILED;
    }
  if (self->done > 0
      && (status == SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE
          || (status == SOUP_STATUS_PARTIAL_CONTENT && !continues_part (self, message))))
    return drop_part (self, error);
  if (status != SOUP_STATUS_OK && (status != SOUP_STATUS_PARTIAL_CONTENT || self->done == 0))
    {
      refuse (self, error,
              status == SOUP_STATUS_NOT_FOUND ? G_IO_ERROR_NOT_FOUND : G_IO_ERROR_FAILED,
              _ ("the server answers %u %s"), status, soup_status_get_phrase (status));
      return is_passing (status) ? QORA_TRANSFER_INTERRUPTED : QORA_TRANSFER_FAILED;
    }
  if (status == SOUP_STATUS_OK)
    {
      if (self->done > 0 && !start_over (self, error))
        return QORA_TRANSFER_FAILED;
      if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
          && (guint64) soup_message_headers_get_content_length (headers) != self->file->size)
        {
          refuse (self, error, G_IO_ERROR_INVALID_DATA, _ ("has %llu bytes, expected %llu"),
                  (unsigned long long) soup_message_headers_get_content_length (headers),
                  (unsigned long long) self->file->size);
          return QORA_TRANSFER_FAILED;
        }
    }
  return note_version (self, message, error) ? QORA_TRANSFER_DONE : QORA_TRANSFER_FAILED;
}

static gboolean
write_block (QoraFileTransfer *self, const guchar *block, gsize n, GError **error)
{
  while (n > 0)
    {
      gssize written = write (self->fd, block, n);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        {
          set_errno_error (error, errno, self->part, _ ("cannot be written"));
          return FALSE;
        }
      g_checksum_update (self->checksum, block, written);
      self->done += written;
      block += written;
      n -= written;
    }
  return TRUE;
}

static QoraTransferResult
read_body (QoraFileTransfer *self, GInputStream *body, QoraTransferFunc func, gpointer user_data,
           GCancellable *cancellable, GError **error)
{
  g_autofree guchar *block = g_malloc (BLOCK_BYTES);

  for (;;)
    {
      g_autoptr (GError) reason = NULL;
      gssize n = g_input_stream_read (body, block, BLOCK_BYTES, cancellable, &reason);

      if (n < 0)
        {
          gboolean stopped = g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED);

          g_propagate_prefixed_error (error, g_steal_pointer (&reason), "%s: ", self->uri);
          return stopped ? QORA_TRANSFER_FAILED : QORA_TRANSFER_INTERRUPTED;
        }
      if (n == 0)
        return QORA_TRANSFER_DONE;
      if (self->done + n > self->file->size)
        {
          /* Nothing tells which of the bytes are the right ones. */
          start_over (self, NULL);
          refuse (self, error, G_IO_ERROR_INVALID_DATA,
                  _ ("the server sends more than the %llu bytes of the file"),
                  (unsigned long long) self->file->size);
          return QORA_TRANSFER_FAILED;
        }
      if (!write_block (self, block, n, error))
        return QORA_TRANSFER_FAILED;
      func (self->done, user_data);
    }
}

/* Puts a complete part into its place if it is the file that was asked for. */
static QoraTransferResult
finish (QoraFileTransfer *self, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_copy (self->checksum);
  guint sources = self->sources;

  if (strcmp (g_checksum_get_string (sum), self->file->sha256) != 0)
    {
      if (!start_over (self, error))
        return QORA_TRANSFER_FAILED;
      refuse (self, error, G_IO_ERROR_INVALID_DATA,
              _ ("is not the file that it should be: its SHA-256 is %s, expected %s"),
              g_checksum_get_string (sum), self->file->sha256);
      /* Pieces may not have belonged together; in one piece it cannot become better. */
      if (sources == 1 || self->restarted)
        return QORA_TRANSFER_FAILED;
      self->restarted = TRUE;
      return QORA_TRANSFER_INTERRUPTED;
    }
  if (fsync (self->fd) != 0 || g_rename (self->part, self->path) != 0)
    {
      set_errno_error (error, errno, self->path, _ ("cannot be put into its place"));
      return QORA_TRANSFER_FAILED;
    }
  g_unlink (self->etag_path);
  return QORA_TRANSFER_DONE;
}

/* Whether trying again could help against a failure to get an answer at all. */
static gboolean
is_permanent (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == G_TLS_ERROR
         || error->domain == SOUP_SESSION_ERROR;
}

/* Closing in peace would read the rest of the body first. */
static void
hang_up (GInputStream *body)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  g_input_stream_close (body, cancelled, NULL);
}

static QoraTransferResult
request_rest (QoraFileTransfer *self, SoupSession *session, QoraTransferFunc func,
              gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_autoptr (SoupMessage) message = make_request (self);
  g_autoptr (GInputStream) body = NULL;
  g_autoptr (GError) reason = NULL;
  QoraTransferResult result;

  if (message == NULL)
    {
      refuse (self, error, G_IO_ERROR_INVALID_ARGUMENT, _ ("is no address"));
      return QORA_TRANSFER_FAILED;
    }
  body = soup_session_send (session, message, cancellable, &reason);
  if (body == NULL)
    {
      gboolean permanent = is_permanent (reason);

      g_propagate_prefixed_error (error, g_steal_pointer (&reason), "%s: ", self->uri);
      return permanent ? QORA_TRANSFER_FAILED : QORA_TRANSFER_INTERRUPTED;
    }
  result = check_answer (self, message, error);
  if (result == QORA_TRANSFER_DONE)
    result = read_body (self, body, func, user_data, cancellable, error);
  hang_up (body);
  return result;
}

QoraTransferResult
qora_file_transfer_request (QoraFileTransfer *self, SoupSession *session, QoraTransferFunc func,
                            gpointer user_data, GCancellable *cancellable, GError **error)
{
  QoraTransferResult result = QORA_TRANSFER_DONE;

  self->retry_after = -1;
  if (self->done < self->file->size)
    result = request_rest (self, session, func, user_data, cancellable, error);
  if (result != QORA_TRANSFER_DONE)
    return result;
  if (self->done < self->file->size)
    {
      refuse (self, error, G_IO_ERROR_PARTIAL_INPUT, _ ("the server sends only %llu of %llu bytes"),
              (unsigned long long) self->done, (unsigned long long) self->file->size);
      return QORA_TRANSFER_INTERRUPTED;
    }
  return finish (self, error);
}
