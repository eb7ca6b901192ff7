/* synthesis.c: schedules the stages for one request or many
 *
 * Requests join the batch in order as places become free, one between two frames. Sound is decoded
 * for the first request that is not finished, in blocks that grow from one short block to the
 * decoder's best, between the frames of the batch; what is left when all codes are there is decoded
 * at the end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <qtts/synthesis.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error.h"
#include "generator.h"

enum
{
  FIRST_BLOCK = 2,    /* frames: 160 ms of sound as soon as they are there */
  DEFAULT_BATCH = 16, /* more is hardly faster, and each takes memory */
  MOST_BATCH = 64,
};

/* Share of a frame's duration up to which a live run's frames may take before no further sequence
 * joins. */
static const double LIVE_SHARE = 0.7;

struct qtts_synthesis
{
  const qtts_model *model;
  qtts_synthesis_options options;
  size_t n;
  qtts_sequence *sequences; /* [n] */
  atomic_bool cancelled;
  bool ran;

  int batch;
  qtts_generator generator;
  qtts_sequence **running; /* [batch] */
  int n_running;
  size_t next;    /* the first request that has not joined yet */
  double frame_s; /* wall time of the batch's latest frame */

  qtts_speech_stream *stream;
  float *pcm;     /* [block][samples_per_frame] */
  int block;      /* the decoder's best */
  size_t head;    /* the request whose sound comes next */
  int decoded;    /* its frames that have been delivered */
  int next_block; /* frames to wait for */

  const qtts_callbacks *callbacks;
  void *user_data;
  double start;
  qtts_stats stats;
};

qtts_request
qtts_request_default (const qtts_model *model)
{
  return (qtts_request){ .sampling = model->info.sampling, .max_frames = model->info.max_frames };
}

static qtts_status
copy_requests (qtts_synthesis *synthesis, const qtts_request *requests, qtts_error *error)
{
  qtts_error reason;

  for (size_t i = 0; i < synthesis->n; i++)
    {
      const qtts_status status
          = qtts_sequence_init (&synthesis->sequences[i], synthesis->model, &requests[i],
                                !synthesis->options.no_runaway_guard, &reason);

      if (status != QTTS_OK && synthesis->n == 1)
        return qtts_fail (error, status, "%s", reason.message);
      if (status != QTTS_OK)
        return qtts_fail (error, status, "request %zu: %s", i + 1, reason.message);
    }
  return QTTS_OK;
}

qtts_status
qtts_synthesis_new (const qtts_model *model, const qtts_request *requests, size_t n,
                    const qtts_synthesis_options *options, qtts_synthesis **synthesis,
                    qtts_error *error)
{
  qtts_synthesis *created = calloc (1, sizeof *created);
  qtts_status status;

  *synthesis = NULL;
  if (created == NULL)
    return qtts_fail_memory (error);
  created->model = model;
  created->n = n;
  if (options != NULL)
    created->options = *options;
  created->sequences = calloc (n, sizeof *created->sequences);
  if (n == 0)
    status = qtts_fail (error, QTTS_ERROR_ARGUMENT, "there is no request");
  else if (created->sequences == NULL)
    status = qtts_fail_memory (error);
  else
    status = copy_requests (created, requests, error);
  if (status != QTTS_OK)
    {
      qtts_synthesis_free (created);
      return status;
    }
  *synthesis = created;
  return QTTS_OK;
}

static void
release_run (qtts_synthesis *synthesis)
{
  qtts_generator_clear (&synthesis->generator);
  qtts_speech_stream_free (synthesis->stream);
  free (synthesis->running);
  free (synthesis->pcm);
  synthesis->stream = NULL;
  synthesis->running = NULL;
  synthesis->pcm = NULL;
}

void
qtts_synthesis_free (qtts_synthesis *synthesis)
{
  if (synthesis == NULL)
    return;
  release_run (synthesis);
  for (size_t i = 0; synthesis->sequences != NULL && i < synthesis->n; i++)
    qtts_sequence_clear (&synthesis->sequences[i]);
  free (synthesis->sequences);
  free (synthesis);
}

void
qtts_synthesis_cancel (qtts_synthesis *synthesis)
{
  atomic_store (&synthesis->cancelled, true);
}

const qtts_result *
qtts_synthesis_get_result (const qtts_synthesis *synthesis, size_t request)
{
  return request < synthesis->n ? &synthesis->sequences[request].result : NULL;
}

