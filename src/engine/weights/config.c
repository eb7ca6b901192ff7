/* config.c: what config.json, generation_config.json and speech_tokenizer/config.json say
 *
 * The official classes have defaults that differ from every released model, so a key that matters
 * and is missing is an error here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

enum
{
  MAX_WIDTH = 1 << 16,
  MAX_VOCABULARY = 1 << 22,
  MAX_LAYERS = 512,
  MAX_HEADS = 512,
  MAX_HEAD_DIM = 1024,
  MAX_GROUPS = 64,
  MAX_POSITIONS = 1 << 24,
  CONTROL_IDS = 1024, /* the talker's last rows: they stand for control, not for sound */
};

/* The released models have none of what this refuses. */
static void
refuse_unknown_variants (qtts_json_object object)
{
  const qtts_status unsupported = QTTS_ERROR_UNSUPPORTED;

  if (!qtts_json_absent (object, "hidden_act"))
    {
      const char *name = qtts_json_get_string (object, "hidden_act");

      if (name != NULL && strcmp (name, "silu") != 0)
        qtts_json_refuse (object, unsupported, "hidden_act",
                          "is \"%.40s\", but only \"silu\" is known", name);
    }
  if (!qtts_json_absent (object, "attention_bias") && qtts_json_get_bool (object, "attention_bias"))
    qtts_json_refuse (object, unsupported, "attention_bias", "is true, which is not supported");
  if (!qtts_json_absent (object, "use_sliding_window")
      && qtts_json_get_bool (object, "use_sliding_window"))
    qtts_json_refuse (object, unsupported, "use_sliding_window", "is true, which is not supported");
  if (!qtts_json_absent (object, "rope_scaling"))
    {
      qtts_json_object scaling = qtts_json_get_object (object, "rope_scaling", "rope_scaling.");
      const char *type = scaling.node == NULL || qtts_json_absent (scaling, "rope_type")
                             ? "default"
                             : qtts_json_get_string (scaling, "rope_type");

      if (type != NULL && strcmp (type, "default") != 0)
        qtts_json_refuse (object, unsupported, "rope_scaling.rope_type",
                          "is \"%.40s\", but only \"default\" is known", type);
    }
}

static void
parse_stack (qtts_json_object object, bool head_dim_may_be_absent, qtts_stack_config *stack)
{
  refuse_unknown_variants (object);
  stack->hidden_size = qtts_json_get_int (object, "hidden_size", 1, MAX_WIDTH);
  stack->intermediate_size = qtts_json_get_int (object, "intermediate_size", 1, 4 * MAX_WIDTH);
  stack->layers = qtts_json_get_int (object, "num_hidden_layers", 1, MAX_LAYERS);
  stack->heads = qtts_json_get_int (object, "num_attention_heads", 1, MAX_HEADS);
  stack->kv_heads = qtts_json_get_int (object, "num_key_value_heads", 1, MAX_HEADS);
  stack->rms_norm_eps = qtts_json_get_float (object, "rms_norm_eps", 1e-12, 0.1);
  stack->rope_theta = qtts_json_get_float (object, "rope_theta", 1, 1e12);
  if (head_dim_may_be_absent && object.node != NULL && qtts_json_absent (object, "head_dim"))
    stack->head_dim = stack->heads > 0 ? stack->hidden_size / stack->heads : 0;
  else
    stack->head_dim = qtts_json_get_int (object, "head_dim", 2, MAX_HEAD_DIM);

  if (object.json->status != QTTS_OK)
    return;
  if (stack->heads % stack->kv_heads != 0)
    qtts_json_fail (object, "num_attention_heads", "is %d, no multiple of num_key_value_heads %d",
                    stack->heads, stack->kv_heads);
  if (stack->head_dim % 2 != 0 || stack->head_dim == 0)
    qtts_json_fail (object, "head_dim", "is %d, but must be even", stack->head_dim);
}

static int
compare_speakers (const void *a, const void *b)
{
  return strcmp (((const qtts_speaker *) a)->name, ((const qtts_speaker *) b)->name);
}

static int
compare_languages (const void *a, const void *b)
{
  return strcmp (((const qtts_language *) a)->name, ((const qtts_language *) b)->name);
}

