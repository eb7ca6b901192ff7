/* qora-archive.c: a zip archive in memory, unpacked within bounds
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>

#define BLOCK 65536

/* ---- paths ---- */

/* NULL: it leaves the root. */
static char *
normalise (const char *path)
{
  g_auto (GStrv) pieces = g_strsplit (path, "/", -1);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (char **piece = pieces; *piece != NULL; piece++)
    {
      if (**piece == '\0' || strcmp (*piece, ".") == 0)
        continue;
      if (strcmp (*piece, "..") != 0)
        g_ptr_array_add (kept, *piece);
      else if (kept->len == 0)
        return NULL;
      else
        g_ptr_array_set_size (kept, (int) kept->len - 1);
    }
  g_ptr_array_add (kept, NULL);
  return g_strjoinv ("/", (char **) kept->pdata);
}

char *
qora_archive_resolve (const char *base, const char *reference, char **fragment)
{
  gsize length = strcspn (reference, "#");
  const char *folder_end = strrchr (base, '/');
  g_autofree char *folder
      = folder_end != NULL ? g_strndup (base, (gsize) (folder_end - base)) : g_strdup ("");
  g_autofree char *path = g_uri_unescape_segment (reference, reference + length, NULL);
  g_autofree char *joined = NULL;

  if (fragment != NULL)
    *fragment
        = reference[length] == '#' ? g_uri_unescape_string (reference + length + 1, NULL) : NULL;
  if (path == NULL)
    path = g_strndup (reference, length);
  if (*path == '\0')
    return g_strdup (base);
  joined = *path == '/' ? g_strdup (path) : g_strconcat (folder, "/", path, NULL);
  return normalise (joined);
}

/* ---- unpacking ---- */

static GBytes *
read_entry (struct archive *archive, gsize *budget, QoraArchiveResult *result)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *block = g_malloc (BLOCK);
  la_ssize_t n;

  while ((n = archive_read_data (archive, block, BLOCK)) > 0)
    {
      if ((gsize) n > *budget)
        {
          *result = QORA_ARCHIVE_TOO_LARGE;
          return NULL;
        }
      *budget -= (gsize) n;
      g_byte_array_append (bytes, block, (guint) n);
    }
  if (n < 0)
    {
      *result = QORA_ARCHIVE_DAMAGED;
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static char *
dup_path (struct archive_entry *entry)
{
  const char *name = archive_entry_pathname_utf8 (entry);
  g_autofree char *path = NULL;

  if (name == NULL)
    name = archive_entry_pathname (entry);
  if (name == NULL || archive_entry_filetype (entry) != AE_IFREG)
    return NULL;
  path = g_utf8_make_valid (name, -1);
  return normalise (path);
}

static QoraArchiveResult
unpack_entry (struct archive *archive, struct archive_entry *entry, QoraArchiveFilter filter,
              gpointer user_data, gsize *budget, GHashTable *files)
{
  QoraArchiveResult result = QORA_ARCHIVE_DONE;
  g_autofree char *path = dup_path (entry);
  GBytes *bytes;

  if (path == NULL || !filter (path, user_data) || g_hash_table_contains (files, path))
    return QORA_ARCHIVE_DONE;
  if (archive_entry_is_encrypted (entry))
    return QORA_ARCHIVE_ENCRYPTED;
  bytes = read_entry (archive, budget, &result);
  if (bytes != NULL)
    g_hash_table_insert (files, g_steal_pointer (&path), bytes);
  return result;
}

static QoraArchiveResult
unpack (struct archive *archive, QoraArchiveFilter filter, gpointer user_data, GHashTable *files)
{
  QoraArchiveResult result = QORA_ARCHIVE_DONE;
  gsize budget = QORA_ARCHIVE_MAX_BYTES;
  struct archive_entry *entry;
  int status;

  for (guint n = 0; result == QORA_ARCHIVE_DONE; n++)
    {
      status = archive_read_next_header (archive, &entry);
      if (status == ARCHIVE_EOF)
        break;
      if (status < ARCHIVE_WARN)
        result = QORA_ARCHIVE_DAMAGED;
      else if (n == QORA_ARCHIVE_MAX_FILES)
        result = QORA_ARCHIVE_TOO_LARGE;
      else
        result = unpack_entry (archive, entry, filter, user_data, &budget, files);
    }
  return result;
}

QoraArchiveResult
qora_archive_unpack (GBytes *bytes, QoraArchiveFilter filter, gpointer user_data, GHashTable *files)
{
  struct archive *archive = archive_read_new ();
  QoraArchiveResult result = QORA_ARCHIVE_DAMAGED;
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  /* libarchive passes names through the encoding of the locale; in the C locale of a service, what
   * is not ASCII in them would be lost. */
  locale_t utf8 = newlocale (LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
  locale_t before = utf8 != (locale_t) 0 ? uselocale (utf8) : (locale_t) 0;

  archive_read_support_format_zip (archive);
  if (archive_read_open_memory (archive, data, length) == ARCHIVE_OK)
    result = unpack (archive, filter, user_data, files);
  archive_read_free (archive);
  if (utf8 != (locale_t) 0)
    {
      uselocale (before);
      freelocale (utf8);
    }
  return result;
}
