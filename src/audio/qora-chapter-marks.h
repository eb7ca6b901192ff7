/* qora-chapter-marks.h: where the chapters of a sound file begin, in the ways that formats have
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gst/gst.h>

#include "qora-audio-format.h"

G_BEGIN_DECLS

typedef struct
{
  const char *title;
  guint64 start; /* milliseconds */
  guint64 end;
} QoraChapterMark;

/* Adds the marks to a file's tags, where the format has them there: as CHAPTERxxx comments (Xiph,
 * which players read in Ogg and FLAC) or as CHAP frames (ID3v2 Chapter Frame Addendum 1.0). FALSE
 * for formats that have no such thing. */
gboolean qora_chapter_marks_add (GstTagList *tags, QoraAudioFormat format,
                                 const QoraChapterMark *marks, gsize n_marks);

/* A cue sheet for the file of that name, with the same marks. `title` and `author` may be NULL.
 * (transfer full) */
char *qora_chapter_marks_format_cue (const char *file_name, QoraAudioFormat format,
                                     const char *title, const char *author,
                                     const QoraChapterMark *marks, gsize n_marks);

G_END_DECLS
