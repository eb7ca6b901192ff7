/* unicode.c: UTF-8, normalisation and character properties that the text stages share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "unicode.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* A canonical decomposition makes at most 3 code points of 2 bytes of UTF-8, and at most 4 of 3. */
#define DECOMPOSED_PER_BYTE 2

#define NFC_OPTIONS (UTF8PROC_STABLE | UTF8PROC_COMPOSE)

size_t
qtts_utf8_valid (const char *text, size_t length)
{
  size_t position = 0;

  while (position < length)
    {
      utf8proc_int32_t c;
      utf8proc_ssize_t bytes = 1;

      if ((unsigned char) text[position] >= 0x80)
        bytes = utf8proc_iterate ((const utf8proc_uint8_t *) text + position,
                                  (utf8proc_ssize_t) (length - position), &c);
      if (bytes < 1)
        break;
      position += (size_t) bytes;
    }
  return position;
}

int32_t
qtts_utf8_next (const char *text, size_t length, size_t *position)
{
  utf8proc_int32_t c;

  *position += (size_t) utf8proc_iterate ((const utf8proc_uint8_t *) text + *position,
                                          (utf8proc_ssize_t) (length - *position), &c);
  return c;
}

bool
qtts_is_white_space (int32_t c)
{
  switch (c)
    {
    case 0x0020:
    case 0x0085:
    case 0x00A0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
      return true;
    default:
      return (c >= 0x0009 && c <= 0x000D) || (c >= 0x2000 && c <= 0x200A);
    }
}

/* Counting sort of marks[n] by combining class, equal classes in their order. utf8proc sorts by
 * exchanging neighbours, which takes minutes for a text made of marks only. */
static void
order_marks (int32_t *marks, size_t n, int32_t *sorted)
{
  size_t starts[257] = { 0 };

  for (size_t i = 0; i < n; i++)
    starts[utf8proc_get_property (marks[i])->combining_class + 1]++;
  for (int class = 0; class < 256; class ++)
    starts[class + 1] += starts[class];
  for (size_t i = 0; i < n; i++)
    sorted[starts[utf8proc_get_property (marks[i])->combining_class]++] = marks[i];
  memcpy (marks, sorted, n * sizeof *marks);
}

static void
order_all_marks (int32_t *text, size_t n, int32_t *scratch)
{
  size_t i = 0;

  while (i < n)
    {
      size_t start = i;

      while (i < n && utf8proc_get_property (text[i])->combining_class != 0)
        i++;
      if (i - start > 1)
        order_marks (text + start, i - start, scratch);
      i += i == start;
    }
}

/* Returns the code points written to out[capacity]. */
static size_t
decompose (const char *text, size_t length, int32_t *out, size_t capacity)
{
  size_t position = 0;
  size_t n = 0;
  int boundary = 0;

  while (position < length)
    {
      int32_t c = qtts_utf8_next (text, length, &position);

      if (c < 0x80)
        out[n++] = c;
      else
        n += (size_t) utf8proc_decompose_char (c, out + n, (utf8proc_ssize_t) (capacity - n),
                                               NFC_OPTIONS, &boundary);
    }
  return n;
}

qtts_status
qtts_nfc (const char *text, size_t length, int32_t **codepoints, size_t *n, qtts_error *error)
{
  size_t capacity = DECOMPOSED_PER_BYTE * length + 1;
  int32_t *out = malloc (capacity * sizeof *out);
  int32_t *scratch;

  if (out == NULL)
    return qtts_fail_memory (error);
  *n = decompose (text, length, out, capacity);

  scratch = malloc (capacity * sizeof *scratch);
  if (scratch == NULL)
    {
      free (out);
      return qtts_fail_memory (error);
    }
  order_all_marks (out, *n, scratch);
  free (scratch);
  *n = (size_t) utf8proc_normalize_utf32 (out, (utf8proc_ssize_t) *n, NFC_OPTIONS);
  *codepoints = out;
  return QTTS_OK;
}
