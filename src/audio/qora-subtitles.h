/* qora-subtitles.h: the text of a take with its times, as SubRip, WebVTT or LRC lyrics
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  QORA_SUBTITLE_FORMAT_SRT, /* SubRip: what video players read */
  QORA_SUBTITLE_FORMAT_VTT, /* WebVTT: what browsers read */
  QORA_SUBTITLE_FORMAT_LRC, /* lyrics: what music players read; knows only where a line begins */
} QoraSubtitleFormat;

typedef struct
{
  const char *text; /* UTF-8, may have several lines */
  double start;     /* seconds from the beginning of the sound, >= 0 */
  double end;       /* seconds, >= start */
} QoraCue;

/* What names the whole; any may be NULL. SRT has no place for it. */
typedef struct
{
  const char *title;
  const char *artist; /* the voice */
} QoraSubtitleInfo;

/* Finds the format by the ending of a file name, in any case. FALSE for an unknown one. */
gboolean qora_subtitle_format_from_name (const char *name, QoraSubtitleFormat *format);

/* Ending without the dot, for example "srt". (transfer none) */
const char *qora_subtitle_format_get_extension (QoraSubtitleFormat format);

/* The whole file as text. `cues` are in order of time; those with nothing to show are left out.
 * Times are rounded to the format's unit (milliseconds; hundredths in LRC), each on its own, so
 * that cues which meet still meet. Text that a reader could take for a time, a tag or the end of a
 * cue is made harmless, changed as little as the format allows. `info` may be NULL. (transfer full)
 */
char *qora_subtitles_format (QoraSubtitleFormat format, const QoraCue *cues, gsize n_cues,
                             const QoraSubtitleInfo *info);

/* Writes the same to `path`, all of it or nothing. Errors: GFileError, naming the file. */
gboolean qora_subtitles_write (const char *path, QoraSubtitleFormat format, const QoraCue *cues,
                               gsize n_cues, const QoraSubtitleInfo *info, GError **error);

G_END_DECLS
