/* test-generator.c: prompt rows, hidden states, scores and greedy codes are the official
 * implementation's
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "generator.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "fixture.h"
#include "prompt.h"

/* The fixtures' own bounds. */
static const float EMBEDDING_BOUND = 1e-5f;
static const float HIDDEN_BOUND = 1e-4f;
static const float LOGITS_BOUND = 3e-4f;

static const char *const model_names[] = { "tiny-a", "tiny-b", "tiny-c" };

/* What the engine computed: rows appended in the order in which they came, by stage. */
typedef struct
{
  GHashTable *stages; /* name -> GArray of float */
} Recording;

static void
record (void *data, const char *name, const float *values, int rows, int cols)
{
  Recording *recording = data;
  GArray *array = g_hash_table_lookup (recording->stages, name);

  if (array == NULL)
    {
      array = g_array_new (FALSE, FALSE, sizeof (float));
      g_hash_table_insert (recording->stages, g_strdup (name), array);
    }
  g_array_append_vals (array, values, (guint) (rows * cols));
}

static GArray *
recorded (const Recording *recording, const char *name)
{
  GArray *array = g_hash_table_lookup (recording->stages, name);

  if (array == NULL)
    g_error ("nothing was recorded for %s", name);
  return array;
}

/* Values from `skip` on must equal the fixture's tensor p{prompt}.{name}; `last_row` compares the
 * end of what was recorded. */
static void
compare (const Recording *recording, Fixture *fixture, int prompt, const char *stage,
         const char *name, gsize skip, gboolean last_row, float bound)
{
  g_autofree char *tensor_name = g_strdup_printf ("p%d.%s", prompt, name);
  const GArray *array = recorded (recording, stage);
  FixtureTensor tensor;
  gsize n, from;

  if (!fixture_has (fixture, tensor_name))
    return;
  tensor = fixture_tensor (fixture, tensor_name);
  n = (gsize) tensor.rows * (gsize) tensor.cols;
  from = last_row ? array->len - n : skip;
  g_assert_cmpuint (from + n, <=, array->len);
  assert_close (tensor_name, (const float *) (gpointer) array->data + from, tensor.f32, n, bound);
}

typedef struct
{
  const char *model_name;
  qtts_model *model;
  Fixture *fixture;
  cJSON *expected;
} Case;

static Case
open_case (const char *model_name)
{
  g_autofree char *path = fixture_path (model_name);
  g_autofree char *tensors = g_strdup_printf ("%s/expected.safetensors", model_name);
  g_autofree char *json_name = g_strdup_printf ("%s/expected.json", model_name);
  g_autofree char *json = fixture_text (json_name);
  const qtts_model_options options = { .precision = QTTS_PRECISION_F32, .threads = 2 };
  Case c = { .model_name = model_name };
  qtts_error error;

  if (qtts_model_open (path, &options, &c.model, &error) != QTTS_OK)
    g_error ("%s", error.message);
  c.fixture = fixture_open (tensors);
  c.expected = cJSON_Parse (json);
  g_assert_nonnull (c.expected);
  return c;
}

static void
close_case (Case *c)
{
  cJSON_Delete (c->expected);
  fixture_close (c->fixture);
  qtts_model_close (c->model);
}

/* Generates to the end, one sequence alone, recording all stages. */
static void
generate (const Case *c, const qtts_request *request, qtts_sequence *sequence, Recording *recording)
{
  const qtts_trace trace = { record, recording };
  qtts_generator generator;
  qtts_error error;

  if (qtts_sequence_init (sequence, c->model, request, false, &error) != QTTS_OK)
    g_error ("%s: %s", c->model_name, error.message);
  g_assert_cmpint (qtts_generator_init (&generator, c->model, 1, NULL), ==, QTTS_OK);
  generator.trace = recording != NULL ? &trace : NULL;
  g_assert_cmpint (qtts_sequence_begin (sequence, c->model, 0, NULL), ==, QTTS_OK);
  g_assert_cmpint (qtts_generator_prefill (&generator, sequence, NULL), ==, QTTS_OK);
  while (sequence->running)
    g_assert_cmpint (qtts_generator_step (&generator, &sequence, 1, NULL), ==, QTTS_OK);
  qtts_generator_clear (&generator);
}

static void
compare_codes (const Case *c, int prompt, const char *run, const qtts_result *result)
{
  g_autofree char *name = g_strdup_printf ("p%d.codes.%s", prompt, run);
  const FixtureTensor codes = fixture_tensor (c->fixture, name);

  g_test_message ("%s %s: %d frames", c->model_name, name, result->frames);
  g_assert_cmpint (result->frames, ==, codes.rows);
  g_assert_cmpmem (result->codes, (gsize) (result->frames * codes.cols) * 4, codes.i32,
                   (gsize) (codes.rows * codes.cols) * 4);
}

