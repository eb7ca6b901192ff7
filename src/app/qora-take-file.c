/* qora-take-file.c: the file that describes a take
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-take-file.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define FORMAT      1
#define MAX_SIZE    (64 * 1024 * 1024)
#define MAX_DEPTH   16 /* the parser itself would follow any depth, until the stack ends */
#define MAX_PAUSE   60.0
#define MAX_SILENCE 3600.0

static const char *const end_names[] = { "complete", "stopped", "runaway" };

QoraTakePart *
qora_take_part_new (const char *text, gboolean ends_paragraph, QoraRendering *rendering)
{
  QoraTakePart *part = g_new0 (QoraTakePart, 1);

  part->text = g_strdup (text);
  part->ends_paragraph = ends_paragraph;
  part->silence_before = -1;
  part->silence_after = -1;
  part->rendering = rendering != NULL ? qora_rendering_ref (rendering) : NULL;
  return part;
}

QoraTakePart *
qora_take_part_copy (const QoraTakePart *part)
{
  QoraTakePart *copy = qora_take_part_new (part->text, part->ends_paragraph, part->rendering);

  copy->silence_before = part->silence_before;
  copy->silence_after = part->silence_after;
  return copy;
}

void
qora_take_part_free (QoraTakePart *part)
{
  g_free (part->text);
  g_clear_pointer (&part->rendering, qora_rendering_unref);
  g_free (part);
}

void
qora_take_file_clear (QoraTakeFile *file)
{
  g_clear_pointer (&file->text, g_free);
  g_clear_pointer (&file->parts, g_ptr_array_unref);
}

/* ---- writing ---- */

static void
add_string (JsonBuilder *builder, const char *key, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
}

static void
add_silence (JsonBuilder *builder, const char *key, double seconds)
{
  if (seconds < 0)
    return;
  json_builder_set_member_name (builder, key);
  json_builder_add_double_value (builder, seconds);
}

static void
add_rendering (JsonBuilder *builder, const QoraRendering *rendering)
{
  g_autofree char *seed = g_strdup_printf ("%" G_GUINT64_FORMAT, rendering->seed);

  json_builder_set_member_name (builder, "sound");
  json_builder_begin_object (builder);
  add_string (builder, "file", rendering->file);
  json_builder_set_member_name (builder, "samples");
  json_builder_add_int_value (builder, (gint64) rendering->n_samples);
  add_string (builder, "text", rendering->text);
  add_string (builder, "voice", rendering->voice);
  add_string (builder, "language", rendering->language);
  add_string (builder, "style", rendering->style);
  /* A string, since seeds may be too large for the numbers of other readers. */
  add_string (builder, "seed", seed);
  add_string (builder, "end", end_names[rendering->end]);
  json_builder_end_object (builder);
}

char *
qora_take_file_format (const QoraTakeFile *file)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "format");
  json_builder_add_int_value (builder, FORMAT);
  json_builder_set_member_name (builder, "created");
  json_builder_add_int_value (builder, file->created);
  json_builder_set_member_name (builder, "pause");
  json_builder_add_double_value (builder, file->pause);
  add_string (builder, "text", file->text);
  json_builder_set_member_name (builder, "parts");
  json_builder_begin_array (builder);
  for (guint i = 0; i < file->parts->len; i++)
    {
      const QoraTakePart *part = file->parts->pdata[i];

      json_builder_begin_object (builder);
      add_string (builder, "text", part->text);
      json_builder_set_member_name (builder, "ends_paragraph");
      json_builder_add_boolean_value (builder, part->ends_paragraph);
      add_silence (builder, "silence_before", part->silence_before);
      add_silence (builder, "silence_after", part->silence_after);
      if (part->rendering != NULL && part->rendering->file != NULL)
        add_rendering (builder, part->rendering);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

/* ---- reading ---- */

static gboolean
is_shallow (const char *json, gsize length)
{
  gboolean in_string = FALSE;
  int depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (in_string && json[i] == '\\')
        i++;
      else if (json[i] == '"')
        in_string = !in_string;
      else if (!in_string && (json[i] == '[' || json[i] == '{') && ++depth > MAX_DEPTH)
        return FALSE;
      else if (!in_string && (json[i] == ']' || json[i] == '}'))
        depth--;
    }
  return TRUE;
}

static gboolean
fail (GError **error, const char *name, const char *key)
{
  /* translators: the first %s is a file name, the second a key in it */
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("%s: “%s” is missing or wrong"), name,
               key);
  return FALSE;
}

static JsonNode *
get_node (JsonObject *object, const char *key, GType type)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type
             ? node
             : NULL;
}

