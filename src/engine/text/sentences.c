/* sentences.c: where the sentences of a text end
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sentences.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "abbreviations.h"
#include "unicode.h"

/* Widths that texts are wrapped to, in columns. */
#define NARROWEST_WRAP 50
#define WIDEST_WRAP    120

qtts_status
qtts_spans_append (qtts_spans *spans, const int32_t *text, size_t start, size_t end,
                   bool ends_paragraph, qtts_error *error)
{
  while (start < end && qtts_is_white_space (text[start]))
    start++;
  while (end > start && qtts_is_white_space (text[end - 1]))
    end--;
  if (start == end)
    {
      if (ends_paragraph && spans->n > 0)
        spans->spans[spans->n - 1].ends_paragraph = true;
      return QTTS_OK;
    }
  if (spans->n == spans->capacity)
    {
      size_t capacity = spans->capacity == 0 ? 16 : 2 * spans->capacity;
      qtts_span *grown = realloc (spans->spans, capacity * sizeof *grown);

      if (grown == NULL)
        return qtts_fail_memory (error);
      spans->spans = grown;
      spans->capacity = capacity;
    }
  spans->spans[spans->n++] = (qtts_span){ start, end, ends_paragraph };
  return QTTS_OK;
}

void
qtts_spans_clear (qtts_spans *spans)
{
  free (spans->spans);
  *spans = (qtts_spans){ 0 };
}

static bool
is_cjk_letter (int32_t c)
{
  utf8proc_category_t category = utf8proc_category (c);

  return (category == UTF8PROC_CATEGORY_LO || category == UTF8PROC_CATEGORY_LM)
         && utf8proc_charwidth (c) == 2;
}

int
qtts_speech_length (int32_t c)
{
  return is_cjk_letter (c) ? 3 : 1;
}

/* Stops that need no space behind them. */
static bool
is_wide_stop (int32_t c)
{
  return c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0xFF0E || c == 0xFF61 || c == 0xFE52
         || c == 0xFE56 || c == 0xFE57;
}

static bool
is_full_stop (int32_t c)
{
  return c == '.' || c == 0x2024;
}

static bool
is_stop (int32_t c)
{
  switch (c)
    {
    case '!':
    case '?':
    case 0x2026: /* … */
    case 0x203C: /* ‼ */
    case 0x203D: /* ‽ */
    case 0x2047: /* ⁇ */
    case 0x2048: /* ⁈ */
    case 0x2049: /* ⁉ */
    case 0x061F: /* ؟ */
    case 0x0964: /* । */
    case 0x0965: /* ॥ */
      return true;
    default:
      return is_full_stop (c) || is_wide_stop (c);
    }
}

static bool
is_line_break (int32_t c)
{
  return c == '\n' || c == '\r' || c == 0x0085 || c == 0x2028 || c == 0x2029;
}

static bool
is_quote (int32_t c)
{
  utf8proc_category_t category = utf8proc_category (c);

  return c == '"' || c == '\'' || category == UTF8PROC_CATEGORY_PI
         || category == UTF8PROC_CATEGORY_PF;
}

/* What may stand between two sentences and belongs to the second. */
static bool
is_opener (int32_t c)
{
  utf8proc_category_t category = utf8proc_category (c);

  return is_quote (c) || category == UTF8PROC_CATEGORY_PS || category == UTF8PROC_CATEGORY_PD;
}

/* A quote that opens in one language closes in another („…“, »…«): there it has no word behind. */
static bool
is_closer (const int32_t *text, size_t n, size_t i)
{
  utf8proc_category_t category = utf8proc_category (text[i]);
  utf8proc_category_t next = i + 1 < n ? utf8proc_category (text[i + 1]) : UTF8PROC_CATEGORY_ZS;

  if (category == UTF8PROC_CATEGORY_PI)
    return next > UTF8PROC_CATEGORY_NO || next == UTF8PROC_CATEGORY_CN;
  return is_quote (text[i]) || category == UTF8PROC_CATEGORY_PE;
}

/* Behind stops: closing quotes and brackets, also "»" after the space that French puts there. */
static size_t
skip_closers (const int32_t *text, size_t n, size_t i)
{
  for (;;)
    {
      size_t quote;

      while (i < n && is_closer (text, n, i))
        i++;
      quote = i;
      while (quote < n && (text[quote] == ' ' || text[quote] == 0x00A0 || text[quote] == 0x202F))
        quote++;
      if (quote == i || quote >= n || text[quote] != 0x00BB
          || (quote + 1 < n && !qtts_is_white_space (text[quote + 1])))
        return i;
      i = quote + 1;
    }
}

static size_t
word_start (const int32_t *text, size_t end)
{
  size_t start = end;

  while (start > 0)
    {
      utf8proc_category_t category = utf8proc_category (text[start - 1]);

      if (category > UTF8PROC_CATEGORY_ND && text[start - 1] != '.' && text[start - 1] != 0x2116)
        break;
      start--;
    }
  return start;
}