static void
compare_stages (const Case *c, int prompt, const Recording *recording)
{
  const qtts_stack_config *talker = &c->model->config->talker;
  const gsize predictor_vocab = (gsize) c->model->config->predictor_vocab_size;
  const gsize passes = (gsize) c->model->config->groups - 1;

  compare (recording, c->fixture, prompt, "prefill_embeds", "prefill_embeds", 0, FALSE,
           EMBEDDING_BOUND);
  for (int layer = 0; layer < talker->layers; layer++)
    {
      g_autofree char *stage = g_strdup_printf ("layers.%d", layer);
      g_autofree char *all = g_strdup_printf ("hidden.%d", layer);
      g_autofree char *last = g_strdup_printf ("hidden_last.%d", layer);

      compare (recording, c->fixture, prompt, stage, all, 0, FALSE, HIDDEN_BOUND);
      compare (recording, c->fixture, prompt, stage, last, 0, TRUE, HIDDEN_BOUND);
    }
  compare (recording, c->fixture, prompt, "norm", "final_norm", 0, FALSE, HIDDEN_BOUND);
  compare (recording, c->fixture, prompt, "norm", "final_norm_last", 0, TRUE, HIDDEN_BOUND);
  compare (recording, c->fixture, prompt, "logits", "logits", 0, FALSE, LOGITS_BOUND);
  compare (recording, c->fixture, prompt, "scores", "scores", 0, FALSE, LOGITS_BOUND);
  compare (recording, c->fixture, prompt, "step_embeds", "step_embeds", 0, FALSE, EMBEDDING_BOUND);
  compare (recording, c->fixture, prompt, "predictor.hidden", "cp.hidden", 0, FALSE, HIDDEN_BOUND);
  compare (recording, c->fixture, prompt, "predictor.logits", "cp.logits", 0, FALSE, LOGITS_BOUND);
  compare (recording, c->fixture, prompt, "predictor.logits", "cp.logits.frame1",
           passes * predictor_vocab, FALSE, LOGITS_BOUND);
}

/* step_hidden holds the state after the prompt, then after each frame. */
static void
compare_step_hidden (const Case *c, int prompt, const Recording *recording)
{
  g_autofree char *name = g_strdup_printf ("p%d.step_hidden", prompt);
  const FixtureTensor tensor = fixture_tensor (c->fixture, name);
  const GArray *array = recorded (recording, "step_hidden");

  g_assert_cmpuint (array->len, ==, (guint) ((tensor.rows - 1) * tensor.cols));
  assert_close (name, (const float *) (gpointer) array->data, tensor.f32 + tensor.cols, array->len,
                HIDDEN_BOUND);
}

static void
test_stages_and_codes (gconstpointer data)
{
  Case c = open_case (data);
  const cJSON *prompts = cJSON_GetObjectItemCaseSensitive (c.expected, "prompts"), *prompt;
  int index = 0;

  cJSON_ArrayForEach (prompt, prompts)
  {
    const qtts_request request = prompt_request (c.model, prompt, "rep1.05");
    Recording recording = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                   (GDestroyNotify) g_array_unref) };
    qtts_sequence sequence;

    generate (&c, &request, &sequence, &recording);
    compare_codes (&c, index, "rep1.05", &sequence.result);
    compare_stages (&c, index, &recording);
    compare_step_hidden (&c, index, &recording);
    qtts_sequence_clear (&sequence);
    g_hash_table_unref (recording.stages);
    index++;
  }
  g_assert_cmpint (index, >, 3);
  close_case (&c);
}

static void
test_codes_without_penalty (gconstpointer data)
{
  Case c = open_case (data);
  const cJSON *prompts = cJSON_GetObjectItemCaseSensitive (c.expected, "prompts"), *prompt;
  int index = 0;

  cJSON_ArrayForEach (prompt, prompts)
  {
    const qtts_request request = prompt_request (c.model, prompt, "rep1.0");
    qtts_sequence sequence;

    generate (&c, &request, &sequence, NULL);
    compare_codes (&c, index++, "rep1.0", &sequence.result);
    qtts_sequence_clear (&sequence);
  }
  close_case (&c);
}

/* All prompts of a model as one run, in batches of every size. */
static void
test_batches_equal_single_runs (gconstpointer data)
{
  Case c = open_case (data);
  const cJSON *prompts = cJSON_GetObjectItemCaseSensitive (c.expected, "prompts"), *prompt;
  const int n = cJSON_GetArraySize (prompts);
  g_autofree qtts_request *requests = g_new0 (qtts_request, n);
  int index = 0;

  cJSON_ArrayForEach (prompt, prompts) requests[index++]
      = prompt_request (c.model, prompt, "rep1.05");
  for (int batch = 2; batch <= n + 1; batch += 3)
    {
      const qtts_synthesis_options options = { .batch = batch };
      qtts_synthesis *synthesis;

      g_assert_cmpint (
          qtts_synthesis_new (c.model, requests, (gsize) n, &options, &synthesis, NULL), ==,
          QTTS_OK);
      g_assert_cmpint (qtts_synthesis_run (synthesis, NULL, NULL, NULL), ==, QTTS_OK);
      for (int i = 0; i < n; i++)
        compare_codes (&c, i, "rep1.05", qtts_synthesis_get_result (synthesis, (gsize) i));
      qtts_synthesis_free (synthesis);
    }
  close_case (&c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (model_names); i++)
    {
      g_autofree char *stages = g_strdup_printf ("/generator/%s/stages-and-codes", model_names[i]);
      g_autofree char *plain = g_strdup_printf ("/generator/%s/no-penalty", model_names[i]);
      g_autofree char *batches = g_strdup_printf ("/generator/%s/batches", model_names[i]);

      g_test_add_data_func (stages, model_names[i], test_stages_and_codes);
      g_test_add_data_func (plain, model_names[i], test_codes_without_penalty);
      g_test_add_data_func (batches, model_names[i], test_batches_equal_single_runs);
    }
  return g_test_run ();
}
