/* qora-draft.c: the text in a window on disk, so that it outlives a crash
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-draft.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define DELAY 300 /* ms */

/* The file is the take's id on a line of its own, then the text as it is. */
struct _QoraDraft
{
  GObject parent_instance;

  char *path;
  char *content; /* to be written; NULL: nothing new */
  guint source;
  gboolean writing;
  gboolean failed;
};

enum
{
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraDraft, qora_draft, G_TYPE_OBJECT)

static void write_soon (QoraDraft *self);

typedef struct
{
  char *path;
  char *content;
} WriteJob;

static void
write_job_free (WriteJob *job)
{
  g_free (job->path);
  g_free (job->content);
  g_free (job);
}

static gboolean
write_file (const char *path, const char *content, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  return g_file_set_contents_full (path, content, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static void
write_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  WriteJob *job = task_data;
  GError *error = NULL;

  if (write_file (job->path, job->content, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  QoraDraft *self = QORA_DRAFT (source);
  g_autoptr (GError) error = NULL;

  self->writing = FALSE;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    self->failed = FALSE;
  else if (!self->failed)
    {
      self->failed = TRUE;
      g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
    }
  if (self->content != NULL)
    write_soon (self);
}

static gboolean
on_delay_over (gpointer user_data)
{
  QoraDraft *self = user_data;
  g_autoptr (GTask) task = NULL;
  WriteJob *job;

  self->source = 0;
  job = g_new (WriteJob, 1);
  *job = (WriteJob){ g_strdup (self->path), g_steal_pointer (&self->content) };
  task = g_task_new (self, NULL, on_written, NULL);
  g_task_set_task_data (task, job, (GDestroyNotify) write_job_free);
  self->writing = TRUE;
  g_task_run_in_thread (task, write_thread);
  return G_SOURCE_REMOVE;
}

static void
write_soon (QoraDraft *self)
{
  if (self->source == 0 && !self->writing)
    self->source = g_timeout_add (DELAY, on_delay_over, self);
}

void
qora_draft_set (QoraDraft *self, const char *text, const char *take)
{
  g_return_if_fail (QORA_IS_DRAFT (self));
  g_free (self->content);
  self->content = g_strconcat (take != NULL ? take : "", "\n", text, NULL);
  write_soon (self);
}

void
qora_draft_flush (QoraDraft *self)
{
  g_return_if_fail (QORA_IS_DRAFT (self));

  g_clear_handle_id (&self->source, g_source_remove);
  while (self->writing)
    g_main_context_iteration (NULL, TRUE);
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->content != NULL)
    write_file (self->path, self->content, NULL);
  g_clear_pointer (&self->content, g_free);
}

void
qora_draft_discard (QoraDraft *self)
{
  g_return_if_fail (QORA_IS_DRAFT (self));
  g_clear_pointer (&self->content, g_free);
  qora_draft_flush (self);
  g_remove (self->path);
}

gboolean
qora_draft_load (QoraDraft *self, char **text, char **take)
{
  g_autofree char *content = NULL;
  char *newline;

  g_return_val_if_fail (QORA_IS_DRAFT (self), FALSE);

  if (!g_file_get_contents (self->path, &content, NULL, NULL)
      || !g_utf8_validate (content, -1, NULL) || (newline = strchr (content, '\n')) == NULL)
    return FALSE;
  *text = g_strdup (newline + 1);
  *take = g_strndup (content, (gsize) (newline - content));
  return TRUE;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  return (int) *(const guint *) a - (int) *(const guint *) b;
}

GArray *
qora_draft_list (const char *folder)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      guint number;
      int length = 0;

      if (sscanf (name, "draft-%u.txt%n", &number, &length) == 1 && length > 0
          && name[length] == '\0')
        g_array_append_val (numbers, number);
    }
  g_array_sort (numbers, compare_numbers);
  return numbers;
}

static void
qora_draft_finalize (GObject *object)
{
  QoraDraft *self = QORA_DRAFT (object);

  g_clear_handle_id (&self->source, g_source_remove);
  g_free (self->content);
  g_free (self->path);
  G_OBJECT_CLASS (qora_draft_parent_class)->finalize (object);
}

static void
qora_draft_class_init (QoraDraftClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_draft_finalize;
  signals[SIGNAL_FAILED] = g_signal_new ("failed", QORA_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
qora_draft_init (QoraDraft *self)
{
}

QoraDraft *
qora_draft_new (const char *folder, guint number)
{
  QoraDraft *self = g_object_new (QORA_TYPE_DRAFT, NULL);
  g_autofree char *name = g_strdup_printf ("draft-%u.txt", number);

  self->path = g_build_filename (folder, name, NULL);
  return self;
}
