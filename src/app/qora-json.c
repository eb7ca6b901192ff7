/* qora-json.c: reads and writes JSON that may come from anywhere
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-json.h"

#include <glib/gi18n.h>

#define MAX_SIZE  (64 * 1024 * 1024)
#define MAX_DEPTH 16 /* the parser itself would follow any depth, until the stack ends */

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

JsonNode *
qora_json_parse (const char *json, gsize length, const char *name, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (length <= MAX_SIZE && is_shallow (json, length)
      && json_parser_load_from_data (parser, json, (gssize) length, NULL)
      && (root = json_parser_get_root (parser)) != NULL && JSON_NODE_HOLDS_OBJECT (root))
    return json_parser_steal_root (parser);
  /* translators: %s is a file name */
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("%s is damaged"), name);
  return NULL;
}

gboolean
qora_json_fail (GError **error, const char *name, const char *key)
{
  /* translators: the first %s is a file name, the second a key in it */
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("%s: “%s” is missing or wrong"), name,
               key);
  return FALSE;
}

JsonNode *
qora_json_get_value (JsonObject *object, const char *key, GType type)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type
             ? node
             : NULL;
}

const char *
qora_json_get_string (JsonObject *object, const char *key)
{
  JsonNode *node = qora_json_get_value (object, key, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : NULL;
}

gboolean
qora_json_get_int (JsonObject *object, const char *key, gint64 *value)
{
  JsonNode *node = qora_json_get_value (object, key, G_TYPE_INT64);

  if (node != NULL)
    *value = json_node_get_int (node);
  return node != NULL;
}

void
qora_json_add_string (JsonBuilder *builder, const char *key, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, key);
  json_builder_add_string_value (builder, value);
}
