/* qora-script-paste.h: pasting what web browsers and word processors copy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Pasting into the view takes what is to be read aloud of formatted text: no footnotes' marks, no
 * pictures' descriptions, one paragraph a line. */
void qora_script_paste_add (GtkTextView *view);

/* Pastes the text as the other program gives it. */
void qora_script_paste_plain (GtkTextView *view);

G_END_DECLS
