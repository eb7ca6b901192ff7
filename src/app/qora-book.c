/* qora-book.c: a group of takes, one a chapter, that belong together and are made one by one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <unistd.h>

#include "qora-book-private.h"
#include "qora-kept-folders.h"

enum
{
  SIGNAL_CHANGED,
  SIGNAL_STATE_CHANGED,
  SIGNAL_SAVE_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GType
get_item_type (GListModel *model)
{
  return QORA_TYPE_TAKE;
}

static guint
get_n_items (GListModel *model)
{
  return QORA_BOOK (model)->chapters->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  QoraBook *self = QORA_BOOK (model);

  return position < self->chapters->len ? g_object_ref (self->chapters->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QoraBook, qora_book, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
emit_changed (QoraBook *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* ---- asking ---- */

const char *
qora_book_get_id (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), NULL);
  return self->id;
}

const char *
qora_book_get_title (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), NULL);
  return self->content.title;
}

const char *
qora_book_get_author (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), NULL);
  return self->content.author;
}

const char *
qora_book_get_language (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), NULL);
  return self->content.language;
}

char *
qora_book_dup_cover_path (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), NULL);
  return self->content.cover != NULL ? g_build_filename (self->folder, self->content.cover, NULL)
                                     : NULL;
}

gint64
qora_book_get_created (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), 0);
  return self->content.created;
}

gint64
qora_book_get_queued (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), 0);
  return self->content.queued;
}

QoraBookState
qora_book_get_state (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), QORA_BOOK_IDLE);
  return self->content.state;
}

const QoraBookSpeech *
qora_book_get_speech (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), NULL);
  return &self->content.speech;
}

const char *
qora_book_get_hindrance (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), NULL);
  return self->hindrance;
}

guint
qora_book_get_n_chapters (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), 0);
  return self->chapters->len;
}

QoraTake *
qora_book_get_chapter (QoraBook *self, guint index)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), NULL);
  g_return_val_if_fail (index < self->chapters->len, NULL);
  return self->chapters->pdata[index];
}

QoraTake *
qora_book_find_chapter (QoraBook *self, const char *id)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), NULL);
  for (guint i = 0; i < self->chapters->len; i++)
    if (g_strcmp0 (qora_take_get_id (self->chapters->pdata[i]), id) == 0)
      return self->chapters->pdata[i];
  return NULL;
}

static gboolean
has_words (QoraBook *self, const char *words)
{
  g_autofree char *all = g_strconcat (self->content.title, "\n", self->content.author, NULL);
  g_autofree char *haystack = g_utf8_casefold (all, -1);
  g_autofree char *needles = g_utf8_casefold (words, -1);
  g_auto (GStrv) list = g_strsplit_set (needles, " \t\n", -1);

  for (char **needle = list; *needle != NULL; needle++)
    if (strstr (haystack, *needle) == NULL)
      return FALSE;
  return TRUE;
}

gboolean
qora_book_matches (QoraBook *self, const char *words)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), FALSE);
  if (*words == '\0' || has_words (self, words))
    return TRUE;
  for (guint i = 0; i < self->chapters->len; i++)
    if (qora_take_matches (self->chapters->pdata[i], words))
      return TRUE;
  return FALSE;
}

void
qora_book_count (QoraBook *self, QoraTakeCount *count)
{
  g_return_if_fail (QORA_IS_BOOK (self));

  *count = (QoraTakeCount){ 0 };
  for (guint i = 0; i < self->chapters->len; i++)
    {
      QoraTakeCount chapter;

      qora_take_count (self->chapters->pdata[i], &chapter);
      count->parts += chapter.parts;
      count->made += chapter.made;
      count->failed += chapter.failed;
      count->characters += chapter.characters;
      count->made_characters += chapter.made_characters;
    }
}

double
qora_book_get_duration (QoraBook *self)
{
  double duration = 0;

  g_return_val_if_fail (QORA_IS_BOOK (self), 0);
  for (guint i = 0; i < self->chapters->len; i++)
    duration += qora_take_get_duration (self->chapters->pdata[i]);
  return duration;
}

gboolean
qora_book_get_saving (QoraBook *self)
{
  g_return_val_if_fail (QORA_IS_BOOK (self), FALSE);
  for (guint i = 0; i < self->chapters->len; i++)
    if (qora_take_get_saving (self->chapters->pdata[i]))
      return TRUE;
  return self->saving;
}

/* ---- saving ---- */

typedef struct
{
  char *folder;
  char *json;
} WriteJob;

static void
write_job_free (WriteJob *job)
{
  g_free (job->folder);
  g_free (job->json);
  g_free (job);
}

