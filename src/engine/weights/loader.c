/* loader.c: tensors by name, in the format the engine computes with
 *
 * Opening, the text files, saving; the tensors themselves are in loader_tensors.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../error.h"
#include "compact.h"
#include "loader_private.h"

/* The text files of a checkpoint, in the order in which they are saved. */
static const char *const text_names[QTTS_LOADER_TEXTS] = {
  "config.json",
  "generation_config.json",
  "speech_tokenizer/config.json",
  "vocab.json",
  "merges.txt",
  "tokenizer_config.json",
  "tokenizer.json",
};

static qtts_status
map_texts (qtts_loader *loader, qtts_error *error)
{
  qtts_status status = QTTS_OK;

  for (int i = 0; i < QTTS_LOADER_TEXTS && status == QTTS_OK; i++)
    {
      char *path = qtts_path_join (loader->path, text_names[i]);

      if (path == NULL)
        return qtts_fail_memory (error);
      if (qtts_file_exists (path))
        {
          status = qtts_file_map_open (path, &loader->texts[i].map, error);
          loader->texts[i].data = loader->texts[i].map.data;
          loader->texts[i].bytes = loader->texts[i].map.size;
        }
      free (path);
    }
  return status;
}

/* The configuration texts end in NUL only in a copy. */
static qtts_status
parse_config (qtts_loader *loader, qtts_error *error)
{
  char *texts[3] = { NULL };
  qtts_status status = QTTS_OK;

  if (loader->texts[0].data == NULL)
    return qtts_fail (error, QTTS_ERROR_FILE, "%s has no config.json", loader->path);
  for (int i = 0; i < 3; i++)
    if (loader->texts[i].data != NULL)
      {
        texts[i] = strndup (loader->texts[i].data, loader->texts[i].bytes);
        if (texts[i] == NULL)
          status = qtts_fail_memory (error);
      }
  if (status == QTTS_OK)
    status = qtts_config_parse (loader->path, texts[0], texts[1], texts[2], &loader->config, error);
  for (int i = 0; i < 3; i++)
    free (texts[i]);
  return status;
}

static qtts_status
open_folder (qtts_loader *loader, qtts_error *error)
{
  qtts_status status;
  char *speech;

  status = map_texts (loader, error);
  if (status == QTTS_OK)
    status = parse_config (loader, error);
  if (status == QTTS_OK)
    status = qtts_checkpoint_open (loader->path, &loader->model, error);
  if (status != QTTS_OK)
    return status;
  speech = qtts_path_join (loader->path, "speech_tokenizer");
  status = speech == NULL ? qtts_fail_memory (error)
                          : qtts_checkpoint_open (speech, &loader->speech, error);
  free (speech);
  if (status == QTTS_OK)
    loader->total_bytes = qtts_checkpoint_bytes (loader->model, "talker.")
                          + qtts_checkpoint_bytes (loader->speech, "decoder.");
  return status;
}

static qtts_status
open_container (qtts_loader *loader, qtts_error *error)
{
  qtts_status status = qtts_file_map_open (loader->path, &loader->map, error);

  if (status == QTTS_OK)
    status = qtts_container_parse (loader->path, loader->map.data, loader->map.size,
                                   &loader->container, error);
  if (status != QTTS_OK)
    return status;
  loader->precision = loader->container->precision;
  for (size_t t = 0; t < loader->container->n_texts; t++)
    for (int i = 0; i < QTTS_LOADER_TEXTS; i++)
      if (strcmp (loader->container->texts[t].name, text_names[i]) == 0)
        {
          loader->texts[i].data = loader->container->texts[t].data;
          loader->texts[i].bytes = loader->container->texts[t].bytes;
        }
  for (size_t i = 0; i < loader->container->n_tensors; i++)
    loader->total_bytes += loader->container->tensors[i].bytes;
  return parse_config (loader, error);
}

