/* document-tools.c: what the tests of texts share: reading, printing, and making EPUBs
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "document-tools.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>

QoraDocument *
read_bytes (const char *bytes, gssize length, const char *name)
{
  g_autoptr (GBytes) all = g_bytes_new (bytes, length < 0 ? strlen (bytes) : (gsize) length);
  g_autoptr (GError) error = NULL;
  QoraDocument *document = qora_document_read_bytes (all, name, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (document);
  return document;
}

QoraDocument *
read_string (const char *text, const char *name)
{
  return read_bytes (text, -1, name);
}

void
assert_refused (GBytes *bytes, const char *name, QoraDocumentError code, const char *words)
{
  g_autoptr (GError) error = NULL;
  QoraDocument *document = qora_document_read_bytes (bytes, name, NULL, &error);

  g_assert_null (document);
  g_assert_error (error, QORA_DOCUMENT_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_nonnull (strstr (error->message, words));
}

static void
print_part (GString *text, const QoraChapterPart *part)
{
  static const char *const marks[] = { "p", "h", "-" };

  if (part->kind == QORA_CHAPTER_PART_SUBTITLE)
    g_string_append_printf (text, "%g-%g %s\n", part->start, part->end, part->text);
  else
    g_string_append_printf (text, "%s %s\n", marks[part->kind], part->text);
}

char *
print_document (QoraDocument *document)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < document->chapters->len; i++)
    {
      const QoraChapter *chapter = document->chapters->pdata[i];

      if (i > 0 || *chapter->title != '\0')
        g_string_append_printf (text, "= %s\n", chapter->title);
      for (guint j = 0; j < chapter->parts->len; j++)
        print_part (text, chapter->parts->pdata[j]);
    }
  return g_string_free (text, FALSE);
}

void
assert_reads_as (const char *text, const char *name, const char *expected)
{
  g_autoptr (QoraDocument) document = read_string (text, name);
  g_autofree char *printed = print_document (document);

  g_assert_cmpstr (printed, ==, expected);
}

/* ---- EPUBs ---- */

/* Names go through the locale's encoding; reading must do with any locale, writing need not. */
static void
add_file (struct archive *archive, const char *path, const char *contents)
{
  locale_t utf8 = newlocale (LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
  locale_t before = uselocale (utf8);
  struct archive_entry *entry = archive_entry_new ();
  gsize length = strlen (contents);

  archive_entry_set_pathname (entry, path);
  archive_entry_set_size (entry, (la_int64_t) length);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (archive, contents, length), ==, (la_ssize_t) length);
  archive_entry_free (entry);
  uselocale (before);
  freelocale (utf8);
}

static la_ssize_t
write_bytes (struct archive *archive, void *user_data, const void *data, size_t length)
{
  g_byte_array_append (user_data, data, (guint) length);
  return (la_ssize_t) length;
}

static struct archive *
begin_zip (GByteArray *bytes)
{
  struct archive *archive = archive_write_new ();

  archive_write_set_format_zip (archive);
  archive_write_set_bytes_in_last_block (archive, 1);
  archive_write_zip_set_compression_store (archive);
  g_assert_cmpint (archive_write_open (archive, bytes, NULL, write_bytes, NULL), ==, ARCHIVE_OK);
  return archive;
}

static GBytes *
end_zip (struct archive *archive, GByteArray *bytes)
{
  g_assert_cmpint (archive_write_close (archive), ==, ARCHIVE_OK);
  archive_write_free (archive);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
make_zip (const char *path, ...)
{
  GByteArray *bytes = g_byte_array_new ();
  struct archive *archive = begin_zip (bytes);
  va_list files;

  va_start (files, path);
  for (; path != NULL; path = va_arg (files, const char *))
    {
      add_file (archive, path, va_arg (files, const char *));
      archive_write_zip_set_compression_deflate (archive);
    }
  va_end (files);
  return end_zip (archive, bytes);
}

GBytes *
make_zip_of (const char *const *first, char **paths, char **contents, guint n)
{
  GByteArray *bytes = g_byte_array_new ();
  struct archive *archive = begin_zip (bytes);

  for (; *first != NULL; first += 2)
    {
      add_file (archive, first[0], first[1]);
      archive_write_zip_set_compression_deflate (archive);
    }
  for (guint i = 0; i < n; i++)
    add_file (archive, paths[i], contents[i]);
  return end_zip (archive, bytes);
}
