/* qora-take-list.c: all takes that are kept, newest first
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-take-list.h"

#include "qora-kept-folders.h"

struct _QoraTakeList
{
  GObject parent_instance;

  char *folder;
  GSequence *takes;
  gboolean loaded;
};

enum
{
  PROP_0,
  PROP_LOADED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
get_item_type (GListModel *model)
{
  return QORA_TYPE_TAKE;
}

static guint
get_n_items (GListModel *model)
{
  return (guint) g_sequence_get_length (QORA_TAKE_LIST (model)->takes);
}

static gpointer
get_item (GListModel *model, guint position)
{
  QoraTakeList *self = QORA_TAKE_LIST (model);
  GSequenceIter *iter = g_sequence_get_iter_at_pos (self->takes, (int) position);

  return g_sequence_iter_is_end (iter) ? NULL : g_object_ref (g_sequence_get (iter));
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QoraTakeList, qora_take_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* Newest first; those of one second in the order of their names, so that the order is total. */
static int
compare_takes (gconstpointer a, gconstpointer b, gpointer unused)
{
  QoraTake *first = (QoraTake *) a;
  QoraTake *second = (QoraTake *) b;
  gint64 difference = qora_take_get_created (second) - qora_take_get_created (first);

  if (difference != 0)
    return difference > 0 ? 1 : -1;
  return g_strcmp0 (qora_take_get_id (second), qora_take_get_id (first));
}

const char *
qora_take_list_get_folder (QoraTakeList *self)
{
  g_return_val_if_fail (QORA_IS_TAKE_LIST (self), NULL);
  return self->folder;
}

gboolean
qora_take_list_get_loaded (QoraTakeList *self)
{
  g_return_val_if_fail (QORA_IS_TAKE_LIST (self), FALSE);
  return self->loaded;
}

static GSequenceIter *
find_iter (QoraTakeList *self, const char *id)
{
  GSequenceIter *iter = g_sequence_get_begin_iter (self->takes);

  while (!g_sequence_iter_is_end (iter) && g_strcmp0 (qora_take_get_id (g_sequence_get (iter)), id))
    iter = g_sequence_iter_next (iter);
  return g_sequence_iter_is_end (iter) ? NULL : iter;
}

QoraTake *
qora_take_list_find (QoraTakeList *self, const char *id)
{
  GSequenceIter *iter;

  g_return_val_if_fail (QORA_IS_TAKE_LIST (self), NULL);
  iter = find_iter (self, id);
  return iter != NULL ? g_sequence_get (iter) : NULL;
}

void
qora_take_list_add (QoraTakeList *self, QoraTake *take)
{
  GSequenceIter *iter;

  g_return_if_fail (QORA_IS_TAKE_LIST (self));
  if (find_iter (self, qora_take_get_id (take)) != NULL)
    return;
  iter = g_sequence_insert_sorted (self->takes, g_object_ref (take), compare_takes, NULL);
  g_list_model_items_changed (G_LIST_MODEL (self), (guint) g_sequence_iter_get_position (iter), 0,
                              1);
}

void
qora_take_list_remove (QoraTakeList *self, QoraTake *take)
{
  GSequenceIter *iter;
  guint position;

  g_return_if_fail (QORA_IS_TAKE_LIST (self));
  iter = find_iter (self, qora_take_get_id (take));
  if (iter == NULL)
    return;
  position = (guint) g_sequence_iter_get_position (iter);
  g_sequence_remove (iter);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

static gpointer
load_take (const char *folder, GError **error)
{
  return qora_take_load (folder, error);
}

static void
load_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_pointer (task, qora_kept_folders_load (task_data, load_take),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  QoraTakeList *self = QORA_TAKE_LIST (source);
  g_autoptr (GPtrArray) takes = g_task_propagate_pointer (G_TASK (result), NULL);

  for (guint i = 0; i < takes->len; i++)
    qora_take_list_add (self, takes->pdata[i]);
  self->loaded = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
}

void
qora_take_list_load (QoraTakeList *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (QORA_IS_TAKE_LIST (self));
  task = g_task_new (self, NULL, on_loaded, NULL);
  g_task_set_task_data (task, g_strdup (self->folder), g_free);
  g_task_run_in_thread (task, load_thread);
}

static void
qora_take_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_LOADED:
      g_value_set_boolean (value, QORA_TAKE_LIST (object)->loaded);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_take_list_finalize (GObject *object)
{
  QoraTakeList *self = QORA_TAKE_LIST (object);

  g_free (self->folder);
  g_sequence_free (self->takes);
  G_OBJECT_CLASS (qora_take_list_parent_class)->finalize (object);
}

static void
qora_take_list_class_init (QoraTakeListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = qora_take_list_finalize;
  object_class->get_property = qora_take_list_get_property;
  properties[PROP_LOADED]
      = g_param_spec_boolean ("loaded", NULL, NULL, FALSE,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
qora_take_list_init (QoraTakeList *self)
{
  self->takes = g_sequence_new (g_object_unref);
}

QoraTakeList *
qora_take_list_new (const char *folder)
{
  QoraTakeList *self = g_object_new (QORA_TYPE_TAKE_LIST, NULL);

  self->folder = g_strdup (folder);
  return self;
}
