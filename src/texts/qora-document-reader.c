/* qora-document-reader.c: finds out what a file is, and has it read
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "qora-document.h"
#include "qora-readers.h"
#include "qora-text-encoding.h"
#include "qora-text-tools.h"

#define BLOCK 65536

gboolean
qora_reader_fail (GError **error, QoraDocumentError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (QORA_DOCUMENT_ERROR, (int) code, format, arguments);
  va_end (arguments);
  return FALSE;
}

static gboolean
read_text (QoraDocument *document, GBytes *bytes, const char *name, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = NULL;

  if (length > QORA_DOCUMENT_MAX_TEXT)
    /* translators: %s is a file name */
    return qora_reader_fail (error, QORA_DOCUMENT_ERROR_TOO_LARGE,
                             _ ("“%s” is too large for a text: more than 32 MB"), name);
  text = qora_text_decode (data, length, NULL);
  if (text == NULL)
    /* translators: %s is a file name */
    return qora_reader_fail (error, QORA_DOCUMENT_ERROR_NO_TEXT, _ ("“%s” is not a text"), name);
  return qora_read_plain (document, text, name, error);
}

/* Chapters in which nothing is said go. */
static void
drop_silent_chapters (QoraDocument *document)
{
  for (guint i = document->chapters->len; i-- > 0;)
    if (((QoraChapter *) document->chapters->pdata[i])->parts->len == 0)
      g_ptr_array_remove_index (document->chapters, i);
}

static char *
make_title (const char *name)
{
  const char *dot = strrchr (name, '.');
  gsize length = dot != NULL && dot != name ? (gsize) (dot - name) : strlen (name);
  g_autofree char *stem = g_strndup (name, length);

  return qora_text_collapse (stem);
}

QoraDocument *
qora_document_read_bytes (GBytes *bytes, const char *name, const char *mime, GError **error)
{
  g_autoptr (QoraDocument) document = qora_document_new ();

  if (!read_text (document, bytes, name, error))
    return NULL;
  drop_silent_chapters (document);
  if (document->chapters->len == 0)
    {
      /* translators: %s is a file name */
      qora_reader_fail (error, QORA_DOCUMENT_ERROR_EMPTY, _ ("“%s” has no text in it"), name);
      return NULL;
    }
  if (*document->title == '\0')
    {
      g_free (document->title);
      document->title = make_title (name);
    }
  return g_steal_pointer (&document);
}

/* ---- files ---- */

static gboolean
check_size (GByteArray *read, const char *name, GError **error)
{
  gboolean is_book = read->len >= 4 && memcmp (read->data, "PK\3\4", 4) == 0;

  if (is_book && read->len > QORA_DOCUMENT_MAX_BOOK)
    /* translators: %s is a file name */
    return qora_reader_fail (error, QORA_DOCUMENT_ERROR_TOO_LARGE,
                             _ ("“%s” is too large for a book: more than 512 MB"), name);
  if (!is_book && read->len > QORA_DOCUMENT_MAX_TEXT)
    /* translators: %s is a file name */
    return qora_reader_fail (error, QORA_DOCUMENT_ERROR_TOO_LARGE,
                             _ ("“%s” is too large for a text: more than 32 MB"), name);
  return TRUE;
}

/* Reads no further than the limit, whatever size the file says that it has. */
static GBytes *
load_stream (GInputStream *stream, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) read = g_byte_array_new ();
  g_autofree guint8 *block = g_malloc (BLOCK);
  gssize n;

  while ((n = g_input_stream_read (stream, block, BLOCK, cancellable, error)) > 0)
    {
      g_byte_array_append (read, block, (guint) n);
      if (!check_size (read, name, error))
        return NULL;
    }
  return n == 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&read)) : NULL;
}

QoraDocument *
qora_document_read_file (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileInfo) info = g_file_query_info (file,
                                                  G_FILE_ATTRIBUTE_STANDARD_TYPE
                                                  "," G_FILE_ATTRIBUTE_STANDARD_DISPLAY_NAME
                                                  "," G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE,
                                                  G_FILE_QUERY_INFO_NONE, cancellable, error);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *mime = NULL;
  const char *type;
  const char *name;

  if (info == NULL)
    return NULL;
  name = g_file_info_get_display_name (info);
  if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    {
      /* translators: %s is the name of a folder */
      qora_reader_fail (error, QORA_DOCUMENT_ERROR_NO_TEXT, _ ("“%s” is a folder, not a text"),
                        name);
      return NULL;
    }
  stream = g_file_read (file, cancellable, error);
  if (stream == NULL)
    return NULL;
  bytes = load_stream (G_INPUT_STREAM (stream), name, cancellable, error);
  if (bytes == NULL)
    return NULL;
  type = g_file_info_get_content_type (info);
  mime = type != NULL ? g_content_type_get_mime_type (type) : NULL;
  return qora_document_read_bytes (bytes, name, mime, error);
}

static void
read_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;
  QoraDocument *document = qora_document_read_file (source, cancellable, &error);

  if (document == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, document, (GDestroyNotify) qora_document_unref);
}

void
qora_document_read_async (GFile *file, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (file, cancellable, callback, user_data);

  g_task_set_source_tag (task, qora_document_read_async);
  g_task_run_in_thread (task, read_thread);
}

QoraDocument *
qora_document_read_finish (GFile *file, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, file), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
