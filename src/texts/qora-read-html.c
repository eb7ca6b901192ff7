/* qora-read-html.c: web pages
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gi18n.h>
#include <string.h>

#include "qora-html-walker.h"
#include "qora-readers.h"
#include "qora-text-tools.h"

/* A page is one text, however it is divided, until it is as long as a book. */
#define BOOK_CHARACTERS 20000

static char *
dup_content (xmlNode *element)
{
  xmlChar *content = xmlNodeGetContent (element);
  char *text = qora_text_collapse ((const char *) content);

  xmlFree (content);
  return text;
}

static void
read_head (QoraDocument *document, xmlNode *root)
{
  xmlNode *head = qora_html_find (root, "head");
  xmlNode *title = head != NULL ? qora_html_find (head, "title") : NULL;
  g_autofree char *language = qora_html_dup_attribute (root, "lang");

  if (language != NULL && *language != '\0')
    document->language = g_steal_pointer (&language);
  if (title != NULL)
    {
      g_free (document->title);
      document->title = dup_content (title);
    }
  for (xmlNode *node = head != NULL ? head->children : NULL; node != NULL; node = node->next)
    {
      g_autofree char *name = NULL;

      if (node->type != XML_ELEMENT_NODE || strcmp ((const char *) node->name, "meta") != 0)
        continue;
      name = qora_html_dup_attribute (node, "name");
      if (name != NULL && g_ascii_strcasecmp (name, "author") == 0 && document->author == NULL)
        document->author = qora_html_dup_attribute (node, "content");
    }
}

gboolean
qora_read_html (QoraDocument *document, const char *text, const char *name, GError **error)
{
  g_autoptr (QoraTextFlow) flow = qora_text_flow_new ();
  xmlDoc *doc = qora_html_parse (text, FALSE);
  xmlNode *root = doc != NULL ? xmlDocGetRootElement (doc) : NULL;
  xmlNode *body;

  if (doc == NULL && qora_text_has_words (text))
    /* translators: %s is a file name */
    return qora_reader_fail (error, QORA_DOCUMENT_ERROR_DAMAGED,
                             _ ("“%s” is damaged: its elements are nested too deeply"), name);
  if (root != NULL)
    {
      read_head (document, root);
      body = qora_html_find (root, "main");
      if (body == NULL)
        body = qora_html_find (root, "body");
      qora_html_walk (body != NULL ? body : root, flow, NULL);
    }
  qora_text_flow_to_outline (flow, document, BOOK_CHARACTERS);
  if (doc != NULL)
    xmlFreeDoc (doc);
  return TRUE;
}
