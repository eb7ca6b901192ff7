/* test-tokenizer.c: text becomes the ids that the official tokenizer gives
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cjson/cJSON.h>
#include <glib.h>
#include <string.h>

#include "fixture.h"
#include "text/tokenizer.h"

#define REAL_VOCABULARY 151936

static qtts_tokenizer_file
file_of (const char *text)
{
  return (qtts_tokenizer_file){ text, text == NULL ? 0 : strlen (text) };
}

static qtts_tokenizer *
open_folder (const char *folder, int vocab_size)
{
  g_autofree char *vocab_path = g_build_filename (folder, "vocab.json", NULL);
  g_autofree char *merges_path = g_build_filename (folder, "merges.txt", NULL);
  g_autofree char *config_path = g_build_filename (folder, "tokenizer_config.json", NULL);
  g_autofree char *vocab = NULL;
  g_autofree char *merges = NULL;
  g_autofree char *config = NULL;
  qtts_tokenizer *tokenizer;
  qtts_error error;

  g_assert_true (g_file_get_contents (vocab_path, &vocab, NULL, NULL));
  g_assert_true (g_file_get_contents (merges_path, &merges, NULL, NULL));
  g_assert_true (g_file_get_contents (config_path, &config, NULL, NULL));
  if (qtts_tokenizer_new (folder, file_of (vocab), file_of (merges), file_of (config),
                          file_of (NULL), vocab_size, &tokenizer, &error)
      != QTTS_OK)
    g_error ("%s", error.message);
  return tokenizer;
}

static qtts_tokenizer *
open_tiny (void)
{
  g_autofree char *folder = fixture_path ("tiny-a");

  return open_folder (folder, 577);
}

/* The released vocabulary, which the build unpacks; NULL, and the test skipped, without xz. */
static qtts_tokenizer *
open_real (void)
{
  const char *folder = g_getenv ("QTTS_VOCABULARY");

  if (folder == NULL || folder[0] == '\0')
    {
      g_test_skip ("the released vocabulary is packed with xz, which is not installed");
      return NULL;
    }
  return open_folder (folder, REAL_VOCABULARY);
}

static char *
join (const int32_t *ids, size_t n)
{
  GString *text = g_string_new ("");

  for (size_t i = 0; i < n; i++)
    g_string_append_printf (text, i > 0 ? " %d" : "%d", ids[i]);
  return g_string_free (text, FALSE);
}

static char *
tokenize (const qtts_tokenizer *tokenizer, const char *text, size_t length, bool added_tokens)
{
  qtts_ids ids = { 0 };
  qtts_error error;
  char *joined;

  if (qtts_tokenize (tokenizer, text, length, added_tokens, &ids, &error) != QTTS_OK)
    g_error ("%s", error.message);
  joined = join (ids.ids, ids.n);
  qtts_ids_clear (&ids);
  return joined;
}

static void
assert_ids (const qtts_tokenizer *tokenizer, const char *text, bool added_tokens,
            const char *expected)
{
  g_autofree char *ids = tokenize (tokenizer, text, strlen (text), added_tokens);

  if (strcmp (ids, expected) != 0)
    g_error ("\"%s\" gives %s instead of %s", text, ids, expected);
}

static char *
joined_array (const cJSON *array)
{
  GString *text = g_string_new ("");
  const cJSON *item;

  cJSON_ArrayForEach (item, array)
      g_string_append_printf (text, text->len > 0 ? " %d" : "%d", item->valueint);
  return g_string_free (text, FALSE);
}

