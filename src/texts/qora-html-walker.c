/* qora-html-walker.c: what is to be read aloud of a tree of HTML elements
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-html-walker.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "qora-html-unread.h"
#include "qora-text-tools.h"

typedef enum
{
  ROLE_INLINE,
  ROLE_BLOCK,
  ROLE_BREAK,
  ROLE_CELL,
  ROLE_HEADING,
  ROLE_ITEM,
  ROLE_QUOTE,
  ROLE_ROW,
  ROLE_SUP,
} Role;

typedef struct
{
  QoraTextFlow *flow;
  GHashTable *chapters;
  int heading;  /* level; 0: not in one */
  int n_items;  /* lists' items that this is in */
  xmlNode *row; /* of a table, to be read in one line */
} Walker;

#define MAX_ROW_CHARACTERS 300
#define MAX_ROW_NODES      200

/* ---- looking at a tree ---- */

xmlNode *
qora_html_skip (xmlNode *node, xmlNode *root)
{
  while (node != NULL && node != root && node->next == NULL)
    node = node->parent;
  return node == NULL || node == root ? NULL : node->next;
}

xmlNode *
qora_html_next (xmlNode *node, xmlNode *root)
{
  /* The children of a reference are the entity's declaration. */
  if (node->type == XML_ELEMENT_NODE && node->children != NULL)
    return node->children;
  return qora_html_skip (node, root);
}

static gboolean
is_element (xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && strcmp ((const char *) node->name, name) == 0;
}

xmlNode *
qora_html_find (xmlNode *root, const char *name)
{
  for (xmlNode *node = root; node != NULL; node = qora_html_next (node, root))
    if (is_element (node, name))
      return node;
  return NULL;
}

char *
qora_html_dup_attribute (xmlNode *node, const char *name)
{
  for (xmlAttr *attr = node->properties; attr != NULL; attr = attr->next)
    if (strcmp ((const char *) attr->name, name) == 0)
      {
        xmlChar *value = xmlNodeListGetString (node->doc, attr->children, 1);
        char *copy = g_strdup (value != NULL ? (const char *) value : "");

        xmlFree (value);
        return copy;
      }
  return NULL;
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (a, *(const char *const *) b);
}

static Role
get_role (xmlNode *node)
{
  static const struct
  {
    const char *name;
    Role role;
  } roles[] = {
    { "address", ROLE_BLOCK },    { "article", ROLE_BLOCK },    { "aside", ROLE_BLOCK },
    { "blockquote", ROLE_BLOCK }, { "body", ROLE_BLOCK },       { "br", ROLE_BREAK },
    { "caption", ROLE_BLOCK },    { "center", ROLE_BLOCK },     { "dd", ROLE_ITEM },
    { "details", ROLE_BLOCK },    { "dialog", ROLE_BLOCK },     { "dir", ROLE_BLOCK },
    { "div", ROLE_BLOCK },        { "dl", ROLE_BLOCK },         { "dt", ROLE_ITEM },
    { "fieldset", ROLE_BLOCK },   { "figcaption", ROLE_BLOCK }, { "figure", ROLE_BLOCK },
    { "footer", ROLE_BLOCK },     { "form", ROLE_BLOCK },       { "h1", ROLE_HEADING },
    { "h2", ROLE_HEADING },       { "h3", ROLE_HEADING },       { "h4", ROLE_HEADING },
    { "h5", ROLE_HEADING },       { "h6", ROLE_HEADING },       { "header", ROLE_BLOCK },
    { "hgroup", ROLE_BLOCK },     { "hr", ROLE_BLOCK },         { "legend", ROLE_BLOCK },
    { "li", ROLE_ITEM },          { "main", ROLE_BLOCK },       { "menu", ROLE_BLOCK },
    { "ol", ROLE_BLOCK },         { "p", ROLE_BLOCK },          { "pre", ROLE_BLOCK },
    { "q", ROLE_QUOTE },          { "section", ROLE_BLOCK },    { "summary", ROLE_BLOCK },
    { "sup", ROLE_SUP },          { "table", ROLE_BLOCK },      { "tbody", ROLE_BLOCK },
    { "td", ROLE_CELL },          { "tfoot", ROLE_BLOCK },      { "th", ROLE_CELL },
    { "thead", ROLE_BLOCK },      { "tr", ROLE_ROW },           { "ul", ROLE_BLOCK },
  };
  const void *found
      = bsearch (node->name, roles, G_N_ELEMENTS (roles), sizeof roles[0], compare_names);

  return found != NULL ? roles[((const char *) found - (const char *) roles) / sizeof roles[0]].role
                       : ROLE_INLINE;
}