/* Room for one more than needed, so that an empty table is no failed allocation. */
static void *
allocate_table (qtts_json *json, const cJSON *object, size_t item_size)
{
  void *table
      = json->status == QTTS_OK ? calloc (cJSON_GetArraySize (object) + 1, item_size) : NULL;

  if (table == NULL && json->status == QTTS_OK)
    json->status = qtts_fail_memory (json->error);
  return table;
}

static char *
copy_string (qtts_json *json, const char *text)
{
  char *copy = json->status == QTTS_OK && text != NULL ? strdup (text) : NULL;

  if (copy == NULL && json->status == QTTS_OK)
    json->status = qtts_fail_memory (json->error);
  return copy;
}

static void
parse_languages (qtts_json_object talker, qtts_config *config)
{
  qtts_json_object table
      = qtts_json_get_object (talker, "codec_language_id", "talker_config.codec_language_id.");
  const cJSON *entry;

  config->languages = allocate_table (talker.json, table.node, sizeof *config->languages);
  if (config->languages == NULL)
    return;
  cJSON_ArrayForEach (entry, table.node)
  {
    qtts_language *language = &config->languages[config->n_languages++];

    language->id = qtts_json_get_int (table, entry->string, 0, config->codec_vocab_size - 1);
    language->is_dialect = strstr (entry->string, "dialect") != NULL;
    language->name = copy_string (talker.json, entry->string);
    if (talker.json->status != QTTS_OK)
      return;
  }
  qsort (config->languages, config->n_languages, sizeof *config->languages, compare_languages);
}

/* The language that a speaker uses for Chinese text: a name, or false for none. */
static char *
parse_dialect (qtts_json_object dialects, const char *speaker, const qtts_config *config)
{
  const cJSON *node = cJSON_GetObjectItemCaseSensitive (dialects.node, speaker);

  if (node == NULL)
    qtts_json_fail (dialects, speaker, "is missing");
  else if (!cJSON_IsString (node) && !cJSON_IsFalse (node))
    qtts_json_fail (dialects, speaker, "must be false or the name of a dialect");
  if (!cJSON_IsString (node))
    return NULL;
  for (size_t i = 0; i < config->n_languages; i++)
    if (strcmp (config->languages[i].name, node->valuestring) == 0)
      return copy_string (dialects.json, node->valuestring);
  qtts_json_fail (dialects, speaker, "is \"%.60s\", which is not in codec_language_id",
                  node->valuestring);
  return NULL;
}

/* Where VoiceDesign leaves the tables out it means empty ones. */
static void
parse_speakers (qtts_json_object talker, qtts_config *config)
{
  qtts_json_object table, dialects = { 0 };
  const cJSON *entry;

  if (talker.json->status != QTTS_OK
      || (config->kind == QTTS_KIND_VOICE_DESIGN && qtts_json_absent (talker, "spk_id")))
    return;
  table = qtts_json_get_object (talker, "spk_id", "talker_config.spk_id.");
  config->speakers = allocate_table (talker.json, table.node, sizeof *config->speakers);
  if (config->speakers == NULL)
    return;
  if (table.node->child != NULL)
    dialects = qtts_json_get_object (talker, "spk_is_dialect", "talker_config.spk_is_dialect.");
  cJSON_ArrayForEach (entry, table.node)
  {
    qtts_speaker *speaker = &config->speakers[config->n_speakers++];

    speaker->id = qtts_json_get_int (table, entry->string, 0, config->codec_vocab_size - 1);
    speaker->name = copy_string (talker.json, entry->string);
    if (talker.json->status == QTTS_OK)
      speaker->dialect = parse_dialect (dialects, entry->string, config);
    if (talker.json->status != QTTS_OK)
      return;
  }
  qsort (config->speakers, config->n_speakers, sizeof *config->speakers, compare_speakers);
}

