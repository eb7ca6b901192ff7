/* qora-take-file.c: the file that describes a take
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-take-file.h"

#include <string.h>

#include "qora-json.h"
#include "qora-silence.h"

#define FORMAT      1
#define MAX_PAUSE   60.0
#define MAX_SILENCE (QORA_SILENCE_UNTIL + QORA_SILENCE_LAST_TIME)

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
  g_clear_pointer (&file->title, g_free);
  g_clear_pointer (&file->text, g_free);
  g_clear_pointer (&file->parts, g_ptr_array_unref);
}

/* ---- writing ---- */

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
  qora_json_add_string (builder, "file", rendering->file);
  json_builder_set_member_name (builder, "samples");
  json_builder_add_int_value (builder, (gint64) rendering->n_samples);
  qora_json_add_string (builder, "text", rendering->text);
  qora_json_add_string (builder, "spoken", rendering->spoken);
  qora_json_add_string (builder, "voice", rendering->voice);
  qora_json_add_string (builder, "language", rendering->language);
  qora_json_add_string (builder, "style", rendering->style);
  /* A string, since seeds may be too large for the numbers of other readers. */
  qora_json_add_string (builder, "seed", seed);
  qora_json_add_string (builder, "end", end_names[rendering->end]);
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
  qora_json_add_string (builder, "title", file->title);
  qora_json_add_string (builder, "text", file->text);
  json_builder_set_member_name (builder, "parts");
  json_builder_begin_array (builder);
  for (guint i = 0; i < file->parts->len; i++)
    {
      const QoraTakePart *part = file->parts->pdata[i];

      json_builder_begin_object (builder);
      qora_json_add_string (builder, "text", part->text);
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

static QoraRendering *
parse_rendering (JsonObject *object, const char *name, GError **error)
{
  g_autoptr (QoraRendering) rendering = NULL;
  QoraRequest request = { 0 };
  const char *text = qora_json_get_string (object, "text");
  const char *file = qora_json_get_string (object, "file");
  const char *seed = qora_json_get_string (object, "seed");
  const char *end = qora_json_get_string (object, "end");
  gint64 n_samples = 0;

  request.text = qora_json_get_string (object, "spoken");
  if (request.text == NULL)
    request.text = text;
  request.voice = qora_json_get_string (object, "voice");
  request.language = qora_json_get_string (object, "language");
  request.style = qora_json_get_string (object, "style");
  if (text == NULL)
    return qora_json_fail (error, name, "text"), NULL;
  /* A name in the take's own folder, and nowhere else. */
  if (file == NULL || strchr (file, '/') != NULL || *file == '.' || *file == '\0')
    return qora_json_fail (error, name, "file"), NULL;
  if (seed == NULL || !g_ascii_string_to_unsigned (seed, 10, 0, G_MAXUINT64, &request.seed, NULL))
    return qora_json_fail (error, name, "seed"), NULL;
  if (!qora_json_get_int (object, "samples", &n_samples) || n_samples < 0)
    return qora_json_fail (error, name, "samples"), NULL;

  rendering = qora_rendering_new (&request, text);
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
    return qora_json_fail (error, name, "parts"), NULL;
  object = json_node_get_object (node);
  if (qora_json_get_string (object, "text") == NULL)
    return qora_json_fail (error, name, "text"), NULL;
  sound = json_object_get_member (object, "sound");
  if (sound != NULL && !JSON_NODE_HOLDS_OBJECT (sound))
    return qora_json_fail (error, name, "sound"), NULL;
  if (sound != NULL)
    {
      rendering = parse_rendering (json_node_get_object (sound), name, error);
      if (rendering == NULL)
        return NULL;
    }
  ends_paragraph = qora_json_get_value (object, "ends_paragraph", G_TYPE_BOOLEAN);
  part = qora_take_part_new (qora_json_get_string (object, "text"),
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

  if (!qora_json_get_int (object, "format", &format) || format != FORMAT)
    return qora_json_fail (error, name, "format");
  if (!qora_json_get_int (object, "created", &file->created))
    return qora_json_fail (error, name, "created");
  if (qora_json_get_string (object, "text") == NULL)
    return qora_json_fail (error, name, "text");
  if (parts == NULL || !JSON_NODE_HOLDS_ARRAY (parts))
    return qora_json_fail (error, name, "parts");

  file->title = g_strdup (qora_json_get_string (object, "title"));
  file->text = g_strdup (qora_json_get_string (object, "text"));
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
  g_autoptr (JsonNode) root = qora_json_parse (json, length, name, error);

  *file = (QoraTakeFile){ 0 };
  if (root == NULL)
    return FALSE;
  file->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) qora_take_part_free);
  if (parse_object (json_node_get_object (root), name, file, error))
    return TRUE;
  qora_take_file_clear (file);
  return FALSE;
}
