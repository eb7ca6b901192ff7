/* qora-text-flow.h: running text with headings and lists, on its way to chapters and their parts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-document.h"

G_BEGIN_DECLS

/* What formats with mark-up have in common. Text is appended as it comes; whatever begins or ends a
 * block flushes it. */
typedef struct _QoraTextFlow QoraTextFlow;

QoraTextFlow *qora_text_flow_new (void);
void qora_text_flow_free (QoraTextFlow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QoraTextFlow, qora_text_flow_free)

/* text: UTF-8, length bytes. */
void qora_text_flow_append (QoraTextFlow *self, const char *text, gsize length);
/* A line ends that somebody wanted to end: of a verse, of an address. */
void qora_text_flow_break_line (QoraTextFlow *self);
/* Another cell of a table's row comes; the row is read as a line of sentences. */
void qora_text_flow_end_cell (QoraTextFlow *self);

/* Flushes; what comes now is of this kind. level: 1 to 6 for headings, otherwise 0. */
void qora_text_flow_begin (QoraTextFlow *self, QoraChapterPartKind kind, int level);

/* Flushes; what comes now belongs to a chapter with this title, which may be NULL: as the first
 * heading in it says. */
void qora_text_flow_begin_chapter (QoraTextFlow *self, const char *title);

/* What stands last in the text that is not flushed yet; NULL: nothing. */
const char *qora_text_flow_peek (QoraTextFlow *self);
gsize qora_text_flow_count_characters (QoraTextFlow *self);

/* Chapters as they were begun. What stands before the first of them is one as well. */
void qora_text_flow_to_chapters (QoraTextFlow *self, QoraDocument *document);

/* Chapters by the highest level of headings that is used more than once; one chapter where none is,
 * or where all is no longer than `min_characters`. A heading above that level which stands alone
 * becomes the document's title, if that is empty. */
void qora_text_flow_to_outline (QoraTextFlow *self, QoraDocument *document, gsize min_characters);

G_END_DECLS