static void
test_official_cases (void)
{
  g_autofree char *json = fixture_text ("tokenizer/cases.json");
  cJSON *root = cJSON_Parse (json);
  qtts_tokenizer *tokenizer = open_real ();
  const cJSON *item;
  int compared = 0;

  cJSON_ArrayForEach (item, cJSON_GetObjectItem (root, "cases"))
  {
    const char *text = cJSON_GetObjectItem (item, "text")->valuestring;
    g_autofree char *ids = joined_array (cJSON_GetObjectItem (item, "ids"));
    g_autofree char *chat_ids = joined_array (cJSON_GetObjectItem (item, "chat_ids"));
    g_autofree char *chat = g_strconcat ("<|im_start|>assistant\n", text,
                                         "<|im_end|>\n<|im_start|>assistant\n", NULL);

    /* cJSON ends a string at "\u0000", the text of one case: see test_zero_byte(). */
    if (tokenizer == NULL || (text[0] == '\0' && ids[0] != '\0'))
      continue;
    assert_ids (tokenizer, text, true, ids);
    assert_ids (tokenizer, chat, true, chat_ids);
    compared++;
  }
  if (tokenizer != NULL)
    g_assert_cmpint (compared, ==, 239);
  qtts_tokenizer_free (tokenizer);
  cJSON_Delete (root);
}

static void
test_zero_byte (void)
{
  qtts_tokenizer *tokenizer = open_real ();
  g_autofree char *ids = tokenizer == NULL ? NULL : tokenize (tokenizer, "a\0b", 3, true);

  if (tokenizer != NULL)
    g_assert_cmpstr (ids, ==, "64 188 65");
  qtts_tokenizer_free (tokenizer);
}

/* A line break at the start of the text fuses with the one of the role. */
static void
test_line_breaks_fuse (void)
{
  qtts_tokenizer *tokenizer = open_real ();

  if (tokenizer == NULL)
    return;
  assert_ids (tokenizer, "assistant\nHi", false, "77091 198 13048");
  assert_ids (tokenizer, "assistant\n\nHi", false, "77091 271 13048");
  qtts_tokenizer_free (tokenizer);
}

static void
test_long_word (void)
{
  qtts_tokenizer *tokenizer = open_real ();
  g_autofree char *word = g_strnfill (100000, 'a');
  qtts_ids ids = { 0 };

  if (tokenizer == NULL)
    return;
  /* 69440 is "aaaaaaaa". */
  g_assert_cmpint (qtts_tokenize (tokenizer, word, 100000, true, &ids, NULL), ==, QTTS_OK);
  g_assert_cmpuint (ids.n, ==, 12500);
  for (size_t i = 0; i < ids.n; i++)
    g_assert_cmpint (ids.ids[i], ==, 69440);
  qtts_ids_clear (&ids);
  qtts_tokenizer_free (tokenizer);
}

/* Ids of the prompts that the official program made on the small models. */
static void
test_prompts_of_small_models (void)
{
  static const char *const names[] = { "tiny-a", "tiny-b", "tiny-c" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = fixture_path (names[i]);
      g_autofree char *expected = g_build_filename (names[i], "expected.json", NULL);
      g_autofree char *json = fixture_text (expected);
      qtts_tokenizer *tokenizer = open_folder (folder, 100000);
      cJSON *root = cJSON_Parse (json);
      const cJSON *prompt;

      g_assert_cmpint (cJSON_GetArraySize (cJSON_GetObjectItem (root, "prompts")), >=, 5);
      cJSON_ArrayForEach (prompt, cJSON_GetObjectItem (root, "prompts"))
      {
        const char *text = cJSON_GetObjectItem (prompt, "text")->valuestring;
        const char *instruct = cJSON_GetStringValue (cJSON_GetObjectItem (prompt, "instruct"));
        g_autofree char *ids = joined_array (cJSON_GetObjectItem (prompt, "input_ids"));
        g_autofree char *chat = g_strconcat ("<|im_start|>assistant\n", text,
                                             "<|im_end|>\n<|im_start|>assistant\n", NULL);

        assert_ids (tokenizer, chat, true, ids);
        if (instruct != NULL && instruct[0] != '\0')
          {
            g_autofree char *instruct_ids
                = joined_array (cJSON_GetObjectItem (prompt, "instruct_ids"));
            g_autofree char *user
                = g_strconcat ("<|im_start|>user\n", instruct, "<|im_end|>\n", NULL);

            assert_ids (tokenizer, user, true, instruct_ids);
          }
      }
      cJSON_Delete (root);
      qtts_tokenizer_free (tokenizer);
    }
}

