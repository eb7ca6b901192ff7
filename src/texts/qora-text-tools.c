/* qora-text-tools.c: small things that all readers of texts need
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-text-tools.h"

#include <libxml/HTMLparser.h>
#include <string.h>

#define LONGEST_ENTITY 32

/* Zero-width joiners stay: scripts and emoji are written with them. */
static gboolean
is_unseen (gunichar c)
{
  return c == 0x00AD || c == 0x200B || c == 0x200E || c == 0x200F || c == 0x2060 || c == 0xFEFF
         || c == 0xFFFC || (g_unichar_iscntrl (c) && !g_unichar_isspace (c));
}

gboolean
qora_text_is_spaceless (gunichar c)
{
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_BOPOMOFO:
      return TRUE;
    default:
      /* Their punctuation, and letters of full width. */
      return (c >= 0x3001 && c <= 0x303F) || (c >= 0xFF01 && c <= 0xFF60);
    }
}

char *
qora_text_collapse (const char *text)
{
  GString *collapsed = g_string_new (NULL);
  gboolean space = FALSE;
  gboolean line = FALSE;
  gunichar last = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (g_unichar_isspace (c))
        {
          space = TRUE;
          line = line || c == '\n';
        }
      else if (!is_unseen (c))
        {
          gboolean needless = line && qora_text_is_spaceless (last) && qora_text_is_spaceless (c);

          if (space && last != 0 && !needless)
            g_string_append_c (collapsed, ' ');
          space = FALSE;
          line = FALSE;
          last = c;
          g_string_append_unichar (collapsed, c);
        }
    }
  return g_string_free (collapsed, FALSE);
}

gboolean
qora_text_is_blank (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!g_unichar_isspace (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

gboolean
qora_text_has_words (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_isalnum (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

gboolean
qora_text_ends_sentence (const char *text)
{
  const char *at = text + strlen (text);

  while ((at = g_utf8_find_prev_char (text, at)) != NULL)
    {
      gunichar c = g_utf8_get_char (at);

      if (g_utf8_strchr (".!?:…。！？：．", -1, c) != NULL)
        return TRUE;
      switch (g_unichar_type (c))
        {
        case G_UNICODE_CLOSE_PUNCTUATION:
        case G_UNICODE_FINAL_PUNCTUATION:
        case G_UNICODE_INITIAL_PUNCTUATION:
          continue;
        default:
          if (c != '"' && c != '\'')
            return FALSE;
        }
    }
  return FALSE;
}

char *
qora_text_join_sentences (GPtrArray *pieces)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < pieces->len; i++)
    {
      const char *piece = pieces->pdata[i];
      const char *last = g_utf8_find_prev_char (piece, piece + strlen (piece));

      g_string_append (text, piece);
      if (pieces->len > 1 && last != NULL)
        {
          gunichar c = g_utf8_get_char (last);

          if (!g_unichar_ispunct (c))
            g_string_append (text, qora_text_is_spaceless (c) ? "。" : ".");
          if (i + 1 < pieces->len)
            g_string_append_c (text, ' ');
        }
    }
  return g_string_free (text, FALSE);
}

const char *
qora_text_lookup_entity (const char *name, char *utf8)
{
  const htmlEntityDesc *entity = htmlEntityLookup ((const xmlChar *) name);

  if (entity == NULL && strcmp (name, "apos") != 0)
    return NULL;
  utf8[g_unichar_to_utf8 (entity != NULL ? entity->value : '\'', utf8)] = '\0';
  return utf8;
}

/* name[0, length): what stands between & and ; */
static const char *
decode_entity (const char *name, gsize length, char *utf8)
{
  char copy[LONGEST_ENTITY];
  gboolean hexadecimal;
  guint64 c;

  if (length == 0 || length >= sizeof copy)
    return NULL;
  memcpy (copy, name, length);
  copy[length] = '\0';
  if (copy[0] != '#')
    return qora_text_lookup_entity (copy, utf8);

  hexadecimal = copy[1] == 'x' || copy[1] == 'X';
  if (!g_ascii_string_to_unsigned (copy + (hexadecimal ? 2 : 1), hexadecimal ? 16 : 10, 1, 0x10FFFF,
                                   &c, NULL)
      || !g_unichar_validate ((gunichar) c))
    return NULL;
  utf8[g_unichar_to_utf8 ((gunichar) c, utf8)] = '\0';
  return utf8;
}

char *
qora_text_decode_entities (const char *text)
{
  GString *decoded = g_string_new (NULL);

  while (*text != '\0')
    {
      gsize plain = strcspn (text, "&");
      gsize length;
      char utf8[8];
      const char *character;

      g_string_append_len (decoded, text, (gssize) plain);
      text += plain;
      if (*text == '\0')
        break;
      length = strspn (text + 1, "#0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
      character = text[length + 1] == ';' ? decode_entity (text + 1, length, utf8) : NULL;
      g_string_append (decoded, character != NULL ? character : "&");
      text += character != NULL ? length + 2 : 1;
    }
  return g_string_free (decoded, FALSE);
}
