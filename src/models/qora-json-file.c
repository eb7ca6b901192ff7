/* qora-json-file.c: JSON files that may come from anywhere
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-json-file.h"

#include <glib/gi18n.h>

#include "qora-folder.h"

#define LARGEST (1 << 20) /* bytes */
#define DEEPEST 64

static gboolean
is_shallow (const char *text)
{
  gboolean in_string = FALSE;
  int depth = 0;

  for (const char *c = text; *c != '\0'; c++)
    {
      if (in_string && *c == '\\' && c[1] != '\0')
        c++;
      else if (*c == '"')
        in_string = !in_string;
      else if (!in_string && (*c == '[' || *c == '{') && ++depth > DEEPEST)
        return FALSE;
      else if (!in_string && (*c == ']' || *c == '}'))
        depth--;
    }
  return TRUE;
}

static JsonNode *
refuse (GError **error, const char *path, const char *what)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s", path, what);
  return NULL;
}

JsonNode *
qora_json_file_load (const char *path, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;

  if (qora_folder_measure (path) > LARGEST)
    return refuse (error, path, _ ("is too large"));
  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  if (!is_shallow (text))
    return refuse (error, path, _ ("is nested too deeply"));
  root = json_from_string (text, &reason);
  if (reason != NULL)
    return refuse (error, path, reason->message);
  if (root == NULL)
    return refuse (error, path, _ ("is empty"));
  return g_steal_pointer (&root);
}
