/* checkpoint.c: the tensors of a folder, in one safetensors file or in shards listed by an index
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "file_map.h"
#include "json.h"

#define SINGLE_FILE "model.safetensors"
#define INDEX_FILE  "model.safetensors.index.json"

enum
{
  MAX_SHARDS = 1000,
};

typedef struct
{
  char *name; /* within the folder */
  qtts_file_map map;
  qtts_safetensors *file;
} shard;

struct qtts_checkpoint
{
  char *path; /* of the single file or the index */
  int n_shards;
  shard *shards;
};

/* Adds the file `name` as the next shard; the array has room. */
static qtts_status
open_shard (qtts_checkpoint *checkpoint, const char *folder, const char *name, qtts_error *error)
{
  shard *next = &checkpoint->shards[checkpoint->n_shards];
  char *path = qtts_path_join (folder, name);
  qtts_status status;

  *next = (shard){ .name = strdup (name) };
  checkpoint->n_shards++;
  if (path == NULL || next->name == NULL)
    status = qtts_fail_memory (error);
  else
    status = qtts_file_map_open (path, &next->map, error);
  if (status == QTTS_OK)
    status = qtts_safetensors_parse (path, next->map.data, next->map.size, &next->file, error);
  free (path);
  return status;
}

static const shard *
find_shard (const qtts_checkpoint *checkpoint, const char *name)
{
  for (int i = checkpoint->n_shards - 1; i >= 0; i--)
    if (strcmp (checkpoint->shards[i].name, name) == 0)
      return &checkpoint->shards[i];
  return NULL;
}

/* A plain name: the index may not lead out of the folder. */
static bool
is_plain_name (const char *name)
{
  return name[0] != '\0' && name[0] != '.' && strchr (name, '/') == NULL && strlen (name) < 256;
}

/* Opens the shard of one entry of the weight map unless it is open, and looks for the tensor. */
static qtts_status
add_entry (qtts_checkpoint *checkpoint, const char *folder, const cJSON *entry, qtts_error *error)
{
  const shard *found;
  qtts_status status;

  if (!cJSON_IsString (entry) || !is_plain_name (entry->valuestring))
    return qtts_fail (error, QTTS_ERROR_FORMAT,
                      "%s: weight_map.%.200s must be the name of a file in the same folder",
                      checkpoint->path, entry->string);
  found = find_shard (checkpoint, entry->valuestring);
  if (found == NULL)
    {
      if (checkpoint->n_shards == MAX_SHARDS)
        return qtts_fail (error, QTTS_ERROR_FORMAT, "%s names more than %d files", checkpoint->path,
                          MAX_SHARDS);
      status = open_shard (checkpoint, folder, entry->valuestring, error);
      if (status != QTTS_OK)
        return status;
      found = &checkpoint->shards[checkpoint->n_shards - 1];
    }
  if (qtts_safetensors_find (found->file, entry->string) == NULL)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: tensor %.200s is not in %s", checkpoint->path,
                      entry->string, found->name);
  return QTTS_OK;
}

static qtts_status
open_index (qtts_checkpoint *checkpoint, const char *folder, qtts_error *error)
{
  qtts_json json = { .origin = folder, .file = INDEX_FILE, .error = error };
  qtts_file_map map;
  qtts_json_object weights;
  cJSON *root;
  const cJSON *entry;
  qtts_status status;

  status = qtts_file_map_open (checkpoint->path, &map, error);
  if (status != QTTS_OK)
    return status;
  root = qtts_json_parse (&json, map.data, map.size);
  weights
      = qtts_json_get_object ((qtts_json_object){ &json, root, "" }, "weight_map", "weight_map.");
  status = json.status;
  cJSON_ArrayForEach (entry, weights.node)
  {
    status = add_entry (checkpoint, folder, entry, error);
    if (status != QTTS_OK)
      break;
  }
  cJSON_Delete (root);
  qtts_file_map_close (&map);
  return status;
}

static qtts_status
open_all (qtts_checkpoint *checkpoint, const char *folder, qtts_error *error)
{
  checkpoint->path = qtts_path_join (folder, SINGLE_FILE);
  checkpoint->shards = calloc (MAX_SHARDS, sizeof *checkpoint->shards);
  if (checkpoint->path == NULL || checkpoint->shards == NULL)
    return qtts_fail_memory (error);
  if (qtts_file_exists (checkpoint->path))
    return open_shard (checkpoint, folder, SINGLE_FILE, error);

  free (checkpoint->path);
  checkpoint->path = qtts_path_join (folder, INDEX_FILE);
  if (checkpoint->path == NULL)
    return qtts_fail_memory (error);
  if (!qtts_file_exists (checkpoint->path))
    return qtts_fail (error, QTTS_ERROR_FILE, "%s has no %s and no %s", folder, SINGLE_FILE,
                      INDEX_FILE);
  return open_index (checkpoint, folder, error);
}

qtts_status
qtts_checkpoint_open (const char *folder, qtts_checkpoint **result, qtts_error *error)
{
  qtts_checkpoint *checkpoint = calloc (1, sizeof *checkpoint);
  qtts_status status;

  *result = NULL;
  if (checkpoint == NULL)
    return qtts_fail_memory (error);
  status = open_all (checkpoint, folder, error);
  if (status == QTTS_OK)
    *result = checkpoint;
  else
    qtts_checkpoint_close (checkpoint);
  return status;
}

void
qtts_checkpoint_close (qtts_checkpoint *checkpoint)
{
  if (checkpoint == NULL)
    return;
  for (int i = 0; i < checkpoint->n_shards; i++)
    {
      qtts_safetensors_free (checkpoint->shards[i].file);
      qtts_file_map_close (&checkpoint->shards[i].map);
      free (checkpoint->shards[i].name);
    }
  free (checkpoint->shards);
  free (checkpoint->path);
  free (checkpoint);
}

const qtts_tensor *
qtts_checkpoint_find (const qtts_checkpoint *checkpoint, const char *name)
{
  const qtts_tensor *tensor = NULL;

  for (int i = 0; i < checkpoint->n_shards && tensor == NULL; i++)
    tensor = qtts_safetensors_find (checkpoint->shards[i].file, name);
  return tensor;
}

const char *
qtts_checkpoint_path (const qtts_checkpoint *checkpoint)
{
  return checkpoint->path;
}

size_t
qtts_checkpoint_bytes (const qtts_checkpoint *checkpoint, const char *prefix)
{
  size_t bytes = 0;

  for (int i = 0; i < checkpoint->n_shards; i++)
    for (size_t t = 0; t < checkpoint->shards[i].file->n_tensors; t++)
      {
        const qtts_tensor *tensor = &checkpoint->shards[i].file->tensors[t];

        if (strncmp (tensor->name, prefix, strlen (prefix)) == 0)
          bytes += tensor->bytes;
      }
  return bytes;
}
