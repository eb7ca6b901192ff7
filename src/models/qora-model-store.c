/* qora-model-store.c: the voice models on this computer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-model-store.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "qora-folder.h"

struct _QoraModelStore
{
  GObject parent_instance;

  char *data_folder;
  GPtrArray *models; /* QoraModel */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QoraModelStore, qora_model_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
qora_model_store_finalize (GObject *object)
{
  QoraModelStore *self = QORA_MODEL_STORE (object);

  g_free (self->data_folder);
  g_ptr_array_unref (self->models);
  G_OBJECT_CLASS (qora_model_store_parent_class)->finalize (object);
}

static void
qora_model_store_class_init (QoraModelStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_model_store_finalize;
}

static void
qora_model_store_init (QoraModelStore *self)
{
  self->models = g_ptr_array_new_with_free_func (g_object_unref);
}

static GType
get_item_type (GListModel *list)
{
  return QORA_TYPE_MODEL;
}

static guint
get_n_items (GListModel *list)
{
  return QORA_MODEL_STORE (list)->models->len;
}

static gpointer
get_item (GListModel *list, guint position)
{
  QoraModelStore *self = QORA_MODEL_STORE (list);

  return position < self->models->len ? g_object_ref (self->models->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

QoraModelStore *
qora_model_store_new (const char *data_folder)
{
  QoraModelStore *self = g_object_new (QORA_TYPE_MODEL_STORE, NULL);

  self->data_folder
      = data_folder != NULL ? g_strdup (data_folder) : qora_model_search_get_data_folder ();
  return self;
}

const char *
qora_model_store_get_data_folder (QoraModelStore *self)
{
  return self->data_folder;
}

static gboolean
write_added (const char *data_folder, const char *const *paths, GError **error)
{
  g_autofree char *path = qora_model_search_get_list_path (data_folder);
  g_autoptr (GString) text = g_string_new (NULL);

  for (; *paths != NULL; paths++)
    if ((*paths)[0] != '\0')
      g_string_append_printf (text, "%s\n", *paths);
  if (g_mkdir_with_parents (data_folder, 0755) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   _ ("%s: cannot be created: %s"), data_folder, g_strerror (errno));
      return FALSE;
    }
  return g_file_set_contents_full (path, text->str, text->len, G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                                   error);
}

/* Any thread. */
static GPtrArray *
look_everywhere (const char *data_folder)
{
  g_autoptr (GPtrArray) found = qora_model_search (data_folder);
  GPtrArray *models = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < found->len; i++)
    {
      const QoraFoundModel *one = found->pdata[i];
      QoraModel *model = qora_model_new (one->path, one->place, NULL);

      if (model != NULL)
        g_ptr_array_add (models, model);
    }
  return models;
}

static void
take_models (QoraModelStore *self, GPtrArray *models)
{
  guint before = self->models->len;

  g_ptr_array_unref (self->models);
  self->models = models;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, before, models->len);
}

void
qora_model_store_refresh (QoraModelStore *self)
{
  take_models (self, look_everywhere (self->data_folder));
}

static void
refresh_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_pointer (task, look_everywhere (task_data), (GDestroyNotify) g_ptr_array_unref);
}

void
qora_model_store_refresh_async (QoraModelStore *self, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, qora_model_store_refresh_async);
  g_task_set_task_data (task, g_strdup (self->data_folder), g_free);
  g_task_run_in_thread (task, refresh_in_thread);
}

gboolean
qora_model_store_refresh_finish (QoraModelStore *self, GAsyncResult *result, GError **error)
{
  GPtrArray *models;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  models = g_task_propagate_pointer (G_TASK (result), error);
  if (models != NULL)
    take_models (self, models);
  return models != NULL;
}

/* The folder in models/ that an own model lies in. */
static char *
get_own_folder (QoraModel *model)
{
  return qora_model_is_packed (model) ? g_path_get_dirname (qora_model_get_path (model))
                                      : g_strdup (qora_model_get_path (model));
}

QoraModel *
qora_model_store_find (QoraModelStore *self, const char *name)
{
  for (guint i = 0; i < self->models->len; i++)
    {
      QoraModel *model = self->models->pdata[i];
      g_autofree char *folder = get_own_folder (model);
      g_autofree char *folder_name = g_path_get_basename (folder);

      if (g_ascii_strcasecmp (qora_model_get_name (model), name) == 0
          || (qora_model_get_place (model) == QORA_MODEL_OWN
              && g_ascii_strcasecmp (folder_name, name) == 0))
        return g_object_ref (model);
    }
  return NULL;
}

