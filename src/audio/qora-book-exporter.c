/* qora-book-exporter.c: saves the chapters of a book, as a file each or as one file with marks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-book-exporter.h"

#include <glib/gi18n.h>
#include <gst/tag/tag.h>
#include <stdatomic.h>

#include "qora-chapter-marks.h"
#include "qora-encode.h"
#include "qora-sound-loader.h"

#define GENRE "Audiobook"
#define STEPS 1000000 /* of the progress */

typedef struct
{
  char *path; /* NULL: silence */
  gsize n_samples;
} Piece;

typedef struct
{
  char *title;
  char *path;     /* NULL: the book's */
  GArray *pieces; /* of Piece */
  guint64 n_samples;
} Chapter;

struct _QoraBookExporter
{
  GObject parent_instance;

  QoraAudioFormat format;
  QoraAudioQuality quality;
  char *path;
  char *title;
  char *author;
  char *voice;
  char *language;
  GBytes *cover;
  GPtrArray *chapters; /* of Chapter */

  atomic_uint steps; /* of the progress */
  atomic_uint n_saved;
};

G_DEFINE_FINAL_TYPE (QoraBookExporter, qora_book_exporter, G_TYPE_OBJECT)

static void
clear_piece (gpointer piece)
{
  g_free (((Piece *) piece)->path);
}

static void
chapter_free (Chapter *chapter)
{
  g_free (chapter->title);
  g_free (chapter->path);
  g_array_unref (chapter->pieces);
  g_free (chapter);
}

/* ---- reading ---- */

/* The chapters [first, end) as one stream of samples. */
typedef struct
{
  QoraBookExporter *exporter;
  guint64 n_before; /* samples in files that are saved already, for the progress */
  guint64 n_all;
  guint64 n_total; /* in this file */
  guint chapter;
  guint end;
  guint piece;
  gsize at;         /* in the piece */
  QoraSound *sound; /* of the piece, NULL: not read yet */
  GCancellable *cancellable;
} Stream;

/* From the present piece. */
static gsize
read_piece (Stream *stream, const Piece *piece, float *samples, gsize n_samples, GError **error)
{
  gsize n = MIN (n_samples, piece->n_samples - stream->at);
  gsize n_read = 0;

  if (piece->path != NULL && stream->sound == NULL)
    {
      stream->sound = qora_sound_load (piece->path, stream->cancellable, error);
      if (stream->sound == NULL)
        return 0;
    }
  if (stream->sound != NULL)
    n_read = qora_sound_read (stream->sound, stream->at, samples, n);
  for (gsize i = n_read; i < n; i++)
    samples[i] = 0;
  stream->at += n;
  return n;
}

static gsize
on_read (float *samples, gsize n_samples, gpointer user_data, GError **error)
{
  Stream *stream = user_data;

  while (stream->chapter < stream->end)
    {
      const Chapter *chapter = stream->exporter->chapters->pdata[stream->chapter];

      if (stream->piece == chapter->pieces->len)
        {
          stream->chapter++;
          stream->piece = 0;
          continue;
        }
      if (stream->at < g_array_index (chapter->pieces, Piece, stream->piece).n_samples)
        return read_piece (stream, &g_array_index (chapter->pieces, Piece, stream->piece), samples,
                           n_samples, error);
      stream->piece++;
      stream->at = 0;
      g_clear_object (&stream->sound);
    }
  return 0;
}

static void
on_progress (double fraction, gpointer user_data)
{
  Stream *stream = user_data;
  double done = (double) stream->n_before + fraction * (double) stream->n_total;

  stream->exporter->steps = (guint) (STEPS * done / (double) MAX (stream->n_all, 1));
}

/* ---- tags ---- */

static void
add_text (GstTagList *tags, const char *tag, const char *text)
{
  if (text != NULL && *text != '\0')
    gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, tag, text, NULL);
}

static void
add_cover (GstTagList *tags, GBytes *cover)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (cover, &size);
  g_autoptr (GstSample) image
      = gst_tag_image_data_to_image_sample (data, (guint) size, GST_TAG_IMAGE_TYPE_FRONT_COVER);

  /* Data that is no picture is left out. */
  if (image != NULL)
    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, GST_TAG_IMAGE, image, NULL);
}