static void
parse_kind (qtts_json_object root, qtts_config *config)
{
  const char *type = qtts_json_get_string (root, "tts_model_type");
  const char *tokenizer;

  if (type == NULL)
    return;
  if (strcmp (type, "custom_voice") == 0)
    config->kind = QTTS_KIND_CUSTOM_VOICE;
  else if (strcmp (type, "voice_design") == 0)
    config->kind = QTTS_KIND_VOICE_DESIGN;
  else if (strcmp (type, "base") == 0)
    qtts_json_refuse (
        root, QTTS_ERROR_UNSUPPORTED, "tts_model_type",
        "is \"base\": a Base checkpoint has no voices of its own and speaks only with a"
        " cloned one; choose a CustomVoice or VoiceDesign checkpoint");
  else
    qtts_json_refuse (root, QTTS_ERROR_UNSUPPORTED, "tts_model_type",
                      "is \"%.60s\", but must be \"custom_voice\" or \"voice_design\"", type);

  tokenizer = qtts_json_get_string (root, "tokenizer_type");
  if (tokenizer != NULL && strcmp (tokenizer, "qwen3_tts_tokenizer_12hz") != 0)
    qtts_json_refuse (root, QTTS_ERROR_UNSUPPORTED, "tokenizer_type",
                      "is \"%.60s\", but must be \"qwen3_tts_tokenizer_12hz\"", tokenizer);
}

static void
parse_text_ids (qtts_json_object root, qtts_config *config)
{
  const int last = config->text_vocab_size - 1;

  config->im_start_id = qtts_json_get_int (root, "im_start_token_id", 0, last);
  config->im_end_id = qtts_json_get_int (root, "im_end_token_id", 0, last);
  config->assistant_id = qtts_json_get_int (root, "assistant_token_id", 0, last);
  config->tts_pad_id = qtts_json_get_int (root, "tts_pad_token_id", 0, last);
  config->tts_bos_id = qtts_json_get_int (root, "tts_bos_token_id", 0, last);
  config->tts_eos_id = qtts_json_get_int (root, "tts_eos_token_id", 0, last);
}

static void
parse_codec_ids (qtts_json_object talker, qtts_config *config)
{
  const int last = config->codec_vocab_size - 1;

  config->codec_pad_id = qtts_json_get_int (talker, "codec_pad_id", 0, last);
  config->codec_bos_id = qtts_json_get_int (talker, "codec_bos_id", 0, last);
  config->codec_eos_id = qtts_json_get_int (talker, "codec_eos_token_id", 0, last);
  config->codec_think_id = qtts_json_get_int (talker, "codec_think_id", 0, last);
  config->codec_nothink_id = qtts_json_get_int (talker, "codec_nothink_id", 0, last);
  config->codec_think_bos_id = qtts_json_get_int (talker, "codec_think_bos_id", 0, last);
  config->codec_think_eos_id = qtts_json_get_int (talker, "codec_think_eos_id", 0, last);
}

static void
parse_predictor (qtts_json_object talker, qtts_config *config)
{
  qtts_json_object predictor = qtts_json_get_object (talker, "code_predictor_config",
                                                     "talker_config.code_predictor_config.");
  int groups;

  parse_stack (predictor, false, &config->predictor);
  config->predictor_vocab_size = qtts_json_get_int (predictor, "vocab_size", 1, MAX_VOCABULARY);
  groups = qtts_json_get_int (predictor, "num_code_groups", 2, MAX_GROUPS);
  if (groups != config->groups)
    qtts_json_fail (predictor, "num_code_groups", "is %d, but the talker's is %d", groups,
                    config->groups);
}

static void
parse_model (qtts_json_object root, qtts_config *config)
{
  qtts_json_object talker = qtts_json_get_object (root, "talker_config", "talker_config.");

  config->size = copy_string (root.json, qtts_json_get_string (root, "tts_model_size"));
  config->honours_instruct = config->size != NULL && strcmp (config->size, "0b6") != 0;

  parse_stack (talker, false, &config->talker);
  config->text_hidden_size = qtts_json_get_int (talker, "text_hidden_size", 1, MAX_WIDTH);
  config->text_vocab_size = qtts_json_get_int (talker, "text_vocab_size", 1, MAX_VOCABULARY);
  config->codec_vocab_size
      = qtts_json_get_int (talker, "vocab_size", CONTROL_IDS + 1, MAX_VOCABULARY);
  config->groups = qtts_json_get_int (talker, "num_code_groups", 2, MAX_GROUPS);
  config->max_positions = qtts_json_get_int (talker, "max_position_embeddings", 32, MAX_POSITIONS);
  parse_text_ids (root, config);
  parse_codec_ids (talker, config);
  parse_languages (talker, config);
  parse_speakers (talker, config);
  parse_predictor (talker, config);
}

