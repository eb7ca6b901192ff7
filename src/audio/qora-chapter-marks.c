/* qora-chapter-marks.c: where the chapters of a sound file begin, in the ways that formats have
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-chapter-marks.h"

#include <string.h>

/* ---- Ogg and FLAC ---- */

#define MAX_COMMENTS 999 /* the number has three digits */

static void
add_comment (GstTagList *tags, const char *comment)
{
  gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_EXTENDED_COMMENT, comment, NULL);
}

static void
add_comments (GstTagList *tags, const QoraChapterMark *marks, gsize n_marks)
{
  for (gsize i = 0; i < MIN (n_marks, MAX_COMMENTS); i++)
    {
      guint ms = (guint) (marks[i].start % 1000);
      guint s = (guint) (marks[i].start / 1000);
      g_autofree char *time = g_strdup_printf ("CHAPTER%03u=%02u:%02u:%02u.%03u", (guint) i + 1,
                                               s / 3600, s / 60 % 60, s % 60, ms);
      g_autofree char *name = g_strdup_printf ("CHAPTER%03uNAME=%s", (guint) i + 1, marks[i].title);

      add_comment (tags, time);
      add_comment (tags, name);
    }
}

/* ---- MP3 ---- */

#define FRAME_TAG        "private-id3v2-frame"
#define ID3_VERSION      4
#define MAX_FRAME_NAME   16
#define ID3_UTF8         3
#define ID3_NO_OFFSET    0xffffffffu
#define ID3_CTOC_FLAGS   3   /* top level, in order */
#define MAX_CTOC_ENTRIES 255 /* the count is one byte */

static void
append_big_endian (GByteArray *bytes, guint32 value)
{
  const guint8 data[4]
      = { (guint8) (value >> 24), (guint8) (value >> 16), (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (bytes, data, sizeof data);
}

/* ID3v2.4 sizes have seven bits in a byte. */
static void
append_frame (GByteArray *bytes, const char *id, const GByteArray *body)
{
  const guint8 size[4]
      = { body->len >> 21 & 0x7f, body->len >> 14 & 0x7f, body->len >> 7 & 0x7f, body->len & 0x7f };
  const guint8 flags[2] = { 0, 0 };

  g_byte_array_append (bytes, (const guint8 *) id, 4);
  g_byte_array_append (bytes, size, sizeof size);
  g_byte_array_append (bytes, flags, sizeof flags);
  g_byte_array_append (bytes, body->data, body->len);
}

/* To the muxer, a frame is a sample of any bytes whose caps tell the version. */
static void
add_frame (GstTagList *tags, const char *id, const GByteArray *body)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("application/x-gst-id3v2-frame", "version",
                                                  G_TYPE_INT, ID3_VERSION, NULL);
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GstSample) sample = NULL;

  append_frame (bytes, id, body);
  buffer = gst_buffer_new_memdup (bytes->data, bytes->len);
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, FRAME_TAG, sample, NULL);
}

static void
append_name (GByteArray *bytes, gsize index)
{
  char name[MAX_FRAME_NAME];

  g_snprintf (name, sizeof name, "chp%u", (guint) index);
  g_byte_array_append (bytes, (const guint8 *) name, strlen (name) + 1);
}

static void
add_frames (GstTagList *tags, const QoraChapterMark *marks, gsize n_marks)
{
  g_autoptr (GByteArray) contents = g_byte_array_new ();
  const guint8 flags[2] = { ID3_CTOC_FLAGS, (guint8) MIN (n_marks, MAX_CTOC_ENTRIES) };

  /* GStreamer's own elements make it known too, but only once they have been used. */
  if (!gst_tag_exists (FRAME_TAG))
    gst_tag_register_static (FRAME_TAG, GST_TAG_FLAG_META, GST_TYPE_SAMPLE, "ID3v2 frame",
                             "A frame of ID3v2 as it is", gst_tag_merge_use_first);
  g_byte_array_append (contents, (const guint8 *) "toc", sizeof "toc");
  g_byte_array_append (contents, flags, sizeof flags);
  for (gsize i = 0; i < n_marks; i++)
    {
      g_autoptr (GByteArray) chapter = g_byte_array_new ();
      g_autoptr (GByteArray) title = g_byte_array_new ();
      const guint8 encoding = ID3_UTF8;

      append_name (chapter, i);
      append_big_endian (chapter, (guint32) marks[i].start);
      append_big_endian (chapter, (guint32) marks[i].end);
      append_big_endian (chapter, ID3_NO_OFFSET);
      append_big_endian (chapter, ID3_NO_OFFSET);
      g_byte_array_append (title, &encoding, 1);
      g_byte_array_append (title, (const guint8 *) marks[i].title, strlen (marks[i].title));
      append_frame (chapter, "TIT2", title);
      add_frame (tags, "CHAP", chapter);
      if (i < MAX_CTOC_ENTRIES)
        append_name (contents, i);
    }
  add_frame (tags, "CTOC", contents);
}

gboolean
qora_chapter_marks_add (GstTagList *tags, QoraAudioFormat format, const QoraChapterMark *marks,
                        gsize n_marks)
{
  switch (format)
    {
    case QORA_AUDIO_FORMAT_FLAC:
    case QORA_AUDIO_FORMAT_OPUS:
    case QORA_AUDIO_FORMAT_VORBIS:
      add_comments (tags, marks, n_marks);
      return TRUE;
    case QORA_AUDIO_FORMAT_MP3:
      add_frames (tags, marks, n_marks);
      return TRUE;
    case QORA_AUDIO_FORMAT_WAV:
    default:
      return FALSE;
    }
}

/* ---- cue sheets ---- */

/* There is no way to write a quotation mark in a quoted string of a cue sheet. */
static void
append_quoted (GString *cue, const char *command, const char *text, const char *end)
{
  g_autofree char *plain = g_strdelimit (g_strdup (text), "\r\n", ' ');

  g_strdelimit (plain, "\"", '\'');
  g_string_append_printf (cue, "%s \"%s\"%s\r\n", command, plain, end);
}

char *
qora_chapter_marks_format_cue (const char *file_name, QoraAudioFormat format, const char *title,
                               const char *author, const QoraChapterMark *marks, gsize n_marks)
{
  GString *cue = g_string_new (NULL);

  if (author != NULL)
    append_quoted (cue, "PERFORMER", author, "");
  if (title != NULL)
    append_quoted (cue, "TITLE", title, "");
  append_quoted (cue, "FILE", file_name, format == QORA_AUDIO_FORMAT_MP3 ? " MP3" : " WAVE");
  for (gsize i = 0; i < n_marks; i++)
    {
      guint s = (guint) (marks[i].start / 1000);
      guint frames = (guint) (marks[i].start % 1000 * 75 / 1000); /* 75 in a second, as on a disc */

      g_string_append_printf (cue, "  TRACK %02u AUDIO\r\n", (guint) i + 1);
      append_quoted (cue, "    TITLE", marks[i].title, "");
      g_string_append_printf (cue, "    INDEX 01 %02u:%02u:%02u\r\n", s / 60, s % 60, frames);
    }
  return g_string_free (cue, FALSE);
}
