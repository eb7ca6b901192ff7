/* codes.c: codec frames as JSON
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codes.h"

#include <cjson/cJSON.h>
#include <glib/gi18n.h>
#include <math.h>

#include "errors.h"
#include "files.h"

gboolean
cli_codes_write (const char *path, const gint32 *codes, int frames, int groups, GError **error)
{
  g_autoptr (GString) json = g_string_new (NULL);

  g_string_printf (json, "{\"frames\":%d,\"groups\":%d,\"codes\":[", frames, groups);
  for (int t = 0; t < frames; t++)
    {
      g_string_append (json, t == 0 ? "\n[" : ",\n[");
      for (int g = 0; g < groups; g++)
        g_string_append_printf (json, g == 0 ? "%d" : ",%d", codes[(gsize) t * groups + g]);
      g_string_append_c (json, ']');
    }
  g_string_append (json, "]}\n");
  return cli_write_file (path, json->str, error);
}

static gboolean fail (GError **error, const char *path, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError **error, const char *path, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED, "%s: %s", path, what);
  return FALSE;
}

static gboolean
is_whole (const cJSON *item)
{
  return cJSON_IsNumber (item) && floor (item->valuedouble) == item->valuedouble;
}

/* A whole-number key that must have one value; it may also be absent. */
static gboolean
check_count (const cJSON *root, const char *path, const char *key, int right, GError **error)
{
  const cJSON *item = cJSON_GetObjectItemCaseSensitive (root, key);

  if (item == NULL || (is_whole (item) && item->valuedouble == right))
    return TRUE;
  return fail (error, path, _ ("\"%s\" must be %d here"), key, right);
}

static gboolean
read_frame (const cJSON *row, const char *path, const qtts_model_info *model, int t, gint32 *frame,
            GError **error)
{
  const cJSON *code;
  int g = 0;

  if (!cJSON_IsArray (row) || cJSON_GetArraySize (row) != model->groups)
    return fail (error, path, _ ("frame %d of \"codes\" must be an array of %d numbers"), t,
                 model->groups);
  cJSON_ArrayForEach (code, row)
  {
    if (!is_whole (code) || code->valuedouble < 0 || code->valuedouble >= model->codebook_size)
      return fail (error, path,
                   _ ("frame %d, group %d of \"codes\" must be a whole number from 0 to %d"), t, g,
                   model->codebook_size - 1);
    frame[g++] = (gint32) code->valuedouble;
  }
  return TRUE;
}

static gint32 *
read_root (const cJSON *root, const char *path, const qtts_model_info *model, int *frames,
           GError **error)
{
  const cJSON *rows = cJSON_GetObjectItemCaseSensitive (root, "codes");
  g_autofree gint32 *codes = NULL;
  const cJSON *row;
  int t = 0;

  if (!cJSON_IsObject (root) || !cJSON_IsArray (rows))
    {
      fail (error, path, _ ("must be an object with an array \"codes\""));
      return NULL;
    }
  *frames = cJSON_GetArraySize (rows);
  if (*frames == 0)
    {
      fail (error, path, _ ("\"codes\" is empty"));
      return NULL;
    }
  if (!check_count (root, path, "groups", model->groups, error)
      || !check_count (root, path, "frames", *frames, error))
    return NULL;

  codes = g_new (gint32, (gsize) *frames * model->groups);
  cJSON_ArrayForEach (row, rows)
  {
    if (!read_frame (row, path, model, t, codes + (gsize) t * model->groups, error))
      return NULL;
    t++;
  }
  return g_steal_pointer (&codes);
}

gint32 *
cli_codes_read (const char *path, const qtts_model_info *model, int *frames, GError **error)
{
  gsize length;
  g_autofree char *text = cli_read_file (path, &length, error);
  cJSON *root;
  gint32 *codes = NULL;

  if (text == NULL)
    return NULL;
  root = cJSON_ParseWithLengthOpts (text, length + 1, NULL, TRUE);
  if (root == NULL)
    fail (error, path, _ ("is not JSON"));
  else
    codes = read_root (root, path, model, frames, error);
  cJSON_Delete (root);
  return codes;
}
