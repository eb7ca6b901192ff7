/* qora-script-view.h: the text editor, with the state of each part in its margin
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

#include "qora-script.h"

G_BEGIN_DECLS

/* Keeps its script in step with its buffer: at once when asked to, otherwise soon after an edit.
 * Signals: "text-changed", when the script has followed an edit; "mark-clicked" (uint index, and a
 * GdkRectangle that belongs to the emission, in widget coordinates). */
#define QORA_TYPE_SCRIPT_VIEW (qora_script_view_get_type ())
G_DECLARE_FINAL_TYPE (QoraScriptView, qora_script_view, QORA, SCRIPT_VIEW, GtkTextView)

QoraScript *qora_script_view_get_script (QoraScriptView *self); /* (transfer none) */

/* (transfer full) */
char *qora_script_view_get_text (QoraScriptView *self);
void qora_script_view_set_text (QoraScriptView *self, const char *text);

/* Splits what was typed until now. */
void qora_script_view_flush (QoraScriptView *self);
/* Longest part, in characters. */
void qora_script_view_set_part_length (QoraScriptView *self, guint length);

/* Index of the part at the cursor; -1: there is none. */
int qora_script_view_get_cursor_part (QoraScriptView *self);

/* What is wrong at the cursor, in words. (transfer full) NULL: nothing. */
char *qora_script_view_get_hint (QoraScriptView *self);

/* Tints the part that is heard; -1: none. Scrolls to it where the user does not work in the text or
 * look at another place; the cursor stays where it is. */
void qora_script_view_set_heard (QoraScriptView *self, int index);

G_END_DECLS
