/* qora-splitter.c: where a text is cut into parts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-splitter.h"

#include <qtts/text.h>
#include <stdlib.h>
#include <string.h>

#include "qora-silence.h"

static void
span_free (gpointer data)
{
  QoraSpan *span = data;

  g_free (span->text);
  g_free (span);
}

/* Adds line[from, to), bytes; `offset` is the line's place in the text, in characters. */
static void
add_span (GPtrArray *spans, const char *line, gsize from, gsize to, guint offset)
{
  QoraSpan *span = g_new0 (QoraSpan, 1);

  span->text = g_strndup (line + from, to - from);
  span->start = offset + (guint) g_utf8_strlen (line, (gssize) from);
  span->end = span->start + (guint) g_utf8_strlen (span->text, -1);
  span->silence_before = -1;
  span->silence_after = -1;
  g_ptr_array_add (spans, span);
}

/* Joins sentences as long as they stay within the length. FALSE where there are no sentences. */
static gboolean
split_line (GPtrArray *spans, const char *line, gsize length, guint offset, guint max_length)
{
  qtts_segment_options options = { .max_characters = (int) max_length };
  qtts_segment *segments = NULL;
  size_t n = 0;
  gsize from = 0;

  if (qtts_segment_text (line, length, &options, &segments, &n, NULL) != QTTS_OK || n == 0)
    return FALSE;
  from = segments[0].start;
  for (size_t i = 0; i < n; i++)
    {
      gboolean last = i + 1 == n;

      if (last
          || g_utf8_strlen (line + from, (gssize) (segments[i + 1].end - from))
                 > (glong) max_length)
        {
          add_span (spans, line, from, segments[i].end, offset);
          from = last ? length : segments[i + 1].start;
        }
    }
  free (segments);
  return TRUE;
}

/* line[from, to), without white space around it, as one span or several. */
static void
add_piece (GPtrArray *spans, const char *line, gsize from, gsize to, guint offset, guint max_length)
{
  if (g_utf8_strlen (line + from, (gssize) (to - from)) > (glong) max_length)
    {
      guint before = (guint) g_utf8_strlen (line, (gssize) from);

      if (split_line (spans, line + from, to - from, offset + before, max_length))
        return;
    }
  add_span (spans, line, from, to, offset);
}

/* *silence is what marks at the end of the lines before said, and then of this one. */
static void
add_line (GPtrArray *spans, const char *line, gsize length, guint offset, guint max_length,
          double *silence)
{
  double trailing;
  g_autoptr (GArray) pieces = qora_silence_cut (line, length, &trailing);

  for (guint i = 0; i < pieces->len; i++)
    {
      const QoraSpokenPiece *piece = &g_array_index (pieces, QoraSpokenPiece, i);
      guint first = spans->len;

      add_piece (spans, line, piece->start, piece->end, offset, max_length);
      *silence = qora_silence_add (*silence, piece->silence);
      ((QoraSpan *) spans->pdata[first])->silence_before = *silence;
      *silence = -1;
    }
  if (pieces->len > 0)
    ((QoraSpan *) spans->pdata[spans->len - 1])->ends_paragraph = TRUE;
  *silence = qora_silence_add (*silence, trailing);
}

GPtrArray *
qora_split_text (const char *text, guint max_length)
{
  GPtrArray *spans = g_ptr_array_new_with_free_func (span_free);
  double silence = -1;
  guint offset = 0;

  for (const char *line = text; *line != '\0';)
    {
      gsize length = strcspn (line, "\r\n");

      add_line (spans, line, length, offset, max_length, &silence);
      offset += (guint) g_utf8_strlen (line, (gssize) length);
      line += length;
      if (*line != '\0')
        {
          line++;
          offset++;
        }
    }
  if (spans->len > 0)
    ((QoraSpan *) spans->pdata[spans->len - 1])->silence_after = silence;
  return spans;
}
