/* qora-text-encoding.c: the encoding of a text, told or found out
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-text-encoding.h"

#include <string.h>
#include <uchardet/uchardet.h>

#define DETECT_BYTES   (1024 * 1024) /* a detector has made up its mind long before */
#define DECLARED_BYTES 1024          /* as far as browsers look for a declaration */

/* ---- what names mean ---- */

/* Programs that say the one write the other, which has more characters. From the label table of
 * the WHATWG Encoding Standard. */
static const char *
widen (const char *name)
{
  static const struct
  {
    const char *name;
    const char *superset;
  } supersets[] = {
    { "us-ascii", "WINDOWS-1252" },
    { "ascii", "WINDOWS-1252" },
    { "iso-8859-1", "WINDOWS-1252" },
    { "iso8859-1", "WINDOWS-1252" },
    { "latin1", "WINDOWS-1252" },
    { "iso-8859-9", "WINDOWS-1254" },
    { "iso-8859-11", "WINDOWS-874" },
    { "tis-620", "WINDOWS-874" },
    { "shift_jis", "CP932" },
    { "shift-jis", "CP932" },
    { "sjis", "CP932" },
    { "x-sjis", "CP932" },
    { "windows-31j", "CP932" },
    { "euc-kr", "UHC" },
    { "ks_c_5601-1987", "UHC" },
    { "gb2312", "GB18030" },
    { "gbk", "GB18030" },
    { "hz-gb-2312", "HZ" },
    { "big5", "BIG5-HKSCS" },
    { "x-mac-cyrillic", "MAC-CYRILLIC" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (supersets); i++)
    if (g_ascii_strcasecmp (name, supersets[i].name) == 0)
      return supersets[i].superset;
  return name;
}

static gboolean
is_control (guchar c)
{
  return c < 0x20 && c != '\t' && c != '\n' && c != '\f' && c != '\r' && c != 0x1A && c != 0x1B;
}

static gboolean
has_few_controls (const char *bytes, gsize length)
{
  gsize n = 0;

  for (gsize i = 0; i < length; i++)
    n += is_control ((guchar) bytes[i]);
  return n * 100 <= length;
}

/* Strict: every byte has a meaning, and hardly any of them a control character. */
static char *
convert (const char *bytes, gsize length, const char *encoding)
{
  gsize written = 0;
  g_autofree char *text
      = g_convert (bytes, (gssize) length, "UTF-8", widen (encoding), NULL, &written, NULL);

  if (text == NULL || memchr (text, '\0', written) != NULL || !has_few_controls (text, written))
    return NULL;
  return g_steal_pointer (&text);
}

/* ---- one guess after another ---- */

static gboolean
find_mark (const char *bytes, gsize length, const char **encoding, gsize *mark)
{
  static const struct
  {
    const char *bytes;
    gsize length;
    const char *encoding;
  } marks[] = {
    { "\xEF\xBB\xBF", 3, "UTF-8" },    { "\xFF\xFE\0\0", 4, "UTF-32LE" },
    { "\0\0\xFE\xFF", 4, "UTF-32BE" }, { "\xFF\xFE", 2, "UTF-16LE" },
    { "\xFE\xFF", 2, "UTF-16BE" },     { "\x84\x31\x95\x33", 4, "GB18030" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (length >= marks[i].length && memcmp (bytes, marks[i].bytes, marks[i].length) == 0)
      {
        *encoding = marks[i].encoding;
        *mark = marks[i].length;
        return TRUE;
      }
  return FALSE;
}

/* What every text has: spaces, line ends, commas, full stops. 0: it is none. */
static gsize
count_common (const char *text)
{
  gsize common = 0;
  gsize n = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text), n++)
    {
      gunichar c = g_utf8_get_char (text);

      if (!g_unichar_isdefined (c) || g_unichar_type (c) == G_UNICODE_PRIVATE_USE)
        return 0;
      common += g_utf8_strchr (" \r\n.,、。，", -1, c) != NULL;
    }
  return common * 50 >= n ? common : 0;
}

/* UTF-16 with its bytes the wrong way round has characters from everywhere, and no commas. */
static char *
convert_utf16 (const char *bytes, gsize length)
{
  g_autofree char *little = convert (bytes, length, "UTF-16LE");
  g_autofree char *big = convert (bytes, length, "UTF-16BE");
  gsize n_little = little != NULL ? count_common (little) : 0;
  gsize n_big = big != NULL ? count_common (big) : 0;

  if (n_little == n_big)
    return NULL;
  return n_little > n_big ? g_steal_pointer (&little) : g_steal_pointer (&big);
}

/* UTF-8 that was damaged in a few places: mostly right, and right where it is not ASCII. */
static char *
mend_utf8 (const char *bytes, gsize length)
{
  const char *end = bytes + length;
  GString *text = g_string_sized_new (length);
  gsize right = 0;
  gsize wrong = 0;

  for (const char *at = bytes; at < end;)
    {
      gunichar c = g_utf8_get_char_validated (at, end - at);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          wrong++;
          at++;
          continue;
        }
      right += c >= 0x80;
      g_string_append_unichar (text, c);
      at = g_utf8_next_char (at);
    }
  return g_string_free (text, right < 10 * wrong);
}

