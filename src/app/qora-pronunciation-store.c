/* qora-pronunciation-store.c: keeps the list of words that are spoken in another way
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-pronunciation-store.h"

#include "qora-json.h"

#define FORMAT 1

struct _QoraPronunciationStore
{
  GObject parent_instance;

  char *path;
  QoraPronunciation *list;
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraPronunciationStore, qora_pronunciation_store, G_TYPE_OBJECT)

QoraPronunciation *
qora_pronunciation_store_get_list (QoraPronunciationStore *self)
{
  g_return_val_if_fail (QORA_IS_PRONUNCIATION_STORE (self), NULL);
  return self->list;
}

/* ---- the file ---- */

static void
add_flag (JsonBuilder *builder, const char *key, gboolean value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_boolean_value (builder, value);
}

static char *
format_list (QoraPronunciation *list)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "format");
  json_builder_add_int_value (builder, FORMAT);
  json_builder_set_member_name (builder, "pairs");
  json_builder_begin_array (builder);
  for (guint i = 0; i < qora_pronunciation_get_n_pairs (list); i++)
    {
      const QoraPair *pair = qora_pronunciation_get_pair (list, i);

      json_builder_begin_object (builder);
      qora_json_add_string (builder, "find", pair->find);
      qora_json_add_string (builder, "replace", pair->replace);
      qora_json_add_string (builder, "language", pair->language);
      add_flag (builder, "in_words", pair->in_words);
      add_flag (builder, "match_case", pair->match_case);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

static gboolean
get_flag (JsonObject *object, const char *key)
{
  JsonNode *node = qora_json_get_value (object, key, G_TYPE_BOOLEAN);

  return node != NULL && json_node_get_boolean (node);
}

static gboolean
parse_pair (JsonNode *node, const char *name, GPtrArray *pairs, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *find = object != NULL ? qora_json_get_string (object, "find") : NULL;
  const char *replace = object != NULL ? qora_json_get_string (object, "replace") : NULL;

  if (find == NULL || *find == '\0')
    return qora_json_fail (error, name, "find");
  if (replace == NULL)
    return qora_json_fail (error, name, "replace");
  g_ptr_array_add (pairs,
                   qora_pair_new (find, replace, qora_json_get_string (object, "language"),
                                  get_flag (object, "in_words"), get_flag (object, "match_case")));
  return TRUE;
}

static GPtrArray *
new_pairs (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) qora_pair_free);
}

static QoraPronunciation *
new_list (GPtrArray *pairs)
{
  return qora_pronunciation_new ((const QoraPair *const *) pairs->pdata, pairs->len);
}

static QoraPronunciation *
parse_list (const char *json, gsize length, const char *name, GError **error)
{
  g_autoptr (JsonNode) root = qora_json_parse (json, length, name, error);
  g_autoptr (GPtrArray) pairs = new_pairs ();
  JsonObject *object;
  JsonNode *node;
  JsonArray *array;
  gint64 format = 0;

  if (root == NULL)
    return NULL;
  object = json_node_get_object (root);
  node = json_object_get_member (object, "pairs");
  if (!qora_json_get_int (object, "format", &format) || format != FORMAT)
    return qora_json_fail (error, name, "format"), NULL;
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return qora_json_fail (error, name, "pairs"), NULL;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!parse_pair (json_array_get_element (array, i), name, pairs, error))
      return NULL;
  return new_list (pairs);
}

gboolean
qora_pronunciation_store_load (QoraPronunciationStore *self, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (GError) reason = NULL;
  g_autoptr (QoraPronunciation) list = NULL;
  gsize length;

  g_return_val_if_fail (QORA_IS_PRONUNCIATION_STORE (self), FALSE);

  if (!g_file_get_contents (self->path, &json, &length, &reason))
    {
      if (g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  list = parse_list (json, length, self->path, error);
  if (list == NULL)
    return FALSE;
  g_set_object (&self->list, list);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  return TRUE;
}

/* ---- changing ---- */

void
qora_pronunciation_store_set_list (QoraPronunciationStore *self, QoraPronunciation *list)
{
  g_autofree char *folder = NULL;
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (QORA_IS_PRONUNCIATION_STORE (self));

  g_set_object (&self->list, list);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  folder = g_path_get_dirname (self->path);
  json = format_list (list);
  g_mkdir_with_parents (folder, 0700);
  if (!g_file_set_contents_full (self->path, json, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &error))
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

/* (element-type QoraPair) */
static GPtrArray *
copy_pairs (QoraPronunciation *list)
{
  GPtrArray *pairs = new_pairs ();

  for (guint i = 0; i < qora_pronunciation_get_n_pairs (list); i++)
    g_ptr_array_add (pairs, qora_pair_copy (qora_pronunciation_get_pair (list, i)));
  return pairs;
}

void
qora_pronunciation_store_set_pair (QoraPronunciationStore *self, guint index, const QoraPair *pair)
{
  g_autoptr (GPtrArray) pairs = NULL;
  g_autoptr (QoraPronunciation) list = NULL;

  g_return_if_fail (QORA_IS_PRONUNCIATION_STORE (self));

  pairs = copy_pairs (self->list);
  if (index < pairs->len)
    g_ptr_array_remove_index (pairs, index);
  if (pair != NULL)
    g_ptr_array_insert (pairs, (int) MIN (index, pairs->len), qora_pair_copy (pair));
  list = new_list (pairs);
  qora_pronunciation_store_set_list (self, list);
}

void
qora_pronunciation_store_add_list (QoraPronunciationStore *self, QoraPronunciation *list)
{
  g_autoptr (GPtrArray) pairs = NULL;
  g_autoptr (QoraPronunciation) both = NULL;

  g_return_if_fail (QORA_IS_PRONUNCIATION_STORE (self));

  pairs = copy_pairs (self->list);
  for (guint i = 0; i < qora_pronunciation_get_n_pairs (list); i++)
    {
      const QoraPair *pair = qora_pronunciation_get_pair (list, i);

      for (guint j = 0; j < pairs->len; j++)
        {
          const QoraPair *old = pairs->pdata[j];

          if (g_str_equal (old->find, pair->find) && g_strcmp0 (old->language, pair->language) == 0)
            {
              g_ptr_array_remove_index (pairs, j);
              break;
            }
        }
      g_ptr_array_add (pairs, qora_pair_copy (pair));
    }
  both = new_list (pairs);
  qora_pronunciation_store_set_list (self, both);
}

/* ---- the object ---- */

static void
qora_pronunciation_store_finalize (GObject *object)
{
  QoraPronunciationStore *self = QORA_PRONUNCIATION_STORE (object);

  g_free (self->path);
  g_object_unref (self->list);
  G_OBJECT_CLASS (qora_pronunciation_store_parent_class)->finalize (object);
}

static void
qora_pronunciation_store_class_init (QoraPronunciationStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_pronunciation_store_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", QORA_TYPE_PRONUNCIATION_STORE,
                                          G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", QORA_TYPE_PRONUNCIATION_STORE, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
qora_pronunciation_store_init (QoraPronunciationStore *self)
{
  self->list = qora_pronunciation_new (NULL, 0);
}

QoraPronunciationStore *
qora_pronunciation_store_new (const char *path)
{
  QoraPronunciationStore *self = g_object_new (QORA_TYPE_PRONUNCIATION_STORE, NULL);

  self->path = g_strdup (path);
  return self;
}
