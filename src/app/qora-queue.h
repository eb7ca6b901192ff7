/* qora-queue.h: makes the speech of whole books in the background, part after part
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-book-list.h"
#include "qora-pronunciation.h"
#include "qora-synthesizer.h"

G_BEGIN_DECLS

/* Works through the books whose state is QORA_BOOK_QUEUED, also those that were so when the program
 * ended the last time. Every part is on its way to disk as soon as it is made. Whatever else the
 * synthesizer is asked for goes first; then the queue goes on. A part that cannot be made is left
 * out; a book that cannot be gone on with has a hindrance, until that is gone.
 *
 * Properties: "running" (gboolean, read-only): there is work, and nothing hinders it; also while
 * it waits for the synthesizer. Signals: "progress", a few times a second; "finished" (QoraBook):
 * nothing of it is left to do. */
#define QORA_TYPE_QUEUE (qora_queue_get_type ())
G_DECLARE_FINAL_TYPE (QoraQueue, qora_queue, QORA, QUEUE, GObject)

QoraQueue *qora_queue_new (QoraSynthesizer *synthesizer, QoraBookList *books);

/* For what is made from now on. */
void qora_queue_set_sampling (QoraQueue *self, const QoraSampling *sampling);

/* The same: how words are spoken that are not spoken as they are written; NULL: there are none. */
void qora_queue_set_pronunciation (QoraQueue *self, QoraPronunciation *pronunciation);

/* Puts a book in line, or back in line after a pause; what failed before is tried again. */
void qora_queue_start (QoraQueue *self, QoraBook *book);
/* Takes it out of the line, within a frame. What was made of it is kept. */
void qora_queue_pause (QoraQueue *self, QoraBook *book);
void qora_queue_cancel (QoraQueue *self, QoraBook *book);

gboolean qora_queue_get_running (QoraQueue *self);
QoraBook *qora_queue_get_book (QoraQueue *self);    /* in work, NULL: none. (transfer none) */
QoraTake *qora_queue_get_chapter (QoraQueue *self); /* in work, NULL: none. (transfer none) */

/* How far one book is, or with NULL all that are in line. */
typedef struct
{
  QoraTakeCount count;
  double fraction; /* of the characters, 0..1 */
  double left;     /* seconds until the end; < 0: not known yet */
} QoraQueueProgress;
void qora_queue_get_progress (QoraQueue *self, QoraBook *book, QoraQueueProgress *progress);

/* Stops for good, before the program ends: returns when all that was made is on disk. The books
 * stay in line for the next time. */
void qora_queue_put_away (QoraQueue *self);

G_END_DECLS
