/* qora-document-reader.c: finds out what a file is, and has it read
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gi18n.h>
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

/* ---- formats ---- */

typedef enum
{
  FORMAT_UNKNOWN,
  FORMAT_PLAIN,
  FORMAT_MARKDOWN,
  FORMAT_HTML,
  FORMAT_SUBTITLES,
  FORMAT_EPUB,
  FORMAT_BINARY,
} Format;

static gboolean
begins_with (const char *data, gsize length, const char *prefix)
{
  return length >= strlen (prefix) && memcmp (data, prefix, strlen (prefix)) == 0;
}

/* What is no text, though it may begin with readable characters. */
static gboolean
is_binary (const char *data, gsize length)
{
  static const char *const beginnings[]
      = { "%PDF-", "%!PS",    "{\\rtf",   "\x89PNG",          "\xFF\xD8\xFF",
          "GIF8",  "\177ELF", "\x1F\x8B", "\xD0\xCF\x11\xE0", "RIFF",
          "OggS",  "ID3",     "fLaC" };

  for (gsize i = 0; i < G_N_ELEMENTS (beginnings); i++)
    if (begins_with (data, length, beginnings[i]))
      return TRUE;
  return FALSE;
}

static Format
find_format_by_contents (const char *data, gsize length)
{
  g_autofree char *head = NULL;
  const char *start;

  if (begins_with (data, length, "PK\3\4"))
    return FORMAT_EPUB;
  if (is_binary (data, length))
    return FORMAT_BINARY;
  start = begins_with (data, length, "\xEF\xBB\xBF") ? data + 3 : data;
  head = g_strndup (start, MIN (length - (gsize) (start - data), 1024));
  g_strchug (head);
  if (g_str_has_prefix (head, "WEBVTT"))
    return FORMAT_SUBTITLES;
  if (g_ascii_strncasecmp (head, "<!doctype html", 14) == 0
      || g_ascii_strncasecmp (head, "<html", 5) == 0)
    return FORMAT_HTML;
  return FORMAT_UNKNOWN;
}

static Format
find_format_by_name (const char *mime, const char *name)
{
  static const struct
  {
    const char *mime;
    const char *ending;
    Format format;
  } formats[] = {
    { "text/markdown", ".md", FORMAT_MARKDOWN },
    { "text/x-markdown", ".markdown", FORMAT_MARKDOWN },
    { "text/html", ".html", FORMAT_HTML },
    { "application/xhtml+xml", ".xhtml", FORMAT_HTML },
    { "text/html", ".htm", FORMAT_HTML },
    { "application/x-subrip", ".srt", FORMAT_SUBTITLES },
    { "text/vtt", ".vtt", FORMAT_SUBTITLES },
    { "application/epub+zip", ".epub", FORMAT_EPUB },
  };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (mime != NULL && strcmp (mime, formats[i].mime) == 0)
      return formats[i].format;
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_has_suffix (lower, formats[i].ending))
      return formats[i].format;
  return FORMAT_PLAIN;
}

static gboolean
read_text (QoraDocument *document, GBytes *bytes, Format format, const char *name, GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *declared = NULL;
  g_autofree char *text = NULL;

  if (length > QORA_DOCUMENT_MAX_TEXT)
    /* translators: %s is a file name */
    return qora_reader_fail (error, QORA_DOCUMENT_ERROR_TOO_LARGE,
                             _ ("“%s” is too large for a text: more than 32 MB"), name);
  if (format == FORMAT_HTML)
    declared = qora_text_find_declared (data, length);
  text = qora_text_decode (data, length, declared);
  if (text == NULL)
    /* translators: %s is a file name */
    return qora_reader_fail (error, QORA_DOCUMENT_ERROR_NO_TEXT, _ ("“%s” is not a text"), name);
  switch (format)
    {
    case FORMAT_MARKDOWN:
      return qora_read_markdown (document, text, name, error);
    case FORMAT_HTML:
      return qora_read_html (document, text, name, error);
    case FORMAT_SUBTITLES:
      return qora_read_subtitles (document, text, name, error);
    default:
      return qora_read_plain (document, text, name, error);
    }
}

static gboolean
read_format (QoraDocument *document, GBytes *bytes, const char *name, const char *mime,
             GError **error)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  Format format = length > 0 ? find_format_by_contents (data, length) : FORMAT_PLAIN;

  if (format == FORMAT_UNKNOWN)
    format = find_format_by_name (mime, name);
  switch (format)
    {
    case FORMAT_EPUB:
      return qora_read_epub (document, bytes, name, error);
    case FORMAT_BINARY:
      /* translators: %s is a file name */
      return qora_reader_fail (error, QORA_DOCUMENT_ERROR_NO_TEXT, _ ("“%s” is not a text"), name);
    default:
      return length == 0 || read_text (document, bytes, format, name, error);
    }
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

  if (!read_format (document, bytes, name, mime, error))
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
