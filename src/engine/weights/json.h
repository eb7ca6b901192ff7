/* json.h: values out of untrusted JSON, each checked, the first fault remembered
 *
 * A reader goes through a document without looking at errors in between: after the first fault
 * every further value is 0, NULL or empty, and qtts_json.status says what happened.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "../error.h"

typedef struct
{
  const char *origin; /* folder or file the text comes from, for messages */
  const char *file;   /* its name there */
  qtts_error *error;  /* may be NULL */
  qtts_status status; /* QTTS_OK until the first fault */
} qtts_json;

typedef struct
{
  qtts_json *json;
  const cJSON *node; /* NULL after a fault */
  const char *path;  /* dotted, ending in a dot, "" for the root; outlives the object */
} qtts_json_object;

/* Parses text[length], which must be one object. NULL after a fault; to be freed with
 * cJSON_Delete(). */
cJSON *qtts_json_parse (qtts_json *json, const char *text, size_t length);

/* The first fault wins: FORMAT, "origin/file: path+key message". */
void qtts_json_fail (qtts_json_object object, const char *key, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));

/* The same with another status. */
void qtts_json_refuse (qtts_json_object object, qtts_status status, const char *key,
                       const char *format, ...) __attribute__ ((format (printf, 4, 5)));

/* Missing or null. */
bool qtts_json_absent (qtts_json_object object, const char *key);

/* Each demands the key. `path` is what the child's values are called by. */
qtts_json_object qtts_json_get_object (qtts_json_object object, const char *key, const char *path);
int qtts_json_get_int (qtts_json_object object, const char *key, int least, int most);
float qtts_json_get_float (qtts_json_object object, const char *key, double least, double most);
bool qtts_json_get_bool (qtts_json_object object, const char *key);
const char *qtts_json_get_string (qtts_json_object object, const char *key);

/* values[*n], 1 <= *n <= most_values. */
void qtts_json_get_ints (qtts_json_object object, const char *key, int least, int most, int *values,
                         int *n, int most_values);

/* Whether `node` is a number that stands for an integer in 0..2^53, exactly; 32-bit valueint would
 * saturate. */
bool qtts_json_is_size (const cJSON *node, uint64_t *value);
