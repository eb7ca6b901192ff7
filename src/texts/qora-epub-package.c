/* qora-epub-package.c: what an EPUB says about itself: its parts, their order and their titles
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-epub-package.h"

#include <glib/gi18n.h>
#include <libxml/parser.h>
#include <string.h>

#include "qora-archive.h"
#include "qora-epub-contents.h"
#include "qora-html-walker.h"
#include "qora-readers.h"
#include "qora-text-encoding.h"
#include "qora-text-tools.h"

/* Of the manifest. */
typedef struct
{
  char *path;
  char *mime;
  char *properties;
} Item;

/* The package document while it is read. */
typedef struct
{
  char *path;
  xmlNode *root;
  GHashTable *items; /* id -> Item */
  GHashTable *files;
} Source;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->path);
  g_free (item->mime);
  g_free (item->properties);
  g_free (item);
}

static void
entry_free (gpointer data)
{
  QoraEpubEntry *entry = data;

  g_free (entry->path);
  g_free (entry->fragment);
  g_free (entry->title);
  g_free (entry);
}

void
qora_epub_package_free (QoraEpubPackage *self)
{
  g_ptr_array_unref (self->spine);
  g_ptr_array_unref (self->contents);
  g_free (self->cover);
  g_free (self->cover_mime);
  g_free (self);
}

char *
qora_epub_dup_text (GHashTable *files, const char *path)
{
  GBytes *bytes = path != NULL ? g_hash_table_lookup (files, path) : NULL;
  gsize length;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  g_autofree char *declared = NULL;

  if (data == NULL || length > QORA_DOCUMENT_MAX_TEXT)
    return NULL;
  declared = qora_text_find_declared (data, length);
  return qora_text_decode (data, length, declared);
}

static xmlDoc *
parse (GHashTable *files, const char *path)
{
  g_autofree char *text = qora_epub_dup_text (files, path);

  return text != NULL ? qora_html_parse (text, TRUE) : NULL;
}

static gboolean
has_name (xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && strcmp ((const char *) node->name, name) == 0;
}

static char *
dup_content (xmlNode *node)
{
  xmlChar *content = xmlNodeGetContent (node);
  char *text = qora_text_collapse ((const char *) content);

  xmlFree (content);
  return text;
}

/* ---- package document ---- */

static char *
find_package (GHashTable *files)
{
  xmlDoc *doc = parse (files, "META-INF/container.xml");
  xmlNode *root = doc != NULL ? xmlDocGetRootElement (doc) : NULL;
  xmlNode *rootfile = root != NULL ? qora_html_find (root, "rootfile") : NULL;
  g_autofree char *reference
      = rootfile != NULL ? qora_html_dup_attribute (rootfile, "full-path") : NULL;
  char *path = reference != NULL ? qora_archive_resolve ("", reference, NULL) : NULL;

  if (doc != NULL)
    xmlFreeDoc (doc);
  return path;
}

static void
read_manifest (Source *source, xmlNode *manifest)
{
  for (xmlNode *node = manifest->children; node != NULL; node = node->next)
    {
      g_autofree char *id = has_name (node, "item") ? qora_html_dup_attribute (node, "id") : NULL;
      g_autofree char *href = id != NULL ? qora_html_dup_attribute (node, "href") : NULL;
      Item *item;

      if (href == NULL)
        continue;
      item = g_new0 (Item, 1);
      item->path = qora_archive_resolve (source->path, href, NULL);
      item->mime = qora_html_dup_attribute (node, "media-type");
      item->properties = qora_html_dup_attribute (node, "properties");
      g_hash_table_replace (source->items, g_steal_pointer (&id), item);
    }
}

static gboolean
has_property (const Item *item, const char *property)
{
  g_auto (GStrv) properties
      = g_strsplit_set (item->properties != NULL ? item->properties : "", " \t\r\n", -1);

  return g_strv_contains ((const char *const *) properties, property);
}

static const Item *
find_item_with (Source *source, const char *property)
{
  GHashTableIter iter;
  gpointer item;

  g_hash_table_iter_init (&iter, source->items);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    if (has_property (item, property))
      return item;
  return NULL;
}

static void
read_spine (Source *source, QoraEpubPackage *package, xmlNode *spine)
{
  for (xmlNode *node = spine->children; node != NULL; node = node->next)
    {
      g_autofree char *id
          = has_name (node, "itemref") ? qora_html_dup_attribute (node, "idref") : NULL;
      g_autofree char *linear = id != NULL ? qora_html_dup_attribute (node, "linear") : NULL;
      const Item *item = id != NULL ? g_hash_table_lookup (source->items, id) : NULL;

      if (item == NULL || item->path == NULL || g_strcmp0 (linear, "no") == 0
          || has_property (item, "nav")
          || (item->mime != NULL && strstr (item->mime, "html") == NULL
              && strcmp (item->mime, "text/x-oeb1-document") != 0))
        continue;
      g_ptr_array_add (package->spine, g_strdup (item->path));
    }
}

/* ---- metadata ---- */

