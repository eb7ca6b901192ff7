/* file_map.h: whole files in memory, read-only
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "../error.h"

typedef struct
{
  const char *data; /* page-aligned; "" for an empty file */
  size_t size;
} qtts_file_map;

/* Maps the regular file `path`. Errors: FILE. The caller unmaps. */
qtts_status qtts_file_map_open (const char *path, qtts_file_map *map, qtts_error *error);

/* Idempotent. */
void qtts_file_map_close (qtts_file_map *map);

/* The bytes at data[size] of some map will not be read soon: they need not stay resident. */
void qtts_file_map_release (const void *data, size_t size);

bool qtts_file_exists (const char *path);

/* "folder/name" in new memory, NULL when there is none left. */
char *qtts_path_join (const char *folder, const char *name);
