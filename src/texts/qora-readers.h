/* qora-readers.h: one function for each format; qora_document_read_bytes() chooses
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-document.h"

G_BEGIN_DECLS

/* Sets an error of QORA_DOCUMENT_ERROR with a translated message. Always FALSE. */
gboolean qora_reader_fail (GError **error, QoraDocumentError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* Each fills an empty document. `text` is UTF-8, `name` names the file in messages. Errors: as
 * qora_document_read_bytes() has them. A document that is left without a part is the caller's
 * business. */
gboolean qora_read_plain (QoraDocument *document, const char *text, const char *name,
                          GError **error);
gboolean qora_read_markdown (QoraDocument *document, const char *markdown, const char *name,
                             GError **error);
gboolean qora_read_html (QoraDocument *document, const char *text, const char *name,
                         GError **error);
gboolean qora_read_subtitles (QoraDocument *document, const char *text, const char *name,
                              GError **error);

/* The same of an archive. */
gboolean qora_read_epub (QoraDocument *document, GBytes *bytes, const char *name, GError **error);

G_END_DECLS
