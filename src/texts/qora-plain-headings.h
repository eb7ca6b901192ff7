/* qora-plain-headings.h: lines of plain text that begin a chapter
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "Chapter 1", "CHAPTER I. The Beginning", "Kapitel 3", "Drittes Kapitel", "Глава первая",
 * "第一章", "제1장" and the like, in the ten languages of the voices. line: one line without space
 * around it.
 */
gboolean qora_plain_is_heading (const char *line);

/* The same, but with nothing behind the number: the chapter's name may be on the next line. */
gboolean qora_plain_is_bare_heading (const char *line);

G_END_DECLS
