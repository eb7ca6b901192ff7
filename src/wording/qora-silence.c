/* qora-silence.c: marks in a text that stand for silence of a given length
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-silence.h"

#include <string.h>

/* Both work on bytes: everything that a mark may contain is ASCII. */
#define RAW (G_REGEX_RAW | G_REGEX_CASELESS | G_REGEX_OPTIMIZE)
#define ANY "\\{[ \\t]*silence(?![a-z0-9_-])[^{}\\r\\n]*\\}"
#define GOOD                                                                                       \
  "^\\{[ \\t]*silence[ \\t]+([0-9]{1,6}(?:[.,][0-9]{0,6})?|[.,][0-9]{1,6})[ \\t]*(ms|s)[ "         \
  "\\t]*\\}$"
#define UNTIL                                                                                      \
  "^\\{[ \\t]*silence[ \\t]+until[ \\t]+(?:(?:([0-9]{1,2}):)?([0-9]{1,3}):)?"                      \
  "([0-9]{1,6}(?:[.,][0-9]{0,6})?)[ \\t]*s?[ \\t]*\\}$"

static GRegex *
get_regex (GRegex **regex, const char *pattern)
{
  if (g_once_init_enter (regex))
    g_once_init_leave (regex, g_regex_new (pattern, RAW, 0, NULL));
  return *regex;
}

static double
fetch_number (GMatchInfo *match, int group)
{
  g_autofree char *number = g_match_info_fetch (match, group);

  return number != NULL ? g_ascii_strtod (g_strdelimit (number, ",", '.'), NULL) : 0;
}

/* < 0 where it is no good one. */
static double
parse_until (const char *mark, gsize length)
{
  static GRegex *until;
  g_autoptr (GMatchInfo) match = NULL;
  double time;

  if (!g_regex_match_full (get_regex (&until, UNTIL), mark, (gssize) length, 0, 0, &match, NULL))
    return -1;
  time = fetch_number (match, 1) * 3600 + fetch_number (match, 2) * 60 + fetch_number (match, 3);
  return time <= QORA_SILENCE_LAST_TIME ? QORA_SILENCE_UNTIL + time : -1;
}

/* < 0 where it is no good one. */
static double
parse_mark (const char *mark, gsize length)
{
  static GRegex *good;
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *unit = NULL;
  double seconds;

  if (!g_regex_match_full (get_regex (&good, GOOD), mark, (gssize) length, 0, 0, &match, NULL))
    return parse_until (mark, length);
  unit = g_match_info_fetch (match, 2);
  seconds = fetch_number (match, 1);
  if (g_ascii_tolower (*unit) == 'm')
    seconds /= 1000;
  return seconds <= QORA_SILENCE_LONGEST ? seconds : -1;
}

gboolean
qora_silence_find (const char *text, gsize from, gsize length, QoraSilenceMark *mark)
{
  static GRegex *any;
  g_autoptr (GMatchInfo) match = NULL;
  int start;
  int end;

  if (from >= length || memchr (text + from, '{', length - from) == NULL)
    return FALSE;
  if (!g_regex_match_full (get_regex (&any, ANY), text + from, (gssize) (length - from), 0, 0,
                           &match, NULL))
    return FALSE;
  g_match_info_fetch_pos (match, 0, &start, &end);
  mark->start = from + (gsize) start;
  mark->end = from + (gsize) end;
  mark->seconds = parse_mark (text + mark->start, mark->end - mark->start);
  return TRUE;
}

double
qora_silence_add (double silence, double more)
{
  if (more < 0)
    return silence;
  if (more >= QORA_SILENCE_UNTIL)
    return more;
  return silence < 0 ? more : silence + more;
}

double
qora_silence_resolve (double silence, double at)
{
  return silence < QORA_SILENCE_UNTIL ? silence : MAX (0, silence - QORA_SILENCE_UNTIL - at);
}

static gboolean
is_space_or_punctuation (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONNECT_PUNCTUATION:
    case G_UNICODE_DASH_PUNCTUATION:
    case G_UNICODE_CLOSE_PUNCTUATION:
    case G_UNICODE_FINAL_PUNCTUATION:
    case G_UNICODE_INITIAL_PUNCTUATION:
    case G_UNICODE_OTHER_PUNCTUATION:
    case G_UNICODE_OPEN_PUNCTUATION:
      return TRUE;
    default:
      return g_unichar_isspace (c);
    }
}

static gboolean
has_words (const char *text, gsize length)
{
  for (const char *at = text; at < text + length; at = g_utf8_next_char (at))
    if (!is_space_or_punctuation (g_utf8_get_char (at)))
      return TRUE;
  return FALSE;
}

/* Narrows [*start, *end) to what has no white space at its ends. */
static void
trim (const char *text, gsize *start, gsize *end)
{
  while (*start < *end && g_unichar_isspace (g_utf8_get_char (text + *start)))
    *start = (gsize) (g_utf8_next_char (text + *start) - text);
  while (*end > *start)
    {
      const char *last = g_utf8_find_prev_char (text + *start, text + *end);

      if (last == NULL || !g_unichar_isspace (g_utf8_get_char (last)))
        break;
      *end = (gsize) (last - text);
    }
}

static void
add_piece (GArray *pieces, const char *text, gsize start, gsize end, gboolean beside_mark,
           double *silence)
{
  QoraSpokenPiece piece = { start, end, *silence };

  trim (text, &piece.start, &piece.end);
  if (piece.start == piece.end
      || (beside_mark && !has_words (text + piece.start, piece.end - piece.start)))
    return;
  g_array_append_val (pieces, piece);
  *silence = -1;
}

GArray *
qora_silence_cut (const char *text, gsize length, double *trailing)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (QoraSpokenPiece));
  gboolean marked = FALSE;
  double silence = -1;
  gsize start = 0;
  gsize from = 0;
  QoraSilenceMark mark;

  while (qora_silence_find (text, from, length, &mark))
    {
      from = mark.end;
      if (mark.seconds < 0)
        continue;
      marked = TRUE;
      add_piece (pieces, text, start, mark.start, marked, &silence);
      silence = qora_silence_add (silence, mark.seconds);
      start = mark.end;
    }
  add_piece (pieces, text, start, length, marked, &silence);
  *trailing = silence;
  return pieces;
}

char *
qora_silence_strip (const char *text)
{
  GString *stripped = g_string_new (NULL);
  gsize length = strlen (text);
  gsize start = 0;
  gsize from = 0;
  QoraSilenceMark mark;

  while (qora_silence_find (text, from, length, &mark))
    {
      from = mark.end;
      if (mark.seconds < 0)
        continue;
      g_string_append_len (stripped, text + start, (gssize) (mark.start - start));
      start = mark.end;
    }
  g_string_append (stripped, text + start);
  return g_string_free (stripped, FALSE);
}
