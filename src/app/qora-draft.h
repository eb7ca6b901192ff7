/* qora-draft.h: the text in a window on disk, so that it outlives a crash
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One file for each window. Writes on a thread, soon after a change, and never two at a time.
 * Signal "failed" (GError): it could not be written; emitted once until it succeeds again. */
#define QORA_TYPE_DRAFT (qora_draft_get_type ())
G_DECLARE_FINAL_TYPE (QoraDraft, qora_draft, QORA, DRAFT, GObject)

/* Number 1 belongs to the first window, and so on. */
QoraDraft *qora_draft_new (const char *folder, guint number);

/* What the file holds: the text, and the id of the take that it belongs to ("": none). FALSE where
 * there is none. Blocks, but not for long. (out) (transfer full) */
gboolean qora_draft_load (QoraDraft *self, char **text, char **take);

/* What it is to hold from now on. */
void qora_draft_set (QoraDraft *self, const char *text, const char *take);

/* Writes at once what is not written yet, and waits for it. */
void qora_draft_flush (QoraDraft *self);

/* The window is gone for good, and its text with it. */
void qora_draft_discard (QoraDraft *self);

/* Numbers of the drafts in a folder, in order. (transfer full) (element-type guint) */
GArray *qora_draft_list (const char *folder);

G_END_DECLS