/* For a file with that title; `number` 0: it is the whole book. */
static GstTagList *
create_tags (QoraBookExporter *self, const char *title, guint number)
{
  g_autofree char *language = g_strdup (self->language);
  GstTagList *tags
      = qora_encode_create_tags (title, self->author != NULL ? self->author : self->voice);

  add_text (tags, GST_TAG_ALBUM, self->title);
  add_text (tags, GST_TAG_ALBUM_ARTIST, self->author);
  add_text (tags, GST_TAG_PERFORMER, self->voice);
  add_text (tags, GST_TAG_GENRE, GENRE);
  /* The tag is for the language alone, without region. */
  if (language != NULL)
    add_text (tags, GST_TAG_LANGUAGE_CODE, g_strdelimit (language, "-_", '\0'));
  if (number > 0)
    gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_TRACK_NUMBER, number,
                      GST_TAG_TRACK_COUNT, self->chapters->len, NULL);
  if (self->cover != NULL)
    add_cover (tags, self->cover);
  return tags;
}

/* ---- saving ---- */

static guint64
to_milliseconds (guint64 n_samples)
{
  return n_samples * 1000 / QORA_SOUND_RATE;
}

/* (transfer full) (element-type QoraChapterMark), whose titles belong to the chapters */
static GArray *
collect_marks (QoraBookExporter *self)
{
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (QoraChapterMark));
  guint64 at = 0;

  for (guint i = 0; i < self->chapters->len; i++)
    {
      const Chapter *chapter = self->chapters->pdata[i];
      const QoraChapterMark mark
          = { chapter->title, to_milliseconds (at), to_milliseconds (at + chapter->n_samples) };

      if (chapter->n_samples > 0)
        g_array_append_val (marks, mark);
      at += chapter->n_samples;
    }
  return marks;
}

static guint64
count_samples (QoraBookExporter *self, guint first, guint end)
{
  guint64 n = 0;

  for (guint i = first; i < end; i++)
    n += ((Chapter *) self->chapters->pdata[i])->n_samples;
  return n;
}

static gboolean
save (QoraBookExporter *self, guint first, guint end, const GstTagList *tags, const char *path,
      GCancellable *cancellable, GError **error)
{
  Stream stream = { .exporter = self,
                    .n_before = count_samples (self, 0, first),
                    .n_all = count_samples (self, 0, self->chapters->len),
                    .n_total = count_samples (self, first, end),
                    .chapter = first,
                    .end = end,
                    .cancellable = cancellable };
  const QoraEncoding encoding = { .format = self->format,
                                  .quality = self->quality,
                                  .tags = tags,
                                  .read = on_read,
                                  .progress = on_progress,
                                  .user_data = &stream,
                                  .n_total = stream.n_total };
  gboolean done = qora_encode (&encoding, path, cancellable, error);

  g_clear_object (&stream.sound);
  if (done)
    self->n_saved++;
  else
    g_prefix_error (error, "%s: ", path);
  return done;
}

static gboolean
write_cue_sheet (QoraBookExporter *self, const GArray *marks, GError **error)
{
  g_autofree char *name = g_path_get_basename (self->path);
  g_autofree char *path = g_strconcat (self->path, ".cue", NULL);
  g_autofree char *cue = qora_chapter_marks_format_cue (
      name, self->format, self->title, self->author,
      (const QoraChapterMark *) (gpointer) marks->data, marks->len);
  g_autoptr (GError) cause = NULL;

  if (g_file_set_contents (path, cue, -1, &cause))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, cause->message);
  return FALSE;
}

static gboolean
save_whole (QoraBookExporter *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) marks = collect_marks (self);
  g_autoptr (GstTagList) tags = create_tags (self, self->title, 0);
  gboolean inside = qora_chapter_marks_add (
      tags, self->format, (const QoraChapterMark *) (gpointer) marks->data, marks->len);

  return save (self, 0, self->chapters->len, tags, self->path, cancellable, error)
         && (inside || write_cue_sheet (self, marks, error));
}

