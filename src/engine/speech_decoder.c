/* speech_decoder.c: codes to samples, in blocks of any size, exact at their borders
 *
 * Residual vector quantiser, causal convolution, transformer with a sliding window, transposed
 * convolutions with ConvNeXt blocks, decoder blocks, and a last convolution to samples. Every layer
 * is causal and keeps what it must remember of its input in the stream.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "speech_decoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aligned.h"
#include "convnext.h"
#include "decoder_block.h"
#include "error.h"
#include "residual_vq.h"
#include "transformer.h"

enum
{
  NAME_LENGTH = 160,
  PRE_CONV_TAPS = 3,
  OUTER_TAPS = 7, /* of the convolutions before and after the decoder blocks */
  /* Frames that go through the early layers together, where weights are many: each is read once
   * for all of them. */
  BLOCK_FRAMES = 16,
  /* The late layers begin with the first decoder block of so few channels. They have few weights
   * and many time steps, and work on so many frames at a time that activations stay in the caches.
   */
  LATE_CHANNELS = 192,
  LATE_FRAMES = 4,
};

typedef struct
{
  qtts_speech_conv conv;
  qtts_convnext convnext;
} upsampling;

struct qtts_speech_decoder
{
  qtts_speech_decoder_config config;
  qtts_residual_vq vq;
  qtts_speech_conv pre_conv;
  qtts_speech_conv input_proj;
  qtts_transformer transformer;
  qtts_speech_conv output_proj;
  upsampling upsamplings[QTTS_MAX_UPSAMPLE_STAGES];
  qtts_speech_conv first;
  qtts_decoder_block blocks[QTTS_MAX_UPSAMPLE_STAGES];
  qtts_snake last_snake;
  qtts_speech_conv last;
  size_t state_bytes;
  size_t front;           /* activations before the first input row of any layer */
  int early_blocks;       /* decoder blocks that come before the late layers */
  size_t early_per_frame; /* activations of the widest early layer */
  size_t late_per_frame;
  size_t scratch; /* floats for each worker */
};

/* Buffers of activations. */
enum
{
  VALUES, /* early and late */
  EARLY_A,
  EARLY_B,
  LATE_A,
  LATE_B,
  N_BUFFERS,
};

struct qtts_speech_stream
{
  const qtts_speech_decoder *decoder;
  qtts_trace trace;
  bool traced;
  qtts_kv_cache cache;
  qtts_transformer_scratch scratch;
  char *state;  /* what the convolutions remember */
  int capacity; /* frames that the buffers below hold */
  float *buffers[N_BUFFERS];
  float *hidden; /* [capacity][stride of the transformer] */
  int workers;
  float *worker_scratch; /* [workers][scratch] */
};

/* Loading */

static int
channels_after (const qtts_speech_decoder_config *config, int n_blocks)
{
  return config->decoder_dim >> n_blocks;
}

static qtts_status
load_transformer (qtts_speech_build *build, unsigned cpu, qtts_speech_decoder *decoder,
                  qtts_error *error)
{
  const qtts_speech_decoder_config *config = &decoder->config;
  const int hidden = config->transformer.hidden_size;
  const qtts_transformer_options options
      = { .role = QTTS_ROLE_DECODER_LINEAR, .layer_scale = true };
  qtts_status status;

  status = qtts_speech_conv_load (build, "decoder.pre_conv.conv", config->latent_dim,
                                  config->codebook_dim, PRE_CONV_TAPS, 1, true, &decoder->pre_conv,
                                  error);
  if (status == QTTS_OK)
    status = qtts_speech_conv_load (build, "decoder.pre_transformer.input_proj", hidden,
                                    config->latent_dim, 1, 1, true, &decoder->input_proj, error);
  if (status == QTTS_OK)
    status = qtts_transformer_load (&decoder->transformer, build->loader, "decoder.pre_transformer",
                                    &config->transformer, &options, cpu, error);
  if (status == QTTS_OK)
    status
        = qtts_speech_conv_load (build, "decoder.pre_transformer.output_proj", config->latent_dim,
                                 hidden, 1, 1, true, &decoder->output_proj, error);
  return status;
}

