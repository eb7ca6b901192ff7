/* qora-read-markdown.c: Markdown, in CommonMark's and GitHub's sense
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gi18n.h>
#include <md4c.h>
#include <string.h>

#include "qora-html-walker.h"
#include "qora-readers.h"
#include "qora-text-flow.h"
#include "qora-text-tools.h"

typedef struct
{
  QoraTextFlow *flow;
  GString *html; /* of the block of HTML that is read just now */
  gboolean in_html;
  int n_items;    /* of lists that this is in */
  int n_images;   /* text in them is not read */
  gboolean code;  /* nor is that of a code block */
  gboolean table; /* a row of one */
  char *address;  /* where the link goes that this is in; NULL: no link */
} Reader;

static void
begin (Reader *self)
{
  if (!self->table)
    qora_text_flow_begin (
        self->flow, self->n_items > 0 ? QORA_CHAPTER_PART_LIST_ITEM : QORA_CHAPTER_PART_PARAGRAPH,
        0);
}

static void
read_html_block (Reader *self)
{
  xmlDoc *doc = qora_html_parse (self->html->str, FALSE);
  xmlNode *root = doc != NULL ? xmlDocGetRootElement (doc) : NULL;

  if (root != NULL)
    qora_html_walk (root, self->flow, NULL);
  if (doc != NULL)
    xmlFreeDoc (doc);
  g_string_truncate (self->html, 0);
}

static int
enter_block (MD_BLOCKTYPE type, void *detail, void *user_data)
{
  Reader *self = user_data;

  switch (type)
    {
    case MD_BLOCK_H:
      qora_text_flow_begin (self->flow, QORA_CHAPTER_PART_HEADING,
                            (int) ((MD_BLOCK_H_DETAIL *) detail)->level);
      break;
    case MD_BLOCK_CODE:
      self->code = TRUE;
      break;
    case MD_BLOCK_HTML:
      self->in_html = TRUE;
      break;
    case MD_BLOCK_LI:
      self->n_items++;
      begin (self);
      break;
    case MD_BLOCK_TR:
      begin (self);
      self->table = TRUE;
      break;
    case MD_BLOCK_P:
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
    case MD_BLOCK_QUOTE:
      begin (self);
      break;
    default:
      break;
    }
  return 0;
}

static int
leave_block (MD_BLOCKTYPE type, void *detail, void *user_data)
{
  Reader *self = user_data;

  switch (type)
    {
    case MD_BLOCK_CODE:
      self->code = FALSE;
      break;
    case MD_BLOCK_HTML:
      self->in_html = FALSE;
      read_html_block (self);
      break;
    case MD_BLOCK_LI:
      self->n_items--;
      begin (self);
      break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      qora_text_flow_end_cell (self->flow);
      break;
    case MD_BLOCK_TR:
      self->table = FALSE;
      begin (self);
      break;
    case MD_BLOCK_H:
    case MD_BLOCK_P:
      begin (self);
      break;
    default:
      break;
    }
  return 0;
}

static int
enter_span (MD_SPANTYPE type, void *detail, void *user_data)
{
  Reader *self = user_data;

  if (type == MD_SPAN_IMG)
    self->n_images++;
  else if (type == MD_SPAN_A)
    {
      const MD_ATTRIBUTE *href = &((MD_SPAN_A_DETAIL *) detail)->href;

      g_free (self->address);
      self->address = g_strndup (href->text, href->size);
    }
  return 0;
}

static int
leave_span (MD_SPANTYPE type, void *detail, void *user_data)
{
  Reader *self = user_data;

  if (type == MD_SPAN_IMG)
    self->n_images--;
  else if (type == MD_SPAN_A)
    g_clear_pointer (&self->address, g_free);
  return 0;
}

/* Of an address in the text, the name of its server is what one would say. */
static gboolean
append_address (Reader *self, const char *text, gsize length)
{
  g_autofree char *said = g_strndup (text, length);
  g_autoptr (GUri) uri = NULL;
  const char *host;

  if (self->address == NULL || strstr (self->address, said) == NULL)
    return FALSE;
  uri = g_uri_parse (self->address, G_URI_FLAGS_NONE, NULL);
  host = uri != NULL ? g_uri_get_host (uri) : NULL;
  if (host == NULL)
    return FALSE;
  qora_text_flow_append (self->flow, host, strlen (host));
  return TRUE;
}

