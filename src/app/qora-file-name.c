/* qora-file-name.c: names of saved files, made from a pattern
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-file-name.h"

#include <glib/gi18n.h>
#include <string.h>

#define TITLE_LENGTH 60  /* characters */
#define MAX_BYTES    200 /* of 255 that a name may have, with room for endings and ".part" */
#define SEPARATORS   " -_.,–—"

static void
append_field (GString *name, const QoraFileName *fields, const char *field, gsize length)
{
  if (strncmp (field, "title", length) == 0)
    {
      const char *title = fields->title != NULL ? fields->title : "";
      g_autofree char *cut
          = g_utf8_substring (title, 0, MIN (TITLE_LENGTH, g_utf8_strlen (title, -1)));

      g_string_append (name, cut);
    }
  else if (strncmp (field, "voice", length) == 0)
    g_string_append (name, fields->voice != NULL ? fields->voice : "");
  else if (strncmp (field, "date", length) == 0)
    {
      g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (fields->created);
      g_autofree char *day = time != NULL ? g_date_time_format (time, "%Y-%m-%d") : NULL;

      g_string_append (name, day != NULL ? day : "");
    }
  else if (fields->number > 0)
    g_string_append_printf (name, "%02u", fields->number);
}

/* Length of the field's name where `text` is one in braces, or 0. */
static gsize
match_field (const char *text)
{
  static const char *const names[] = { "title", "voice", "date", "number" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize length = strlen (names[i]);

      if (text[0] == '{' && strncmp (text + 1, names[i], length) == 0 && text[length + 1] == '}')
        return length;
    }
  return 0;
}

/* Single spaces, and none of what a name must not contain. */
static GString *
clean (const char *raw)
{
  GString *name = g_string_new (NULL);

  for (const char *at = raw; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gboolean space = g_unichar_isspace (c) || g_unichar_iscntrl (c)
                       || (c < 128 && strchr ("/\\:*?\"<>|", (int) c));

      if (!space)
        g_string_append_unichar (name, c);
      else if (name->len > 0 && name->str[name->len - 1] != ' ')
        g_string_append_c (name, ' ');
    }
  return name;
}

/* Cuts to a length in bytes, between characters, and takes separators off both ends. */
static char *
trim (const GString *name)
{
  const char *start = name->str;
  const char *end = start + MIN (name->len, MAX_BYTES);

  while ((*end & 0xc0) == 0x80)
    end--;
  while (start < end && g_utf8_strchr (SEPARATORS, -1, g_utf8_get_char (start)) != NULL)
    start = g_utf8_next_char (start);
  while (end > start)
    {
      const char *last = g_utf8_find_prev_char (start, end);

      if (last == NULL || g_utf8_strchr (SEPARATORS, -1, g_utf8_get_char (last)) == NULL)
        break;
      end = last;
    }
  return g_strndup (start, (gsize) (end - start));
}

char *
qora_file_name_format (const char *pattern, const QoraFileName *fields, const char *extension)
{
  g_autoptr (GString) raw = g_string_new (NULL);
  g_autoptr (GString) name = NULL;
  g_autofree char *stem = NULL;

  for (const char *at = pattern; *at != '\0';)
    {
      gsize length = match_field (at);

      if (length > 0)
        append_field (raw, fields, at + 1, length);
      else
        g_string_append_c (raw, *at);
      at += length > 0 ? length + 2 : 1;
    }
  name = clean (raw->str);
  stem = trim (name);
  return g_strconcat (*stem != '\0' ? stem : _ ("Speech"), ".", extension, NULL);
}