static qtts_status
load_upsampling (qtts_speech_build *build, int index, int channels, int ratio, upsampling *stage,
                 qtts_error *error)
{
  char name[NAME_LENGTH];
  qtts_status status;

  snprintf (name, sizeof name, "decoder.upsample.%d.0.conv", index);
  status = qtts_speech_conv_load_transposed (build, name, channels, channels, ratio, ratio,
                                             &stage->conv, error);
  if (status != QTTS_OK)
    return status;
  snprintf (name, sizeof name, "decoder.upsample.%d.1", index);
  return qtts_convnext_load (build, name, channels, &stage->convnext, error);
}

static qtts_status
load_convolutions (qtts_speech_build *build, qtts_speech_decoder *decoder, qtts_error *error)
{
  const qtts_speech_decoder_config *config = &decoder->config;
  const int n = config->n_upsample_rates;
  char name[NAME_LENGTH];
  int period = 1;
  qtts_status status = QTTS_OK;

  for (int i = 0; status == QTTS_OK && i < config->n_upsampling_ratios; i++)
    {
      period *= config->upsampling_ratios[i];
      status = load_upsampling (build, i, config->latent_dim, config->upsampling_ratios[i],
                                &decoder->upsamplings[i], error);
    }
  if (status == QTTS_OK)
    status
        = qtts_speech_conv_load (build, "decoder.decoder.0.conv", config->decoder_dim,
                                 config->latent_dim, OUTER_TAPS, 1, true, &decoder->first, error);
  for (int i = 0; status == QTTS_OK && i < n; i++)
    {
      period *= config->upsample_rates[i];
      status = qtts_decoder_block_load (build, i + 1, channels_after (config, i),
                                        channels_after (config, i + 1), config->upsample_rates[i],
                                        period, &decoder->blocks[i], error);
    }
  if (status != QTTS_OK)
    return status;

  snprintf (name, sizeof name, "decoder.decoder.%d", n + 1);
  status
      = qtts_snake_load (build, name, channels_after (config, n), 1, &decoder->last_snake, error);
  if (status != QTTS_OK)
    return status;
  snprintf (name, sizeof name, "decoder.decoder.%d.conv", n + 2);
  return qtts_speech_conv_load (build, name, 1, channels_after (config, n), OUTER_TAPS, 1, true,
                                &decoder->last, error);
}

static void
keep_larger (size_t *most, size_t value)
{
  if (*most < value)
    *most = value;
}

/* Where the late layers begin, and the activations per frame of the widest layers. */
static void
plan_buffers (qtts_speech_decoder *decoder)
{
  const qtts_speech_decoder_config *config = &decoder->config;
  const int n = config->n_upsample_rates;
  size_t times = 1;

  /* The quantiser's two parts of codebook_dim / 2 are narrower than codebook_dim. */
  keep_larger (&decoder->early_per_frame, qtts_padded_channels (config->codebook_dim));
  keep_larger (&decoder->early_per_frame, qtts_padded_channels (config->latent_dim));
  keep_larger (&decoder->early_per_frame, qtts_padded_channels (config->transformer.hidden_size));
  for (int i = 0; i < config->n_upsampling_ratios; i++)
    {
      times *= (size_t) config->upsampling_ratios[i];
      keep_larger (&decoder->early_per_frame,
                   times * qtts_padded_channels (QTTS_CONVNEXT_EXPANSION * config->latent_dim));
    }
  keep_larger (&decoder->early_per_frame, times * qtts_padded_channels (config->decoder_dim));

  decoder->early_blocks = n;
  for (int i = 0; i < n; i++)
    {
      const int channels = channels_after (config, i + 1);

      times *= (size_t) config->upsample_rates[i];
      if (channels <= LATE_CHANNELS && decoder->early_blocks == n)
        decoder->early_blocks = i;
      keep_larger (i < decoder->early_blocks ? &decoder->early_per_frame : &decoder->late_per_frame,
                   times * qtts_padded_channels (channels));
    }
  /* Samples come in rows of one strip. */
  keep_larger (&decoder->late_per_frame, times * qtts_padded_channels (1));
}