static void
check_frame (qtts_json_object root, qtts_json_object decoder, qtts_speech_decoder_config *speech)
{
  long samples = 1;

  for (int i = 0; i < speech->n_upsampling_ratios; i++)
    samples *= speech->upsampling_ratios[i];
  for (int i = 0; i < speech->n_upsample_rates; i++)
    samples *= speech->upsample_rates[i];
  if (samples != speech->samples_per_frame)
    qtts_json_fail (root, "decode_upsample_rate",
                    "is %d, but upsampling_ratios and upsample_rates multiply to %ld",
                    speech->samples_per_frame, samples);
  if (speech->decoder_dim % (1 << speech->n_upsample_rates) != 0)
    qtts_json_fail (decoder, "decoder_dim", "is %d, which cannot be halved %d times",
                    speech->decoder_dim, speech->n_upsample_rates);
  if (speech->codebook_dim % 2 != 0)
    qtts_json_fail (decoder, "codebook_dim", "is %d, but must be even", speech->codebook_dim);
}

/* What the talker and the predictor say must exist in the decoder's tables. */
static void
check_against_model (qtts_json_object decoder, const qtts_config *config)
{
  const qtts_speech_decoder_config *speech = &config->speech_decoder;

  if (speech->quantizers != config->groups)
    qtts_json_fail (decoder, "num_quantizers", "is %d, but the talker's num_code_groups is %d",
                    speech->quantizers, config->groups);
  if (speech->codebook_size < config->predictor_vocab_size)
    qtts_json_fail (decoder, "codebook_size", "is %d, less than the code predictor's vocab_size %d",
                    speech->codebook_size, config->predictor_vocab_size);
  if (speech->codebook_size < config->codec_vocab_size - CONTROL_IDS)
    qtts_json_fail (decoder, "codebook_size",
                    "is %d, less than the %d codes of the talker's vocab_size",
                    speech->codebook_size, config->codec_vocab_size - CONTROL_IDS);
}

static void
parse_speech_decoder (qtts_json_object root, qtts_config *config)
{
  qtts_json_object decoder = qtts_json_get_object (root, "decoder_config", "decoder_config.");
  qtts_speech_decoder_config *speech = &config->speech_decoder;
  int semantic;

  parse_stack (decoder, true, &speech->transformer);
  speech->transformer.sliding_window
      = qtts_json_get_int (decoder, "sliding_window", 1, MAX_POSITIONS);
  speech->codebook_dim = qtts_json_get_int (decoder, "codebook_dim", 2, MAX_WIDTH);
  speech->codebook_size = qtts_json_get_int (decoder, "codebook_size", 1, MAX_VOCABULARY);
  speech->quantizers = qtts_json_get_int (decoder, "num_quantizers", 2, MAX_GROUPS);
  semantic = qtts_json_get_int (decoder, "num_semantic_quantizers", 1, MAX_GROUPS);
  speech->latent_dim = qtts_json_get_int (decoder, "latent_dim", 1, MAX_WIDTH);
  speech->decoder_dim = qtts_json_get_int (decoder, "decoder_dim", 1, MAX_WIDTH);
  qtts_json_get_ints (decoder, "upsampling_ratios", 1, 16, speech->upsampling_ratios,
                      &speech->n_upsampling_ratios, QTTS_MAX_UPSAMPLE_STAGES);
  qtts_json_get_ints (decoder, "upsample_rates", 1, 16, speech->upsample_rates,
                      &speech->n_upsample_rates, QTTS_MAX_UPSAMPLE_STAGES);
  speech->sample_rate = qtts_json_get_int (root, "output_sample_rate", 1000, 384000);
  speech->samples_per_frame = qtts_json_get_int (root, "decode_upsample_rate", 1, 1 << 20);
  if (root.json->status != QTTS_OK)
    return;
  if (semantic != 1)
    qtts_json_refuse (decoder, QTTS_ERROR_UNSUPPORTED, "num_semantic_quantizers",
                      "is %d, but only 1 is supported", semantic);
  check_frame (root, decoder, speech);
  check_against_model (decoder, config);
}

