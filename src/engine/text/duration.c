/* duration.c: how long a text is likely to be when spoken
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "duration.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

static const double LETTER_S = 1.0 / 14.0;
static const double SYLLABLE_S = 1.0 / 4.5;
static const double DIGIT_S = 0.35;
static const double SENTENCE_END_S = 0.3;
static const double LEAST_S = 0.3;

/* Ideographs, kana and Hangul syllables: one character is one or more syllables. */
static bool
is_syllable (utf8proc_int32_t c)
{
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF)
         || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF)
         || (c >= 0x20000 && c <= 0x3FFFF);
}

static double
seconds_of (utf8proc_int32_t c)
{
  switch (utf8proc_category (c))
    {
    case UTF8PROC_CATEGORY_ND:
      return DIGIT_S;
    case UTF8PROC_CATEGORY_PO:
      return c == '.' || c == '!' || c == '?' || c == 0x3002 ? SENTENCE_END_S : LETTER_S;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_CC:
      return 0;
    default:
      return is_syllable (c) ? SYLLABLE_S : LETTER_S;
    }
}

double
qtts_expected_seconds (const char *text)
{
  const utf8proc_uint8_t *at = (const utf8proc_uint8_t *) text;
  utf8proc_ssize_t left = (utf8proc_ssize_t) strlen (text);
  double seconds = 0;

  while (left > 0)
    {
      utf8proc_int32_t c;
      utf8proc_ssize_t n = utf8proc_iterate (at, left, &c);

      if (n <= 0)
        {
          c = 'x';
          n = 1;
        }
      seconds += seconds_of (c);
      at += n;
      left -= n;
    }
  return seconds > LEAST_S ? seconds : LEAST_S;
}
