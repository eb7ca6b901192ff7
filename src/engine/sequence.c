/* sequence.c: one request on its way from text to codes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "sequence.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "text/duration.h"

/* A sequence is thought to have run away past so many times its expected length plus a few seconds,
 * so that slow styles and short exclamations are left alone. */
static const double RUNAWAY_FACTOR = 3.5;
static const double RUNAWAY_SLACK_S = 3;

static qtts_status
check_draw (const char *what, float temperature, int top_k, float top_p, qtts_error *error)
{
  if (!(temperature > 0) || !isfinite (temperature))
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "%stemperature is %g, it must be above 0", what,
                      (double) temperature);
  if (top_k < 0)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "%stop-k is %d, it must be 0 (off) or more", what,
                      top_k);
  if (!(top_p > 0) || top_p > 1)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "%stop-p is %g, it must be above 0 and at most 1",
                      what, (double) top_p);
  return QTTS_OK;
}

static qtts_status
check_request (const qtts_request *request, qtts_error *error)
{
  const qtts_sampling *s = &request->sampling;
  qtts_status status = QTTS_OK;

  if (request->text == NULL)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "there is no text");
  if (request->max_frames < 1)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "the limit is %d frames, it must be at least 1",
                      request->max_frames);
  if (!(s->repetition_penalty >= 1) || !isfinite (s->repetition_penalty))
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "repetition penalty is %g, it must be at least 1",
                      (double) s->repetition_penalty);
  if (!s->greedy)
    status = check_draw ("", s->temperature, s->top_k, s->top_p, error);
  if (status == QTTS_OK && !s->predictor_greedy)
    status = check_draw ("the code predictor's ", s->predictor_temperature, s->predictor_top_k,
                         s->predictor_top_p, error);
  return status;
}

static bool
copy_string (const char **field)
{
  if (*field == NULL)
    return true;
  *field = strdup (*field);
  return *field != NULL;
}

static bool
copy_strings (qtts_request *request)
{
  const char **const fields[]
      = { &request->text, &request->speaker, &request->language, &request->instruct };
  bool copied = true;

  for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    if (copied)
      copied = copy_string (fields[i]);
    else
      *fields[i] = NULL;
  return copied;
}

static void
estimate_length (qtts_sequence *sequence, const qtts_model *model, bool guard)
{
  const qtts_speech_decoder_config *decoder = &model->config->speech_decoder;
  const double frames_per_s = (double) decoder->sample_rate / decoder->samples_per_frame;
  const double seconds = qtts_expected_seconds (sequence->request.text);

  sequence->expected_frames = (int) ceil (seconds * frames_per_s);
  sequence->runaway_frames
      = guard && !sequence->request.sampling.greedy
            ? (int) ((seconds * RUNAWAY_FACTOR + RUNAWAY_SLACK_S) * frames_per_s)
            : INT_MAX;
}

static qtts_status
check_length (qtts_sequence *sequence, const qtts_model *model, qtts_error *error)
{
  const int left = model->config->max_positions - sequence->prompt.n_rows;

  if (left < 2)
    return qtts_fail (
        error, QTTS_ERROR_ARGUMENT,
        "the text is too long: its prompt has %d positions, the model has %d for prompt "
        "and speech; split it",
        sequence->prompt.n_rows, model->config->max_positions);
  if (sequence->request.max_frames > left)
    sequence->request.max_frames = left;
  return QTTS_OK;
}

qtts_status
qtts_sequence_init (qtts_sequence *sequence, const qtts_model *model, const qtts_request *request,
                    bool guard, qtts_error *error)
{
  qtts_status status = check_request (request, error);

  *sequence = (qtts_sequence){ 0 };
  if (status != QTTS_OK)
    return status;
  sequence->request = *request;
  if (!copy_strings (&sequence->request))
    status = qtts_fail_memory (error);
  if (status == QTTS_OK)
    status = qtts_prompt_build (model->config, model->tokenizer, &sequence->request,
                                &sequence->prompt, error);
  if (status == QTTS_OK)
    status = check_length (sequence, model, error);
  if (status != QTTS_OK)
    {
      qtts_sequence_clear (sequence);
      return status;
    }
  estimate_length (sequence, model, guard);
  sequence->result.prompt_tokens = sequence->prompt.n_rows;
  sequence->result.seed = request->seed;
  return QTTS_OK;
}

static void
release_state (qtts_sequence *sequence)
{
  qtts_kv_cache_clear (&sequence->cache);
  free (sequence->hidden);
  free (sequence->trailing);
  free (sequence->history);
  sequence->hidden = NULL;
  sequence->trailing = NULL;
  sequence->history = NULL;
  sequence->running = false;
}

void
qtts_sequence_clear (qtts_sequence *sequence)
{
  release_state (sequence);
  free ((char *) sequence->request.text);
  free ((char *) sequence->request.speaker);
  free ((char *) sequence->request.language);
  free ((char *) sequence->request.instruct);
  qtts_prompt_clear (&sequence->prompt);
  free (sequence->codes);
  *sequence = (qtts_sequence){ 0 };
}

qtts_status
qtts_sequence_begin (qtts_sequence *sequence, const qtts_model *model, uint64_t seed,
                     qtts_error *error)
{
  const size_t most = (size_t) sequence->request.max_frames;
  const size_t stride = (size_t) model->talker.stride;

  release_state (sequence);
  if (sequence->codes == NULL)
    sequence->codes = calloc (most * (size_t) model->config->groups, sizeof (int32_t));
  sequence->history = malloc ((most + 1) * sizeof (int32_t));
  sequence->hidden = calloc (stride, sizeof (float));
  sequence->trailing = calloc ((size_t) (sequence->prompt.n_trailing + 1) * stride, sizeof (float));
  if (!sequence->codes || !sequence->history || !sequence->hidden || !sequence->trailing
      || !qtts_kv_cache_init (&sequence->cache, &model->config->talker,
                              sequence->prompt.n_rows + sequence->request.max_frames,
                              model->info.precision != QTTS_PRECISION_F32))
    return qtts_fail_memory (error);

  sequence->running = true;
  sequence->n_history = 0;
  qtts_random_seed (&sequence->random, seed);
  sequence->result.end = QTTS_END_NONE;
  sequence->result.seed = seed;
  sequence->result.frames = 0;
  sequence->result.codes = sequence->codes;
  return QTTS_OK;
}

void
qtts_sequence_end (qtts_sequence *sequence, qtts_end end)
{
  release_state (sequence);
  sequence->result.end = end;
}
