/* qora-read-subtitles.c: SubRip and WebVTT: what is said, and when
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "qora-readers.h"
#include "qora-text-tools.h"

#define MAX_HOURS 1000

typedef struct
{
  QoraChapter *chapter;
  const char *name;
  char **lines;
  guint at; /* index of the line that comes next */
  gboolean is_vtt;
} Reader;

static gboolean
fail_at (Reader *self, guint line, const char *reason, GError **error)
{
  /* translators: a file name, the number of a line in it, what is wrong with it */
  return qora_reader_fail (error, QORA_DOCUMENT_ERROR_DAMAGED, _ ("“%s”, line %u: %s"), self->name,
                           line + 1, reason);
}

/* ---- times ---- */

/* Digits up to `most`, which must be followed by `end` unless that is 0. */
static gboolean
take_number (const char **text, guint most, char end, guint *value)
{
  guint n = 0;

  for (*value = 0; g_ascii_isdigit (**text) && n < most; n++)
    *value = *value * 10 + (guint) (*(*text)++ - '0');
  if (n == 0 || g_ascii_isdigit (**text))
    return FALSE;
  if (end == '\0')
    return TRUE;
  return *(*text)++ == end;
}

/* 00:01:02,345 or 00:01:02.345; WebVTT leaves out hours. */
static gboolean
take_time (const char **text, double *seconds)
{
  const char *fraction;
  guint parts[3] = { 0, 0, 0 };
  guint n = 0;
  guint thousandths = 0;

  for (; n < 3; n++)
    {
      if (!take_number (text, n == 0 ? 4 : 2, '\0', &parts[n]))
        return FALSE;
      if (**text != ':')
        break;
      (*text)++;
    }
  if (n == 0 || n == 3)
    return FALSE;
  if (n == 1)
    {
      parts[2] = parts[1];
      parts[1] = parts[0];
      parts[0] = 0;
    }
  if (**text == ',' || **text == '.')
    {
      fraction = ++*text;
      if (!take_number (text, 3, '\0', &thousandths))
        return FALSE;
      for (gsize i = (gsize) (*text - fraction); i < 3; i++)
        thousandths *= 10;
    }
  if (parts[0] > MAX_HOURS || parts[1] > 59 || parts[2] > 59)
    return FALSE;
  *seconds = parts[0] * 3600.0 + parts[1] * 60.0 + parts[2] + thousandths / 1000.0;
  return TRUE;
}

static gboolean
take_times (const char *line, double *start, double *end)
{
  while (g_ascii_isspace (*line))
    line++;
  if (!take_time (&line, start))
    return FALSE;
  while (g_ascii_isspace (*line))
    line++;
  if (!g_str_has_prefix (line, "-->"))
    return FALSE;
  line += strlen ("-->");
  while (g_ascii_isspace (*line))
    line++;
  return take_time (&line, end) && (*line == '\0' || g_ascii_isspace (*line));
}

/* ---- text ---- */

/* Without <i>, <v Name>, {\an8}, what ruby says above the text, notes, and the dash that says that
 * somebody else speaks. */
static char *
clean_line (const char *line)
{
  static gsize marks = 0;
  static gsize dash = 0;
  g_autofree char *plain = NULL;
  g_autofree char *decoded = NULL;

  if (g_once_init_enter (&marks))
    g_once_init_leave (&marks, (gsize) g_regex_new ("<rt\\b[^>]*>.*?</rt>|</?[a-z0-9][^<>]*>"
                                                    "|\\{\\\\[^{}]*\\}|\\{/?[biu]\\}|[♪♫♬]",
                                                    G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL));
  if (g_once_init_enter (&dash))
    g_once_init_leave (&dash, (gsize) g_regex_new ("^\\s*(?:[-‐–—]|>>)+\\s*(?=[^\\s\\d])",
                                                   G_REGEX_OPTIMIZE, 0, NULL));
  plain = g_regex_replace_literal ((GRegex *) marks, line, -1, 0, "", 0, NULL);
  decoded = qora_text_decode_entities (plain != NULL ? plain : line);
  return g_regex_replace_literal ((GRegex *) dash, decoded, -1, 0, "", 0, NULL);
}

static void
add_cue_text (Reader *self, double start, double end)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (; self->lines[self->at] != NULL && !qora_text_is_blank (self->lines[self->at]); self->at++)
    {
      g_autofree char *line = clean_line (self->lines[self->at]);

      g_string_append (text, line);
      g_string_append_c (text, '\n');
    }
  qora_chapter_add_subtitle (self->chapter, text->str, start, end);
}

/* ---- cues ---- */

static void
skip_block (Reader *self)
{
  while (self->lines[self->at] != NULL && !qora_text_is_blank (self->lines[self->at]))
    self->at++;
}

static gboolean
is_number (const char *line)
{
  line += strspn (line, " \t");
  return g_ascii_isdigit (*line) && qora_text_is_blank (line + strspn (line, "0123456789"));
}

static gboolean
read_cue (Reader *self, GError **error)
{
  const char *line = self->lines[self->at];
  double start;
  double end;

  /* SubRip has a number above the times, WebVTT may have any name. */
  if (strstr (line, "-->") == NULL)
    {
      if (!self->is_vtt && !is_number (line))
        return fail_at (self, self->at, _ ("a subtitle begins with its number"), error);
      line = self->lines[++self->at];
    }
  if (line == NULL || !take_times (line, &start, &end))
    return fail_at (self, self->at,
                    _ ("these are not the times of a subtitle, such as "
                       "00:00:01,000 --> 00:00:02,500"),
                    error);
  if (end < start)
    return fail_at (self, self->at, _ ("the subtitle ends before it begins"), error);
  self->at++;
  add_cue_text (self, start, end);
  return TRUE;
}

static int
compare_starts (const void *a, const void *b)
{
  const QoraChapterPart *first = *(QoraChapterPart *const *) a;
  const QoraChapterPart *second = *(QoraChapterPart *const *) b;

  return (first->start > second->start) - (first->start < second->start);
}

gboolean
qora_read_subtitles (QoraDocument *document, const char *text, const char *name, GError **error)
{
  g_autofree char *unified = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GRegex) ends = g_regex_new ("\\r\\n?", 0, 0, NULL);
  Reader reader = { .name = name, .is_vtt = g_str_has_prefix (text, "WEBVTT") };

  unified = g_regex_replace_literal (ends, text, -1, 0, "\n", 0, NULL);
  lines = g_strsplit (unified, "\n", -1);
  reader.lines = lines;
  reader.chapter = qora_document_add_chapter (document, NULL);
  if (reader.is_vtt)
    skip_block (&reader);
  while (lines[reader.at] != NULL)
    {
      const char *line = lines[reader.at];

      if (qora_text_is_blank (line))
        reader.at++;
      else if (reader.is_vtt
               && (g_str_has_prefix (line, "NOTE") || g_str_has_prefix (line, "STYLE")
                   || g_str_has_prefix (line, "REGION"))
               && strstr (line, "-->") == NULL)
        skip_block (&reader);
      else if (!read_cue (&reader, error))
        return FALSE;
    }
  /* Stable: two that begin together stay in their order. */
  g_ptr_array_sort (reader.chapter->parts, compare_starts);
  return TRUE;
}
