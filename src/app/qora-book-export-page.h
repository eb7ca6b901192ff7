/* qora-book-export-page.h: asks how a book is to be exported
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

#include "qora-audio-format.h"

G_BEGIN_DECLS

/* The rows of a dialog. What was chosen is kept in the settings. */
#define QORA_TYPE_BOOK_EXPORT_PAGE (qora_book_export_page_get_type ())
G_DECLARE_FINAL_TYPE (QoraBookExportPage, qora_book_export_page, QORA, BOOK_EXPORT_PAGE, AdwBin)

/* Formats that this system cannot encode are left out. */
GtkWidget *qora_book_export_page_new (GSettings *settings);

gboolean qora_book_export_page_get_whole (QoraBookExportPage *self); /* one file for the book */
QoraAudioFormat qora_book_export_page_get_format (QoraBookExportPage *self);

G_END_DECLS
