/* qora-text-tools.c: small things that all readers of texts need
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-text-tools.h"

/* Zero-width joiners stay: scripts and emoji are written with them. */
static gboolean
is_unseen (gunichar c)
{
  return c == 0x00AD || c == 0x200B || c == 0x2060 || c == 0xFEFF || c == 0xFFFC
         || (g_unichar_iscntrl (c) && !g_unichar_isspace (c));
}

char *
qora_text_collapse (const char *text)
{
  GString *collapsed = g_string_new (NULL);
  gboolean space = FALSE;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (g_unichar_isspace (c))
        space = TRUE;
      else if (!is_unseen (c))
        {
          if (space && collapsed->len > 0)
            g_string_append_c (collapsed, ' ');
          space = FALSE;
          g_string_append_unichar (collapsed, c);
        }
    }
  return g_string_free (collapsed, FALSE);
}
