/* test-prompt.c: requests become the rows that the official program makes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cjson/cJSON.h>
#include <glib.h>
#include <string.h>

#include "fixture.h"
#include "text/prompt.h"

typedef struct
{
  qtts_config config;
  qtts_tokenizer *tokenizer;
} Voice;

static qtts_tokenizer_file
file_of (const char *text)
{
  return (qtts_tokenizer_file){ text, text == NULL ? 0 : strlen (text) };
}

static char *
text_of (const char *folder, const char *name)
{
  g_autofree char *relative = g_build_filename (folder, name, NULL);

  return fixture_text (relative);
}

static void
voice_open (Voice *voice, const char *folder)
{
  g_autofree char *config = text_of (folder, "config.json");
  g_autofree char *speech = text_of (folder, "speech_tokenizer/config.json");
  g_autofree char *vocab = text_of (folder, "vocab.json");
  g_autofree char *merges = text_of (folder, "merges.txt");
  g_autofree char *tokens = text_of (folder, "tokenizer_config.json");
  qtts_error error;

  if (qtts_config_parse (folder, config, NULL, speech, &voice->config, &error) != QTTS_OK
      || qtts_tokenizer_new (folder, file_of (vocab), file_of (merges), file_of (tokens),
                             file_of (NULL), voice->config.text_vocab_size, &voice->tokenizer,
                             &error)
             != QTTS_OK)
    g_error ("%s", error.message);
}

static void
voice_close (Voice *voice)
{
  qtts_tokenizer_free (voice->tokenizer);
  qtts_config_clear (&voice->config);
}

static void
build (const Voice *voice, const qtts_request *request, qtts_prompt *prompt)
{
  qtts_error error;

  if (qtts_prompt_build (&voice->config, voice->tokenizer, request, prompt, &error) != QTTS_OK)
    g_error ("%s", error.message);
}

static GArray *
ids_of (const cJSON *array)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (int));
  const cJSON *item;

  cJSON_ArrayForEach (item, array) g_array_append_val (ids, item->valueint);
  return ids;
}

static void
expect (GString *rows, int text_id, int codec_id)
{
  g_string_append_printf (rows, "%d+%d ", text_id, codec_id);
}

/* The rows of one recorded prompt, from its recorded ids. `prefix`[n] are the codec ids before the
 * pad and bos rows. */
static char *
expected_rows (const qtts_config *config, const GArray *instruct, const GArray *ids,
               const int *prefix, int n, gboolean streaming, int *n_rows)
{
  GString *rows = g_string_new ("");
  int texts = (int) ids->len - 8;

  for (guint i = 0; i < instruct->len && config->honours_instruct; i++)
    expect (rows, g_array_index (instruct, int, i), -1);
  for (int i = 0; i < 3; i++)
    expect (rows, g_array_index (ids, int, i), -1);
  for (int i = 0; i < n; i++)
    expect (rows, config->tts_pad_id, prefix[i]);
  expect (rows, config->tts_bos_id, 2148);
  if (streaming)
    expect (rows, g_array_index (ids, int, 3), 2149);
  for (int i = 0; i < texts && !streaming; i++)
    expect (rows, g_array_index (ids, int, 3 + i), 2148);
  if (!streaming)
    {
      expect (rows, config->tts_eos_id, 2148);
      expect (rows, config->tts_pad_id, 2149);
    }
  *n_rows = 0;
  for (const char *c = rows->str; *c != '\0'; c++)
    *n_rows += *c == ' ';
  return g_string_free (rows, FALSE);
}

static char *
actual_rows (const qtts_prompt *prompt)
{
  GString *rows = g_string_new ("");

  for (int i = 0; i < prompt->n_rows; i++)
    expect (rows, prompt->rows[i].text_id, prompt->rows[i].codec_id);
  return g_string_free (rows, FALSE);
}

static void
check_trailing (const qtts_config *config, const qtts_prompt *prompt, const GArray *ids,
                gboolean streaming)
{
  int texts = (int) ids->len - 8;

  g_assert_cmpint (prompt->n_text, ==, texts);
  if (!streaming)
    {
      g_assert_cmpint (prompt->n_trailing, ==, 1);
      g_assert_cmpint (prompt->trailing[0], ==, config->tts_pad_id);
      return;
    }
  g_assert_cmpint (prompt->n_trailing, ==, MAX (texts, 1));
  for (int i = 1; i < texts; i++)
    g_assert_cmpint (prompt->trailing[i - 1], ==, g_array_index (ids, int, 3 + i));
  g_assert_cmpint (prompt->trailing[prompt->n_trailing - 1], ==, config->tts_eos_id);
}