/* Any thread. */
static gboolean
add_to_list (const char *data_folder, const char *path, GError **error)
{
  g_autoptr (QoraModel) model = qora_model_new (path, QORA_MODEL_ADDED, error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) added = qora_model_search_read_list (data_folder);
  g_auto (GStrv) paths = NULL;
  g_autoptr (GPtrArray) known = NULL;

  if (model == NULL)
    return FALSE;
  if (strcmp (qora_model_get_kind (model), "base") == 0 || strchr (path, '\n') != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   strchr (path, '\n') != NULL
                       ? _ ("%s: a path with a line break cannot be kept")
                       : _ ("%s: is a Base model, which has no voice of its own"),
                   path);
      return FALSE;
    }
  known = qora_model_search (data_folder);
  for (guint i = 0; i < known->len; i++)
    if (strcmp (((QoraFoundModel *) known->pdata[i])->path, qora_model_get_path (model)) == 0)
      return TRUE;
  g_strv_builder_addv (builder, (const char **) added);
  g_strv_builder_add (builder, qora_model_get_path (model));
  paths = g_strv_builder_end (builder);
  return write_added (data_folder, (const char *const *) paths, error);
}

/* Any thread. */
static gboolean
forget (const char *data_folder, const char *path, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) added = qora_model_search_read_list (data_folder);
  g_auto (GStrv) paths = NULL;

  for (char **other = added; *other != NULL; other++)
    if (strcmp (*other, path) != 0)
      g_strv_builder_add (builder, *other);
  paths = g_strv_builder_end (builder);
  return write_added (data_folder, (const char *const *) paths, error);
}

/* Any thread. */
static gboolean
delete_or_forget (const char *data_folder, QoraModel *model, GError **error)
{
  g_autofree char *folder = get_own_folder (model);
  const char *path = qora_model_get_path (model);

  switch (qora_model_get_place (model))
    {
    case QORA_MODEL_OWN:
      return qora_folder_delete (folder, error);
    case QORA_MODEL_ADDED:
      return forget (data_folder, path, error);
    default:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   _ ("%s: came with a package, and can be removed with it"), path);
      return FALSE;
    }
}

gboolean
qora_model_store_add (QoraModelStore *self, const char *path, GError **error)
{
  gboolean added = add_to_list (self->data_folder, path, error);

  if (added)
    qora_model_store_refresh (self);
  return added;
}

gboolean
qora_model_store_remove (QoraModelStore *self, QoraModel *model, GError **error)
{
  gboolean removed = delete_or_forget (self->data_folder, model, error);

  qora_model_store_refresh (self);
  return removed;
}

/* ---- the same without blocking ---- */

typedef struct
{
  char *data_folder;
  char *path;       /* to be added, or NULL */
  QoraModel *model; /* to be removed, or NULL */
} Change;

static void
change_free (Change *change)
{
  g_free (change->data_folder);
  g_free (change->path);
  g_clear_object (&change->model);
  g_free (change);
}

static void
change_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Change *change = task_data;
  GError *error = NULL;
  gboolean ok = change->path != NULL
                    ? add_to_list (change->data_folder, change->path, &error)
                    : delete_or_forget (change->data_folder, change->model, &error);

  if (ok)
    g_task_return_pointer (task, look_everywhere (change->data_folder),
                           (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
change_async (QoraModelStore *self, const char *path, QoraModel *model,
              GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Change *change = g_new (Change, 1);

  *change = (Change){
    .data_folder = g_strdup (self->data_folder),
    .path = g_strdup (path),
    .model = model != NULL ? g_object_ref (model) : NULL,
  };
  g_task_set_source_tag (task, qora_model_store_change_finish);
  g_task_set_task_data (task, change, (GDestroyNotify) change_free);
  g_task_run_in_thread (task, change_in_thread);
}

void
qora_model_store_add_async (QoraModelStore *self, const char *path, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  change_async (self, path, NULL, callback, user_data);
}

void
qora_model_store_remove_async (QoraModelStore *self, QoraModel *model, GAsyncReadyCallback callback,
                               gpointer user_data)
{
  change_async (self, NULL, model, callback, user_data);
}

gboolean
qora_model_store_change_finish (QoraModelStore *self, GAsyncResult *result, GError **error)
{
  return qora_model_store_refresh_finish (self, result, error);
}