static void
test_added_tokens_only_when_asked (void)
{
  qtts_tokenizer *tokenizer = open_tiny ();

  assert_ids (tokenizer, "<|im_end|>", true, "546");
  assert_ids (tokenizer, "a<|im_end|>", true, "64 546");
  assert_ids (tokenizer, "a<|im_end|>", false, "64 27 91 72 76 62 368 67 91 29");
  qtts_tokenizer_free (tokenizer);
}

static void
test_not_utf8 (void)
{
  qtts_tokenizer *tokenizer = open_tiny ();
  static const char *const broken[] = { "ab\xFF", "ab\xC0\x80", "ab\xED\xA0\x80", "ab\xE2\x82" };

  for (size_t i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      qtts_ids ids = { 0 };
      qtts_error error = { 0 };

      g_assert_cmpint (
          qtts_tokenize (tokenizer, broken[i], strlen (broken[i]), false, &ids, &error), ==,
          QTTS_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error.message, "byte 2"));
      qtts_ids_clear (&ids);
    }
  qtts_tokenizer_free (tokenizer);
}

/* A vocabulary of the 256 bytes, "ab" = 256 and whatever `more` says. */
static char *
small_vocabulary (const char *more)
{
  GString *json = g_string_new ("{");
  gunichar substitute = 0x100;

  for (gunichar byte = 0; byte < 256; byte++)
    {
      gboolean printable
          = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;

      g_string_append (json, byte == '"' || byte == '\\' ? "\"\\" : "\"");
      g_string_append_unichar (json, printable ? byte : substitute++);
      g_string_append_printf (json, "\": %u, ", byte);
    }
  g_string_append_printf (json, "\"ab\": 256%s}", more);
  return g_string_free (json, FALSE);
}

#define NO_TOKENS "{\"added_tokens_decoder\": {}}"

typedef struct
{
  const char *more_vocabulary;
  const char *merges;
  const char *config;
  qtts_status status;
  const char *message; /* part of it */
} Broken;

