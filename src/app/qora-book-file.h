/* qora-book-file.h: the file that describes a book
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define QORA_BOOK_FILE_NAME "book.json"

typedef enum
{
  QORA_BOOK_IDLE,
  QORA_BOOK_QUEUED, /* its chapters are made when their turn comes */
  QORA_BOOK_PAUSED,
} QoraBookState;

/* How all the chapters are spoken; strings may be NULL as in QoraRequest. */
typedef struct
{
  char *voice;
  char *language;
  char *style;
  guint64 seed;
} QoraBookSpeech;

void qora_book_speech_copy (QoraBookSpeech *self, const QoraBookSpeech *from);
void qora_book_speech_clear (QoraBookSpeech *self);

typedef struct
{
  char *title;
  char *author;   /* NULL: not known */
  char *language; /* of the text, BCP 47; NULL: not known */
  char *cover;    /* a file in the book's folder; NULL: none */
  gint64 created; /* seconds since 1970 */
  gint64 queued;  /* when it got in line, microseconds since 1970 */
  QoraBookState state;
  QoraBookSpeech speech;
  GPtrArray *chapters; /* of char *, the folders of the takes in the book's, in order */
} QoraBookFile;

void qora_book_file_clear (QoraBookFile *self);

/* JSON. (transfer full) */
char *qora_book_file_format (const QoraBookFile *self);

/* Fills *self, to be cleared with qora_book_file_clear(). `name` is for messages. Errors:
 * G_IO_ERROR_INVALID_DATA, naming file and key. */
gboolean qora_book_file_parse (const char *json, gsize length, const char *name, QoraBookFile *self,
                               GError **error);

G_END_DECLS
