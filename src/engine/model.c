/* model.c: opens and owns a voice model
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "model.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compute/cpu.h"
#include "error.h"
#include "text/prompt.h"

#ifndef QTTS_VERSION
#error "the build defines QTTS_VERSION"
#endif

static const char *const precision_names[] = {
  [QTTS_PRECISION_Q4] = "q4",     [QTTS_PRECISION_Q8] = "q8",   [QTTS_PRECISION_F16] = "f16",
  [QTTS_PRECISION_BF16] = "bf16", [QTTS_PRECISION_F32] = "f32",
};

enum
{
  N_PRECISIONS = sizeof precision_names / sizeof precision_names[0],
};

const char *
qtts_version (void)
{
  return QTTS_VERSION;
}

const char *
qtts_precision_name (qtts_precision precision)
{
  return precision_names[precision];
}

bool
qtts_precision_parse (const char *name, qtts_precision *precision)
{
  for (int i = 0; i < N_PRECISIONS; i++)
    if (strcasecmp (name, precision_names[i]) == 0)
      {
        *precision = (qtts_precision) i;
        return true;
      }
  return false;
}

qtts_model_options
qtts_model_options_default (void)
{
  return (qtts_model_options){ .precision = QTTS_PRECISION_Q4 };
}

/* The last part of a path, without trailing slashes. The caller frees it. */
static char *
name_from_path (const char *path)
{
  size_t end = strlen (path), start;

  while (end > 1 && path[end - 1] == '/')
    end--;
  for (start = end; start > 0 && path[start - 1] != '/'; start--)
    ;
  return strndup (path + start, end - start);
}

static qtts_status
load_file (qtts_model *model, const char *name, qtts_tokenizer_file *file, qtts_error *error)
{
  return qtts_loader_file (model->loader, name, &file->text, &file->length, error);
}

static qtts_status
load_tokenizer (qtts_model *model, const char *path, qtts_error *error)
{
  qtts_tokenizer_file vocab = { 0 }, merges = { 0 }, config = { 0 }, tokenizer = { 0 };
  qtts_status status = load_file (model, "vocab.json", &vocab, error);

  if (status == QTTS_OK)
    status = load_file (model, "merges.txt", &merges, error);
  if (status == QTTS_OK)
    status = load_file (model, "tokenizer_config.json", &config, error);
  if (status == QTTS_OK)
    status = load_file (model, "tokenizer.json", &tokenizer, error);
  if (status == QTTS_OK)
    status = qtts_tokenizer_new (path, vocab, merges, config, tokenizer,
                                 model->config->text_vocab_size, &model->tokenizer, error);
  return status;
}

static void
describe (qtts_model *model)
{
  const qtts_config *config = model->config;

  model->info = (qtts_model_info){
    .name = model->name,
    .kind = config->kind,
    .size = config->size,
    .precision = qtts_loader_precision (model->loader),
    .threads = qtts_team_size (model->team),
    .cpu = qtts_cpu_name (model->cpu),
    .sample_rate = config->speech_decoder.sample_rate,
    .samples_per_frame = config->speech_decoder.samples_per_frame,
    .groups = config->groups,
    .codebook_size = config->speech_decoder.codebook_size,
    .honours_instruct = config->honours_instruct,
    .n_speakers = config->n_speakers,
    .speakers = config->speakers,
    .n_languages = config->n_languages,
    .languages = config->languages,
    .sampling = config->sampling,
    .max_frames = config->max_frames,
  };
}

static qtts_status
load_parts (qtts_model *model, const char *path, const qtts_model_options *options,
            qtts_error *error)
{
  qtts_status status;

  model->cpu = qtts_cpu_features ();
  model->name = name_from_path (path);
  model->team = qtts_team_new (options->threads);
  if (model->name == NULL || model->team == NULL)
    return qtts_fail_memory (error);

  status = qtts_loader_open (path, options, model->cpu, model->team, &model->loader, error);
  if (status != QTTS_OK)
    return status;
  model->config = qtts_loader_config (model->loader);
  status = load_tokenizer (model, path, error);
  if (status == QTTS_OK)
    status = qtts_talker_load (&model->talker, model->loader, model->cpu, error);
  if (status == QTTS_OK)
    status = qtts_code_predictor_load (&model->predictor, model->loader, model->cpu, error);
  if (status == QTTS_OK)
    status = qtts_speech_decoder_new (model->loader, model->cpu, &model->speech_decoder, error);
  return status;
}

qtts_status
qtts_model_open (const char *path, const qtts_model_options *options, qtts_model **model,
                 qtts_error *error)
{
  const qtts_model_options defaults = qtts_model_options_default ();
  qtts_model *opened = calloc (1, sizeof *opened);
  qtts_status status;

  *model = NULL;
  if (opened == NULL)
    return qtts_fail_memory (error);
  status = load_parts (opened, path, options != NULL ? options : &defaults, error);
  if (status != QTTS_OK)
    {
      qtts_model_close (opened);
      return status;
    }
  describe (opened);
  *model = opened;
  return QTTS_OK;
}

void
qtts_model_close (qtts_model *model)
{
  if (model == NULL)
    return;
  qtts_speech_decoder_free (model->speech_decoder);
  qtts_code_predictor_clear (&model->predictor);
  qtts_talker_clear (&model->talker);
  qtts_tokenizer_free (model->tokenizer);
  qtts_loader_close (model->loader);
  qtts_team_free (model->team);
  free (model->name);
  free (model);
}

const qtts_model_info *
qtts_model_get_info (const qtts_model *model)
{
  return &model->info;
}

qtts_status
qtts_model_save (const qtts_model *model, const char *path, qtts_progress_func progress,
                 void *progress_data, qtts_error *error)
{
  return qtts_loader_save (model->loader, path, false, progress, progress_data, error);
}

qtts_status
qtts_model_save_compact (const qtts_model *model, const char *path, qtts_progress_func progress,
                         void *progress_data, qtts_error *error)
{
  return qtts_loader_save (model->loader, path, true, progress, progress_data, error);
}

int
qtts_model_find_speaker (const qtts_model *model, const char *name)
{
  return qtts_config_find_speaker (model->config, name);
}

int
qtts_model_find_language (const qtts_model *model, const char *name)
{
  return qtts_config_find_language (model->config, name);
}

qtts_status
qtts_model_tokenize (const qtts_model *model, const char *text, bool parse_special, int32_t **ids,
                     size_t *n, qtts_error *error)
{
  qtts_ids list = { 0 };
  const qtts_status status
      = qtts_tokenize (model->tokenizer, text, strlen (text), parse_special, &list, error);

  if (status != QTTS_OK)
    {
      qtts_ids_clear (&list);
      return status;
    }
  *ids = list.ids;
  *n = list.n;
  return QTTS_OK;
}
