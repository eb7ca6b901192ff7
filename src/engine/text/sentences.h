/* sentences.h: where the sentences of a text end
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../error.h"

/* Code points [start, end) of a text, without white space around them. */
typedef struct
{
  size_t start;
  size_t end;
  bool ends_paragraph;
} qtts_span;

typedef struct
{
  qtts_span *spans;
  size_t n;
  size_t capacity;
} qtts_spans;

/* Appends [start, end) without the white space around it, nothing when it is all white space; a
 * paragraph's end then belongs to the span before. Error: MEMORY. */
qtts_status qtts_spans_append (qtts_spans *spans, const int32_t *text, size_t start, size_t end,
                               bool ends_paragraph, qtts_error *error);
void qtts_spans_clear (qtts_spans *spans);

/* Appends the sentences of text[n] in order. The stops are those of UAX #29, with the quotes,
 * abbreviations, initials, ordinals and list marks of the ten languages. A line break ends a
 * paragraph, unless the text is wrapped to a width and the line was full. Error: MEMORY. */
qtts_status qtts_find_sentences (const int32_t *text, size_t n, qtts_spans *sentences,
                                 qtts_error *error);

/* Length in speech: 3 for a letter of the CJK scripts, else 1. */
int qtts_speech_length (int32_t c);
