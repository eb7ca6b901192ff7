/* qora-json.h: reads and writes JSON that may come from anywhere
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The object that a file holds. `name` is for messages. Errors: G_IO_ERROR_INVALID_DATA, naming the
 * file; also for what is too large or too deep. (transfer full) */
JsonNode *qora_json_parse (const char *json, gsize length, const char *name, GError **error);

/* The member `key`, where it is a value of that type; else NULL. (transfer none) */
JsonNode *qora_json_get_value (JsonObject *object, const char *key, GType type);
/* NULL where there is none, or something else. (transfer none) */
const char *qora_json_get_string (JsonObject *object, const char *key);
/* FALSE where there is none, or something else. */
gboolean qora_json_get_int (JsonObject *object, const char *key, gint64 *value);

/* Sets G_IO_ERROR_INVALID_DATA: `key` is missing or wrong in the file `name`. Returns FALSE. */
gboolean qora_json_fail (GError **error, const char *name, const char *key);

/* Nothing where `value` is NULL. */
void qora_json_add_string (JsonBuilder *builder, const char *key, const char *value);

G_END_DECLS