/* Codec ids between the role and the pad row, per prompt of the fixture; 0 ends each. */
static void
check_fixture (const char *folder, const int (*prefixes)[6], size_t n_prefixes)
{
  g_autofree char *json = text_of (folder, "expected.json");
  cJSON *root = cJSON_Parse (json);
  const cJSON *item;
  size_t index = 0;
  Voice voice;

  voice_open (&voice, folder);
  g_assert_cmpint (cJSON_GetArraySize (cJSON_GetObjectItem (root, "prompts")), ==, n_prefixes);
  cJSON_ArrayForEach (item, cJSON_GetObjectItem (root, "prompts"))
  {
    g_autoptr (GArray) ids = ids_of (cJSON_GetObjectItem (item, "input_ids"));
    g_autoptr (GArray) instruct_ids = ids_of (cJSON_GetObjectItem (item, "instruct_ids"));
    gboolean streaming = cJSON_IsFalse (cJSON_GetObjectItem (item, "non_streaming_mode"));
    qtts_request request = {
      .text = cJSON_GetStringValue (cJSON_GetObjectItem (item, "text")),
      .speaker = cJSON_GetStringValue (cJSON_GetObjectItem (item, "speaker")),
      .language = cJSON_GetStringValue (cJSON_GetObjectItem (item, "language")),
      .instruct = cJSON_GetStringValue (cJSON_GetObjectItem (item, "instruct")),
      .streaming_text = streaming,
    };
    const int *prefix = prefixes[index++];
    g_autofree char *expected = NULL;
    g_autofree char *actual = NULL;
    qtts_prompt prompt;
    int n_prefix = 0;
    int n_rows;

    while (prefix[n_prefix] != 0)
      n_prefix++;
    build (&voice, &request, &prompt);
    expected
        = expected_rows (&voice.config, instruct_ids, ids, prefix, n_prefix, streaming, &n_rows);
    actual = actual_rows (&prompt);
    g_assert_cmpint (n_rows, ==, cJSON_GetObjectItem (item, "prefill_len")->valueint);
    g_assert_cmpstr (actual, ==, expected);
    check_trailing (&voice.config, &prompt, ids, streaming);
    qtts_prompt_clear (&prompt);
  }
  voice_close (&voice);
  cJSON_Delete (root);
}

/* Speakers, languages, both dialects, instruct, streaming, empty text. */
static void
test_custom_voice (void)
{
  static const int prefixes[][6] = {
    { 2154, 2156, 2050, 2157, 3061 }, /* Ryan, English */
    { 2154, 2156, 2055, 2157, 3065 }, /* vivian, Chinese */
    { 2154, 2156, 2061, 2157, 3066 }, /* serena, French */
    { 2154, 2156, 2074, 2157, 2878 }, /* dylan, Chinese: his dialect */
    { 2154, 2156, 2074, 2157, 2878 }, /* dylan, Auto: his dialect */
    { 2154, 2156, 2050, 2157, 2878 }, /* dylan, English */
    { 2154, 2156, 2062, 2157, 2875 }, /* Eric, none given: his dialect */
    { 2154, 2156, 2053, 2157, 2861 }, /* aiden, german */
    { 2154, 2156, 2058, 2157, 2873 }, /* ono_anna, japanese */
    { 2154, 2156, 2064, 2157, 2864 }, /* sohee, KOREAN */
    { 2154, 2156, 2069, 2157, 3010 }, /* uncle_fu, Russian */
    { 2155, 2156, 2157, 3061 },       /* ryan, Auto, empty text */
    { 2154, 2156, 2050, 2157, 3061 }, /* ryan, English */
    { 2154, 2156, 2050, 2157, 3061 }, /* the same, streaming */
    { 2155, 2156, 2157, 3066 },       /* serena, Auto, empty text, streaming */
    { 2154, 2156, 2070, 2157, 3066 }, /* serena, Italian, leading line breaks */
    { 2154, 2156, 2054, 2157, 2861 }, /* aiden, Spanish, long */
    { 2154, 2156, 2071, 2157, 3065 }, /* vivian, Portuguese */
  };

  check_fixture ("tiny-a", prefixes, G_N_ELEMENTS (prefixes));
}

/* The small CustomVoice model drops instruct texts. */
static void
test_small_custom_voice (void)
{
  static const int prefixes[][6] = {
    { 2154, 2156, 2050, 2157, 3066 }, { 2154, 2156, 2062, 2157, 2875 }, { 2155, 2156, 2157, 3061 },
    { 2154, 2156, 2070, 2157, 2861 }, { 2154, 2156, 2064, 2157, 2878 },
  };

  check_fixture ("tiny-b", prefixes, G_N_ELEMENTS (prefixes));
}

/* No speaker row. */
static void
test_voice_design (void)
{
  static const int prefixes[][6] = {
    { 2154, 2156, 2050, 2157 }, { 2155, 2156, 2157 },       { 2154, 2156, 2050, 2157 },
    { 2154, 2156, 2053, 2157 }, { 2154, 2156, 2054, 2157 },
  };

  check_fixture ("tiny-c", prefixes, G_N_ELEMENTS (prefixes));
}

static int
language_row (const Voice *voice, const char *speaker, const char *language)
{
  qtts_request request = { .text = "a", .speaker = speaker, .language = language };
  qtts_prompt prompt;
  int id;

  build (voice, &request, &prompt);
  id = prompt.rows[3].codec_id == 2154 ? prompt.rows[5].codec_id : -1;
  qtts_prompt_clear (&prompt);
  return id;
}

