/* text.h: splitting a long text into pieces that are spoken one by one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

#ifdef __cplusplus
extern "C"
{
#endif

  /* A piece of the text: bytes [start, end) of the UTF-8 input, without surrounding white space. */
  typedef struct
  {
    size_t start;
    size_t end;
    bool ends_paragraph; /* a line break that ends a paragraph, or the end of the text, follows */
  } qtts_segment;

  typedef struct
  {
    int max_characters; /* longer sentences are split at clause ends, 0: 300 (CJK characters count
                           threefold) */
    int min_characters; /* shorter sentences are joined with a neighbour of the same paragraph, 0:
                           40 */
  } qtts_segment_options;

  /* Splits text[length] into sentences by Unicode rules plus the abbreviations, quotes and stops of
   * the ten languages. `options` may be NULL. *segments[*n] is the caller's, to be freed with
   * free(); *n is 0 for a text of white space only. Errors: ARGUMENT (not UTF-8, with the byte's
   * offset), MEMORY. Thread-safe. */
  QTTS_API qtts_status qtts_segment_text (const char *text, size_t length,
                                          const qtts_segment_options *options,
                                          qtts_segment **segments, size_t *n, qtts_error *error);

#ifdef __cplusplus
}
#endif