qtts_status
qtts_speech_decoder_new (qtts_loader *loader, unsigned cpu, qtts_speech_decoder **decoder,
                         qtts_error *error)
{
  const bool exact = qtts_loader_precision (loader) == QTTS_PRECISION_F32;
  qtts_speech_build build
      = { .loader = loader, .kernels = qtts_conv_kernels_for (cpu), .exact = exact };
  qtts_speech_decoder *made = calloc (1, sizeof *made);
  qtts_status status;

  *decoder = NULL;
  if (made == NULL)
    return qtts_fail_memory (error);
  made->config = qtts_loader_config (loader)->speech_decoder;
  plan_buffers (made);

  status = qtts_residual_vq_load (&build, &made->config, &made->vq, error);
  if (status == QTTS_OK)
    status = load_transformer (&build, cpu, made, error);
  if (status == QTTS_OK)
    status = load_convolutions (&build, made, error);
  if (status != QTTS_OK)
    {
      qtts_speech_decoder_free (made);
      return status;
    }
  made->state_bytes = build.state_bytes;
  made->front = build.front;
  made->scratch = build.scratch;
  *decoder = made;
  return QTTS_OK;
}

void
qtts_speech_decoder_free (qtts_speech_decoder *decoder)
{
  if (decoder == NULL)
    return;
  qtts_residual_vq_clear (&decoder->vq);
  qtts_speech_conv_clear (&decoder->pre_conv);
  qtts_speech_conv_clear (&decoder->input_proj);
  qtts_transformer_clear (&decoder->transformer);
  qtts_speech_conv_clear (&decoder->output_proj);
  for (int i = 0; i < QTTS_MAX_UPSAMPLE_STAGES; i++)
    {
      qtts_speech_conv_clear (&decoder->upsamplings[i].conv);
      qtts_convnext_clear (&decoder->upsamplings[i].convnext);
      qtts_decoder_block_clear (&decoder->blocks[i]);
    }
  qtts_speech_conv_clear (&decoder->first);
  qtts_snake_clear (&decoder->last_snake);
  qtts_speech_conv_clear (&decoder->last);
  free (decoder);
}

int
qtts_speech_decoder_block (const qtts_speech_decoder *decoder)
{
  return BLOCK_FRAMES;
}

/* Streams */

qtts_speech_stream *
qtts_speech_stream_new (const qtts_speech_decoder *decoder)
{
  const qtts_stack_config *config = &decoder->config.transformer;
  qtts_speech_stream *stream = calloc (1, sizeof *stream);

  if (stream == NULL)
    return NULL;
  stream->decoder = decoder;
  stream->state = calloc (1, decoder->state_bytes);
  if (stream->state == NULL
      || !qtts_kv_cache_init (&stream->cache, config,
                              qtts_kv_cache_window_capacity (config->sliding_window, BLOCK_FRAMES),
                              false))
    {
      qtts_speech_stream_free (stream);
      return NULL;
    }
  return stream;
}

static void
free_buffers (qtts_speech_stream *stream)
{
  for (int i = 0; i < N_BUFFERS; i++)
    {
      free (stream->buffers[i]);
      stream->buffers[i] = NULL;
    }
  free (stream->hidden);
  stream->hidden = NULL;
  stream->capacity = 0;
}