/* EPUB 2 has illustrators and translators among the creators, and says so. */
static gboolean
is_author (xmlNode *creator)
{
  g_autofree char *role = qora_html_dup_attribute (creator, "role");

  return role == NULL || strcmp (role, "aut") == 0;
}

static void
read_cover_meta (Source *source, QoraEpubPackage *package, xmlNode *meta)
{
  g_autofree char *name = qora_html_dup_attribute (meta, "name");
  g_autofree char *content = NULL;
  const Item *item;

  if (g_strcmp0 (name, "cover") != 0)
    return;
  content = qora_html_dup_attribute (meta, "content");
  item = content != NULL ? g_hash_table_lookup (source->items, content) : NULL;
  if (item != NULL && package->cover == NULL)
    {
      package->cover = g_strdup (item->path);
      package->cover_mime = g_strdup (item->mime);
    }
}

static void
read_metadata (Source *source, QoraEpubPackage *package, QoraDocument *document, xmlNode *metadata)
{
  g_autoptr (GString) authors = g_string_new (NULL);

  for (xmlNode *node = metadata->children; node != NULL; node = node->next)
    {
      g_autofree char *text = NULL;

      if (node->type != XML_ELEMENT_NODE)
        continue;
      text = dup_content (node);
      if (has_name (node, "title") && *document->title == '\0')
        {
          g_free (document->title);
          document->title = g_steal_pointer (&text);
        }
      else if (has_name (node, "creator") && *text != '\0' && is_author (node))
        g_string_append_printf (authors, "%s%s", authors->len > 0 ? ", " : "", text);
      else if (has_name (node, "language") && *text != '\0' && document->language == NULL)
        document->language = g_steal_pointer (&text);
      else if (has_name (node, "meta"))
        read_cover_meta (source, package, node);
    }
  if (authors->len > 0)
    document->author = g_strdup (authors->str);
}

static void
find_cover (Source *source, QoraEpubPackage *package)
{
  const Item *item = find_item_with (source, "cover-image");

  if (item == NULL)
    return;
  g_free (package->cover);
  g_free (package->cover_mime);
  package->cover = g_strdup (item->path);
  package->cover_mime = g_strdup (item->mime);
}

static void
read_contents (Source *source, QoraEpubPackage *package, xmlNode *spine)
{
  const Item *nav = find_item_with (source, "nav");
  g_autofree char *toc = qora_html_dup_attribute (spine, "toc");
  const Item *ncx = toc != NULL ? g_hash_table_lookup (source->items, toc) : NULL;
  xmlDoc *doc = nav != NULL ? parse (source->files, nav->path) : NULL;

  if (doc != NULL)
    {
      qora_epub_read_nav (xmlDocGetRootElement (doc), nav->path, package->contents);
      xmlFreeDoc (doc);
    }
  if (package->contents->len > 0 || ncx == NULL)
    return;
  doc = parse (source->files, ncx->path);
  if (doc != NULL)
    {
      qora_epub_read_ncx (xmlDocGetRootElement (doc), ncx->path, package->contents);
      xmlFreeDoc (doc);
    }
}

static void
read_package (Source *source, QoraEpubPackage *package, QoraDocument *document)
{
  xmlNode *metadata = qora_html_find (source->root, "metadata");
  xmlNode *manifest = qora_html_find (source->root, "manifest");
  xmlNode *spine = qora_html_find (source->root, "spine");
  xmlNode *old_metadata = metadata != NULL ? qora_html_find (metadata, "dc-metadata") : NULL;

  if (manifest != NULL)
    read_manifest (source, manifest);
  if (metadata != NULL)
    read_metadata (source, package, document, metadata);
  if (old_metadata != NULL)
    read_metadata (source, package, document, old_metadata);
  find_cover (source, package);
  if (spine != NULL)
    {
      read_spine (source, package, spine);
      read_contents (source, package, spine);
    }
}

QoraEpubPackage *
qora_epub_package_new (GHashTable *files, QoraDocument *document, const char *name, GError **error)
{
  g_autoptr (QoraEpubPackage) package = g_new0 (QoraEpubPackage, 1);
  g_autofree char *path = find_package (files);
  xmlDoc *doc = parse (files, path);
  Source source = { .path = path, .files = files };

  package->spine = g_ptr_array_new_with_free_func (g_free);
  package->contents = g_ptr_array_new_with_free_func (entry_free);
  if (doc == NULL)
    {
      /* translators: a file name, and the name of a file in it */
      qora_reader_fail (error, QORA_DOCUMENT_ERROR_DAMAGED, _ ("“%s” is damaged: %s is missing"),
                        name, path != NULL ? path : "META-INF/container.xml");
      return NULL;
    }
  source.root = xmlDocGetRootElement (doc);
  source.items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, item_free);
  if (source.root != NULL)
    read_package (&source, package, document);
  g_hash_table_unref (source.items);
  xmlFreeDoc (doc);
  if (package->spine->len == 0)
    {
      /* translators: %s is a file name */
      qora_reader_fail (error, QORA_DOCUMENT_ERROR_DAMAGED,
                        _ ("“%s” is damaged: it does not say what to read"), name);
      return NULL;
    }
  return g_steal_pointer (&package);
}
