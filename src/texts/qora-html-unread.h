/* qora-html-unread.h: which elements of HTML are there for the eye, or for a program
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>
#include <libxml/tree.h>

G_BEGIN_DECLS

/* Nothing in this element is read aloud: by its name, its attributes, or what it links to. */
gboolean qora_html_is_unread (xmlNode *element);

/* A <sup> that marks a footnote: its text is not read. Where it is an exponent, that is in
 * *exponent as superscript characters, to be read in its place. `before`: the text in front of it,
 * or NULL. (out) (transfer full) (nullable) */
gboolean qora_html_is_mark (xmlNode *sup, const char *before, char **exponent);

G_END_DECLS