void
qtts_speech_stream_free (qtts_speech_stream *stream)
{
  if (stream == NULL)
    return;
  free_buffers (stream);
  free (stream->worker_scratch);
  free (stream->state);
  qtts_kv_cache_clear (&stream->cache);
  qtts_transformer_scratch_clear (&stream->scratch);
  free (stream);
}

void
qtts_speech_stream_reset (qtts_speech_stream *stream)
{
  memset (stream->state, 0, stream->decoder->state_bytes);
  qtts_kv_cache_reset (&stream->cache);
}

void
qtts_speech_stream_set_trace (qtts_speech_stream *stream, const qtts_trace *trace)
{
  stream->traced = trace != NULL;
  if (trace != NULL)
    stream->trace = *trace;
}

static bool
reserve_scratch (qtts_speech_stream *stream, int workers)
{
  if (workers <= stream->workers)
    return true;
  free (stream->worker_scratch);
  /* Not zeroed, and only touched where layers of this model need it. */
  stream->worker_scratch
      = malloc (((size_t) workers * stream->decoder->scratch + 1) * sizeof (float));
  stream->workers = stream->worker_scratch != NULL ? workers : 0;
  return stream->worker_scratch != NULL;
}

/* A buffer for so many activations, and for what layers put before them. */
static float *
new_buffer (const qtts_speech_decoder *decoder, size_t activations)
{
  return qtts_alloc_aligned ((decoder->front + activations) * sizeof (float));
}

static bool
reserve (qtts_speech_stream *stream, int frames)
{
  const qtts_speech_decoder *decoder = stream->decoder;
  const size_t early = decoder->early_per_frame * (size_t) frames;
  const size_t late
      = decoder->late_per_frame * (size_t) (frames < LATE_FRAMES ? frames : LATE_FRAMES);
  const size_t hidden
      = (size_t) frames * (size_t) qtts_stride (decoder->config.transformer.hidden_size);
  bool done = true;

  if (frames <= stream->capacity)
    return true;
  free_buffers (stream);
  stream->buffers[VALUES] = new_buffer (decoder, early > late ? early : late);
  stream->buffers[EARLY_A] = new_buffer (decoder, early);
  stream->buffers[EARLY_B] = new_buffer (decoder, early);
  stream->buffers[LATE_A] = new_buffer (decoder, late);
  stream->buffers[LATE_B] = new_buffer (decoder, late);
  stream->hidden = malloc (hidden * sizeof (float));
  for (int i = 0; i < N_BUFFERS; i++)
    done = done && stream->buffers[i] != NULL;
  if (!done || stream->hidden == NULL)
    {
      free_buffers (stream);
      return false;
    }
  stream->capacity = frames;
  return true;
}

/* Decoding */

/* Puts the transformer's stage names below its prefix. */
static void
record_transformer (void *data, const char *name, const float *values, int rows, int cols)
{
  const qtts_trace *trace = data;
  char full[NAME_LENGTH];

  snprintf (full, sizeof full, "pre_transformer.%s", name);
  trace->record (trace->data, full, values, rows, cols);
}

/* block->values, rows of the transformer's width, through its layers to block->input. */
static qtts_status
run_transformer (qtts_speech_stream *stream, qtts_speech_block *block, qtts_error *error)
{
  const qtts_speech_decoder *decoder = stream->decoder;
  const qtts_stack_config *config = &decoder->config.transformer;
  const size_t row = qtts_padded_channels (config->hidden_size);
  const size_t stride = (size_t) qtts_stride (config->hidden_size);
  const qtts_trace trace = { .record = record_transformer, .data = &stream->trace };
  qtts_column columns[BLOCK_FRAMES];
  qtts_status status;

  memset (stream->hidden, 0, (size_t) block->times * stride * sizeof (float));
  qtts_kv_cache_make_room (&stream->cache, block->times, config->sliding_window);
  for (int t = 0; t < block->times; t++)
    {
      columns[t] = (qtts_column){ .cache = &stream->cache, .position = stream->cache.length + t };
      memcpy (stream->hidden + (size_t) t * stride, block->values + (size_t) t * row,
              row * sizeof (float));
    }
  status = qtts_transformer_forward (&decoder->transformer, &stream->scratch, block->team, columns,
                                     block->times, stream->hidden,
                                     block->trace != NULL ? &trace : NULL, error);
  if (status != QTTS_OK)
    return status;
  stream->cache.length += block->times;

  for (int t = 0; t < block->times; t++)
    memcpy ((float *) block->input + (size_t) t * row, stream->hidden + (size_t) t * stride,
            row * sizeof (float));
  if (decoder->output_proj.x_bf16)
    qtts_speech_narrow (block->input, (size_t) block->times * row);
  return QTTS_OK;
}

