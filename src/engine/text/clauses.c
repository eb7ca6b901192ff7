/* clauses.c: cutting a sentence that is too long
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "clauses.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "unicode.h"

#define LONGEST_CONJUNCTION 24 /* bytes of UTF-8 with the final zero */

/* Places for a cut, the best one first. */
typedef enum
{
  CUT_STOP,        /* a stop that did not end the sentence, such as "!" before a small letter */
  CUT_CLAUSE,      /* ; : */
  CUT_COMMA,       /* comma, dash, closing bracket, line break */
  CUT_CONJUNCTION, /* the space before one */
  CUT_SPACE,
  CUT_LETTERS,  /* between letters of a script without spaces */
  CUT_EARLY,    /* any of these too near to the start */
  CUT_GRAPHEME, /* inside a word */
  CUT_NEVER,
} Cut;

static const char *const conjunctions[] = {
  "and",  "or",   "but",  "because", "that", "which",  "who",     "while",  "when",
  "if",   "und",  "oder", "aber",    "weil", "dass",   "wenn",    "denn",   "et",
  "ou",   "mais", "que",  "qui",     "car",  "y",      "o",       "e",      "u",
  "pero", "sino", "ma",   "che",     "se",   "perché", "mas",     "porque", "quando",
  "и",    "или",  "но",   "а",       "что",  "если",   "который",
};

static bool
is_conjunction (const int32_t *text, size_t start, size_t end)
{
  char word[LONGEST_CONJUNCTION];
  size_t length = 0;

  for (; start < end && !qtts_is_white_space (text[start]); start++)
    {
      if (length + 4 >= sizeof word)
        return false;
      length += (size_t) utf8proc_encode_char (utf8proc_tolower (text[start]),
                                               (utf8proc_uint8_t *) word + length);
    }
  word[length] = '\0';
  for (size_t i = 0; i < sizeof conjunctions / sizeof *conjunctions; i++)
    if (strcmp (word, conjunctions[i]) == 0)
      return true;
  return false;
}

/* Marks of the wide scripts, which need no space behind them. */
static Cut
cut_behind_wide (int32_t c)
{
  switch (c)
    {
    case 0x3002: /* 。 */
    case 0xFF01: /* ！ */
    case 0xFF1F: /* ？ */
      return CUT_STOP;
    case 0xFF1B: /* ； */
    case 0xFF1A: /* ： */
      return CUT_CLAUSE;
    case 0x3001: /* 、 */
    case 0xFF0C: /* ， */
    case 0xFF64: /* ､ */
    case 0x300D: /* 」 */
    case 0x300F: /* 』 */
    case 0xFF09: /* ） */
    case 0x2026: /* … */
      return CUT_COMMA;
    default:
      return CUT_NEVER;
    }
}

/* Behind the mark `c` and white space. */
static Cut
cut_behind_mark (int32_t c)
{
  switch (c)
    {
    case '!':
    case '?':
    case 0x2026:
      return CUT_STOP;
    case ';':
    case ':':
      return CUT_CLAUSE;
    case ',':
      return CUT_COMMA;
    default:
      switch (utf8proc_category (c))
        {
        case UTF8PROC_CATEGORY_PD:
        case UTF8PROC_CATEGORY_PE:
          return CUT_COMMA;
        default:
          return CUT_SPACE;
        }
    }
}

/* The cut before text[i], which is not in the middle of a grapheme. White space goes to the piece
 * before the cut. */
static Cut
cut_at (const int32_t *text, size_t start, size_t i, size_t end)
{
  size_t mark = i;
  bool line_break = false;
  Cut cut;

  if (qtts_is_white_space (text[i]))
    return CUT_NEVER;
  while (mark > start && qtts_is_white_space (text[mark - 1]))
    line_break |= text[--mark] == '\n';
  if (mark == start)
    return CUT_NEVER;

  cut = cut_behind_wide (text[mark - 1]);
  /* A closing mark stays with what it closes. */
  if (cut != CUT_NEVER && cut_behind_wide (text[i]) == CUT_NEVER)
    return cut;
  if (mark == i)
    {
      bool letters = utf8proc_category (text[i - 1]) == UTF8PROC_CATEGORY_LO
                     && utf8proc_category (text[i]) == UTF8PROC_CATEGORY_LO;

      return letters ? CUT_LETTERS : CUT_GRAPHEME;
    }
  cut = cut_behind_mark (text[mark - 1]);
  if (cut == CUT_SPACE && line_break)
    return CUT_COMMA;
  return cut == CUT_SPACE && is_conjunction (text, i, end) ? CUT_CONJUNCTION : cut;
}

/* Speech length of [start, end), below INT_MAX whatever the text. */
static int
length_of (const int32_t *text, size_t start, size_t end)
{
  int length = 0;

  for (size_t i = start; i < end && length < INT_MAX - 3; i++)
    length += qtts_speech_length (text[i]);
  return length;
}

/* Where to cut [start, end), which is longer than `max`: the best place, the nearest to an even
 * share of `length`, which is that of all, among equals. */
static size_t
best_cut (const int32_t *text, size_t start, size_t end, int max, int length)
{
  int share = length / ((length + max - 1) / max);
  int taken = 0;
  int state = 0;
  size_t best = 0;
  Cut best_kind = CUT_NEVER;
  int best_distance = 0;
  size_t i = start + 1;

  for (; i < end; i++)
    {
      bool boundary = utf8proc_grapheme_break_stateful (text[i - 1], text[i], &state);
      Cut kind = boundary ? cut_at (text, start, i, end) : CUT_NEVER;
      int distance;

      taken += qtts_speech_length (text[i - 1]);
      if (taken > max)
        break;
      if (taken < max / 3 && kind < CUT_EARLY)
        kind = CUT_EARLY;
      distance = abs (taken - share);
      if (kind < best_kind || (kind == best_kind && distance <= best_distance))
        {
          best = i;
          best_kind = kind;
          best_distance = distance;
        }
    }
  /* One grapheme, or white space, longer than all that is allowed. */
  return best_kind == CUT_NEVER ? i - 1 : best;
}

qtts_status
qtts_cut_clauses (const int32_t *text, qtts_span sentence, int max, qtts_spans *pieces,
                  qtts_error *error)
{
  size_t start = sentence.start;
  int length = length_of (text, start, sentence.end);
  qtts_status status = QTTS_OK;

  while (length > max && status == QTTS_OK)
    {
      size_t cut = best_cut (text, start, sentence.end, max, length);

      status = qtts_spans_append (pieces, text, start, cut, false, error);
      while (qtts_is_white_space (text[cut]))
        cut++;
      length -= length_of (text, start, cut);
      start = cut;
    }
  if (status == QTTS_OK)
    status = qtts_spans_append (pieces, text, start, sentence.end, sentence.ends_paragraph, error);
  return status;
}
