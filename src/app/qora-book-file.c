/* qora-book-file.c: the file that describes a book
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-book-file.h"

#include <string.h>

#include "qora-json.h"

#define FORMAT 1

static const char *const state_names[] = { "idle", "queued", "paused" };

void
qora_book_speech_copy (QoraBookSpeech *self, const QoraBookSpeech *from)
{
  const QoraBookSpeech copy
      = { g_strdup (from->voice), g_strdup (from->language), g_strdup (from->style), from->seed };

  qora_book_speech_clear (self);
  *self = copy;
}

void
qora_book_speech_clear (QoraBookSpeech *self)
{
  g_clear_pointer (&self->voice, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->style, g_free);
}

void
qora_book_file_clear (QoraBookFile *self)
{
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->author, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->cover, g_free);
  qora_book_speech_clear (&self->speech);
  g_clear_pointer (&self->chapters, g_ptr_array_unref);
}

/* ---- writing ---- */

static void
add_int (JsonBuilder *builder, const char *key, gint64 value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_int_value (builder, value);
}

char *
qora_book_file_format (const QoraBookFile *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, self->speech.seed);

  json_builder_begin_object (builder);
  add_int (builder, "format", FORMAT);
  add_int (builder, "created", self->created);
  qora_json_add_string (builder, "title", self->title);
  qora_json_add_string (builder, "author", self->author);
  qora_json_add_string (builder, "language", self->language);
  qora_json_add_string (builder, "cover", self->cover);
  qora_json_add_string (builder, "state", state_names[self->state]);
  add_int (builder, "queued", self->queued);
  json_builder_set_member_name (builder, "speech");
  json_builder_begin_object (builder);
  qora_json_add_string (builder, "voice", self->speech.voice);
  qora_json_add_string (builder, "language", self->speech.language);
  qora_json_add_string (builder, "style", self->speech.style);
  qora_json_add_string (builder, "seed", seed);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "chapters");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->chapters->len; i++)
    json_builder_add_string_value (builder, self->chapters->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

/* ---- reading ---- */

/* A name in the book's own folder, and nowhere else. */
static gboolean
is_name (const char *name)
{
  return name != NULL && *name != '\0' && *name != '.' && strchr (name, '/') == NULL;
}

static gboolean
parse_speech (JsonObject *object, const char *name, QoraBookSpeech *speech, GError **error)
{
  JsonNode *node = json_object_get_member (object, "speech");
  JsonObject *inner;
  const char *seed;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return qora_json_fail (error, name, "speech");
  inner = json_node_get_object (node);
  seed = qora_json_get_string (inner, "seed");
  if (seed == NULL || !g_ascii_string_to_unsigned (seed, 10, 0, G_MAXUINT64, &speech->seed, NULL))
    return qora_json_fail (error, name, "seed");
  speech->voice = g_strdup (qora_json_get_string (inner, "voice"));
  speech->language = g_strdup (qora_json_get_string (inner, "language"));
  speech->style = g_strdup (qora_json_get_string (inner, "style"));
  return TRUE;
}

static gboolean
parse_chapters (JsonObject *object, const char *name, GPtrArray *chapters, GError **error)
{
  JsonNode *node = json_object_get_member (object, "chapters");
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return qora_json_fail (error, name, "chapters");
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (item) || json_node_get_value_type (item) != G_TYPE_STRING
          || !is_name (json_node_get_string (item)))
        return qora_json_fail (error, name, "chapters");
      g_ptr_array_add (chapters, g_strdup (json_node_get_string (item)));
    }
  return TRUE;
}

static gboolean
parse_object (JsonObject *object, const char *name, QoraBookFile *self, GError **error)
{
  const char *state = qora_json_get_string (object, "state");
  const char *cover = qora_json_get_string (object, "cover");
  gint64 format = 0;

  if (!qora_json_get_int (object, "format", &format) || format != FORMAT)
    return qora_json_fail (error, name, "format");
  if (!qora_json_get_int (object, "created", &self->created))
    return qora_json_fail (error, name, "created");
  if (qora_json_get_string (object, "title") == NULL)
    return qora_json_fail (error, name, "title");
  if (cover != NULL && !is_name (cover))
    return qora_json_fail (error, name, "cover");
  self->title = g_strdup (qora_json_get_string (object, "title"));
  self->author = g_strdup (qora_json_get_string (object, "author"));
  self->language = g_strdup (qora_json_get_string (object, "language"));
  self->cover = g_strdup (cover);
  qora_json_get_int (object, "queued", &self->queued);
  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_strcmp0 (state, state_names[i]) == 0)
      self->state = (QoraBookState) i;
  return parse_speech (object, name, &self->speech, error)
         && parse_chapters (object, name, self->chapters, error);
}

gboolean
qora_book_file_parse (const char *json, gsize length, const char *name, QoraBookFile *self,
                      GError **error)
{
  g_autoptr (JsonNode) root = qora_json_parse (json, length, name, error);

  *self = (QoraBookFile){ 0 };
  if (root == NULL)
    return FALSE;
  self->chapters = g_ptr_array_new_with_free_func (g_free);
  if (parse_object (json_node_get_object (root), name, self, error))
    return TRUE;
  qora_book_file_clear (self);
  return FALSE;
}