/* codes to the input of the upsampling. */
static qtts_status
decode_latents (qtts_speech_stream *stream, qtts_speech_block *block, const int32_t *codes,
                qtts_error *error)
{
  const qtts_speech_decoder *decoder = stream->decoder;
  const qtts_speech_decoder_config *config = &decoder->config;
  qtts_status status;

  qtts_residual_vq_run (&decoder->vq, block, codes, decoder->pre_conv.x_bf16);
  qtts_speech_trace_values (block, config->codebook_dim, "quantizer");
  qtts_speech_conv_run (
      &decoder->pre_conv, block,
      (qtts_conv_output){ .values = block->values, .activated_bf16 = decoder->input_proj.x_bf16 });
  qtts_speech_trace_values (block, config->latent_dim, "pre_conv");
  qtts_speech_conv_run (&decoder->input_proj, block, (qtts_conv_output){ .values = block->values });
  status = run_transformer (stream, block, error);
  if (status != QTTS_OK)
    return status;
  qtts_speech_conv_run (
      &decoder->output_proj, block,
      (qtts_conv_output){ .values = block->values,
                          .activated_bf16 = decoder->upsamplings[0].conv.x_bf16 });
  qtts_speech_trace_values (block, config->latent_dim, "pre_transformer");
  return QTTS_OK;
}

static void
run_decoder_block (const qtts_speech_decoder *decoder, int index, qtts_speech_block *block)
{
  const bool last = index + 1 == decoder->config.n_upsample_rates;

  qtts_decoder_block_run (&decoder->blocks[index], block,
                          last ? &decoder->last_snake : &decoder->blocks[index + 1].snake,
                          last ? decoder->last.x_bf16 : decoder->blocks[index + 1].upsample.x_bf16);
}

/* Latents to the input of the late layers. */
static void
run_early_layers (const qtts_speech_decoder *decoder, qtts_speech_block *block)
{
  const qtts_speech_decoder_config *config = &decoder->config;

  for (int i = 0; i < config->n_upsampling_ratios; i++)
    {
      const upsampling *stage = &decoder->upsamplings[i];
      const bool last = i + 1 == config->n_upsampling_ratios;

      qtts_speech_conv_run (&stage->conv, block, (qtts_conv_output){ .values = block->values });
      qtts_speech_trace_values (block, config->latent_dim, "upsample.%d.0", i);
      qtts_convnext_run (&stage->convnext, block,
                         last ? decoder->first.x_bf16 : decoder->upsamplings[i + 1].conv.x_bf16);
      qtts_speech_trace_values (block, config->latent_dim, "upsample.%d.1", i);
    }

  qtts_speech_conv_run (&decoder->first, block,
                        (qtts_conv_output){ .values = block->values,
                                            .activation = QTTS_ACTIVATION_SNAKE,
                                            .alpha = decoder->blocks[0].snake.alpha,
                                            .inverse_beta = decoder->blocks[0].snake.inverse_beta,
                                            .activated_bf16 = decoder->blocks[0].upsample.x_bf16 });
  qtts_speech_trace_values (block, config->decoder_dim, "decoder.0");
  for (int i = 0; i < decoder->early_blocks; i++)
    run_decoder_block (decoder, i, block);
}

