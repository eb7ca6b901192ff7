/* error.c: filling a qtts_error
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
cut_at_character (char *message, size_t length)
{
  while (length > 0 && ((unsigned char) message[length] & 0xC0) == 0x80)
    length--;
  message[length] = '\0';
}

qtts_status
qtts_fail (qtts_error *error, qtts_status status, const char *format, ...)
{
  va_list args;
  int n;

  if (error == NULL)
    return status;

  error->status = status;
  va_start (args, format);
  n = vsnprintf (error->message, sizeof error->message, format, args);
  va_end (args);
  if (n >= (int) sizeof error->message)
    cut_at_character (error->message, sizeof error->message - 4);
  return status;
}

qtts_status
qtts_fail_memory (qtts_error *error)
{
  return qtts_fail (error, QTTS_ERROR_MEMORY, "not enough memory");
}