static float
float_or (qtts_json_object object, const char *key, double least, double most, float fallback)
{
  return qtts_json_absent (object, key) ? fallback : qtts_json_get_float (object, key, least, most);
}

static int
int_or (qtts_json_object object, const char *key, int least, int most, int fallback)
{
  return qtts_json_absent (object, key) ? fallback : qtts_json_get_int (object, key, least, most);
}

static bool
bool_or (qtts_json_object object, const char *key, bool fallback)
{
  return qtts_json_absent (object, key) ? fallback : qtts_json_get_bool (object, key);
}

/* The official program counts the token that ends a run among its max_new_tokens, hence one frame
 * less. A NULL object gives the official fallbacks. */
static void
parse_generation (qtts_json_object object, qtts_config *config)
{
  qtts_sampling *sampling = &config->sampling;

  sampling->greedy = !bool_or (object, "do_sample", true);
  sampling->temperature = float_or (object, "temperature", 1e-4, 100, 0.9f);
  sampling->top_k = int_or (object, "top_k", 0, MAX_VOCABULARY, 50);
  sampling->top_p = float_or (object, "top_p", 1e-6, 1, 1);
  sampling->repetition_penalty = float_or (object, "repetition_penalty", 1, 10, 1.05f);
  sampling->predictor_greedy = !bool_or (object, "subtalker_dosample", true);
  sampling->predictor_temperature = float_or (object, "subtalker_temperature", 1e-4, 100, 0.9f);
  sampling->predictor_top_k = int_or (object, "subtalker_top_k", 0, MAX_VOCABULARY, 50);
  sampling->predictor_top_p = float_or (object, "subtalker_top_p", 1e-6, 1, 1);
  config->max_frames = int_or (object, "max_new_tokens", 2, MAX_POSITIONS, 2048) - 1;
}

typedef void parse_function (qtts_json_object root, qtts_config *config);

/* Runs the steps, NULL at their end, over one text. */
static qtts_status
parse_text (const char *origin, const char *file, const char *text, parse_function *const *steps,
            qtts_config *config, qtts_error *error)
{
  qtts_json json = { .origin = origin, .file = file, .error = error };
  cJSON *root = qtts_json_parse (&json, text, strlen (text));
  qtts_json_object object = { &json, root, "" };

  for (int i = 0; steps[i] != NULL && json.status == QTTS_OK; i++)
    steps[i](object, config);
  cJSON_Delete (root);
  return json.status;
}

qtts_status
qtts_config_parse (const char *origin, const char *config_json, const char *generation_json,
                   const char *speech_json, qtts_config *config, qtts_error *error)
{
  static parse_function *const model[] = { parse_kind, parse_model, NULL };
  static parse_function *const speech[] = { parse_speech_decoder, NULL };
  static parse_function *const generation[] = { parse_generation, NULL };
  qtts_status status;

  *config = (qtts_config){ 0 };
  status = parse_text (origin, "config.json", config_json, model, config, error);
  if (status == QTTS_OK && speech_json == NULL)
    status
        = qtts_fail (error, QTTS_ERROR_FILE, "%s/speech_tokenizer/config.json is missing", origin);
  if (status == QTTS_OK)
    status
        = parse_text (origin, "speech_tokenizer/config.json", speech_json, speech, config, error);
  if (status == QTTS_OK)
    status
        = parse_text (origin, "generation_config.json",
                      generation_json != NULL ? generation_json : "{}", generation, config, error);
  if (status != QTTS_OK)
    qtts_config_clear (config);
  return status;
}

void
qtts_config_clear (qtts_config *config)
{
  for (size_t i = 0; i < config->n_speakers; i++)
    {
      free ((char *) config->speakers[i].name);
      free ((char *) config->speakers[i].dialect);
    }
  for (size_t i = 0; i < config->n_languages; i++)
    free ((char *) config->languages[i].name);
  free (config->speakers);
  free (config->languages);
  free (config->size);
  *config = (qtts_config){ 0 };
}
