/* qora-book-saver.h: what a book gives to an export
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-book-exporter.h"
#include "qora-book.h"

G_BEGIN_DECLS

/* An export of all parts that are on disk, with the pauses between them. `path` is a folder, in
 * which each chapter gets a file named after `pattern` (as for qora_file_name_format(), with the
 * number in front where the pattern has none), or with `whole` the one file. (transfer full) */
QoraBookExporter *qora_book_saver_new (QoraBook *book, gboolean whole, const char *path,
                                       const char *pattern, QoraAudioFormat format,
                                       QoraAudioQuality quality);

G_END_DECLS
