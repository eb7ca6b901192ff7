/* qora-html-unread.c: which elements of HTML are there for the eye, or for a program
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-html-unread.h"

#include <stdlib.h>
#include <string.h>

#include "qora-html-walker.h"

#define MAX_MARK 12 /* bytes; a longer text is no footnote's mark */

static int
compare_names (const void *a, const void *b)
{
  return strcmp (a, *(const char *const *) b);
}

static gboolean
is_unread_name (const char *name)
{
  static const char *const names[]
      = { "applet",   "area",     "audio",  "button",   "canvas",  "col",      "colgroup",
          "datalist", "embed",    "frame",  "frameset", "head",    "iframe",   "img",
          "input",    "link",     "map",    "meta",     "meter",   "nav",      "noembed",
          "noframes", "noscript", "object", "option",   "picture", "progress", "rp",
          "rt",       "rtc",      "script", "select",   "style",   "svg",      "template",
          "textarea", "title",    "track",  "video" };

  return bsearch (name, names, G_N_ELEMENTS (names), sizeof names[0], compare_names) != NULL;
}

/* One of the words that an attribute lists. */
static gboolean
lists_any (const char *value, const char *const *words)
{
  g_auto (GStrv) listed = g_strsplit_set (value, " \t\r\n", -1);

  for (char **word = listed; *word != NULL; word++)
    if (g_strv_contains (words, *word))
      return TRUE;
  return FALSE;
}

static gboolean
is_hiding_style (const char *value)
{
  g_autofree char *style = g_ascii_strdown (value, -1);
  char *end = style;

  for (const char *at = style; *at != '\0'; at++)
    if (!g_ascii_isspace (*at))
      *end++ = *at;
  *end = '\0';
  return strstr (style, "display:none") != NULL || strstr (style, "visibility:hidden") != NULL;
}

static gboolean
is_unread_attribute (const char *name, const char *value)
{
  /* epub:type, from the Structural Semantics Vocabulary of EPUB. */
  static const char *const types[]
      = { "backlink", "endnote",   "endnotes",  "footnote", "footnotes", "landmarks", "loi", "lot",
          "noteref",  "page-list", "pagebreak", "rearnote", "rearnotes", "toc",       NULL };
  /* role, from WAI-ARIA and its digital publishing module. */
  static const char *const roles[] = { "doc-backlink", "doc-endnote", "doc-endnotes",
                                       "doc-footnote", "doc-noteref", "doc-pagebreak",
                                       "doc-pagelist", "doc-toc",     "navigation",
                                       "search",       NULL };
  /* What widespread programs write: pandoc, Project Gutenberg, MediaWiki. */
  static const char *const classes[]
      = { "footnote-back", "footnote-backref", "footnote-ref", "footnotes", "mw-editsection",
          "noteref",       "pagebreak",        "pagenum",      NULL };

  if (strcmp (name, "hidden") == 0)
    return TRUE;
  if (strcmp (name, "aria-hidden") == 0)
    return strcmp (value, "true") == 0;
  if (strcmp (name, "style") == 0)
    return is_hiding_style (value);
  if (strcmp (name, "type") == 0 || strcmp (name, "epub:type") == 0)
    return lists_any (value, types);
  if (strcmp (name, "role") == 0)
    return lists_any (value, roles);
  return strcmp (name, "class") == 0 && lists_any (value, classes);
}

/* The text in an element if it is no longer than a mark. (transfer full) */
static char *
dup_short_text (xmlNode *element)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (xmlNode *node = element; node != NULL; node = qora_html_next (node, element))
    {
      if (node->type == XML_TEXT_NODE && node->content != NULL)
        g_string_append (text, (const char *) node->content);
      if (text->len > MAX_MARK)
        return NULL;
    }
  return g_strstrip (g_strdup (text->str));
}

static gboolean
consists_of (const char *text, const char *characters)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_utf8_strchr (characters, -1, g_utf8_get_char (text)) == NULL)
      return FALSE;
  return TRUE;
}

/* A link such as [1] or † into the page. A number alone may be part of the text. */
static gboolean
is_note_link (xmlNode *a)
{
  g_autofree char *href = qora_html_dup_attribute (a, "href");
  g_autofree char *text = NULL;

  if (href == NULL || strchr (href, '#') == NULL)
    return FALSE;
  text = dup_short_text (a);
  return text != NULL && *text != '\0' && consists_of (text, "0123456789[]*†‡§¶↩︎")
         && !consists_of (text, "0123456789");
}

static gboolean
is_code_block (xmlNode *pre)
{
  for (xmlNode *child = pre->children; child != NULL; child = child->next)
    if (child->type == XML_ELEMENT_NODE)
      return strcmp ((const char *) child->name, "code") == 0;
  return FALSE;
}

gboolean
qora_html_is_unread (xmlNode *element)
{
  const char *name = (const char *) element->name;

  if (is_unread_name (name))
    return TRUE;
  for (xmlAttr *attr = element->properties; attr != NULL; attr = attr->next)
    {
      g_autofree char *value = qora_html_dup_attribute (element, (const char *) attr->name);

      if (is_unread_attribute ((const char *) attr->name, value))
        return TRUE;
    }
  if (strcmp (name, "pre") == 0)
    return is_code_block (element);
  return strcmp (name, "a") == 0 && is_note_link (element);
}

/* A unit, a variable, a number or a bracket: "m", "km", "x", "10", "(a + b)". */
static gboolean
takes_exponent (const char *before)
{
  const char *end = before + strlen (before);
  const char *at = end;
  gsize n = 0;

  while ((at = g_utf8_find_prev_char (before, at)) != NULL
         && g_unichar_isalnum (g_utf8_get_char (at)))
    {
      if (n == 0 && g_unichar_isdigit (g_utf8_get_char (at)))
        return TRUE;
      n++;
    }
  if (n == 0)
    return end > before && end[-1] == ')';
  return n <= 2;
}

static char *
raise_digits (const char *text)
{
  static const char *const digits[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
  GString *raised = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text))
    g_string_append (raised, g_ascii_isdigit (*text) ? digits[*text - '0'] : "⁻");
  return g_string_free (raised, FALSE);
}

gboolean
qora_html_is_mark (xmlNode *sup, const char *before, char **exponent)
{
  g_autofree char *text = dup_short_text (sup);
  xmlNode *link = qora_html_find (sup, "a");

  if (text == NULL || *text == '\0')
    return text != NULL;
  if (link != NULL || strcmp ((const char *) sup->parent->name, "a") == 0)
    return consists_of (text, "0123456789abcdefghijklmnopqrstuvwxyz[]()*†‡§¶, ");
  if (consists_of (text, "0123456789-−") && before != NULL && takes_exponent (before))
    {
      *exponent = raise_digits (text);
      return TRUE;
    }
  return consists_of (text, "0123456789[]()*†‡§¶, ");
}
