/* qora-book.h: a group of takes, one a chapter, that belong together and are made one by one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-book-file.h"
#include "qora-document.h"
#include "qora-take.h"

G_BEGIN_DECLS

/* A GListModel of QoraTake, the chapters in order, which stay the same. A folder on disk, with a
 * folder in it for each chapter. Chapters hold no sound but what a window or the queue works on.
 *
 * Signals: "changed": any of what is shown, "state-changed": of that, the state; "save-failed"
 * (GError). */
#define QORA_TYPE_BOOK (qora_book_get_type ())
G_DECLARE_FINAL_TYPE (QoraBook, qora_book, QORA, BOOK, GObject)

typedef struct
{
  QoraBookSpeech speech;
  double pause;      /* seconds of silence after a paragraph */
  guint part_length; /* characters: longer paragraphs become several parts */
} QoraBookOptions;

/* Makes a book of a document, in a folder of its own in `parent`: all of it is there at once, or
 * nothing is. `document` must not be changed any more; `options` is copied. Works on a thread.
 * Errors: G_IO_ERROR and G_FILE_ERROR, naming the file. (transfer full) */
void qora_book_create_async (const char *parent, QoraDocument *document,
                             const QoraBookOptions *options, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
QoraBook *qora_book_create_finish (GAsyncResult *result, GError **error);

/* Reads a book's folder. Blocks. Errors: as above; INVALID_DATA where it is not what this program
 * wrote. */
QoraBook *qora_book_load (const char *folder, GError **error);

/* Removes what an interrupted qora_book_create_async() left in `parent`. Blocks. */
void qora_book_clean (const char *parent);

const char *qora_book_get_id (QoraBook *self); /* the folder's name */
const char *qora_book_get_title (QoraBook *self);
const char *qora_book_get_author (QoraBook *self);   /* NULL: not known */
const char *qora_book_get_language (QoraBook *self); /* of the text, BCP 47; NULL: not known */
char *qora_book_dup_cover_path (QoraBook *self);     /* NULL: none */
gint64 qora_book_get_created (QoraBook *self);       /* seconds since 1970 */
gint64 qora_book_get_queued (QoraBook *self);        /* microseconds since 1970 */
QoraBookState qora_book_get_state (QoraBook *self);
const QoraBookSpeech *qora_book_get_speech (QoraBook *self);

guint qora_book_get_n_chapters (QoraBook *self);
QoraTake *qora_book_get_chapter (QoraBook *self, guint index);     /* (transfer none) */
QoraTake *qora_book_find_chapter (QoraBook *self, const char *id); /* NULL; (transfer none) */
gboolean qora_book_matches (QoraBook *self, const char *words);    /* title, author, a chapter */

/* Of all chapters together. */
void qora_book_count (QoraBook *self, QoraTakeCount *count);
double qora_book_get_duration (QoraBook *self); /* seconds of sound there are */

/* These save. */
void qora_book_set_title (QoraBook *self, const char *title);
void qora_book_set_speech (QoraBook *self, const QoraBookSpeech *speech);
void qora_book_set_state (QoraBook *self, QoraBookState state);

/* Why the queue cannot go on with it, for people; NULL: it can. Not on disk. */
const char *qora_book_get_hindrance (QoraBook *self);
void qora_book_set_hindrance (QoraBook *self, const char *hindrance);

/* The book or one of its chapters is on its way to disk. */
gboolean qora_book_get_saving (QoraBook *self);

/* Deletes the folder, on another thread. */
void qora_book_delete (QoraBook *self);

G_END_DECLS
