/* qora-read-epub.c: books, EPUB 2 and 3
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gi18n.h>
#include <string.h>

#include "qora-archive.h"
#include "qora-epub-package.h"
#include "qora-html-walker.h"
#include "qora-readers.h"
#include "qora-text-tools.h"

/* Of a file with more than that, also the deeper levels of the table of contents are chapters:
 * there is more than one chapter in it. */
#define LONG_FILE 60000

/* ---- unpacking ---- */

static gboolean
is_wanted (const char *path, gpointer user_data)
{
  static const char *const endings[]
      = { ".xhtml", ".html", ".htm", ".xml", ".opf", ".ncx", ".xht" };
  g_autofree char *lower = g_ascii_strdown (path, -1);

  if (strchr (path, '.') == NULL)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_this (const char *path, gpointer user_data)
{
  return strcmp (path, user_data) == 0;
}

static gboolean
fail_unpacking (QoraArchiveResult result, const char *name, GError **error)
{
  switch (result)
    {
    case QORA_ARCHIVE_ENCRYPTED:
      /* translators: %s is a file name */
      return qora_reader_fail (error, QORA_DOCUMENT_ERROR_PROTECTED,
                               _ ("“%s” is copy-protected; only its seller’s program can read it"),
                               name);
    case QORA_ARCHIVE_TOO_LARGE:
      /* translators: %s is a file name */
      return qora_reader_fail (error, QORA_DOCUMENT_ERROR_TOO_LARGE,
                               _ ("“%s” is too large for a book once it is unpacked"), name);
    default:
      /* translators: %s is a file name */
      return qora_reader_fail (error, QORA_DOCUMENT_ERROR_DAMAGED,
                               _ ("“%s” is damaged and cannot be unpacked"), name);
    }
}

/* ---- copy protection ---- */

/* Fonts are mangled in many books that anyone may read. */
static gboolean
is_for_fonts (const char *algorithm)
{
  return strcmp (algorithm, "http://www.idpf.org/2008/embedding") == 0
         || strcmp (algorithm, "http://ns.adobe.com/pdf/enc#RC") == 0;
}

static gboolean
is_protected (GHashTable *files)
{
  g_autofree char *text = qora_epub_dup_text (files, "META-INF/encryption.xml");
  xmlDoc *doc = text != NULL ? qora_html_parse (text, TRUE) : NULL;
  xmlNode *root = doc != NULL ? xmlDocGetRootElement (doc) : NULL;
  gboolean found = FALSE;

  for (xmlNode *node = root; node != NULL && !found; node = qora_html_next (node, root))
    {
      xmlNode *method;
      g_autofree char *algorithm = NULL;

      if (node->type != XML_ELEMENT_NODE
          || strcmp ((const char *) node->name, "EncryptedData") != 0)
        continue;
      method = qora_html_find (node, "EncryptionMethod");
      algorithm = method != NULL ? qora_html_dup_attribute (method, "Algorithm") : NULL;
      found = algorithm == NULL || !is_for_fonts (algorithm);
    }
  if (doc != NULL)
    xmlFreeDoc (doc);
  return found;
}

/* ---- chapters ---- */

/* Element ids in this file that begin chapters, and their titles; the one for the whole file is in
 * *title. */
static GHashTable *
find_chapters (QoraEpubPackage *package, const char *path, gboolean deep, const char **title)
{
  GHashTable *ids = g_hash_table_new (g_str_hash, g_str_equal);

  *title = NULL;
  for (guint i = 0; i < package->contents->len; i++)
    {
      const QoraEpubEntry *entry = package->contents->pdata[i];

      if (strcmp (entry->path, path) != 0)
        continue;
      if (entry->fragment == NULL || *entry->fragment == '\0')
        {
          if (*title == NULL)
            *title = entry->title;
        }
      else if (entry->depth == 1 || deep)
        {
          if (!g_hash_table_contains (ids, entry->fragment))
            g_hash_table_insert (ids, entry->fragment, entry->title);
        }
      else if (*title == NULL && g_hash_table_size (ids) == 0)
        *title = entry->title;
    }
  return ids;
}

static gboolean
read_file (QoraEpubPackage *package, GHashTable *files, const char *path, QoraTextFlow *flow)
{
  g_autofree char *text = qora_epub_dup_text (files, path);
  xmlDoc *doc = text != NULL ? qora_html_parse (text, TRUE) : NULL;
  xmlNode *root = doc != NULL ? xmlDocGetRootElement (doc) : NULL;
  xmlNode *body = root != NULL ? qora_html_find (root, "body") : NULL;
  g_autoptr (GHashTable) ids = NULL;
  const char *title;

  if (text == NULL || (doc == NULL && qora_text_has_words (text)))
    return FALSE;
  ids = find_chapters (package, path, strlen (text) > LONG_FILE, &title);
  /* Without an entry a file goes on where the one before it ends; so do all, if there are no
   * entries at all, and then each of them is a chapter. */
  if (title != NULL || package->contents->len == 0)
    qora_text_flow_begin_chapter (flow, title);
  if (body != NULL)
    qora_html_walk (body, flow, ids);
  if (doc != NULL)
    xmlFreeDoc (doc);
  return TRUE;
}

static void
take_cover (QoraDocument *document, QoraEpubPackage *package, GBytes *bytes)
{
  g_autoptr (GHashTable) files
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  GBytes *cover;

  if (package->cover == NULL || package->cover_mime == NULL
      || !g_str_has_prefix (package->cover_mime, "image/"))
    return;
  qora_archive_unpack (bytes, is_this, package->cover, files);
  cover = g_hash_table_lookup (files, package->cover);
  if (cover == NULL || g_bytes_get_size (cover) == 0)
    return;
  document->cover = g_bytes_ref (cover);
  document->cover_mime = g_strdup (package->cover_mime);
}

gboolean
qora_read_epub (QoraDocument *document, GBytes *bytes, const char *name, GError **error)
{
  g_autoptr (GHashTable) files
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  QoraArchiveResult result = qora_archive_unpack (bytes, is_wanted, NULL, files);
  g_autoptr (QoraTextFlow) flow = qora_text_flow_new ();
  g_autoptr (QoraEpubPackage) package = NULL;

  if (result != QORA_ARCHIVE_DONE)
    return fail_unpacking (result, name, error);
  if (!g_hash_table_contains (files, "META-INF/container.xml")
      && !g_hash_table_contains (files, "mimetype"))
    /* translators: %s is a file name */
    return qora_reader_fail (error, QORA_DOCUMENT_ERROR_NO_TEXT,
                             _ ("“%s” is an archive, not a book"), name);
  if (is_protected (files))
    return fail_unpacking (QORA_ARCHIVE_ENCRYPTED, name, error);
  package = qora_epub_package_new (files, document, name, error);
  if (package == NULL)
    return FALSE;
  for (guint i = 0; i < package->spine->len; i++)
    {
      const char *path = package->spine->pdata[i];

      if (!read_file (package, files, path, flow))
        /* translators: a file name, and the name of a file in it */
        return qora_reader_fail (error, QORA_DOCUMENT_ERROR_DAMAGED,
                                 _ ("“%s” is damaged: %s is missing"), name, path);
    }
  qora_text_flow_to_chapters (flow, document);
  take_cover (document, package, bytes);
  return TRUE;
}
