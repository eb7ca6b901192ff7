/* segmenter.c: splitting a long text into pieces that are spoken one by one
 *
 * Sentences are found first, long ones are cut, short ones are joined with their neighbours.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <qtts/text.h>

#include <stdlib.h>

#include "clauses.h"
#include "sentences.h"
#include "unicode.h"

#define DEFAULT_MAX  300
#define DEFAULT_MIN  40
#define SMALLEST_MAX 16

/* The text as code points[n]; offsets[n + 1] are their places in the UTF-8. */
typedef struct
{
  int32_t *codepoints;
  size_t *offsets;
  size_t n;
} Characters;

static qtts_status
decode (const char *text, size_t length, Characters *characters, qtts_error *error)
{
  size_t position = 0;

  characters->codepoints = malloc ((length + 1) * sizeof *characters->codepoints);
  characters->offsets = malloc ((length + 1) * sizeof *characters->offsets);
  if (characters->codepoints == NULL || characters->offsets == NULL)
    return qtts_fail_memory (error);
  while (position < length)
    {
      characters->offsets[characters->n] = position;
      characters->codepoints[characters->n++] = qtts_utf8_next (text, length, &position);
    }
  characters->offsets[characters->n] = length;
  return QTTS_OK;
}

/* Speech length of [start, end), counted no further than `limit`. */
static int
length_up_to (const int32_t *text, size_t start, size_t end, int limit)
{
  int length = 0;

  for (; start < end && length <= limit; start++)
    length += qtts_speech_length (text[start]);
  return length;
}

static bool
try_join (const int32_t *text, qtts_span *first, qtts_span second, int max)
{
  if (first->ends_paragraph || length_up_to (text, first->start, second.end, max) > max)
    return false;
  first->end = second.end;
  first->ends_paragraph = second.ends_paragraph;
  return true;
}

/* In place: what is shorter than `min` takes in its successors; the last of a paragraph, which has
 * none, joins its predecessor. Doing it once more changes nothing. */
static void
join_short (const int32_t *text, qtts_spans *spans, int min, int max)
{
  size_t n = 0;

  for (size_t i = 0; i < spans->n; i++)
    {
      qtts_span span = spans->spans[i];
      bool is_short;

      while (i + 1 < spans->n && length_up_to (text, span.start, span.end, min) < min
             && try_join (text, &span, spans->spans[i + 1], max))
        i++;
      is_short = length_up_to (text, span.start, span.end, min) < min;
      if (!(n > 0 && is_short && span.ends_paragraph
            && try_join (text, &spans->spans[n - 1], span, max)))
        spans->spans[n++] = span;
    }
  spans->n = n;
}

static qtts_status
find_segments (const int32_t *text, size_t n, int min, int max, qtts_spans *segments,
               qtts_error *error)
{
  qtts_spans sentences = { 0 };
  qtts_status status = qtts_find_sentences (text, n, &sentences, error);

  for (size_t i = 0; i < sentences.n && status == QTTS_OK; i++)
    status = qtts_cut_clauses (text, sentences.spans[i], max, segments, error);
  qtts_spans_clear (&sentences);
  if (status == QTTS_OK)
    join_short (text, segments, min, max);
  return status;
}

/* From places in code points to places in bytes. */
static qtts_status
locate (const Characters *characters, const qtts_spans *spans, qtts_segment **segments,
        qtts_error *error)
{
  qtts_segment *located = malloc ((spans->n + 1) * sizeof *located);

  if (located == NULL)
    return qtts_fail_memory (error);
  for (size_t i = 0; i < spans->n; i++)
    located[i] = (qtts_segment){ .start = characters->offsets[spans->spans[i].start],
                                 .end = characters->offsets[spans->spans[i].end],
                                 .ends_paragraph = spans->spans[i].ends_paragraph };
  *segments = located;
  return QTTS_OK;
}

qtts_status
qtts_segment_text (const char *text, size_t length, const qtts_segment_options *options,
                   qtts_segment **segments, size_t *n, qtts_error *error)
{
  int max = options == NULL || options->max_characters <= 0 ? DEFAULT_MAX : options->max_characters;
  int min = options == NULL || options->min_characters <= 0 ? DEFAULT_MIN : options->min_characters;
  size_t valid = qtts_utf8_valid (text, length);
  Characters characters = { 0 };
  qtts_spans spans = { 0 };
  qtts_status status;

  *segments = NULL;
  *n = 0;
  if (valid < length)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "the text is not UTF-8 at byte %zu", valid);
  if (max < SMALLEST_MAX)
    max = SMALLEST_MAX;
  status = decode (text, length, &characters, error);
  if (status == QTTS_OK)
    status = find_segments (characters.codepoints, characters.n, min, max, &spans, error);
  if (status == QTTS_OK)
    status = locate (&characters, &spans, segments, error);
  if (status == QTTS_OK)
    *n = spans.n;
  qtts_spans_clear (&spans);
  free (characters.codepoints);
  free (characters.offsets);
  return status;
}