const qtts_stats *
qtts_synthesis_get_stats (const qtts_synthesis *synthesis)
{
  return &synthesis->stats;
}

static bool
is_cancelled (const qtts_synthesis *synthesis)
{
  return atomic_load (&synthesis->cancelled);
}

/* Sound */

static bool
wants_sound (const qtts_synthesis *synthesis)
{
  return synthesis->callbacks->audio != NULL;
}

static void
deliver (qtts_synthesis *synthesis, size_t samples)
{
  if (synthesis->stats.first_audio_s < 0)
    synthesis->stats.first_audio_s = qtts_seconds () - synthesis->start;
  synthesis->stats.samples += samples;
  if (!synthesis->callbacks->audio (synthesis->head, synthesis->pcm, samples, synthesis->user_data))
    qtts_synthesis_cancel (synthesis);
}

static qtts_status
decode_block (qtts_synthesis *synthesis, int frames, qtts_error *error)
{
  const qtts_sequence *sequence = &synthesis->sequences[synthesis->head];
  const double start = qtts_seconds ();
  const qtts_status status
      = qtts_speech_decode (synthesis->stream, synthesis->model->team,
                            sequence->codes + synthesis->decoded * synthesis->model->config->groups,
                            frames, synthesis->pcm, error);

  synthesis->stats.decoder_s += qtts_seconds () - start;
  if (status != QTTS_OK)
    return status;
  synthesis->decoded += frames;
  synthesis->next_block = 2 * frames < synthesis->block ? 2 * frames : synthesis->block;
  deliver (synthesis, (size_t) frames * (size_t) synthesis->model->info.samples_per_frame);
  return QTTS_OK;
}

static void
finish_head (qtts_synthesis *synthesis)
{
  if (synthesis->callbacks->finished != NULL)
    synthesis->callbacks->finished (synthesis->head, &synthesis->sequences[synthesis->head].result,
                                    synthesis->user_data);
  synthesis->head++;
  synthesis->decoded = 0;
  if (wants_sound (synthesis))
    qtts_speech_stream_reset (synthesis->stream);
}

/* At most one block of the head, where enough frames wait; heads that are done are reported. */
static qtts_status
advance_sound (qtts_synthesis *synthesis, qtts_error *error)
{
  while (synthesis->head < synthesis->n)
    {
      const qtts_result *result = &synthesis->sequences[synthesis->head].result;
      const int waiting = wants_sound (synthesis) ? result->frames - synthesis->decoded : 0;
      const int most = waiting < synthesis->block ? waiting : synthesis->block;

      if (waiting > 0 && (result->end != QTTS_END_NONE || waiting >= synthesis->next_block))
        return decode_block (synthesis, most, error);
      if (result->end == QTTS_END_NONE)
        return QTTS_OK;
      finish_head (synthesis);
    }
  return QTTS_OK;
}

/* Codes */

static qtts_status
begin (qtts_synthesis *synthesis, qtts_sequence *sequence, uint64_t seed, qtts_error *error)
{
  qtts_status status = qtts_sequence_begin (sequence, synthesis->model, seed, error);

  if (status == QTTS_OK)
    status = qtts_generator_prefill (&synthesis->generator, sequence, error);
  synthesis->stats.prompt_tokens += sequence->prompt.n_rows;
  return status;
}

/* Whether the sequence that is heard comes out faster than it is spoken, with some to spare. */
static bool
leaves_time (const qtts_synthesis *synthesis)
{
  const qtts_model_info *info = &synthesis->model->info;

  return synthesis->frame_s < LIVE_SHARE * info->samples_per_frame / info->sample_rate;
}

/* The first request goes alone until its first sound is out. */
static bool
may_join (const qtts_synthesis *synthesis)
{
  if (synthesis->next == synthesis->n || synthesis->n_running == synthesis->batch)
    return false;
  if (synthesis->n_running == 0 || !wants_sound (synthesis))
    return true;
  return synthesis->stats.first_audio_s >= 0
         && (!synthesis->options.live || leaves_time (synthesis));
}

static qtts_status
join_next (qtts_synthesis *synthesis, qtts_error *error)
{
  qtts_sequence *sequence = &synthesis->sequences[synthesis->next++];

  synthesis->running[synthesis->n_running++] = sequence;
  return begin (synthesis, sequence, sequence->request.seed, error);
}