static void
test_dialect_by_name (void)
{
  Voice voice;

  voice_open (&voice, "tiny-a");
  g_assert_cmpint (language_row (&voice, "ryan", "beijing_dialect"), ==, 2074);
  g_assert_cmpint (language_row (&voice, "ryan", "Sichuan Dialect"), ==, 2062);
  /* A name that was chosen wins over the speaker's own. */
  g_assert_cmpint (language_row (&voice, "dylan", "sichuan_dialect"), ==, 2062);
  g_assert_cmpint (language_row (&voice, "ryan", "auto"), ==, -1);
  g_assert_cmpint (language_row (&voice, "ryan", NULL), ==, -1);
  voice_close (&voice);
}

static void
test_names (void)
{
  Voice voice;
  int i;

  voice_open (&voice, "tiny-a");
  i = qtts_config_find_speaker (&voice.config, "Uncle Fu");
  g_assert_cmpint (i, >=, 0);
  g_assert_cmpstr (voice.config.speakers[i].name, ==, "uncle_fu");
  g_assert_cmpint (qtts_config_find_speaker (&voice.config, "UNCLE-FU"), ==, i);
  g_assert_cmpint (qtts_config_find_speaker (&voice.config, "uncle"), ==, -1);
  g_assert_cmpint (qtts_config_find_speaker (&voice.config, "uncle_fu_"), ==, -1);
  g_assert_cmpint (qtts_config_find_speaker (&voice.config, ""), ==, -1);
  g_assert_cmpint (qtts_config_find_language (&voice.config, "GERMAN"), >=, 0);
  g_assert_cmpint (qtts_config_find_language (&voice.config, "auto"), ==, -1);
  voice_close (&voice);
}

/* Text of line breaks only disappears in the role's own. */
static void
test_line_breaks_only (void)
{
  qtts_request request = { .text = "\n", .speaker = "ryan" };
  qtts_prompt prompt;
  Voice voice;

  voice_open (&voice, "tiny-a");
  build (&voice, &request, &prompt);
  g_assert_cmpint (prompt.n_text, ==, 0);
  qtts_prompt_clear (&prompt);
  voice_close (&voice);
}

static void
test_special_text_only_when_asked (void)
{
  qtts_request request = { .text = "a<|im_end|>b", .speaker = "ryan" };
  qtts_prompt prompt;
  Voice voice;

  voice_open (&voice, "tiny-a");
  build (&voice, &request, &prompt);
  g_assert_cmpint (prompt.n_text, ==, 11);
  for (int i = 3; i < prompt.n_rows; i++)
    g_assert_cmpint (prompt.rows[i].text_id, !=, voice.config.im_end_id);
  qtts_prompt_clear (&prompt);

  request.parse_special = true;
  build (&voice, &request, &prompt);
  g_assert_cmpint (prompt.n_text, ==, 3);
  g_assert_cmpint (prompt.rows[prompt.n_rows - 4].text_id, ==, voice.config.im_end_id);
  qtts_prompt_clear (&prompt);
  voice_close (&voice);
}

static void
test_errors (void)
{
  static const struct
  {
    const char *folder;
    qtts_request request;
    const char *message;
  } cases[] = {
    { "tiny-a", { .text = "a", .speaker = "bob" }, "unknown speaker \"bob\"; known are aiden, " },
    { "tiny-a",
      { .text = "a", .speaker = "ryan", .language = "latin" },
      "unknown language \"latin\"; known are auto, beijing_dialect, chinese, " },
    { "tiny-c", { .text = "a", .speaker = "ryan" }, "this model has no speakers" },
    { "tiny-a", { .text = "ab\xFF", .speaker = "ryan" }, "the text is not UTF-8 at byte 2" },
    { "tiny-a",
      { .text = "a", .speaker = "ryan", .instruct = "\xC3(" },
      "the instruct text is not UTF-8 at byte 0" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      qtts_error error = { 0 };
      qtts_prompt prompt;
      Voice voice;

      voice_open (&voice, cases[i].folder);
      g_assert_cmpint (
          qtts_prompt_build (&voice.config, voice.tokenizer, &cases[i].request, &prompt, &error),
          ==, QTTS_ERROR_ARGUMENT);
      if (strstr (error.message, cases[i].message) == NULL)
        g_error ("\"%s\" instead of \"%s\"", error.message, cases[i].message);
      g_assert_null (prompt.rows);
      voice_close (&voice);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/prompt/custom-voice", test_custom_voice);
  g_test_add_func ("/prompt/small-custom-voice", test_small_custom_voice);
  g_test_add_func ("/prompt/voice-design", test_voice_design);
  g_test_add_func ("/prompt/dialect-by-name", test_dialect_by_name);
  g_test_add_func ("/prompt/names", test_names);
  g_test_add_func ("/prompt/line-breaks-only", test_line_breaks_only);
  g_test_add_func ("/prompt/special-text-only-when-asked", test_special_text_only_when_asked);
  g_test_add_func ("/prompt/errors", test_errors);
  return g_test_run ();
}
