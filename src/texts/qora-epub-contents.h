/* qora-epub-contents.h: the table of contents of an EPUB
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <libxml/tree.h>

#include "qora-epub-package.h"

G_BEGIN_DECLS

/* Appends the entries of the navigation document `path` (EPUB 3), in order, without those that link
 * nowhere. (element-type QoraEpubEntry) */
void qora_epub_read_nav (xmlNode *root, const char *path, GPtrArray *entries);

/* The same of an NCX (EPUB 2). */
void qora_epub_read_ncx (xmlNode *root, const char *path, GPtrArray *entries);

G_END_DECLS
