/* qora-subtitles.c: the text of a take with its times, as SubRip, WebVTT or LRC lyrics
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-subtitles.h"

#include <math.h>
#include <string.h>

/* Shows nothing and breaks up what would be read as markup, in formats that have no escape. */
#define WORD_JOINER "\xe2\x81\xa0"

/* A silence longer than this, in seconds, empties the line shown by an LRC player. */
#define LRC_CLEAR_AFTER 1.0

static const char *const extensions[] = {
  [QORA_SUBTITLE_FORMAT_SRT] = "srt",
  [QORA_SUBTITLE_FORMAT_VTT] = "vtt",
  [QORA_SUBTITLE_FORMAT_LRC] = "lrc",
};

gboolean
qora_subtitle_format_from_name (const char *name, QoraSubtitleFormat *format)
{
  const char *dot;

  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (format != NULL, FALSE);

  dot = strrchr (name, '.');
  if (dot == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (extensions); i++)
    if (g_ascii_strcasecmp (dot + 1, extensions[i]) == 0)
      {
        *format = i;
        return TRUE;
      }
  return FALSE;
}

const char *
qora_subtitle_format_get_extension (QoraSubtitleFormat format)
{
  g_return_val_if_fail (format < G_N_ELEMENTS (extensions), NULL);

  return extensions[format];
}

/* The lines of `text` that are not blank, without white space around them. */
static char **
split_lines (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_auto (GStrv) lines = g_regex_split_simple ("\\R", valid, 0, 0);
  g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();

  for (gsize i = 0; lines != NULL && lines[i] != NULL; i++)
    {
      g_strstrip (lines[i]);
      if (*lines[i] != '\0')
        g_strv_builder_add (kept, lines[i]);
    }
  return g_strv_builder_end (kept);
}

static char *
join_to_one_line (const char *text)
{
  g_auto (GStrv) lines = split_lines (text);

  return g_strjoinv (" ", lines);
}

/* Players read <i>, <font …> and {\an8} as markup. SubRip has no escape for them. */
static char *
srt_text (char **lines)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *joined = g_strjoinv ("\n", lines);

  for (const char *p = joined; *p != '\0'; p++)
    {
      if (g_str_has_prefix (p, "-->"))
        {
          g_string_append (text, "--" WORD_JOINER);
          p++;
          continue;
        }
      g_string_append_c (text, *p);
      if ((*p == '<' && (g_ascii_isalpha (p[1]) || p[1] == '/')) || (*p == '{' && p[1] == '\\'))
        g_string_append (text, WORD_JOINER);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
vtt_text (char **lines)
{
  g_autofree char *joined = g_strjoinv ("\n", lines);
  g_autoptr (GString) text = g_string_new (joined);

  g_string_replace (text, "&", "&amp;", 0);
  g_string_replace (text, "<", "&lt;", 0);
  g_string_replace (text, ">", "&gt;", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "00:01:02,345" with `point` before the milliseconds. */
static void
append_clock (GString *out, double seconds, char point)
{
  guint64 ms = (guint64) llround (MAX (seconds, 0) * 1000);

  g_string_append_printf (out, "%02" G_GUINT64_FORMAT ":%02u:%02u%c%03u", ms / 3600000,
                          (guint) (ms / 60000 % 60), (guint) (ms / 1000 % 60), point,
                          (guint) (ms % 1000));
}

static void
append_lrc_time (GString *out, double seconds)
{
  guint64 cs = (guint64) llround (MAX (seconds, 0) * 100);

  g_string_append_printf (out, "[%02" G_GUINT64_FORMAT ":%02u.%02u]", cs / 6000,
                          (guint) (cs / 100 % 60), (guint) (cs % 100));
}

/* "[ti:The title]": brackets would end the tag early. */
static void
append_lrc_tag (GString *out, const char *name, const char *value)
{
  g_autofree char *line = NULL;

  if (value == NULL)
    return;
  line = join_to_one_line (value);
  g_strdelimit (line, "[", '(');
  g_strdelimit (line, "]", ')');
  if (*line != '\0')
    g_string_append_printf (out, "[%s:%s]\n", name, line);
}

static char *
format_lrc (const QoraCue *cues, gsize n_cues, const QoraSubtitleInfo *info)
{
  g_autoptr (GString) out = g_string_new (NULL);
  double shown_until = -1;

  if (info != NULL)
    {
      append_lrc_tag (out, "ti", info->title);
      append_lrc_tag (out, "ar", info->artist);
    }
  g_string_append (out, "[re:QORA-TTS]\n");
  for (gsize i = 0; i < n_cues; i++)
    {
      g_autofree char *line = join_to_one_line (cues[i].text);

      if (*line == '\0')
        continue;
      if (shown_until >= 0 && cues[i].start - shown_until > LRC_CLEAR_AFTER)
        {
          append_lrc_time (out, shown_until);
          g_string_append_c (out, '\n');
        }
      append_lrc_time (out, cues[i].start);
      /* Readers take further brackets at once for further times. */
      g_string_append_printf (out, "%s%s\n", *line == '[' ? " " : "", line);
      shown_until = cues[i].end;
    }
  if (shown_until >= 0)
    {
      append_lrc_time (out, shown_until);
      g_string_append_c (out, '\n');
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
format_srt_or_vtt (QoraSubtitleFormat format, const QoraCue *cues, gsize n_cues,
                   const QoraSubtitleInfo *info)
{
  gboolean vtt = format == QORA_SUBTITLE_FORMAT_VTT;
  g_autoptr (GString) out = g_string_new (NULL);
  guint number = 0;

  if (vtt)
    {
      g_autofree char *title = join_to_one_line (info && info->title ? info->title : "");
      g_autoptr (GString) header = g_string_new (title);

      g_string_replace (header, "-->", "--" WORD_JOINER ">", 0);
      g_string_append_printf (out, "WEBVTT%s%s\n\n", *title ? " " : "", header->str);
    }
  for (gsize i = 0; i < n_cues; i++)
    {
      g_auto (GStrv) lines = split_lines (cues[i].text);
      g_autofree char *text = vtt ? vtt_text (lines) : srt_text (lines);

      if (*text == '\0')
        continue;
      g_string_append_printf (out, "%s%u\n", number > 0 ? "\n" : "", number + 1);
      append_clock (out, cues[i].start, vtt ? '.' : ',');
      g_string_append (out, " --> ");
      append_clock (out, cues[i].end, vtt ? '.' : ',');
      g_string_append_printf (out, "\n%s\n", text);
      number++;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
qora_subtitles_format (QoraSubtitleFormat format, const QoraCue *cues, gsize n_cues,
                       const QoraSubtitleInfo *info)
{
  g_return_val_if_fail (format < G_N_ELEMENTS (extensions), NULL);
  g_return_val_if_fail (cues != NULL || n_cues == 0, NULL);

  if (format == QORA_SUBTITLE_FORMAT_LRC)
    return format_lrc (cues, n_cues, info);
  return format_srt_or_vtt (format, cues, n_cues, info);
}

gboolean
qora_subtitles_write (const char *path, QoraSubtitleFormat format, const QoraCue *cues,
                      gsize n_cues, const QoraSubtitleInfo *info, GError **error)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  text = qora_subtitles_format (format, cues, n_cues, info);
  return g_file_set_contents_full (
      path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, error);
}
