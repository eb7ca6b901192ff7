/* test-config.c: what a configuration may say, and what is refused with which words
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <string.h>

#include "fixture.h"
#include "weights/config.h"

typedef struct
{
  char *config, *generation, *speech;
} Texts;

static Texts
read_texts (const char *fixture)
{
  g_autofree char *config = g_strconcat (fixture, "/config.json", NULL);
  g_autofree char *generation = g_strconcat (fixture, "/generation_config.json", NULL);
  g_autofree char *speech = g_strconcat (fixture, "/speech_tokenizer/config.json", NULL);

  return (Texts){ fixture_text (config), fixture_text (generation), fixture_text (speech) };
}

static void
free_texts (Texts *texts)
{
  g_free (texts->config);
  g_free (texts->generation);
  g_free (texts->speech);
}

static qtts_config
parse (const Texts *texts)
{
  qtts_config config;
  qtts_error error;

  if (qtts_config_parse ("origin", texts->config, texts->generation, texts->speech, &config, &error)
      != QTTS_OK)
    g_error ("%s", error.message);
  return config;
}

static void
test_values (void)
{
  Texts texts = read_texts ("tiny-a");
  qtts_config config = parse (&texts);

  g_assert_cmpint (config.kind, ==, QTTS_KIND_CUSTOM_VOICE);
  g_assert_cmpstr (config.size, ==, "1b7");
  g_assert_true (config.honours_instruct);
  g_assert_cmpint (config.talker.hidden_size, ==, 64);
  g_assert_cmpint (config.talker.kv_heads, ==, 2);
  g_assert_cmpint (config.talker.sliding_window, ==, 0);
  g_assert_cmpfloat (config.talker.rms_norm_eps, ==, 1e-6f);
  g_assert_cmpint (config.predictor.intermediate_size, ==, 96);
  g_assert_cmpint (config.predictor_vocab_size, ==, 256);
  g_assert_cmpint (config.text_vocab_size, ==, 577);
  g_assert_cmpint (config.assistant_id, ==, 266);
  g_assert_cmpint (config.codec_think_eos_id, ==, 2157);
  g_assert_cmpint (config.speech_decoder.transformer.sliding_window, ==, 72);
  g_assert_cmpint (config.speech_decoder.n_upsample_rates, ==, 4);
  g_assert_cmpint (config.speech_decoder.upsample_rates[1], ==, 5);
  g_assert_cmpint (config.speech_decoder.samples_per_frame, ==, 1920);
  qtts_config_clear (&config);
  free_texts (&texts);
}

static void
test_speakers_and_languages_are_sorted (void)
{
  Texts texts = read_texts ("tiny-a");
  qtts_config config = parse (&texts);

  g_assert_cmpuint (config.n_speakers, ==, 9);
  g_assert_cmpstr (config.speakers[0].name, ==, "aiden");
  g_assert_cmpint (config.speakers[0].id, ==, 2861);
  g_assert_null (config.speakers[0].dialect);
  g_assert_cmpstr (config.speakers[1].name, ==, "dylan");
  g_assert_cmpstr (config.speakers[1].dialect, ==, "beijing_dialect");
  g_assert_cmpuint (config.n_languages, ==, 12);
  g_assert_cmpstr (config.languages[0].name, ==, "beijing_dialect");
  g_assert_true (config.languages[0].is_dialect);
  g_assert_cmpstr (config.languages[1].name, ==, "chinese");
  g_assert_false (config.languages[1].is_dialect);
  qtts_config_clear (&config);
  free_texts (&texts);
}

static void
test_small_model_ignores_instruct (void)
{
  Texts texts = read_texts ("tiny-b");
  qtts_config config = parse (&texts);

  g_assert_false (config.honours_instruct);
  qtts_config_clear (&config);
  free_texts (&texts);
}

static void
test_head_size_of_the_speech_decoder_may_be_absent (void)
{
  Texts texts = read_texts ("tiny-c");
  qtts_config config = parse (&texts);

  g_assert_cmpint (config.kind, ==, QTTS_KIND_VOICE_DESIGN);
  g_assert_cmpuint (config.n_speakers, ==, 0);
  g_assert_cmpint (config.speech_decoder.transformer.head_dim, ==, 24 / 4);
  qtts_config_clear (&config);
  free_texts (&texts);
}

static void
test_generation_defaults (void)
{
  Texts texts = read_texts ("tiny-a");
  qtts_config config = parse (&texts);

  g_assert_cmpint (config.max_frames, ==, 8191);
  qtts_config_clear (&config);

  g_clear_pointer (&texts.generation, g_free);
  config = parse (&texts);
  g_assert_cmpint (config.max_frames, ==, 2047);
  g_assert_false (config.sampling.greedy);
  g_assert_cmpfloat (config.sampling.temperature, ==, 0.9f);
  g_assert_cmpint (config.sampling.top_k, ==, 50);
  g_assert_cmpfloat (config.sampling.top_p, ==, 1);
  g_assert_cmpfloat (config.sampling.repetition_penalty, ==, 1.05f);
  g_assert_cmpfloat (config.sampling.predictor_temperature, ==, 0.9f);
  qtts_config_clear (&config);

  texts.generation = g_strdup ("{\"do_sample\":false,\"subtalker_top_k\":7,\"temperature\":0.5}");
  config = parse (&texts);
  g_assert_true (config.sampling.greedy);
  g_assert_false (config.sampling.predictor_greedy);
  g_assert_cmpint (config.sampling.predictor_top_k, ==, 7);
  g_assert_cmpfloat (config.sampling.temperature, ==, 0.5f);
  qtts_config_clear (&config);
  free_texts (&texts);
}

static void
test_base_is_recognised (void)
{
  g_autofree char *text = fixture_text ("tiny-d/config.json");
  qtts_config config;
  qtts_error error;

  g_assert_cmpint (qtts_config_parse ("here", text, NULL, NULL, &config, &error), ==,
                   QTTS_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error.message, "here/config.json: tts_model_type is \"base\""));
  g_assert_nonnull (strstr (error.message, "CustomVoice or VoiceDesign"));
}

static void
test_speech_configuration_is_needed (void)
{
  g_autofree char *text = fixture_text ("tiny-a/config.json");
  qtts_config config;
  qtts_error error;

  g_assert_cmpint (qtts_config_parse ("here", text, NULL, NULL, &config, &error), ==,
                   QTTS_ERROR_FILE);
  g_assert_cmpstr (error.message, ==, "here/speech_tokenizer/config.json is missing");
}

/* Each case puts `new` where `old` stands for the first time in one of the texts; "" deletes. */
typedef struct
{
  const char *old, *new;
  qtts_status status;
  const char *message;
} Change;

