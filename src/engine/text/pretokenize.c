/* pretokenize.c: the pieces of a text that byte pairs are merged within
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pretokenize.h"

#include <utf8proc.h>

#include "unicode.h"

typedef enum
{
  CLASS_LETTER,
  CLASS_NUMBER,
  CLASS_BREAK, /* carriage return, line feed */
  CLASS_SPACE, /* other white space */
  CLASS_OTHER, /* also combining marks: they break words */
} Class;

static Class
class_of (int32_t c)
{
  if (c == '\r' || c == '\n')
    return CLASS_BREAK;
  if (qtts_is_white_space (c))
    return CLASS_SPACE;
  switch (utf8proc_category (c))
    {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return CLASS_LETTER;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return CLASS_NUMBER;
    default:
      return CLASS_OTHER;
    }
}

static size_t
run_end (const int32_t *text, size_t n, size_t start, Class class)
{
  while (start < n && class_of (text[start]) == class)
    start++;
  return start;
}

static int32_t
folded (int32_t c)
{
  if (c >= 'A' && c <= 'Z')
    return c + ('a' - 'A');
  return c == 0x017F ? 's' : c; /* long s */
}

/* 0 when no English contraction begins at `start`. */
static size_t
contraction_end (const int32_t *text, size_t n, size_t start)
{
  int32_t first, second;

  if (text[start] != '\'' || start + 1 >= n)
    return 0;
  first = folded (text[start + 1]);
  if (first == 's' || first == 't' || first == 'm' || first == 'd')
    return start + 2;
  second = start + 2 < n ? folded (text[start + 2]) : 0;
  if (((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l'))
    return start + 3;
  return 0;
}

/* A run of white space ends behind its last line break; without one it leaves its last space to
 * the word that follows. */
static size_t
white_space_end (const int32_t *text, size_t n, size_t start)
{
  size_t end = start;
  size_t behind_break = 0;

  for (; end < n; end++)
    {
      Class class = class_of (text[end]);

      if (class == CLASS_BREAK)
        behind_break = end + 1;
      else if (class != CLASS_SPACE)
        break;
    }
  if (behind_break > 0)
    return behind_break;
  return end == n || end == start + 1 ? end : end - 1;
}

size_t
qtts_pretoken_end (const int32_t *text, size_t n, size_t start)
{
  Class class = class_of (text[start]);
  size_t end = contraction_end (text, n, start);
  size_t others;

  if (end > 0)
    return end;
  if (class == CLASS_NUMBER)
    return start + 1;
  if (class == CLASS_LETTER)
    return run_end (text, n, start, CLASS_LETTER);
  if (class != CLASS_BREAK && start + 1 < n && class_of (text[start + 1]) == CLASS_LETTER)
    return run_end (text, n, start + 1, CLASS_LETTER);

  others = start + (text[start] == ' ');
  end = run_end (text, n, others, CLASS_OTHER);
  if (end > others)
    return run_end (text, n, end, CLASS_BREAK);
  return white_space_end (text, n, start);
}
