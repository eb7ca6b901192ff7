/* qora-epub-contents.c: the table of contents of an EPUB
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-epub-contents.h"

#include <string.h>

#include "qora-archive.h"
#include "qora-html-walker.h"
#include "qora-text-tools.h"

static gboolean
has_name (xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && strcmp ((const char *) node->name, name) == 0;
}

/* How many elements of this name the node stands in, below root. */
static guint
count_ancestors (xmlNode *node, xmlNode *root, const char *name)
{
  guint n = 0;

  for (xmlNode *parent = node->parent; parent != NULL && parent != root; parent = parent->parent)
    n += has_name (parent, name);
  return n;
}

static void
add_entry (GPtrArray *entries, const char *base, const char *reference, xmlNode *label, guint depth)
{
  g_autofree char *fragment = NULL;
  g_autofree char *path = qora_archive_resolve (base, reference, &fragment);
  xmlChar *content = label != NULL ? xmlNodeGetContent (label) : NULL;
  g_autofree char *title = qora_text_collapse (content != NULL ? (const char *) content : "");
  QoraEpubEntry *entry;

  xmlFree (content);
  if (path == NULL || *title == '\0')
    return;
  entry = g_new0 (QoraEpubEntry, 1);
  entry->path = g_steal_pointer (&path);
  entry->fragment = g_steal_pointer (&fragment);
  entry->title = g_steal_pointer (&title);
  entry->depth = depth;
  g_ptr_array_add (entries, entry);
}

static gboolean
is_toc (xmlNode *nav)
{
  g_autofree char *type = qora_html_dup_attribute (nav, "type");
  g_autofree char *written = type == NULL ? qora_html_dup_attribute (nav, "epub:type") : NULL;

  return g_strcmp0 (type != NULL ? type : written, "toc") == 0;
}

void
qora_epub_read_nav (xmlNode *root, const char *path, GPtrArray *entries)
{
  xmlNode *nav = root;

  while (nav != NULL && !(has_name (nav, "nav") && is_toc (nav)))
    nav = qora_html_next (nav, root);
  for (xmlNode *node = nav; node != NULL; node = qora_html_next (node, nav))
    {
      g_autofree char *href = has_name (node, "a") ? qora_html_dup_attribute (node, "href") : NULL;

      if (href != NULL)
        add_entry (entries, path, href, node, count_ancestors (node, nav, "ol"));
    }
}

static xmlNode *
find_child (xmlNode *node, const char *name)
{
  for (xmlNode *child = node->children; child != NULL; child = child->next)
    if (has_name (child, name))
      return child;
  return NULL;
}

void
qora_epub_read_ncx (xmlNode *root, const char *path, GPtrArray *entries)
{
  xmlNode *map = root != NULL ? qora_html_find (root, "navMap") : NULL;

  for (xmlNode *node = map; node != NULL; node = qora_html_next (node, map))
    {
      xmlNode *content = has_name (node, "navPoint") ? find_child (node, "content") : NULL;
      g_autofree char *src = content != NULL ? qora_html_dup_attribute (content, "src") : NULL;

      if (src != NULL)
        add_entry (entries, path, src, find_child (node, "navLabel"),
                   1 + count_ancestors (node, map, "navPoint"));
    }
}
