/* qora-book-list.c: all books that are kept, newest first
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-book-list.h"

#include "qora-kept-folders.h"

struct _QoraBookList
{
  GObject parent_instance;

  char *folder;
  GListStore *books;
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
  return QORA_TYPE_BOOK;
}

static guint
get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (QORA_BOOK_LIST (model)->books));
}

static gpointer
get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (QORA_BOOK_LIST (model)->books), position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QoraBookList, qora_book_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

const char *
qora_book_list_get_folder (QoraBookList *self)
{
  g_return_val_if_fail (QORA_IS_BOOK_LIST (self), NULL);
  return self->folder;
}

gboolean
qora_book_list_get_loaded (QoraBookList *self)
{
  g_return_val_if_fail (QORA_IS_BOOK_LIST (self), FALSE);
  return self->loaded;
}

/* The list keeps it alive. */
static QoraBook *
get_book (QoraBookList *self, guint index)
{
  g_autoptr (QoraBook) book = g_list_model_get_item (G_LIST_MODEL (self->books), index);

  return book;
}

QoraBook *
qora_book_list_find (QoraBookList *self, const char *id)
{
  g_return_val_if_fail (QORA_IS_BOOK_LIST (self), NULL);
  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    if (g_strcmp0 (qora_book_get_id (get_book (self, i)), id) == 0)
      return get_book (self, i);
  return NULL;
}

QoraBook *
qora_book_list_find_chapter (QoraBookList *self, const char *id, QoraTake **chapter)
{
  g_return_val_if_fail (QORA_IS_BOOK_LIST (self), NULL);
  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    {
      QoraTake *found = qora_book_find_chapter (get_book (self, i), id);

      if (found == NULL)
        continue;
      if (chapter != NULL)
        *chapter = found;
      return get_book (self, i);
    }
  return NULL;
}

QoraBook *
qora_book_list_get_next_queued (QoraBookList *self, QoraBook *book)
{
  gint64 after = book != NULL ? qora_book_get_queued (book) : G_MININT64;
  QoraBook *first = NULL;

  g_return_val_if_fail (QORA_IS_BOOK_LIST (self), NULL);
  for (guint i = 0; i < get_n_items (G_LIST_MODEL (self)); i++)
    {
      QoraBook *other = get_book (self, i);

      if (qora_book_get_state (other) == QORA_BOOK_QUEUED && qora_book_get_queued (other) > after
          && (first == NULL || qora_book_get_queued (other) < qora_book_get_queued (first)))
        first = other;
    }
  return first;
}

/* Newest first; those of one second in the order of their names, so that the order is total. */
static int
compare_books (gconstpointer a, gconstpointer b, gpointer unused)
{
  QoraBook *first = QORA_BOOK ((gpointer) a);
  QoraBook *second = QORA_BOOK ((gpointer) b);
  gint64 difference = qora_book_get_created (second) - qora_book_get_created (first);

  if (difference != 0)
    return difference > 0 ? 1 : -1;
  return g_strcmp0 (qora_book_get_id (second), qora_book_get_id (first));
}

QoraBook *
qora_book_list_add (QoraBookList *self, QoraBook *book)
{
  QoraBook *found;

  g_return_val_if_fail (QORA_IS_BOOK_LIST (self), NULL);
  found = qora_book_list_find (self, qora_book_get_id (book));
  if (found != NULL)
    return found;
  g_list_store_insert_sorted (self->books, book, compare_books, NULL);
  return book;
}

void
qora_book_list_remove (QoraBookList *self, QoraBook *book)
{
  guint position;

  g_return_if_fail (QORA_IS_BOOK_LIST (self));
  if (g_list_store_find (self->books, book, &position))
    g_list_store_remove (self->books, position);
}

static gpointer
load_book (const char *folder, GError **error)
{
  return qora_book_load (folder, error);
}

static void
load_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  qora_book_clean (task_data);
  g_task_return_pointer (task, qora_kept_folders_load (task_data, load_book),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  QoraBookList *self = QORA_BOOK_LIST (source);
  g_autoptr (GPtrArray) books = g_task_propagate_pointer (G_TASK (result), NULL);

  for (guint i = 0; i < books->len; i++)
    qora_book_list_add (self, books->pdata[i]);
  self->loaded = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
}

void
qora_book_list_load (QoraBookList *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (QORA_IS_BOOK_LIST (self));
  task = g_task_new (self, NULL, on_loaded, NULL);
  g_task_set_task_data (task, g_strdup (self->folder), g_free);
  g_task_run_in_thread (task, load_thread);
}

/* ---- the object ---- */

static void
on_items_changed (QoraBookList *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
qora_book_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_LOADED:
      g_value_set_boolean (value, QORA_BOOK_LIST (object)->loaded);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_book_list_finalize (GObject *object)
{
  QoraBookList *self = QORA_BOOK_LIST (object);

  g_signal_handlers_disconnect_by_data (self->books, self);
  g_object_unref (self->books);
  g_free (self->folder);
  G_OBJECT_CLASS (qora_book_list_parent_class)->finalize (object);
}

static void
qora_book_list_class_init (QoraBookListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = qora_book_list_get_property;
  object_class->finalize = qora_book_list_finalize;
  properties[PROP_LOADED]
      = g_param_spec_boolean ("loaded", NULL, NULL, FALSE,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
qora_book_list_init (QoraBookList *self)
{
  self->books = g_list_store_new (QORA_TYPE_BOOK);
  g_signal_connect_swapped (self->books, "items-changed", G_CALLBACK (on_items_changed), self);
}

QoraBookList *
qora_book_list_new (const char *folder)
{
  QoraBookList *self = g_object_new (QORA_TYPE_BOOK_LIST, NULL);

  self->folder = g_strdup (folder);
  return self;
}
