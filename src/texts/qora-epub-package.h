/* qora-epub-package.h: what an EPUB says about itself: its parts, their order and their titles
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-document.h"

G_BEGIN_DECLS

/* Of the table of contents. */
typedef struct
{
  char *path;     /* in the archive */
  char *fragment; /* id of an element; NULL: the beginning */
  char *title;    /* one line */
  guint depth;    /* 1: the highest */
} QoraEpubEntry;

typedef struct
{
  GPtrArray *spine;    /* paths of what is read, in order (element-type utf8) */
  GPtrArray *contents; /* (element-type QoraEpubEntry) */
  char *cover;         /* path of a picture; NULL: none */
  char *cover_mime;
} QoraEpubPackage;

void qora_epub_package_free (QoraEpubPackage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QoraEpubPackage, qora_epub_package_free)

/* Reads META-INF/container.xml, the package document that it names, and the table of contents: the
 * navigation document of EPUB 3, or the NCX of EPUB 2. Fills in the document's title, author and
 * language. files: path -> GBytes. Errors: QORA_DOCUMENT_ERROR; `name` names the book in them.
 * From EPUB 3.3 (W3C) and Open Packaging Format 2.0.1 (IDPF). */
QoraEpubPackage *qora_epub_package_new (GHashTable *files, QoraDocument *document, const char *name,
                                        GError **error);

/* A file of the archive as UTF-8; NULL: it is not there, or is no text. (transfer full) */
char *qora_epub_dup_text (GHashTable *files, const char *path);

G_END_DECLS