/* Tables also lay out pages: then a cell has a page's worth of text, or a structure of its own. */
static gboolean
is_row_of_data (xmlNode *row)
{
  gsize n_characters = 0;
  guint n_nodes = 0;

  for (xmlNode *node = row; node != NULL; node = qora_html_next (node, row))
    {
      Role role = node->type == XML_ELEMENT_NODE && node != row ? get_role (node) : ROLE_INLINE;

      if (role == ROLE_HEADING || role == ROLE_ITEM || role == ROLE_ROW)
        return FALSE;
      if (node->type == XML_TEXT_NODE && node->content != NULL)
        n_characters += strlen ((const char *) node->content);
      if (n_characters > 4 * MAX_ROW_CHARACTERS || ++n_nodes > MAX_ROW_NODES)
        return FALSE;
    }
  return TRUE;
}

/* ---- walking ---- */

static void
begin (Walker *self)
{
  if (self->row != NULL)
    qora_text_flow_append (self->flow, " ", 1);
  else if (self->heading > 0)
    qora_text_flow_begin (self->flow, QORA_CHAPTER_PART_HEADING, self->heading);
  else
    qora_text_flow_begin (
        self->flow, self->n_items > 0 ? QORA_CHAPTER_PART_LIST_ITEM : QORA_CHAPTER_PART_PARAGRAPH,
        0);
}

static void
append_text (Walker *self, xmlNode *node)
{
  const char *text = (const char *) node->content;
  xmlNode *parent = node->parent;

  if (text == NULL)
    return;
  if (parent == NULL || !is_element (parent, "pre"))
    {
      qora_text_flow_append (self->flow, text, strlen (text));
      return;
    }
  for (gsize length; *text != '\0'; text += length + (text[length] != '\0'))
    {
      length = strcspn (text, "\n");
      qora_text_flow_append (self->flow, text, length);
      if (text[length] != '\0')
        qora_text_flow_break_line (self->flow);
    }
}

static void
begin_chapter_at (Walker *self, xmlNode *node)
{
  g_autofree char *id = qora_html_dup_attribute (node, "id");
  g_autofree char *name
      = id == NULL && is_element (node, "a") ? qora_html_dup_attribute (node, "name") : NULL;
  gpointer title;

  if (id == NULL)
    id = g_steal_pointer (&name);
  if (id != NULL && g_hash_table_lookup_extended (self->chapters, id, NULL, &title))
    qora_text_flow_begin_chapter (self->flow, title);
}

/* TRUE: what is in it counts as well. */
static gboolean
enter_element (Walker *self, xmlNode *node)
{
  Role role = get_role (node);

  if (self->chapters != NULL)
    begin_chapter_at (self, node);
  if (qora_html_is_unread (node))
    return FALSE;
  if (role == ROLE_ROW && self->row == NULL)
    {
      begin (self);
      if (is_row_of_data (node))
        self->row = node;
      return TRUE;
    }
  switch (role)
    {
    case ROLE_SUP:
      {
        g_autofree char *exponent = NULL;

        if (!qora_html_is_mark (node, qora_text_flow_peek (self->flow), &exponent))
          return TRUE;
        if (exponent != NULL)
          qora_text_flow_append (self->flow, exponent, strlen (exponent));
        return FALSE;
      }
    case ROLE_QUOTE:
      qora_text_flow_append (self->flow, "“", strlen ("“"));
      return TRUE;
    case ROLE_BREAK:
      if (self->row == NULL)
        qora_text_flow_break_line (self->flow);
      else
        qora_text_flow_append (self->flow, " ", 1);
      return FALSE;
    case ROLE_HEADING:
      self->heading = node->name[1] - '0';
      break;
    case ROLE_ITEM:
      self->n_items++;
      break;
    default:
      break;
    }
  if (role != ROLE_INLINE)
    begin (self);
  return TRUE;
}

