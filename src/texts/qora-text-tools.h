/* qora-text-tools.h: small things that all readers of texts need
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Runs of white space become one space, none is left at the ends; characters that show nothing
 * (soft hyphens, zero-width spaces, byte order marks, controls) go. text: UTF-8. (transfer full) */
char *qora_text_collapse (const char *text);

G_END_DECLS
