/* json.c: values out of untrusted JSON, each checked, the first fault remembered
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

cJSON *
qtts_json_parse (qtts_json *json, const char *text, size_t length)
{
  cJSON *root = cJSON_ParseWithLength (text, length);

  if (cJSON_IsObject (root))
    return root;
  json->status = qtts_fail (json->error, QTTS_ERROR_FORMAT, "%s/%s is not a JSON object",
                            json->origin, json->file);
  cJSON_Delete (root);
  return NULL;
}

static void report (qtts_json_object object, qtts_status status, const char *key,
                    const char *format, va_list args) __attribute__ ((format (printf, 4, 0)));

static void
report (qtts_json_object object, qtts_status status, const char *key, const char *format,
        va_list args)
{
  qtts_json *json = object.json;
  char message[512];

  if (json->status != QTTS_OK)
    return;
  vsnprintf (message, sizeof message, format, args);
  json->status = qtts_fail (json->error, status, "%s/%s: %s%s %s", json->origin, json->file,
                            object.path, key, message);
}

void
qtts_json_fail (qtts_json_object object, const char *key, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  report (object, QTTS_ERROR_FORMAT, key, format, args);
  va_end (args);
}

void
qtts_json_refuse (qtts_json_object object, qtts_status status, const char *key, const char *format,
                  ...)
{
  va_list args;

  va_start (args, format);
  report (object, status, key, format, args);
  va_end (args);
}

/* NULL after a fault, the fault of a missing key included. */
static const cJSON *
demand (qtts_json_object object, const char *key)
{
  const cJSON *node;

  if (object.json->status != QTTS_OK || object.node == NULL)
    return NULL;
  node = cJSON_GetObjectItemCaseSensitive (object.node, key);
  if (node == NULL)
    qtts_json_fail (object, key, "is missing");
  return node;
}

bool
qtts_json_absent (qtts_json_object object, const char *key)
{
  const cJSON *node = cJSON_GetObjectItemCaseSensitive (object.node, key);

  return node == NULL || cJSON_IsNull (node);
}

qtts_json_object
qtts_json_get_object (qtts_json_object object, const char *key, const char *path)
{
  const cJSON *node = demand (object, key);

  if (node != NULL && !cJSON_IsObject (node))
    {
      qtts_json_fail (object, key, "must be an object");
      node = NULL;
    }
  return (qtts_json_object){ object.json, node, path };
}

static bool
is_integer_between (const cJSON *node, int least, int most)
{
  return cJSON_IsNumber (node) && node->valuedouble >= least && node->valuedouble <= most
         && floor (node->valuedouble) == node->valuedouble;
}

int
qtts_json_get_int (qtts_json_object object, const char *key, int least, int most)
{
  const cJSON *node = demand (object, key);

  if (node == NULL)
    return 0;
  if (is_integer_between (node, least, most))
    return (int) node->valuedouble;
  if (!cJSON_IsNumber (node))
    qtts_json_fail (object, key, "must be an integer");
  else
    qtts_json_fail (object, key, "is %g, but must be an integer from %d to %d", node->valuedouble,
                    least, most);
  return 0;
}

float
qtts_json_get_float (qtts_json_object object, const char *key, double least, double most)
{
  const cJSON *node = demand (object, key);

  if (node == NULL)
    return 0;
  if (!cJSON_IsNumber (node))
    qtts_json_fail (object, key, "must be a number");
  else if (!(node->valuedouble >= least && node->valuedouble <= most))
    qtts_json_fail (object, key, "is %g, but must be from %g to %g", node->valuedouble, least,
                    most);
  else
    return (float) node->valuedouble;
  return 0;
}

bool
qtts_json_get_bool (qtts_json_object object, const char *key)
{
  const cJSON *node = demand (object, key);

  if (node != NULL && !cJSON_IsBool (node))
    qtts_json_fail (object, key, "must be true or false");
  return cJSON_IsTrue (node);
}

const char *
qtts_json_get_string (qtts_json_object object, const char *key)
{
  const cJSON *node = demand (object, key);

  if (node == NULL)
    return NULL;
  if (cJSON_IsString (node))
    return node->valuestring;
  qtts_json_fail (object, key, "must be a string");
  return NULL;
}

void
qtts_json_get_ints (qtts_json_object object, const char *key, int least, int most, int *values,
                    int *n, int most_values)
{
  const cJSON *node = demand (object, key), *item;

  *n = 0;
  if (node == NULL)
    return;
  cJSON_ArrayForEach (item, node)
  {
    if (*n == most_values || !is_integer_between (item, least, most))
      {
        *n = 0;
        break;
      }
    values[(*n)++] = (int) item->valuedouble;
  }
  if (!cJSON_IsArray (node) || *n == 0)
    qtts_json_fail (object, key, "must be a list of 1 to %d integers from %d to %d", most_values,
                    least, most);
}

bool
qtts_json_is_size (const cJSON *node, uint64_t *value)
{
  if (!cJSON_IsNumber (node) || !(node->valuedouble >= 0 && node->valuedouble <= 0x1p53)
      || floor (node->valuedouble) != node->valuedouble)
    return false;
  *value = (uint64_t) node->valuedouble;
  return true;
}
