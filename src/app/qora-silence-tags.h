/* qora-silence-tags.h: how marks for silence look in the text editor
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Marks are dimmed; one without a usable length is underlined like a spelling mistake. The tags
 * belong to the buffer, to which they are added once. */
void qora_silence_tags_add (GtkTextBuffer *buffer);

/* Dims the marks that can be seen, with what is behind the text. For the layer above it. */
void qora_silence_tags_snapshot (GtkTextView *view, GtkSnapshot *snapshot,
                                 const GdkRGBA *background);

/* Finds the marks anew; `text` is all of the buffer's. */
void qora_silence_tags_update (GtkTextBuffer *buffer, const char *text);

/* The place is in, or at the end of, a mark that is none after all. */
gboolean qora_silence_tags_is_bad (const GtkTextIter *iter);
/* What is to be said about it. (transfer full) */
char *qora_silence_tags_get_hint (void);

/* A mark of a second at the cursor, with the spaces that it needs. */
void qora_silence_tags_insert (GtkTextBuffer *buffer);

G_END_DECLS