/* One row of the late layers' input. */
static size_t
late_row_bytes (const qtts_speech_decoder *decoder)
{
  const int i = decoder->early_blocks;

  return qtts_speech_conv_row_bytes (
      i < decoder->config.n_upsample_rates ? &decoder->blocks[i].upsample : &decoder->last);
}

/* Input of the late layers to samples, limited to -1..1, and silence instead of what is no number.
 */
static void
run_late_layers (const qtts_speech_decoder *decoder, qtts_speech_block *block, float *pcm)
{
  const size_t row = qtts_padded_channels (1);
  const int n = decoder->config.n_upsample_rates;

  for (int i = decoder->early_blocks; i < n; i++)
    run_decoder_block (decoder, i, block);
  qtts_speech_trace_input (block, channels_after (&decoder->config, n), decoder->last.x_bf16,
                           "decoder.%d", n + 1);
  qtts_speech_conv_run (&decoder->last, block, (qtts_conv_output){ .values = block->values });
  qtts_speech_trace_values (block, 1, "decoder.%d", n + 2);
  for (int t = 0; t < block->times; t++)
    {
      const float sample = block->values[(size_t) t * row];

      pcm[t] = sample > 1 ? 1 : sample < -1 ? -1 : sample == sample ? sample : 0;
    }
}

/* Up to BLOCK_FRAMES frames. */
static qtts_status
decode_block (qtts_speech_stream *stream, qtts_team *team, const int32_t *codes, int frames,
              float *pcm, qtts_error *error)
{
  const qtts_speech_decoder *decoder = stream->decoder;
  const int per_frame = decoder->config.samples_per_frame;
  qtts_speech_block early = { .team = team,
                              .state = stream->state,
                              .times = frames,
                              .values = stream->buffers[VALUES] + decoder->front,
                              .input = stream->buffers[EARLY_A] + decoder->front,
                              .output = stream->buffers[EARLY_B] + decoder->front,
                              .scratch = stream->worker_scratch,
                              .trace = stream->traced ? &stream->trace : NULL };
  qtts_status status = decode_latents (stream, &early, codes, error);

  if (status != QTTS_OK)
    return status;
  run_early_layers (decoder, &early);

  for (int t = 0; t < frames; t += LATE_FRAMES)
    {
      const int n = frames - t < LATE_FRAMES ? frames - t : LATE_FRAMES;
      const int times_per_frame = early.times / frames;
      qtts_speech_block late = early;

      late.times = n * times_per_frame;
      late.input = (char *) early.input + (size_t) (t * times_per_frame) * late_row_bytes (decoder);
      late.output = stream->buffers[LATE_A] + decoder->front;
      late.spare = stream->buffers[LATE_B] + decoder->front;
      run_late_layers (decoder, &late, pcm + (size_t) t * (size_t) per_frame);
    }
  return QTTS_OK;
}

qtts_status
qtts_speech_decode (qtts_speech_stream *stream, qtts_team *team, const int32_t *codes, int frames,
                    float *pcm, qtts_error *error)
{
  const qtts_speech_decoder *decoder = stream->decoder;
  const qtts_speech_decoder_config *config = &decoder->config;

  if (!reserve (stream, frames < BLOCK_FRAMES ? frames : BLOCK_FRAMES)
      || !reserve_scratch (stream, team != NULL ? qtts_team_size (team) : 1))
    return qtts_fail_memory (error);
  while (frames > 0)
    {
      const int n = frames < BLOCK_FRAMES ? frames : BLOCK_FRAMES;
      qtts_status status = decode_block (stream, team, codes, n, pcm, error);

      if (status != QTTS_OK)
        return status;
      codes += n * config->quantizers;
      pcm += (size_t) n * (size_t) config->samples_per_frame;
      frames -= n;
    }
  return QTTS_OK;
}