static void
leave_element (Walker *self, xmlNode *node)
{
  Role role = get_role (node);

  if (role == ROLE_INLINE || role == ROLE_BREAK || role == ROLE_SUP)
    return;
  if (role == ROLE_QUOTE)
    {
      qora_text_flow_append (self->flow, "”", strlen ("”"));
      return;
    }
  if (node == self->row)
    self->row = NULL;
  if (role == ROLE_CELL && self->row != NULL)
    qora_text_flow_end_cell (self->flow);
  if (role == ROLE_HEADING)
    self->heading = 0;
  if (role == ROLE_ITEM)
    self->n_items--;
  begin (self);
}

static gboolean
enter (Walker *self, xmlNode *node)
{
  char utf8[8];
  const char *character;

  switch (node->type)
    {
    case XML_ELEMENT_NODE:
      return enter_element (self, node);
    case XML_TEXT_NODE:
    case XML_CDATA_SECTION_NODE:
      append_text (self, node);
      return FALSE;
    case XML_ENTITY_REF_NODE:
      character = qora_text_lookup_entity ((const char *) node->name, utf8);
      if (character != NULL)
        qora_text_flow_append (self->flow, character, strlen (character));
      return FALSE;
    default:
      return FALSE;
    }
}

/* Without recursion: whoever made the file decides how deep it is. */
void
qora_html_walk (xmlNode *root, QoraTextFlow *flow, GHashTable *chapters)
{
  Walker self = { .flow = flow, .chapters = chapters };
  xmlNode *node = root;

  begin (&self);
  while (node != NULL)
    {
      gboolean entered = enter (&self, node);

      if (entered && node->children != NULL)
        {
          node = node->children;
          continue;
        }
      if (entered)
        leave_element (&self, node);
      while (node != root && node->next == NULL)
        {
          node = node->parent;
          leave_element (&self, node);
        }
      node = node != root ? node->next : NULL;
    }
  begin (&self);
}

/* ---- parsing ---- */

static void
init_parser (void)
{
  static gsize done = 0;

  if (g_once_init_enter (&done))
    {
      xmlInitParser ();
      g_once_init_leave (&done, 1);
    }
}

static xmlDoc *
parse_html (const char *text, int length)
{
  htmlParserCtxt *parser = htmlNewParserCtxt ();
  xmlDoc *doc;

  if (parser == NULL)
    return NULL;
  doc = htmlCtxtReadMemory (parser, text, length, NULL, "UTF-8",
                            HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING
                                | HTML_PARSE_NONET | HTML_PARSE_COMPACT);
  /* Beyond its deepest nesting libxml2 stops, and would leave a part of the text. */
  if (parser->lastError.code == XML_ERR_INTERNAL_ERROR)
    g_clear_pointer (&doc, xmlFreeDoc);
  htmlFreeParserCtxt (parser);
  return doc;
}

/* Behind a document type with declarations of its own, which HTML does not know and would take for
 * text. */
static const char *
skip_declarations (const char *text)
{
  const char *type = strstr (text, "<!DOCTYPE");
  const char *end = type != NULL ? type + strcspn (type, "[>") : NULL;

  if (end == NULL || *end != '[')
    return text;
  end = strstr (end, "]>");
  return end != NULL ? end + strlen ("]>") : text;
}

xmlDoc *
qora_html_parse (const char *text, gboolean is_xml)
{
  gsize length = strlen (text);
  xmlDoc *doc = NULL;

  g_return_val_if_fail (length <= G_MAXINT, NULL);
  init_parser ();
  if (is_xml)
    doc = xmlReadMemory (text, (int) length, NULL, "UTF-8",
                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING
                             | XML_PARSE_COMPACT);
  if (doc != NULL)
    return doc;
  if (is_xml)
    text = skip_declarations (text);
  return parse_html (text, (int) strlen (text));
}
