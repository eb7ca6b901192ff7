/* qora-script.h: the text in the window as a list of parts that keep their sound through edits
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-part.h"

G_BEGIN_DECLS

/* A GListModel of QoraPart. Signal "changed": a part came, went, or has another state. */
#define QORA_TYPE_SCRIPT (qora_script_get_type ())
G_DECLARE_FINAL_TYPE (QoraScript, qora_script, QORA, SCRIPT, GObject)

QoraScript *qora_script_new (void);

/* Splits `text` into paragraphs, and those longer than max_length characters at the ends of
 * sentences. A part whose text is found again keeps its sound, wherever it stands now; one that
 * was edited keeps it as changed; the sound of a part that went away comes back if its text does.
 */
void qora_script_set_text (QoraScript *self, const char *text, guint max_length);

/* How words are spoken that are not spoken as they are written; NULL: there are none. Parts that
 * would sound another way become stale. */
void qora_script_set_pronunciation (QoraScript *self, QoraPronunciation *pronunciation);

guint qora_script_get_n_parts (QoraScript *self);
QoraPart *qora_script_get_part (QoraScript *self, guint index); /* (transfer none) */
guint qora_script_get_n_stale (QoraScript *self);

/* Index of the part at a character offset of the text, or of the nearest before it; -1: none. */
int qora_script_find_offset (QoraScript *self, guint offset);
/* Index of the part whose sound in `sound` is at `sample`, or the last that began before; -1. */
int qora_script_find_sample (QoraScript *self, QoraSound *sound, gsize sample);

/* `sound` is what a run that makes nothing anew would put together: all the parts in their order,
 * with the silence between them that the text and the pause (seconds) ask for. */
gboolean qora_script_is_arranged (QoraScript *self, QoraSound *sound, double pause);

/* Parts that were to begin at a time of `sound` and begin later. */
guint qora_script_count_late (QoraScript *self, QoraSound *sound);

/* Forgets all sounds. */
void qora_script_clear_renderings (QoraScript *self);

G_END_DECLS
