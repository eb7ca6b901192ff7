/* qora-json-file.h: JSON files that may come from anywhere
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Parses a file of at most a megabyte with a bounded depth, which the parser itself does not
 * check. (transfer full), never a node without a value. Errors naming the file: G_IO_ERROR
 * INVALID_DATA, and those of reading a file. */
JsonNode *qora_json_file_load (const char *path, GError **error);

G_END_DECLS