qtts_status
qtts_loader_open (const char *path, const qtts_model_options *options, unsigned cpu,
                  qtts_team *team, qtts_loader **result, qtts_error *error)
{
  qtts_loader *loader = calloc (1, sizeof *loader);
  struct stat info;
  qtts_status status;

  *result = NULL;
  if (loader == NULL || (loader->path = strdup (path)) == NULL)
    {
      qtts_loader_close (loader);
      return qtts_fail_memory (error);
    }
  loader->precision = options->precision;
  loader->progress = options->progress;
  loader->progress_data = options->progress_data;
  loader->cpu = cpu;
  loader->team = team;

  if (stat (path, &info) != 0)
    status = qtts_fail (error, QTTS_ERROR_FILE, "%s does not exist", path);
  else if (S_ISDIR (info.st_mode))
    status = open_folder (loader, error);
  else
    status = open_container (loader, error);

  if (status == QTTS_OK)
    *result = loader;
  else
    qtts_loader_close (loader);
  return status;
}

void
qtts_loader_close (qtts_loader *loader)
{
  if (loader == NULL)
    return;
  for (size_t i = 0; i < loader->n_items; i++)
    {
      free (loader->items[i].name);
      free (loader->items[i].owned);
    }
  free (loader->items);
  for (int i = 0; i < QTTS_LOADER_TEXTS; i++)
    qtts_file_map_close (&loader->texts[i].map);
  qtts_checkpoint_close (loader->model);
  qtts_checkpoint_close (loader->speech);
  qtts_container_free (loader->container);
  qtts_file_map_close (&loader->map);
  qtts_config_clear (&loader->config);
  free (loader->path);
  free (loader);
}

const qtts_config *
qtts_loader_config (const qtts_loader *loader)
{
  return &loader->config;
}

qtts_precision
qtts_loader_precision (const qtts_loader *loader)
{
  return loader->precision;
}

qtts_team *
qtts_loader_team (const qtts_loader *loader)
{
  return loader->team;
}

void
qtts_loader_release (const qtts_loader *loader, const qtts_matrix *matrix)
{
  const char *data = matrix->data;

  if (matrix->packed && loader->map.data != NULL && data >= loader->map.data
      && data < loader->map.data + loader->map.size)
    qtts_file_map_release (data, qtts_packed_bytes (matrix->format, matrix->rows, matrix->cols));
}

qtts_status
qtts_loader_file (qtts_loader *loader, const char *name, const char **text, size_t *length,
                  qtts_error *error)
{
  *text = NULL;
  *length = 0;
  for (int i = 0; i < QTTS_LOADER_TEXTS; i++)
    if (strcmp (text_names[i], name) == 0)
      {
        *text = loader->texts[i].data;
        *length = loader->texts[i].bytes;
      }
  return QTTS_OK;
}

/* Descriptions of everything that was loaded; NULL when out of memory. */
static qtts_container_source *
list_sources (const qtts_loader *loader, bool compact)
{
  qtts_container_source *sources = calloc (loader->n_items + 1, sizeof *sources);

  for (size_t i = 0; sources != NULL && i < loader->n_items; i++)
    {
      const qtts_loader_item *item = &loader->items[i];

      sources[i] = (qtts_container_source){
        .name = item->name,
        .plain = item->plain,
        .matrix = item->view,
        .format = item->file_format,
        .stored = item->file_format,
        .stored_rows = item->view.rows,
      };
      if (compact)
        qtts_compact_plan (&sources[i]);
    }
  return sources;
}

qtts_status
qtts_loader_save (const qtts_loader *loader, const char *path, bool compact,
                  qtts_progress_func progress, void *progress_data, qtts_error *error)
{
  qtts_container_text texts[QTTS_LOADER_TEXTS];
  qtts_container_source *sources = list_sources (loader, compact);
  qtts_container_content content = {
    .precision = loader->precision,
    .texts = texts,
    .n_sources = loader->n_items,
    .sources = sources,
    .cpu = loader->cpu,
    .team = loader->team,
  };
  qtts_status status;

  if (sources == NULL)
    return qtts_fail_memory (error);
  for (int i = 0; i < QTTS_LOADER_TEXTS; i++)
    if (loader->texts[i].data != NULL)
      texts[content.n_texts++]
          = (qtts_container_text){ (char *) text_names[i], loader->texts[i].data,
                                   loader->texts[i].bytes };
  status = qtts_container_write (path, &content, progress, progress_data, error);
  free (sources);
  return status;
}