static void
test_broken_files (void)
{
  static const Broken cases[] = {
    { "", "a b\n", NO_TOKENS, QTTS_OK, "" },
    { "", "#version: 0.2\r\na b\r\n\n", NO_TOKENS, QTTS_OK, "" },
    { "", NULL, NO_TOKENS, QTTS_ERROR_FILE, "merges.txt is missing" },
    { "", "a b\n", NULL, QTTS_ERROR_FILE, "tokenizer_config.json is missing" },
    { ", \"x y\": 300", "", NO_TOKENS, QTTS_ERROR_FORMAT, "vocab.json: the id of \"x y\" is 300" },
    { ", \"xy\": -1", "", NO_TOKENS, QTTS_ERROR_FORMAT, "the id of \"xy\" is -1" },
    { ", \"xy\": 256.5", "", NO_TOKENS, QTTS_ERROR_FORMAT, "the id of \"xy\" is 256.5" },
    { ", \"xy\": \"257\"", "", NO_TOKENS, QTTS_ERROR_FORMAT, "the id of \"xy\" is not a number" },
    { ", \"xy\": 256", "", NO_TOKENS, QTTS_ERROR_FORMAT, "\"ab\" and \"xy\" have the same id" },
    { ", \"ab\": 257", "", NO_TOKENS, QTTS_ERROR_FORMAT, "\"ab\" is listed twice" },
    { ",", "", NO_TOKENS, QTTS_ERROR_FORMAT, "vocab.json is not JSON at byte" },
    { "", "a b\nab\n", NO_TOKENS, QTTS_ERROR_FORMAT, "merges.txt line 2 is not two pieces" },
    { "", "a b c\n", NO_TOKENS, QTTS_ERROR_FORMAT, "merges.txt line 1 is not two pieces" },
    { "", " b\n", NO_TOKENS, QTTS_ERROR_FORMAT, "merges.txt line 1 is not two pieces" },
    { "", "a zz\n", NO_TOKENS, QTTS_ERROR_FORMAT, "line 1: \"zz\" is not in the vocabulary" },
    { "", "b a\n", NO_TOKENS, QTTS_ERROR_FORMAT, "line 1: \"ba\", which it makes" },
    { "", "a b\na b\n", NO_TOKENS, QTTS_ERROR_FORMAT, "line 2: \"a b\" is listed twice" },
    { "", "a \xFF\n", NO_TOKENS, QTTS_ERROR_FORMAT, "merges.txt is not UTF-8 at byte 2" },
    { "", "a b\n", "[]", QTTS_ERROR_FORMAT, "tokenizer_config.json is not a JSON object" },
    { "", "a b\n", "{}", QTTS_ERROR_FORMAT, "tokenizer_config.json has no list of added tokens" },
    { "", "a b\n", "{\"added_tokens_decoder\": {\"257\": {}}}", QTTS_ERROR_FORMAT,
      "the added token 257 has no \"content\"" },
    { "", "a b\n", "{\"added_tokens_decoder\": {\"300\": {\"content\": \"<s>\"}}}",
      QTTS_ERROR_FORMAT, "tokenizer_config.json: the id of \"<s>\" is 300" },
    { "", "a b\n", "{\"added_tokens_decoder\": {\"2x\": {\"content\": \"<s>\"}}}",
      QTTS_ERROR_FORMAT, "tokenizer_config.json: the id of \"<s>\"" },
    { "", "a b\n", "{\"added_tokens_decoder\": {\"256\": {\"content\": \"<s>\"}}}",
      QTTS_ERROR_FORMAT, "\"ab\" and \"<s>\" have the same id" },
    { "", "a b\n",
      "{\"added_tokens_decoder\": {\"257\": {\"content\": \"<s>\", \"lstrip\": true}}}",
      QTTS_ERROR_UNSUPPORTED, "\"lstrip\" of the added token \"<s>\"" },
    { "", "a b\n", "{\"added_tokens_decoder\": {\"256\": {\"content\": \"ab\"}}}", QTTS_OK, "" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *vocab = small_vocabulary (cases[i].more_vocabulary);
      qtts_error error = { 0 };
      qtts_tokenizer *tokenizer;
      qtts_status status
          = qtts_tokenizer_new ("voice", file_of (vocab), file_of (cases[i].merges),
                                file_of (cases[i].config), file_of (NULL), 300, &tokenizer, &error);

      if (status != cases[i].status || strstr (error.message, cases[i].message) == NULL)
        g_error ("case %zu: status %d, \"%s\" instead of \"%s\"", i, (int) status, error.message,
                 cases[i].message);
      g_assert_true ((status == QTTS_OK) == (tokenizer != NULL));
      if (status != QTTS_OK)
        g_assert_true (g_str_has_prefix (error.message, "voice: "));
      qtts_tokenizer_free (tokenizer);
    }
}

static void
test_missing_byte (void)
{
  qtts_error error = { 0 };
  qtts_tokenizer *tokenizer;

  g_assert_cmpint (qtts_tokenizer_new ("voice", file_of ("{\"!\": 0}"), file_of (""),
                                       file_of (NO_TOKENS), file_of (NULL), 300, &tokenizer,
                                       &error),
                   ==, QTTS_ERROR_FORMAT);
  g_assert_cmpstr (error.message, ==, "voice: vocab.json lacks \"Ā\", the piece of the byte 0x00");
}

/* Both spellings of merges, and the added tokens of the same file. */
static void
test_tokenizer_json (void)
{
  static const char *const merges[] = { "[\"a b\"]", "[[\"a\", \"b\"]]" };
  g_autofree char *vocab = small_vocabulary ("");

  for (size_t i = 0; i < G_N_ELEMENTS (merges); i++)
    {
      g_autofree char *json
          = g_strdup_printf ("{\"added_tokens\": [{\"id\": 257, \"content\": \"<s>\"},"
                             " {\"id\": 258, \"content\": \"<s>a\"}],"
                             " \"model\": {\"type\": \"BPE\", \"vocab\": %s, \"merges\": %s}}",
                             vocab, merges[i]);
      qtts_tokenizer *tokenizer;
      qtts_error error;

      if (qtts_tokenizer_new ("voice", file_of (NULL), file_of (NULL), file_of (NULL),
                              file_of (json), 300, &tokenizer, &error)
          != QTTS_OK)
        g_error ("%s", error.message);
      assert_ids (tokenizer, "abab<s>b<s>ab", true, "256 256 257 98 258 98");
      assert_ids (tokenizer, "<s>", false, "60 115 62");
      qtts_tokenizer_free (tokenizer);
    }
}

static void
test_broken_tokenizer_json (void)
{
  static const struct
  {
    const char *json;
    qtts_status status;
    const char *message;
  } cases[] = {
    { NULL, QTTS_ERROR_FILE, "vocab.json is missing" },
    { "{\"model\": 1}", QTTS_ERROR_FORMAT, "tokenizer.json has no vocabulary" },
    { "{\"model\": {\"type\": \"Unigram\"}}", QTTS_ERROR_UNSUPPORTED, "must be \"BPE\"" },
    { "{\"model\": {\"vocab\": %s}}", QTTS_ERROR_FORMAT, "no array model.merges" },
    { "{\"model\": {\"vocab\": %s, \"merges\": [[\"a\"]]}}", QTTS_ERROR_FORMAT,
      "model.merges[0] is not two pieces" },
    { "{\"model\": {\"vocab\": %s, \"merges\": [7]}}", QTTS_ERROR_FORMAT,
      "model.merges[0] is not two pieces" },
    { "{\"model\": {\"vocab\": %s, \"merges\": []}}", QTTS_ERROR_FORMAT, "no list of added" },
  };
  g_autofree char *vocab = small_vocabulary ("");

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) parts = g_strsplit (cases[i].json == NULL ? "" : cases[i].json, "%s", 2);
      g_autofree char *json = cases[i].json == NULL ? NULL : g_strjoinv (vocab, parts);
      qtts_tokenizer *tokenizer;
      qtts_error error = { 0 };

      g_assert_cmpint (qtts_tokenizer_new ("voice", file_of (NULL), file_of (NULL), file_of (NULL),
                                           file_of (json), 300, &tokenizer, &error),
                       ==, cases[i].status);
      if (strstr (error.message, cases[i].message) == NULL)
        g_error ("case %zu: \"%s\"", i, error.message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tokenizer/official-cases", test_official_cases);
  g_test_add_func ("/tokenizer/zero-byte", test_zero_byte);
  g_test_add_func ("/tokenizer/line-breaks-fuse", test_line_breaks_fuse);
  g_test_add_func ("/tokenizer/long-word", test_long_word);
  g_test_add_func ("/tokenizer/prompts-of-small-models", test_prompts_of_small_models);
  g_test_add_func ("/tokenizer/added-tokens-only-when-asked", test_added_tokens_only_when_asked);
  g_test_add_func ("/tokenizer/not-utf8", test_not_utf8);
  g_test_add_func ("/tokenizer/broken-files", test_broken_files);
  g_test_add_func ("/tokenizer/missing-byte", test_missing_byte);
  g_test_add_func ("/tokenizer/tokenizer-json", test_tokenizer_json);
  g_test_add_func ("/tokenizer/broken-tokenizer-json", test_broken_tokenizer_json);
  return g_test_run ();
}