static int
text (MD_TEXTTYPE type, const MD_CHAR *data, MD_SIZE size, void *user_data)
{
  Reader *self = user_data;
  g_autofree char *copy = NULL;
  g_autofree char *decoded = NULL;

  if (self->n_images > 0 || self->code)
    return 0;
  switch (type)
    {
    case MD_TEXT_NULLCHAR:
      break;
    case MD_TEXT_BR:
      qora_text_flow_break_line (self->flow);
      break;
    case MD_TEXT_SOFTBR:
      qora_text_flow_append (self->flow, "\n", 1);
      break;
    case MD_TEXT_HTML:
      if (self->in_html)
        g_string_append_len (self->html, data, size);
      else if (size >= 3 && g_ascii_strncasecmp (data, "<br", 3) == 0)
        qora_text_flow_break_line (self->flow);
      break;
    case MD_TEXT_ENTITY:
      copy = g_strndup (data, size);
      decoded = qora_text_decode_entities (copy);
      qora_text_flow_append (self->flow, decoded, strlen (decoded));
      break;
    default:
      if (!append_address (self, data, size))
        qora_text_flow_append (self->flow, data, size);
    }
  return 0;
}

/* ---- what CommonMark does not know ---- */

static char *
unquote (const char *value)
{
  g_autofree char *text = g_strstrip (g_strdup (value));
  gsize length = strlen (text);

  if (length >= 2 && (text[0] == '"' || text[0] == '\'') && text[length - 1] == text[0])
    return g_strndup (text + 1, length - 2);
  return g_steal_pointer (&text);
}

/* The title, author and language that a block of settings in front of the text names. */
static void
take_setting (QoraDocument *document, const char *line)
{
  const char *colon = strchr (line, ':');
  g_autofree char *key = NULL;
  g_autofree char *value = NULL;

  if (colon == NULL || g_ascii_isspace (*line))
    return;
  key = g_ascii_strdown (line, colon - line);
  value = unquote (colon + 1);
  if (*value == '\0')
    return;
  if (strcmp (key, "title") == 0)
    {
      g_free (document->title);
      document->title = qora_text_collapse (value);
    }
  else if (strcmp (key, "author") == 0 && document->author == NULL)
    document->author = g_steal_pointer (&value);
  else if ((strcmp (key, "lang") == 0 || strcmp (key, "language") == 0)
           && document->language == NULL)
    document->language = g_steal_pointer (&value);
}

/* The text behind the settings, which stand between lines of three dashes at the very beginning. */
static const char *
skip_settings (QoraDocument *document, const char *markdown)
{
  g_autoptr (GRegex) regex = g_regex_new (
      "\\A---[ \\t]*\\n(?!\\s*\\n)((?:.*\\n)*?)(?:---|\\.\\.\\.)[ \\t]*(?:\\n|\\z)", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *settings = NULL;
  g_auto (GStrv) lines = NULL;
  int end;

  if (!g_regex_match (regex, markdown, 0, &match))
    return markdown;
  settings = g_match_info_fetch (match, 1);
  lines = g_strsplit (settings, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    take_setting (document, *line);
  g_match_info_fetch_pos (match, 0, NULL, &end);
  return markdown + end;
}

/* Footnotes, and the marks for them. */
static char *
drop_footnotes (const char *markdown)
{
  g_autoptr (GRegex) notes
      = g_regex_new ("^ {0,3}\\[\\^[^\\]\\s]+\\]:.*(?:\\n(?!\\s*\\n).+)*(?:\\n(?:[ \\t]*\\n)*"
                     "(?: {4}|\\t).*)*|\\[\\^[^\\]\\s]+\\]",
                     G_REGEX_MULTILINE, 0, NULL);
  char *text = strstr (markdown, "[^") != NULL
                   ? g_regex_replace_literal (notes, markdown, -1, 0, "", 0, NULL)
                   : NULL;

  return text != NULL ? text : g_strdup (markdown);
}

gboolean
qora_read_markdown (QoraDocument *document, const char *markdown, const char *name, GError **error)
{
  const MD_PARSER parser = {
    .flags = MD_DIALECT_GITHUB,
    .enter_block = enter_block,
    .leave_block = leave_block,
    .enter_span = enter_span,
    .leave_span = leave_span,
    .text = text,
  };
  g_autoptr (QoraTextFlow) flow = qora_text_flow_new ();
  g_autofree char *body = drop_footnotes (skip_settings (document, markdown));
  Reader reader = { .flow = flow, .html = g_string_new (NULL) };
  int failed = md_parse (body, (MD_SIZE) strlen (body), &parser, &reader);

  g_free (reader.address);
  g_string_free (reader.html, TRUE);
  if (failed != 0)
    /* translators: %s is a file name */
    return qora_reader_fail (error, QORA_DOCUMENT_ERROR_DAMAGED,
                             _ ("“%s” cannot be read as Markdown"), name);
  qora_text_flow_to_outline (flow, document, 0);
  return TRUE;
}