static bool
may_retry (const qtts_synthesis *synthesis, const qtts_sequence *sequence)
{
  const bool heard = sequence == &synthesis->sequences[synthesis->head] && synthesis->decoded > 0;

  return !synthesis->options.no_retry && sequence->result.retries == 0
         && (!heard || synthesis->callbacks->restarted != NULL);
}

static qtts_status
retry (qtts_synthesis *synthesis, qtts_sequence *sequence, qtts_error *error)
{
  const size_t index = (size_t) (sequence - synthesis->sequences);

  sequence->result.retries++;
  if (index == synthesis->head)
    {
      synthesis->decoded = 0;
      if (wants_sound (synthesis))
        qtts_speech_stream_reset (synthesis->stream);
    }
  if (synthesis->callbacks->restarted != NULL)
    synthesis->callbacks->restarted (index, synthesis->user_data);
  return begin (synthesis, sequence, sequence->request.seed + 1, error);
}

/* Takes sequences that ended out of the batch; a runaway one starts again where it may. */
static qtts_status
sort_out_ended (qtts_synthesis *synthesis, qtts_error *error)
{
  qtts_status status = QTTS_OK;
  const int n = synthesis->n_running;

  synthesis->n_running = 0;
  for (int i = 0; i < n; i++)
    {
      qtts_sequence *sequence = synthesis->running[i];

      if (sequence->result.end == QTTS_END_RUNAWAY && status == QTTS_OK
          && may_retry (synthesis, sequence))
        status = retry (synthesis, sequence, error);
      if (sequence->running)
        synthesis->running[synthesis->n_running++] = sequence;
    }
  return status;
}

static void
report_progress (qtts_synthesis *synthesis)
{
  qtts_progress progress = { .request = synthesis->head,
                             .samples = synthesis->stats.samples,
                             .elapsed_s = qtts_seconds () - synthesis->start };

  if (synthesis->callbacks->progress == NULL)
    return;
  for (size_t i = 0; i < synthesis->n; i++)
    {
      const qtts_sequence *sequence = &synthesis->sequences[i];
      const int frames = sequence->result.frames;
      int expected = frames;

      if (sequence->result.end == QTTS_END_NONE)
        {
          if (sequence->expected_frames > frames)
            expected = sequence->expected_frames;
          if (expected > sequence->request.max_frames)
            expected = sequence->request.max_frames;
        }
      progress.frames += frames;
      progress.expected_frames += expected;
    }
  if (!synthesis->callbacks->progress (&progress, synthesis->user_data))
    qtts_synthesis_cancel (synthesis);
}

static qtts_status
generate_frame (qtts_synthesis *synthesis, qtts_error *error)
{
  qtts_status status = QTTS_OK;
  double start;

  if (may_join (synthesis))
    status = join_next (synthesis, error);
  start = qtts_seconds ();
  if (status == QTTS_OK)
    status = qtts_generator_step (&synthesis->generator, synthesis->running, synthesis->n_running,
                                  error);
  synthesis->frame_s = qtts_seconds () - start;
  for (int i = 0; i < synthesis->n_running; i++)
    synthesis->stats.frames += synthesis->running[i]->running;
  if (status == QTTS_OK)
    status = sort_out_ended (synthesis, error);
  if (status == QTTS_OK)
    report_progress (synthesis);
  return status;
}

/* The run */

static int
choose_batch (const qtts_synthesis *synthesis)
{
  const int wanted = synthesis->options.batch > 0 ? synthesis->options.batch : DEFAULT_BATCH;
  const int most = wanted < MOST_BATCH ? wanted : MOST_BATCH;

  return synthesis->n < (size_t) most ? (int) synthesis->n : most;
}

static qtts_status
prepare_run (qtts_synthesis *synthesis, qtts_error *error)
{
  qtts_status status;

  synthesis->batch = choose_batch (synthesis);
  synthesis->stats.batch = synthesis->batch;
  synthesis->stats.first_audio_s = -1;
  synthesis->block = qtts_speech_decoder_block (synthesis->model->speech_decoder);
  synthesis->next_block = FIRST_BLOCK < synthesis->block ? FIRST_BLOCK : synthesis->block;
  synthesis->running = calloc ((size_t) synthesis->batch, sizeof *synthesis->running);
  status = qtts_generator_init (&synthesis->generator, synthesis->model, synthesis->batch, error);
  if (status != QTTS_OK)
    return status;
  if (synthesis->running == NULL)
    return qtts_fail_memory (error);
  if (!wants_sound (synthesis))
    return QTTS_OK;
  synthesis->stream = qtts_speech_stream_new (synthesis->model->speech_decoder);
  synthesis->pcm = malloc ((size_t) synthesis->block
                           * (size_t) synthesis->model->info.samples_per_frame * sizeof (float));
  return synthesis->stream && synthesis->pcm ? QTTS_OK : qtts_fail_memory (error);
}

