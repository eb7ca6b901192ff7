/* config.h: what config.json, generation_config.json and speech_tokenizer/config.json say
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <qtts/model.h>

/* Sizes of one stack of decoder layers: talker, code predictor or the speech decoder's transformer.
 */
typedef struct
{
  int hidden_size;
  int intermediate_size;
  int layers;
  int heads;
  int kv_heads;
  int head_dim;
  float rms_norm_eps;
  float rope_theta;
  int sliding_window; /* keys a query sees, itself included; 0: all before it */
} qtts_stack_config;

#define QTTS_MAX_UPSAMPLE_STAGES 8

typedef struct
{
  qtts_stack_config transformer;
  int codebook_dim;
  int codebook_size;
  int quantizers; /* groups of codes; the first is the semantic one */
  int latent_dim;
  int decoder_dim;
  int n_upsampling_ratios;
  int upsampling_ratios[QTTS_MAX_UPSAMPLE_STAGES]; /* transposed convolution + ConvNeXt */
  int n_upsample_rates;
  int upsample_rates[QTTS_MAX_UPSAMPLE_STAGES]; /* decoder blocks */
  int sample_rate;
  int samples_per_frame; /* product of all ratios and rates */
} qtts_speech_decoder_config;

typedef struct
{
  qtts_kind kind;
  char *size; /* tts_model_size */
  bool honours_instruct;

  qtts_stack_config talker;
  int text_hidden_size;
  int text_vocab_size;
  int codec_vocab_size; /* rows of the talker's codec embedding and head */
  int groups;
  int max_positions;

  qtts_stack_config predictor;
  int predictor_vocab_size;

  int im_start_id, im_end_id, assistant_id; /* text tokens */
  int tts_pad_id, tts_bos_id, tts_eos_id;
  int codec_pad_id, codec_bos_id, codec_eos_id; /* codec tokens */
  int codec_think_id, codec_nothink_id, codec_think_bos_id, codec_think_eos_id;

  size_t n_speakers;
  qtts_speaker *speakers; /* sorted by name */
  size_t n_languages;
  qtts_language *languages; /* sorted by name */

  qtts_sampling sampling; /* generation_config.json over the official fallbacks */
  int max_frames;         /* max_new_tokens less the one that ends the speech */

  qtts_speech_decoder_config speech_decoder;
} qtts_config;

/* Parses the three JSON texts (`generation_json` may be NULL: official fallbacks) into *config,
 * which the caller clears. `origin` names folder or file in messages. Every size is checked for
 * plausibility, every id for lying within its table. Errors: FORMAT naming file and key,
 * UNSUPPORTED for Base checkpoints (tts_model_type "base"), unknown kinds and layers of another
 * make, FILE when `speech_json` is NULL (after the kind: a Base checkpoint is called that first),
 * MEMORY. *config is empty after an error. */
qtts_status qtts_config_parse (const char *origin, const char *config_json,
                               const char *generation_json, const char *speech_json,
                               qtts_config *config, qtts_error *error);

void qtts_config_clear (qtts_config *config);
