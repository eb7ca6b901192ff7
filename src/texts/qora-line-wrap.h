/* qora-line-wrap.h: lines that were broken to fit a page, made whole again
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a text's line breaks tell. */
typedef struct _QoraLineWrap QoraLineWrap;

/* lines: of the whole text, without their ends; paragraphs are separated by empty ones. They must
 * live as long as this does. */
QoraLineWrap *qora_line_wrap_new (char **lines);
void qora_line_wrap_free (QoraLineWrap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QoraLineWrap, qora_line_wrap_free)

/* The lines [from, to) as paragraphs: one for each line, or, where a line was only broken because
 * the next word had no room in it, joined to the line before. Words that were divided at a line's
 * end are put together. (transfer full) (element-type utf8) */
GPtrArray *qora_line_wrap_join (QoraLineWrap *self, guint from, guint to);

G_END_DECLS