static qtts_status
run (qtts_synthesis *synthesis, qtts_error *error)
{
  qtts_status status = QTTS_OK;

  while (status == QTTS_OK && synthesis->head < synthesis->n && !is_cancelled (synthesis))
    {
      if (synthesis->n_running > 0 || synthesis->next < synthesis->n)
        status = generate_frame (synthesis, error);
      if (status == QTTS_OK && !is_cancelled (synthesis))
        status = advance_sound (synthesis, error);
    }
  if (status == QTTS_OK && is_cancelled (synthesis))
    status = qtts_fail (error, QTTS_ERROR_CANCELLED, "cancelled");
  return status;
}

static void
end_unfinished (qtts_synthesis *synthesis)
{
  for (size_t i = synthesis->head; i < synthesis->n; i++)
    if (synthesis->sequences[i].result.end == QTTS_END_NONE)
      qtts_sequence_end (&synthesis->sequences[i], QTTS_END_CANCELLED);
}

qtts_status
qtts_synthesis_run (qtts_synthesis *synthesis, const qtts_callbacks *callbacks, void *user_data,
                    qtts_error *error)
{
  static const qtts_callbacks none = { 0 };
  qtts_status status;

  if (synthesis->ran)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "this synthesis has run already");
  synthesis->ran = true;
  synthesis->callbacks = callbacks != NULL ? callbacks : &none;
  synthesis->user_data = user_data;
  synthesis->start = qtts_seconds ();
  status = prepare_run (synthesis, error);
  if (status == QTTS_OK)
    status = run (synthesis, error);
  end_unfinished (synthesis);

  synthesis->stats.prefill_s = synthesis->generator.prefill_s;
  synthesis->stats.talker_s = synthesis->generator.talker_s;
  synthesis->stats.predictor_s = synthesis->generator.predictor_s;
  synthesis->stats.total_s = qtts_seconds () - synthesis->start;
  release_run (synthesis);
  return status;
}

/* Codes alone */

static qtts_status
check_codes (const qtts_model *model, const int32_t *codes, int frames, qtts_error *error)
{
  const int groups = model->info.groups;

  if (frames < 1)
    return qtts_fail (error, QTTS_ERROR_ARGUMENT, "there are no frames of codes");
  for (int t = 0; t < frames; t++)
    for (int g = 0; g < groups; g++)
      if (codes[t * groups + g] < 0 || codes[t * groups + g] >= model->info.codebook_size)
        return qtts_fail (error, QTTS_ERROR_ARGUMENT,
                          "code %d of frame %d is %d, codes are 0 to %d", g, t,
                          codes[t * groups + g], model->info.codebook_size - 1);
  return QTTS_OK;
}

qtts_status
qtts_model_decode (const qtts_model *model, const int32_t *codes, int frames, int block,
                   bool (*audio) (size_t request, const float *pcm, size_t n, void *user_data),
                   void *user_data, double *decoder_s, qtts_error *error)
{
  const int size = block > 0 ? block : qtts_speech_decoder_block (model->speech_decoder);
  const size_t samples = (size_t) model->info.samples_per_frame;
  const double start = qtts_seconds ();
  qtts_status status = check_codes (model, codes, frames, error);
  qtts_speech_stream *stream = NULL;
  float *pcm = NULL;

  if (status == QTTS_OK)
    {
      stream = qtts_speech_stream_new (model->speech_decoder);
      pcm = malloc ((size_t) size * samples * sizeof (float));
      if (stream == NULL || pcm == NULL)
        status = qtts_fail_memory (error);
    }
  for (int t = 0; status == QTTS_OK && t < frames; t += size)
    {
      const int n = frames - t < size ? frames - t : size;

      status
          = qtts_speech_decode (stream, model->team, codes + t * model->info.groups, n, pcm, error);
      if (status == QTTS_OK && !audio (0, pcm, (size_t) n * samples, user_data))
        status = qtts_fail (error, QTTS_ERROR_CANCELLED, "cancelled");
    }
  qtts_speech_stream_free (stream);
  free (pcm);
  if (decoder_s != NULL)
    *decoder_s = qtts_seconds () - start;
  return status;
}