/* tiny-a with one change. `which` is the offset of the text in Texts. */
static void
assert_refused (gsize which, const Change *change)
{
  Texts texts = read_texts ("tiny-a");
  char **text = (char **) ((char *) &texts + which);
  g_autoptr (GString) changed = g_string_new (*text);
  qtts_config config;
  qtts_error error = { 0 };

  if (g_string_replace (changed, change->old, change->new, 1) != 1)
    g_error ("no %s in the fixture", change->old);
  g_free (*text);
  *text = g_strdup (changed->str);
  g_assert_cmpint (
      qtts_config_parse ("here", texts.config, texts.generation, texts.speech, &config, &error), ==,
      change->status);
  if (strstr (error.message, change->message) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error.message, change->message);
  free_texts (&texts);
}

#define FORMAT      QTTS_ERROR_FORMAT
#define UNSUPPORTED QTTS_ERROR_UNSUPPORTED

static void
test_refused_models (void)
{
  static const Change changes[] = {
    { "{", "[", FORMAT, "here/config.json is not a JSON object" },
    { "\"tts_model_type\": \"custom_voice\",", "", FORMAT,
      "config.json: tts_model_type is missing" },
    { "\"custom_voice\"", "3", FORMAT, "tts_model_type must be a string" },
    { "\"custom_voice\"", "\"singing\"", UNSUPPORTED, "tts_model_type is \"singing\"" },
    { "qwen3_tts_tokenizer_12hz", "qwen3_tts_tokenizer_25hz", UNSUPPORTED, "tokenizer_type is" },
    { "\"tts_model_size\": \"1b7\",", "", FORMAT, "tts_model_size is missing" },
    { "\"im_start_token_id\": 545", "\"im_start_token_id\": 577", FORMAT,
      "im_start_token_id is 577, but must be an integer from 0 to 576" },
    { "\"talker_config\"", "\"walker_config\"", FORMAT, "talker_config is missing" },
    { "\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu\"", UNSUPPORTED,
      "talker_config.hidden_act is \"gelu\"" },
    { "\"attention_bias\": false", "\"attention_bias\": true", UNSUPPORTED,
      "talker_config.attention_bias is true" },
    { "\"use_sliding_window\": false", "\"use_sliding_window\": true", UNSUPPORTED,
      "talker_config.use_sliding_window" },
    { "\"rope_type\": \"default\"", "\"rope_type\": \"yarn\"", UNSUPPORTED,
      "rope_scaling.rope_type is \"yarn\"" },
    { "\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": -1", FORMAT,
      "talker_config.rms_norm_eps is -1" },
    { "\"rope_theta\": 1000000", "\"rope_theta\": \"big\"", FORMAT,
      "talker_config.rope_theta must be a number" },
    { "\"num_code_groups\": 16", "\"num_code_groups\": 15", FORMAT,
      "code_predictor_config.num_code_groups is 16, but the talker's is 15" },
    { "\"vocab_size\": 3072", "\"vocab_size\": 1024", FORMAT, "talker_config.vocab_size is 1024" },
    { "\"hidden_size\": 32", "\"hidden_size\": 0", FORMAT,
      "talker_config.code_predictor_config.hidden_size is 0" },
    { "\"hidden_size\": 64", "\"hidden_size\": 64.5", FORMAT, "talker_config.hidden_size is 64.5" },
    { "\"hidden_size\": 64", "\"hidden_size\": 1e300", FORMAT,
      "talker_config.hidden_size is 1e+300" },
    { "\"num_attention_heads\": 4,\n    \"num_key_value_heads\": 2",
      "\"num_attention_heads\": 4,\n    \"num_key_value_heads\": 3", FORMAT,
      "talker_config.num_attention_heads is 4, no multiple of num_key_value_heads 3" },
    { "\"head_dim\": 32,\n    \"text", "\"head_dim\": 33,\n    \"text", FORMAT,
      "talker_config.head_dim is 33, but must be even" },
    { "\"codec_eos_token_id\": 2150", "\"codec_eos_token_id\": 3072", FORMAT,
      "talker_config.codec_eos_token_id is 3072" },
    { "\"english\": 2050", "\"english\": -1", FORMAT,
      "talker_config.codec_language_id.english is -1" },
    { "\"ryan\": 3061", "\"ryan\": 3072", FORMAT, "talker_config.spk_id.ryan is 3072" },
    { "\"spk_is_dialect\"", "\"spk_is_not\"", FORMAT, "talker_config.spk_is_dialect is missing" },
    { "\"ryan\": false,", "", FORMAT, "talker_config.spk_is_dialect.ryan is missing" },
    { "\"ryan\": false", "\"ryan\": 1", FORMAT, "spk_is_dialect.ryan must be false or the name" },
    { "\"eric\": \"sichuan_dialect\"", "\"eric\": \"elvish\"", FORMAT,
      "spk_is_dialect.eric is \"elvish\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    assert_refused (G_STRUCT_OFFSET (Texts, config), &changes[i]);
}

static void
test_refused_speech_decoders (void)
{
  static const Change changes[] = {
    { "{", "", FORMAT, "here/speech_tokenizer/config.json is not a JSON object" },
    { "\"output_sample_rate\": 24000,", "", FORMAT, "output_sample_rate is missing" },
    { "\"decode_upsample_rate\": 1920", "\"decode_upsample_rate\": 1919", FORMAT,
      "decode_upsample_rate is 1919, but upsampling_ratios and upsample_rates multiply to 1920" },
    { "\"decoder_config\"", "\"encoder_confog\"", FORMAT, "decoder_config is missing" },
    { "\"codebook_size\": 2048", "\"codebook_size\": 255", FORMAT,
      "decoder_config.codebook_size is 255, less than the code predictor's" },
    { "\"codebook_size\": 2048", "\"codebook_size\": 2047", FORMAT,
      "decoder_config.codebook_size is 2047, less than the 2048 codes" },
    { "\"num_quantizers\": 16", "\"num_quantizers\": 8", FORMAT,
      "decoder_config.num_quantizers is 8, but the talker's num_code_groups is 16" },
    { "\"num_semantic_quantizers\": 1", "\"num_semantic_quantizers\": 2", UNSUPPORTED,
      "num_semantic_quantizers is 2" },
    { "\"codebook_dim\": 8", "\"codebook_dim\": 9", FORMAT, "codebook_dim is 9" },
    { "\"decoder_dim\": 32", "\"decoder_dim\": 24", FORMAT,
      "decoder_dim is 24, which cannot be halved 4 times" },
    { "\"upsampling_ratios\": [", "\"upsampling_ratios\": [0,", FORMAT,
      "upsampling_ratios must be" },
    { "\"upsample_rates\": [", "\"upsample_rates\": [1,1,1,1,1,", FORMAT,
      "upsample_rates must be" },
    { "\"sliding_window\": 72", "\"sliding_window\": null", FORMAT,
      "decoder_config.sliding_window must be an integer" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    assert_refused (G_STRUCT_OFFSET (Texts, speech), &changes[i]);
}

static void
test_refused_generation_settings (void)
{
  static const Change changes[] = {
    { "\"do_sample\": true", "\"do_sample\": 1", FORMAT,
      "here/generation_config.json: do_sample must be true or false" },
    { "\"temperature\": 0.9", "\"temperature\": 0", FORMAT, "temperature is 0" },
    { "\"top_p\": 1.0", "\"top_p\": 1.5", FORMAT, "top_p is 1.5" },
    { "\"top_k\": 50", "\"top_k\": -1", FORMAT, "top_k is -1" },
    { "\"repetition_penalty\": 1.05", "\"repetition_penalty\": 0", FORMAT,
      "repetition_penalty is 0" },
    { "\"max_new_tokens\": 8192", "\"max_new_tokens\": 1", FORMAT, "max_new_tokens is 1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    assert_refused (G_STRUCT_OFFSET (Texts, generation), &changes[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/values", test_values);
  g_test_add_func ("/config/tables-are-sorted", test_speakers_and_languages_are_sorted);
  g_test_add_func ("/config/small-model", test_small_model_ignores_instruct);
  g_test_add_func ("/config/absent-head-size", test_head_size_of_the_speech_decoder_may_be_absent);
  g_test_add_func ("/config/generation-defaults", test_generation_defaults);
  g_test_add_func ("/config/base", test_base_is_recognised);
  g_test_add_func ("/config/no-speech-decoder", test_speech_configuration_is_needed);
  g_test_add_func ("/config/refused-models", test_refused_models);
  g_test_add_func ("/config/refused-speech-decoders", test_refused_speech_decoders);
  g_test_add_func ("/config/refused-generation-settings", test_refused_generation_settings);
  return g_test_run ();
}
