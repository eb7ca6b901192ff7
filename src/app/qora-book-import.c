/* qora-book-import.c: makes a book of a document
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "qora-book-private.h"
#include "qora-kept-folders.h"
#include "qora-splitter.h"
#include "qora-take-file.h"

#define MAX_COVER (16 * 1024 * 1024) /* bytes; larger ones are left out */

typedef struct
{
  char *parent;
  QoraDocument *document;
  QoraBookOptions options; /* its strings are its own */
} ImportJob;

static void
import_job_free (ImportJob *job)
{
  g_free (job->parent);
  qora_document_unref (job->document);
  qora_book_speech_clear (&job->options.speech);
  g_free (job);
}

static gboolean
write_chapter (const ImportJob *job, QoraChapter *chapter, const char *folder, gint64 created,
               GError **error)
{
  g_autofree char *text = qora_chapter_dup_text (chapter);
  g_autoptr (GPtrArray) spans = qora_split_text (text, job->options.part_length);
  g_autoptr (GPtrArray) parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) qora_take_part_free);
  g_autofree char *json = NULL;
  const QoraTakeFile file = { .title = *chapter->title != '\0' ? chapter->title : NULL,
                              .text = text,
                              .created = created,
                              .pause = job->options.pause,
                              .parts = parts };

  for (guint i = 0; i < spans->len; i++)
    {
      const QoraSpan *span = spans->pdata[i];

      QoraTakePart *part = qora_take_part_new (span->text, span->ends_paragraph, NULL);

      part->silence_before = span->silence_before;
      part->silence_after = span->silence_after;
      g_ptr_array_add (parts, part);
    }
  json = qora_take_file_format (&file);
  if (g_mkdir (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", folder,
                   g_strerror (errno));
      return FALSE;
    }
  return qora_book_write (folder, QORA_TAKE_FILE_NAME, json, -1, error);
}

/* Its name keeps no more of the media type than programs that look into the folder may need. */
static gboolean
write_cover (const ImportJob *job, const char *folder, QoraBookFile *file, GError **error)
{
  GBytes *cover = job->document->cover;
  gsize size;
  const char *data;

  if (cover == NULL || g_bytes_get_size (cover) > MAX_COVER)
    return TRUE;
  data = g_bytes_get_data (cover, &size);
  file->cover = g_strdup ("cover");
  return qora_book_write (folder, file->cover, data, (gssize) size, error);
}

/* Fills `folder`, which is going to be called `id`. */
static gboolean
fill_folder (const ImportJob *job, const char *folder, const char *id, gint64 created,
             GError **error)
{
  const QoraDocument *document = job->document;
  QoraBookFile file = { .created = created };
  g_autofree char *json = NULL;
  gboolean good = TRUE;

  file.title = g_strdup (*document->title != '\0' ? document->title : _ ("Untitled"));
  file.author = g_strdup (document->author);
  file.language = g_strdup (document->language);
  file.chapters = g_ptr_array_new_with_free_func (g_free);
  qora_book_speech_copy (&file.speech, &job->options.speech);
  for (guint i = 0; good && i < document->chapters->len; i++)
    {
      char *name = g_strdup_printf ("%s-%03u", id, i + 1);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_ptr_array_add (file.chapters, name);
      good = write_chapter (job, document->chapters->pdata[i], path, created, error);
    }
  good = good && write_cover (job, folder, &file, error);
  json = qora_book_file_format (&file);
  good = good && qora_book_write (folder, QORA_BOOK_FILE_NAME, json, -1, error);
  qora_book_file_clear (&file);
  return good;
}

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path,
               g_strerror (errno));
  return FALSE;
}

static void
import_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const ImportJob *job = task_data;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *id = g_strdup_printf ("%s-%.4s", stamp, uuid);
  g_autofree char *unfinished
      = g_strdup_printf ("%s/" QORA_BOOK_UNFINISHED "%d-%s", job->parent, (int) getpid (), id);
  g_autofree char *folder = g_build_filename (job->parent, id, NULL);
  QoraBook *book = NULL;
  GError *error = NULL;

  if (make_folder (unfinished, &error)
      && fill_folder (job, unfinished, id, g_date_time_to_unix (now), &error)
      && !g_cancellable_set_error_if_cancelled (cancellable, &error))
    {
      if (g_rename (unfinished, folder) == 0)
        book = qora_book_load (folder, &error);
      else
        g_set_error (&error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", folder,
                     g_strerror (errno));
    }
  if (book != NULL)
    {
      g_task_return_pointer (task, book, g_object_unref);
      return;
    }
  qora_kept_folders_delete (unfinished);
  g_task_return_error (task, error);
}

void
qora_book_create_async (const char *parent, QoraDocument *document, const QoraBookOptions *options,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  ImportJob *job = g_new0 (ImportJob, 1);

  job->parent = g_strdup (parent);
  job->document = qora_document_ref (document);
  qora_book_speech_copy (&job->options.speech, &options->speech);
  job->options.pause = options->pause;
  job->options.part_length = options->part_length;
  g_task_set_source_tag (task, qora_book_create_async);
  g_task_set_task_data (task, job, (GDestroyNotify) import_job_free);
  g_task_run_in_thread (task, import_thread);
}

QoraBook *
qora_book_create_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
