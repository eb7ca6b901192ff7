/* qora-book-exporter.h: saves the chapters of a book, as a file each or as one file with marks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

#include "qora-audio-format.h"

G_BEGIN_DECLS

/* One export: set it up, then run it once. The sound is read from the parts' files one after the
 * other, so no more than one part of it is ever in memory. */
#define QORA_TYPE_BOOK_EXPORTER (qora_book_exporter_get_type ())
G_DECLARE_FINAL_TYPE (QoraBookExporter, qora_book_exporter, QORA, BOOK_EXPORTER, GObject)

/* Where a file of the whole book says where its chapters begin. */
typedef enum
{
  QORA_CHAPTER_MARKS_INSIDE, /* in the file itself */
  QORA_CHAPTER_MARKS_BESIDE, /* in a cue sheet, which has the file's name with ".cue" at its end */
} QoraChapterMarks;

QoraChapterMarks qora_book_exporter_get_marks (QoraAudioFormat format);

QoraBookExporter *qora_book_exporter_new (QoraAudioFormat format, QoraAudioQuality quality);

/* For the tags. NULL: not known. `language` is BCP 47. `cover` holds a picture file. */
void qora_book_exporter_set_tags (QoraBookExporter *self, const char *title, const char *author,
                                  const char *voice, const char *language, GBytes *cover);

/* Save all chapters in one file. Without this each has a file of its own. */
void qora_book_exporter_set_path (QoraBookExporter *self, const char *path);

/* Begins a chapter. `path` is where it goes, NULL with qora_book_exporter_set_path(). */
void qora_book_exporter_add_chapter (QoraBookExporter *self, const char *title, const char *path);
/* What the last chapter consists of, in order: the first n_samples of an audio file, filled up with
 * silence where it is shorter, and silence. */
void qora_book_exporter_add_file (QoraBookExporter *self, const char *path, gsize n_samples);
void qora_book_exporter_add_silence (QoraBookExporter *self, gsize n_samples);

/* 0..1; from any thread. */
double qora_book_exporter_get_progress (QoraBookExporter *self);

/* Blocks. Every file appears whole or not at all; when a later one fails, those before it stay.
 * Chapters without a file or silence are left out. Errors, all in G_IO_ERROR and naming the file:
 * as qora_exporter_run() and qora_sound_load() have them. */
gboolean qora_book_exporter_run (QoraBookExporter *self, GCancellable *cancellable, GError **error);

/* The same on a thread of its own. */
void qora_book_exporter_run_async (QoraBookExporter *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
gboolean qora_book_exporter_run_finish (QoraBookExporter *self, GAsyncResult *result,
                                        GError **error);

/* Files that are complete by now: all of them after a run that succeeded. */
guint qora_book_exporter_get_n_saved (QoraBookExporter *self);

G_END_DECLS