/* Whether the stops [stops, behind) with their closers up to `end` end a sentence. */
static bool
ends_sentence (const int32_t *text, size_t n, size_t stops, size_t behind, size_t end)
{
  size_t next = end;
  utf8proc_category_t category;

  while (next < n && qtts_is_white_space (text[next]))
    next++;
  if (next == n)
    return true;
  if (is_wide_stop (text[behind - 1]))
    {
      if (text[behind - 1] == 0xFF0E && next == end
          && utf8proc_category (text[next]) == UTF8PROC_CATEGORY_ND)
        return false; /* ３．１４ */

      /* Speech goes on behind its quote in Japanese: 「はい。」と言った。 */
      return !((text[end - 1] == 0x300D || text[end - 1] == 0x300F) && text[next] >= 0x3041
               && text[next] <= 0x309F);
    }
  if (next == end)
    return is_cjk_letter (text[next]) && text[stops] != 0x2026;

  while (next < n && (is_opener (text[next]) || qtts_is_white_space (text[next])))
    next++;
  if (next == n)
    return false; /* a dash or quote alone is no sentence */
  category = utf8proc_category (text[next]);
  if (category == UTF8PROC_CATEGORY_LL)
    return false;
  return !(behind - stops == 1 && is_full_stop (text[stops])
           && qtts_is_abbreviation (text, n, word_start (text, stops), stops, next));
}

/* The end of the sentence that stops at `stops`, or 0 when the sentence goes on. *behind is where
 * to look on. */
static size_t
sentence_end (const int32_t *text, size_t n, size_t stops, size_t *behind)
{
  size_t end;

  *behind = stops;
  while (*behind < n && is_stop (text[*behind]))
    ++*behind;
  end = skip_closers (text, n, *behind);
  if (!ends_sentence (text, n, stops, *behind, end))
    return 0;
  *behind = end;
  return end;
}

static int
columns_of (const int32_t *text, size_t start, size_t end)
{
  int columns = 0;

  for (size_t i = start; i < end && columns <= WIDEST_WRAP; i++)
    columns += utf8proc_charwidth (text[i]);
  return columns;
}

/* The width that the text's lines are wrapped to; 0: they are not. */
static int
wrap_width (const int32_t *text, size_t n)
{
  int widest = 0;
  size_t start = 0;

  for (size_t i = 0; i <= n; i++)
    if (i == n || is_line_break (text[i]))
      {
        int columns = columns_of (text, start, i);

        widest = columns > widest ? columns : widest;
        start = i + 1;
      }
  return widest >= NARROWEST_WRAP && widest <= WIDEST_WRAP ? widest : 0;
}

/* "-", "•", "*" and the like, "3." or "b)", with a space behind. */
static bool
is_list_mark (const int32_t *text, size_t n, size_t i)
{
  utf8proc_category_t category = utf8proc_category (text[i]);
  size_t end = i;

  if (category == UTF8PROC_CATEGORY_PD || text[i] == '*' || text[i] == '+' || text[i] == 0x2022
      || text[i] == 0x00B7 || text[i] == 0x25E6 || text[i] == 0x2023)
    return i + 1 < n && qtts_is_white_space (text[i + 1]);
  while (end < n && end < i + 3 && utf8proc_category (text[end]) == UTF8PROC_CATEGORY_ND)
    end++;
  if (end == i && category <= UTF8PROC_CATEGORY_LO && category >= UTF8PROC_CATEGORY_LU)
    end++;
  return end > i && end + 1 < n && (text[end] == '.' || text[end] == ')')
         && qtts_is_white_space (text[end + 1]);
}

/* Whether the white space [start, end) around a line break ends a paragraph; the line began at
 * `line`, `width` is the text's. A break was forced when the next word would not have fitted. */
static bool
ends_paragraph (const int32_t *text, size_t n, size_t line, size_t start, size_t end, int width)
{
  int breaks = 0;
  size_t word = end;

  for (size_t i = start; i < end; i++)
    {
      if (text[i] == 0x2029)
        return true;
      breaks += is_line_break (text[i]) && !(text[i] == '\n' && i > start && text[i - 1] == '\r');
    }
  if (breaks > 1 || end == n || is_list_mark (text, n, end))
    return true;
  if (utf8proc_category (text[end]) == UTF8PROC_CATEGORY_LL)
    return false;
  while (word < n && !qtts_is_white_space (text[word]))
    word++;
  if (width > 0 && columns_of (text, line, start) + 1 + columns_of (text, end, word) > width)
    return false;
  return true;
}

qtts_status
qtts_find_sentences (const int32_t *text, size_t n, qtts_spans *sentences, qtts_error *error)
{
  int width = wrap_width (text, n);
  qtts_status status = QTTS_OK;
  size_t start = 0;
  size_t line = 0;
  size_t i = 0;

  while (i < n && status == QTTS_OK)
    {
      size_t behind = i;
      bool line_ends = false;

      while (behind < n && qtts_is_white_space (text[behind]))
        line_ends |= is_line_break (text[behind++]);
      if (line_ends)
        {
          if (ends_paragraph (text, n, line, i, behind, width))
            {
              status = qtts_spans_append (sentences, text, start, i, true, error);
              start = behind;
            }
          line = behind;
        }
      else if (behind == i && is_stop (text[i]))
        {
          size_t end = sentence_end (text, n, i, &behind);

          if (end > 0)
            {
              status = qtts_spans_append (sentences, text, start, end, false, error);
              start = end;
            }
        }
      i = behind == i ? i + 1 : behind;
    }
  if (status == QTTS_OK)
    status = qtts_spans_append (sentences, text, start, n, true, error);
  return status;
}
