/* qora-text-encoding.h: the encoding of a text, told or found out
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes as UTF-8 with a zero byte after them, line ends as they were, without a byte order mark.
 * What counts, in this order: a byte order mark; UTF-16, where there are zero bytes; `declared`
 * (may be NULL; ignored where the bytes contradict it); valid UTF-8, also with a few broken
 * characters, which are left out; what libuchardet makes of it; Windows-1252.
 * NULL where it is no text in any of them. (transfer full) */
char *qora_text_decode (const char *bytes, gsize length, const char *declared);

/* The encoding that an XML prolog or an HTML meta element in the first 1024 bytes names; NULL:
 * none. (transfer full) */
char *qora_text_find_declared (const char *bytes, gsize length);

G_END_DECLS
