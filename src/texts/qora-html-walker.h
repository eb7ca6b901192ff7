/* qora-html-walker.h: what is to be read aloud of a tree of HTML elements
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <libxml/tree.h>

#include "qora-text-flow.h"

G_BEGIN_DECLS

/* Parses HTML, or XHTML with `is_xml`; what is not well-formed is read as HTML. text: UTF-8. No
 * entity is expanded but HTML's own, and nothing but the text is read. NULL: nothing can be made of
 * it, or elements stand in each other more deeply than libxml2 follows. Free with xmlFreeDoc(). */
xmlDoc *qora_html_parse (const char *text, gboolean is_xml);

/* Appends what a reader would see and say: no scripts, styles, navigation, hidden elements,
 * pictures, code blocks, footnotes and marks for them; of ruby the base alone. chapters: element id
 * -> title of a chapter that begins there, or NULL. (element-type utf8 utf8) */
void qora_html_walk (xmlNode *root, QoraTextFlow *flow, GHashTable *chapters);

/* An attribute without a namespace or in any; NULL: it is not there. (transfer full) */
char *qora_html_dup_attribute (xmlNode *node, const char *name);

/* The first element of this name in or below `root`; NULL: none. (transfer none) */
xmlNode *qora_html_find (xmlNode *root, const char *name);

/* The node that comes next in the order of the text, within `root`; NULL: none. References to
 * entities have nothing in them. */
xmlNode *qora_html_next (xmlNode *node, xmlNode *root);

/* The node that comes after `node` and all in it, within `root`; NULL: none. */
xmlNode *qora_html_skip (xmlNode *node, xmlNode *root);

G_END_DECLS