gboolean
qora_book_write (const char *folder, const char *name, const char *contents, gssize length,
                 GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_set_contents_full (path, contents, length,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

static void
write_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  WriteJob *job = task_data;
  GError *error = NULL;

  if (qora_book_write (job->folder, QORA_BOOK_FILE_NAME, job->json, -1, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void save (QoraBook *self);

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  QoraBook *self = QORA_BOOK (source);
  g_autoptr (GError) error = NULL;

  self->saving = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_signal_emit (self, signals[SIGNAL_SAVE_FAILED], 0, error);
  else if (self->save_again)
    save (self);
}

static void
save (QoraBook *self)
{
  g_autoptr (GTask) task = NULL;
  WriteJob *job;

  self->save_again = self->saving;
  if (self->saving)
    return;
  self->saving = TRUE;
  job = g_new0 (WriteJob, 1);
  job->folder = g_strdup (self->folder);
  job->json = qora_book_file_format (&self->content);
  task = g_task_new (self, NULL, on_written, NULL);
  g_task_set_task_data (task, job, (GDestroyNotify) write_job_free);
  g_task_run_in_thread (task, write_thread);
}

/* ---- changing ---- */

void
qora_book_set_title (QoraBook *self, const char *title)
{
  g_return_if_fail (QORA_IS_BOOK (self));
  g_free (self->content.title);
  self->content.title = g_strdup (title);
  save (self);
  emit_changed (self);
}

void
qora_book_set_speech (QoraBook *self, const QoraBookSpeech *speech)
{
  g_return_if_fail (QORA_IS_BOOK (self));
  qora_book_speech_copy (&self->content.speech, speech);
  save (self);
  emit_changed (self);
}

void
qora_book_set_state (QoraBook *self, QoraBookState state)
{
  g_return_if_fail (QORA_IS_BOOK (self));
  if (self->content.state == state)
    return;
  /* A pause keeps the place in line. */
  if (state == QORA_BOOK_QUEUED && self->content.state == QORA_BOOK_IDLE)
    self->content.queued = g_get_real_time ();
  self->content.state = state;
  save (self);
  emit_changed (self);
  g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0);
}

void
qora_book_set_hindrance (QoraBook *self, const char *hindrance)
{
  g_return_if_fail (QORA_IS_BOOK (self));
  if (g_strcmp0 (self->hindrance, hindrance) == 0)
    return;
  g_free (self->hindrance);
  self->hindrance = g_strdup (hindrance);
  emit_changed (self);
}

/* ---- loading ---- */

static void
on_chapter_save_failed (QoraBook *self, const GError *error)
{
  g_signal_emit (self, signals[SIGNAL_SAVE_FAILED], 0, error);
}

static gboolean
load_chapter (QoraBook *self, const char *name, GError **error)
{
  g_autofree char *folder = g_build_filename (self->folder, name, NULL);
  QoraTake *chapter = qora_take_load (folder, error);

  if (chapter == NULL)
    return FALSE;
  qora_take_set_chapter (chapter);
  g_signal_connect_swapped (chapter, "changed", G_CALLBACK (emit_changed), self);
  g_signal_connect_swapped (chapter, "save-failed", G_CALLBACK (on_chapter_save_failed), self);
  g_ptr_array_add (self->chapters, chapter);
  return TRUE;
}

QoraBook *
qora_book_load (const char *folder, GError **error)
{
  g_autoptr (QoraBook) self = g_object_new (QORA_TYPE_BOOK, NULL);
  g_autofree char *path = g_build_filename (folder, QORA_BOOK_FILE_NAME, NULL);
  g_autofree char *json = NULL;
  gsize length;

  if (!g_file_get_contents (path, &json, &length, error)
      || !qora_book_file_parse (json, length, path, &self->content, error))
    return NULL;
  self->folder = g_strdup (folder);
  self->id = g_path_get_basename (folder);
  for (guint i = 0; i < self->content.chapters->len; i++)
    if (!load_chapter (self, self->content.chapters->pdata[i], error))
      return NULL;
  return g_steal_pointer (&self);
}

/* ---- deleting ---- */

void
qora_book_delete (QoraBook *self)
{
  g_return_if_fail (QORA_IS_BOOK (self));
  qora_kept_folders_delete_later (self->folder);
}

void
qora_book_clean (const char *parent)
{
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  g_autofree char *own = g_strdup_printf (QORA_BOOK_UNFINISHED "%d-", (int) getpid ());
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, QORA_BOOK_UNFINISHED) && !g_str_has_prefix (name, own))
      {
        g_autofree char *path = g_build_filename (parent, name, NULL);

        qora_kept_folders_delete (path);
      }
}

/* ---- the object ---- */

static void
qora_book_finalize (GObject *object)
{
  QoraBook *self = QORA_BOOK (object);

  for (guint i = 0; i < self->chapters->len; i++)
    g_signal_handlers_disconnect_by_data (self->chapters->pdata[i], self);
  g_ptr_array_unref (self->chapters);
  qora_book_file_clear (&self->content);
  g_free (self->folder);
  g_free (self->id);
  g_free (self->hindrance);
  G_OBJECT_CLASS (qora_book_parent_class)->finalize (object);
}

static void
qora_book_class_init (QoraBookClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_book_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", QORA_TYPE_BOOK, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_STATE_CHANGED] = g_signal_new ("state-changed", QORA_TYPE_BOOK, G_SIGNAL_RUN_LAST,
                                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_SAVE_FAILED] = g_signal_new ("save-failed", QORA_TYPE_BOOK, G_SIGNAL_RUN_LAST, 0,
                                              NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
qora_book_init (QoraBook *self)
{
  self->chapters = g_ptr_array_new_with_free_func (g_object_unref);
}
