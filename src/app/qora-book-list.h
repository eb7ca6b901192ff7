/* qora-book-list.h: all books that are kept, newest first
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-book.h"

G_BEGIN_DECLS

/* A GListModel of QoraBook. Property "loaded" (gboolean): what was on disk has been read. */
#define QORA_TYPE_BOOK_LIST (qora_book_list_get_type ())
G_DECLARE_FINAL_TYPE (QoraBookList, qora_book_list, QORA, BOOK_LIST, GObject)

/* `folder` has a folder for each book; it need not exist. */
QoraBookList *qora_book_list_new (const char *folder);

/* Reads what is on disk, on a thread. */
void qora_book_list_load (QoraBookList *self);
gboolean qora_book_list_get_loaded (QoraBookList *self);
const char *qora_book_list_get_folder (QoraBookList *self);

QoraBook *qora_book_list_find (QoraBookList *self, const char *id); /* NULL; (transfer none) */
/* The book that has the chapter, and the chapter itself; NULL: none has. (transfer none) */
QoraBook *qora_book_list_find_chapter (QoraBookList *self, const char *id, QoraTake **chapter);

/* Of those that are queued, the next in line behind `book`; NULL: the first. NULL: none.
 * (transfer none) */
QoraBook *qora_book_list_get_next_queued (QoraBookList *self, QoraBook *book);

/* Returns the one that is in the list: another one, if the book's folder was read meanwhile.
 * (transfer none) */
QoraBook *qora_book_list_add (QoraBookList *self, QoraBook *book);
/* Takes it from the list only: qora_book_delete() is for the files, once there is no undo. */
void qora_book_list_remove (QoraBookList *self, QoraBook *book);

G_END_DECLS