static gboolean
save_chapters (QoraBookExporter *self, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < self->chapters->len; i++)
    {
      const Chapter *chapter = self->chapters->pdata[i];
      g_autoptr (GstTagList) tags = create_tags (self, chapter->title, i + 1);

      if (chapter->n_samples > 0 && !save (self, i, i + 1, tags, chapter->path, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
qora_book_exporter_run (QoraBookExporter *self, GCancellable *cancellable, GError **error)
{
  gboolean done;

  g_return_val_if_fail (QORA_IS_BOOK_EXPORTER (self), FALSE);

  if (count_samples (self, 0, self->chapters->len) == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           _ ("there is no sound to save"));
      return FALSE;
    }
  done = self->path != NULL ? save_whole (self, cancellable, error)
                            : save_chapters (self, cancellable, error);
  if (done)
    self->steps = STEPS;
  return done;
}

static void
run_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (qora_book_exporter_run (source, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
qora_book_exporter_run_async (QoraBookExporter *self, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (QORA_IS_BOOK_EXPORTER (self));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, qora_book_exporter_run_async);
  /* Otherwise a cancel that comes after the last rename would report a failure that is none. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, run_thread);
}

gboolean
qora_book_exporter_run_finish (QoraBookExporter *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- setting up ---- */

QoraChapterMarks
qora_book_exporter_get_marks (QoraAudioFormat format)
{
  return format == QORA_AUDIO_FORMAT_WAV ? QORA_CHAPTER_MARKS_BESIDE : QORA_CHAPTER_MARKS_INSIDE;
}

void
qora_book_exporter_set_tags (QoraBookExporter *self, const char *title, const char *author,
                             const char *voice, const char *language, GBytes *cover)
{
  g_return_if_fail (QORA_IS_BOOK_EXPORTER (self));
  self->title = g_strdup (title);
  self->author = g_strdup (author);
  self->voice = g_strdup (voice);
  self->language = g_strdup (language);
  self->cover = cover != NULL ? g_bytes_ref (cover) : NULL;
}

void
qora_book_exporter_set_path (QoraBookExporter *self, const char *path)
{
  g_return_if_fail (QORA_IS_BOOK_EXPORTER (self));
  g_free (self->path);
  self->path = g_strdup (path);
}

void
qora_book_exporter_add_chapter (QoraBookExporter *self, const char *title, const char *path)
{
  Chapter *chapter = g_new0 (Chapter, 1);

  g_return_if_fail (QORA_IS_BOOK_EXPORTER (self));
  chapter->title = g_strdup (title);
  chapter->path = g_strdup (path);
  chapter->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_array_set_clear_func (chapter->pieces, clear_piece);
  g_ptr_array_add (self->chapters, chapter);
}

static void
add_piece (QoraBookExporter *self, const char *path, gsize n_samples)
{
  Chapter *chapter = self->chapters->pdata[self->chapters->len - 1];
  const Piece piece = { g_strdup (path), n_samples };

  g_array_append_val (chapter->pieces, piece);
  chapter->n_samples += n_samples;
}

void
qora_book_exporter_add_file (QoraBookExporter *self, const char *path, gsize n_samples)
{
  g_return_if_fail (QORA_IS_BOOK_EXPORTER (self));
  g_return_if_fail (self->chapters->len > 0);
  add_piece (self, path, n_samples);
}

void
qora_book_exporter_add_silence (QoraBookExporter *self, gsize n_samples)
{
  g_return_if_fail (QORA_IS_BOOK_EXPORTER (self));
  g_return_if_fail (self->chapters->len > 0);
  add_piece (self, NULL, n_samples);
}

double
qora_book_exporter_get_progress (QoraBookExporter *self)
{
  g_return_val_if_fail (QORA_IS_BOOK_EXPORTER (self), 0);
  return self->steps / (double) STEPS;
}

guint
qora_book_exporter_get_n_saved (QoraBookExporter *self)
{
  g_return_val_if_fail (QORA_IS_BOOK_EXPORTER (self), 0);
  return self->n_saved;
}

/* ---- the object ---- */

static void
qora_book_exporter_finalize (GObject *object)
{
  QoraBookExporter *self = QORA_BOOK_EXPORTER (object);

  g_free (self->path);
  g_free (self->title);
  g_free (self->author);
  g_free (self->voice);
  g_free (self->language);
  g_clear_pointer (&self->cover, g_bytes_unref);
  g_ptr_array_unref (self->chapters);
  G_OBJECT_CLASS (qora_book_exporter_parent_class)->finalize (object);
}

static void
qora_book_exporter_class_init (QoraBookExporterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_book_exporter_finalize;
}

static void
qora_book_exporter_init (QoraBookExporter *self)
{
  self->chapters = g_ptr_array_new_with_free_func ((GDestroyNotify) chapter_free);
}

QoraBookExporter *
qora_book_exporter_new (QoraAudioFormat format, QoraAudioQuality quality)
{
  QoraBookExporter *self = g_object_new (QORA_TYPE_BOOK_EXPORTER, NULL);

  self->format = format;
  self->quality = quality;
  return self;
}