static char *
detect (const char *bytes, gsize length)
{
  uchardet_t detector = uchardet_new ();
  g_autofree char *name = NULL;

  uchardet_handle_data (detector, bytes, MIN (length, DETECT_BYTES));
  uchardet_data_end (detector);
  name = g_strdup (uchardet_get_charset (detector));
  uchardet_delete (detector);
  return *name != '\0' ? convert (bytes, length, name) : NULL;
}

char *
qora_text_decode (const char *bytes, gsize length, const char *declared)
{
  const char *encoding;
  gsize mark;
  char *text = NULL;

  if (find_mark (bytes, length, &encoding, &mark))
    {
      text = convert (bytes + mark, length - mark, encoding);
      if (text == NULL && mark == 3)
        text = mend_utf8 (bytes + mark, length - mark);
      return text;
    }
  if (memchr (bytes, '\0', length) != NULL)
    return convert_utf16 (bytes, length);
  if (!has_few_controls (bytes, length))
    return NULL;
  if (declared != NULL)
    text = convert (bytes, length, declared);
  /* ISO-2022 changes its character sets by escapes, and is ASCII to look at. */
  if (text == NULL && memchr (bytes, '\x1B', length) != NULL)
    text = detect (bytes, length);
  if (text == NULL)
    text = convert (bytes, length, "UTF-8");
  if (text == NULL)
    text = mend_utf8 (bytes, length);
  if (text == NULL)
    text = detect (bytes, length);
  if (text == NULL)
    text = convert (bytes, length, "WINDOWS-1252");
  return text;
}

/* ---- declarations ---- */

char *
qora_text_find_declared (const char *bytes, gsize length)
{
  g_autofree char *head = g_strndup (bytes, MIN (length, DECLARED_BYTES));
  g_autoptr (GRegex) regex
      = g_regex_new ("^\\s*<\\?xml[^>]*?\\bencoding\\s*=\\s*[\"']?([\\w.:-]+)"
                     "|<meta[^>]*?\\bcharset\\s*=\\s*[\"']?\\s*([\\w.:-]+)",
                     G_REGEX_CASELESS | G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *name = NULL;

  if (!g_regex_match (regex, head, 0, &match))
    return NULL;
  name = g_match_info_fetch (match, 1);
  if (*name == '\0')
    {
      g_free (name);
      name = g_match_info_fetch (match, 2);
    }
  /* What is readable as ASCII is not UTF-16, whatever it says. */
  if (g_ascii_strncasecmp (name, "utf-16", 6) == 0 || g_ascii_strncasecmp (name, "utf-32", 6) == 0)
    return NULL;
  return g_steal_pointer (&name);
}
