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

  self->data_folder = data_folder != NULL
                          ? g_strdup (data_folder)
                          : g_build_filename (g_get_user_data_dir (), "qora-tts", NULL);
  return self;
}

const char *
qora_model_store_get_data_folder (QoraModelStore *self)
{
  return self->data_folder;
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Paths of what is in the folder, sorted; empty where there is none. */
static GPtrArray *
list_folder (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_strings);
  return paths;
}

static void
look_at (GPtrArray *models, const char *path, QoraModelPlace place)
{
  QoraModel *model = qora_model_new (path, place, NULL);

  if (model != NULL)
    g_ptr_array_add (models, model);
}

/* A packed file serves before the checkpoint that it was made from. */
static void
look_into_model_folder (GPtrArray *models, const char *folder, QoraModelPlace place)
{
  g_autoptr (GPtrArray) paths = list_folder (folder);
  guint before = models->len;

  for (guint i = 0; i < paths->len && models->len == before; i++)
    if (g_str_has_suffix (paths->pdata[i], ".qora-tts"))
      look_at (models, paths->pdata[i], place);
  if (models->len == before)
    look_at (models, folder, place);
}

static void
look_into_folder_of_models (GPtrArray *models, const char *folder, QoraModelPlace place)
{
  g_autoptr (GPtrArray) paths = list_folder (folder);

  for (guint i = 0; i < paths->len; i++)
    if (g_file_test (paths->pdata[i], G_FILE_TEST_IS_DIR))
      look_into_model_folder (models, paths->pdata[i], place);
}

static char *
get_list_path (const char *data_folder)
{
  return g_build_filename (data_folder, "models.list", NULL);
}

/* Paths that the user added, none where nothing was added. */
static char **
read_added (const char *data_folder)
{
  g_autofree char *path = get_list_path (data_folder);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_new0 (char *, 1);
  return g_strsplit (text, "\n", -1);
}

static gboolean
write_added (QoraModelStore *self, const char *const *paths, GError **error)
{
  g_autofree char *path = get_list_path (self->data_folder);
  g_autoptr (GString) text = g_string_new (NULL);

  for (; *paths != NULL; paths++)
    if ((*paths)[0] != '\0')
      g_string_append_printf (text, "%s\n", *paths);
  if (g_mkdir_with_parents (self->data_folder, 0755) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   _ ("%s: cannot be created: %s"), self->data_folder, g_strerror (errno));
      return FALSE;
    }
  return g_file_set_contents_full (path, text->str, text->len, G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                                   error);
}

/* Any thread. */
static GPtrArray *
look_everywhere (const char *data_folder)
{
  GPtrArray *models = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *own = g_build_filename (data_folder, "models", NULL);
  g_auto (GStrv) added = read_added (data_folder);

  look_into_folder_of_models (models, own, QORA_MODEL_OWN);
  for (char **path = added; *path != NULL; path++)
    if ((*path)[0] != '\0')
      look_at (models, *path, QORA_MODEL_ADDED);
  for (const char *const *dir = g_get_system_data_dirs (); *dir != NULL; dir++)
    {
      g_autofree char *shared = g_build_filename (*dir, "qora-tts", "voices", NULL);

      look_into_folder_of_models (models, shared, QORA_MODEL_SYSTEM);
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

static gboolean
is_known (QoraModelStore *self, const char *path)
{
  for (guint i = 0; i < self->models->len; i++)
    if (strcmp (qora_model_get_path (self->models->pdata[i]), path) == 0)
      return TRUE;
  return FALSE;
}

gboolean
qora_model_store_add (QoraModelStore *self, const char *path, GError **error)
{
  g_autoptr (QoraModel) model = qora_model_new (path, QORA_MODEL_ADDED, error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) added = read_added (self->data_folder);
  g_auto (GStrv) paths = NULL;

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
  if (is_known (self, qora_model_get_path (model)))
    return TRUE;
  g_strv_builder_addv (builder, (const char **) added);
  g_strv_builder_add (builder, qora_model_get_path (model));
  paths = g_strv_builder_end (builder);
  if (!write_added (self, (const char *const *) paths, error))
    return FALSE;
  qora_model_store_refresh (self);
  return TRUE;
}

static gboolean
forget (QoraModelStore *self, const char *path, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) added = read_added (self->data_folder);
  g_auto (GStrv) paths = NULL;

  for (char **other = added; *other != NULL; other++)
    if (strcmp (*other, path) != 0)
      g_strv_builder_add (builder, *other);
  paths = g_strv_builder_end (builder);
  return write_added (self, (const char *const *) paths, error);
}

gboolean
qora_model_store_remove (QoraModelStore *self, QoraModel *model, GError **error)
{
  g_autofree char *folder = get_own_folder (model);
  const char *path = qora_model_get_path (model);
  gboolean removed = FALSE;

  switch (qora_model_get_place (model))
    {
    case QORA_MODEL_OWN:
      removed = qora_folder_delete (folder, error);
      break;
    case QORA_MODEL_ADDED:
      removed = forget (self, path, error);
      break;
    case QORA_MODEL_SYSTEM:
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   _ ("%s: came with a package, and can be removed with it"), path);
      break;
    }
  qora_model_store_refresh (self);
  return removed;
}
