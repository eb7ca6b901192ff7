/* qora-splitter.h: where a text is cut into parts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *text;  /* without white space around it */
  guint start; /* characters of the whole text */
  guint end;
  gboolean ends_paragraph;
  double silence_before; /* seconds that marks ask for, < 0: there are none */
  double silence_after;  /* the same at the end of the text; < 0 elsewhere */
} QoraSpan;

/* Each line with something on it is a paragraph and becomes a span; one longer than max_length
 * characters becomes several, cut between sentences. Marks for silence are in no span, and cut a
 * line in two. (transfer full) (element-type QoraSpan) */
GPtrArray *qora_split_text (const char *text, guint max_length);

G_END_DECLS
