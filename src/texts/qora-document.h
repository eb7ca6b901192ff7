/* qora-document.h: a text that was read from a file: its chapters and what is to be said in them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Larger files are refused: no text to be read aloud is longer than a library shelf. A book's file
 * may be larger, for it has pictures. Bytes. */
#define QORA_DOCUMENT_MAX_TEXT (32 * 1024 * 1024)
#define QORA_DOCUMENT_MAX_BOOK (512 * 1024 * 1024)

#define QORA_DOCUMENT_ERROR (qora_document_error_quark ())
typedef enum
{
  QORA_DOCUMENT_ERROR_NO_TEXT, /* a picture, a program, a folder: nothing that can be read aloud */
  QORA_DOCUMENT_ERROR_EMPTY,   /* the right kind of file, but nothing in it to say */
  QORA_DOCUMENT_ERROR_DAMAGED, /* not what its format asks for */
  QORA_DOCUMENT_ERROR_TOO_LARGE, /* past a limit of this header, or of unpacking */
  QORA_DOCUMENT_ERROR_PROTECTED, /* encrypted: only its seller's program can read it */
} QoraDocumentError;
GQuark qora_document_error_quark (void);

typedef enum
{
  QORA_CHAPTER_PART_PARAGRAPH,
  QORA_CHAPTER_PART_HEADING,
  QORA_CHAPTER_PART_LIST_ITEM,
  QORA_CHAPTER_PART_SUBTITLE,
} QoraChapterPartKind;

/* What is said in one go: a paragraph, a heading, an item of a list, a row of a table. */
typedef struct
{
  char *text; /* UTF-8, one line, without space around it, never empty */
  QoraChapterPartKind kind;
  double start; /* seconds from the beginning of the sound, for subtitles; otherwise -1 */
  double end;
} QoraChapterPart;

typedef struct
{
  char *title;      /* one line; "": it has none */
  GPtrArray *parts; /* (element-type QoraChapterPart), at least one in a document that was read */
} QoraChapter;

/* Counts references. Whoever makes it fills it in; once it is handed over, nobody changes it, and
 * any thread may look at it. */
typedef struct
{
  char *title;         /* of the whole; "": neither the file nor its name say */
  char *author;        /* several are joined by ", "; NULL: not said */
  char *language;      /* BCP 47, for example "en-GB"; NULL: not said */
  GBytes *cover;       /* a picture; NULL: none */
  char *cover_mime;    /* for example "image/jpeg"; NULL with no cover */
  GPtrArray *chapters; /* (element-type QoraChapter), at least one in a document that was read */
} QoraDocument;

#define QORA_TYPE_DOCUMENT (qora_document_get_type ())
GType qora_document_get_type (void); /* boxed */

/* ---- making ---- */

/* With an empty title and no chapters. (transfer full) */
QoraDocument *qora_document_new (void);
QoraDocument *qora_document_ref (QoraDocument *self);
void qora_document_unref (QoraDocument *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QoraDocument, qora_document_unref)

/* Adds an empty chapter. title: UTF-8 or NULL; its white space is collapsed. (transfer none) */
QoraChapter *qora_document_add_chapter (QoraDocument *self, const char *title);

/* Adds a part with no times of its own. Runs of white space in `text` (UTF-8) become one space, and
 * a text without a letter or digit, in which nothing can be said, is left out. */
void qora_chapter_add_part (QoraChapter *self, QoraChapterPartKind kind, const char *text);

/* Adds a subtitle that is heard from `start` to `end`, seconds. */
void qora_chapter_add_subtitle (QoraChapter *self, const char *text, double start, double end);

/* ---- asking ---- */

/* All parts as one text, a line for each and an empty one between them, which is how the window
 * writes paragraphs. Before a subtitle stands the mark {silence until 0:01:02.5}, which makes its
 * speech begin at its time. (transfer full) */
char *qora_chapter_dup_text (QoraChapter *self);

/* Characters in all parts. */
gsize qora_chapter_count_characters (QoraChapter *self);

/* Every part has times: its speech is to begin at them. */
gboolean qora_chapter_is_timed (QoraChapter *self);

/* ---- reading ---- */

/* Reads plain text, Markdown, HTML, SubRip and WebVTT subtitles, and EPUB 2 and 3. The format comes
 * from the contents where they tell, then from `mime` (may be NULL), then from the name's ending;
 * what is left is plain text. `name` is a base name for messages and for the title of a file that
 * has none. Blocks; any thread. (transfer full)
 *
 * Errors: QORA_DOCUMENT_ERROR, with a translated message that names the file and what is wrong
 * with it. Nothing outside of `bytes` is ever read: no address, no other file. */
QoraDocument *qora_document_read_bytes (GBytes *bytes, const char *name, const char *mime,
                                        GError **error);

/* The same for a file, read on another thread. Errors: as above, those of reading a file, and
 * G_IO_ERROR_CANCELLED. */
void qora_document_read_async (GFile *file, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
QoraDocument *qora_document_read_finish (GFile *file, GAsyncResult *result, GError **error);

/* The same again, blocking. */
QoraDocument *qora_document_read_file (GFile *file, GCancellable *cancellable, GError **error);

G_END_DECLS