/* NULL where there is none, or something else. */
static const char *
get_string (JsonObject *object, const char *key)
{
  JsonNode *node = get_node (object, key, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : NULL;
}

static gboolean
get_int (JsonObject *object, const char *key, gint64 *value)
{
  JsonNode *node = get_node (object, key, G_TYPE_INT64);

  if (node != NULL)
    *value = json_node_get_int (node);
  return node != NULL;
}

static QoraRendering *
parse_rendering (JsonObject *object, const char *name, GError **error)
{
  g_autoptr (QoraRendering) rendering = NULL;
  QoraRequest request = { 0 };
  const char *file = get_string (object, "file");
  const char *seed = get_string (object, "seed");
  const char *end = get_string (object, "end");
  gint64 n_samples = 0;

  request.text = get_string (object, "text");
  request.voice = get_string (object, "voice");
  request.language = get_string (object, "language");
  request.style = get_string (object, "style");
  if (request.text == NULL)
    return fail (error, name, "text"), NULL;
  /* A name in the take's own folder, and nowhere else. */
  if (file == NULL || strchr (file, '/') != NULL || *file == '.' || *file == '\0')
    return fail (error, name, "file"), NULL;
  if (seed == NULL || !g_ascii_string_to_unsigned (seed, 10, 0, G_MAXUINT64, &request.seed, NULL))
    return fail (error, name, "seed"), NULL;
  if (!get_int (object, "samples", &n_samples) || n_samples < 0)
    return fail (error, name, "samples"), NULL;

  rendering = qora_rendering_new (&request);
  rendering->file = g_strdup (file);
  rendering->n_samples = (gsize) n_samples;
  for (guint i = 0; i < G_N_ELEMENTS (end_names); i++)
    if (g_strcmp0 (end, end_names[i]) == 0)
      rendering->end = (QoraEnd) i;
  return g_steal_pointer (&rendering);
}

/* < 0 where there is none. Marks add up, so that there is no longest one but this. */
static double
get_silence (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return -1;
  return CLAMP (json_node_get_double (node), -1, MAX_SILENCE);
}

static QoraTakePart *
parse_part (JsonNode *node, const char *name, GError **error)
{
  JsonObject *object;
  JsonNode *sound;
  JsonNode *ends_paragraph;
  QoraTakePart *part;
  g_autoptr (QoraRendering) rendering = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail (error, name, "parts"), NULL;
  object = json_node_get_object (node);
  if (get_string (object, "text") == NULL)
    return fail (error, name, "text"), NULL;
  sound = json_object_get_member (object, "sound");
  if (sound != NULL && !JSON_NODE_HOLDS_OBJECT (sound))
    return fail (error, name, "sound"), NULL;
  if (sound != NULL)
    {
      rendering = parse_rendering (json_node_get_object (sound), name, error);
      if (rendering == NULL)
        return NULL;
    }
  ends_paragraph = get_node (object, "ends_paragraph", G_TYPE_BOOLEAN);
  part = qora_take_part_new (get_string (object, "text"),
                             ends_paragraph == NULL || json_node_get_boolean (ends_paragraph),
                             rendering);
  part->silence_before = get_silence (object, "silence_before");
  part->silence_after = get_silence (object, "silence_after");
  return part;
}

static gboolean
parse_object (JsonObject *object, const char *name, QoraTakeFile *file, GError **error)
{
  JsonNode *parts = json_object_get_member (object, "parts");
  JsonNode *pause = json_object_get_member (object, "pause");
  gint64 format = 0;

  if (!get_int (object, "format", &format) || format != FORMAT)
    return fail (error, name, "format");
  if (!get_int (object, "created", &file->created))
    return fail (error, name, "created");
  if (get_string (object, "text") == NULL)
    return fail (error, name, "text");
  if (parts == NULL || !JSON_NODE_HOLDS_ARRAY (parts))
    return fail (error, name, "parts");

  file->text = g_strdup (get_string (object, "text"));
  if (pause != NULL && JSON_NODE_HOLDS_VALUE (pause))
    file->pause = CLAMP (json_node_get_double (pause), 0.0, MAX_PAUSE);
  for (guint i = 0; i < json_array_get_length (json_node_get_array (parts)); i++)
    {
      QoraTakePart *part
          = parse_part (json_array_get_element (json_node_get_array (parts), i), name, error);

      if (part == NULL)
        return FALSE;
      g_ptr_array_add (file->parts, part);
    }
  return TRUE;
}

gboolean
qora_take_file_parse (const char *json, gsize length, const char *name, QoraTakeFile *file,
                      GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  *file = (QoraTakeFile){ 0 };
  if (length > MAX_SIZE || !is_shallow (json, length)
      || !json_parser_load_from_data (parser, json, (gssize) length, NULL)
      || (root = json_parser_get_root (parser)) == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      /* translators: %s is a file name */
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("%s is damaged"), name);
      return FALSE;
    }
  file->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) qora_take_part_free);
  if (parse_object (json_node_get_object (root), name, file, error))
    return TRUE;
  qora_take_file_clear (file);
  return FALSE;
}
