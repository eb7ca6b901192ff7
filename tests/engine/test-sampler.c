/* test-sampler.c: scores become the official distribution, and draws follow it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <cjson/cJSON.h>
#include <glib.h>
#include <math.h>
#include <string.h>

#include "fixture.h"
#include "sampler.h"

#define VOCAB 3072
#define EOS   2150

static FixtureTensor
case_tensor (Fixture *fixture, int index, const char *name)
{
  g_autofree char *full = g_strdup_printf ("s%d.%s", index, name);

  return fixture_tensor (fixture, full);
}

/* Penalty, minimal length and suppression, temperature, top-k and top-p against the recorded
 * scores (impossible ones are -inf) and probabilities. */
static void
test_official_cases (void)
{
  g_autofree char *json = fixture_text ("sampling/expected.json");
  g_autoptr (Fixture) fixture = fixture_open ("sampling/expected.safetensors");
  cJSON *root = cJSON_Parse (json);
  const cJSON *item;
  int index = 0;

  cJSON_ArrayForEach (item, cJSON_GetObjectItem (root, "cases"))
  {
    FixtureTensor given = case_tensor (fixture, index, "logits");
    FixtureTensor history = case_tensor (fixture, index, "history");
    FixtureTensor scores = case_tensor (fixture, index, "scores");
    FixtureTensor expected = case_tensor (fixture, index, "probs");
    qtts_draw draw = {
      .temperature = (float) cJSON_GetObjectItem (item, "temperature")->valuedouble,
      .top_k = cJSON_GetObjectItem (item, "top_k")->valueint,
      .top_p = (float) cJSON_GetObjectItem (item, "top_p")->valuedouble,
    };
    float logits[VOCAB];
    float probabilities[VOCAB];
    int kept = 0;

    g_assert_cmpint (given.cols, ==, VOCAB);
    memcpy (logits, given.f32, sizeof logits);
    qtts_process_logits (logits, VOCAB, history.i32, history.cols,
                         (float) cJSON_GetObjectItem (item, "penalty")->valuedouble, EOS);
    qtts_sample_probabilities (logits, VOCAB, &draw, probabilities);
    for (int i = 0; i < VOCAB; i++)
      {
        kept += probabilities[i] > 0;
        if (isinf (scores.f32[i]))
          g_assert_cmpfloat (probabilities[i], ==, 0);
        else
          g_assert_cmpfloat_with_epsilon (logits[i] / draw.temperature, scores.f32[i], 2e-5);
      }
    /* At a temperature of 0.05 some kept probabilities are too small for a float. */
    if (draw.temperature > 0.1F)
      g_assert_cmpint (kept, ==, cJSON_GetObjectItem (item, "kept")->valueint);
    assert_close ("probabilities", probabilities, expected.f32, VOCAB, 1e-6F);
    index++;
  }
  g_assert_cmpint (index, ==, 24);
  cJSON_Delete (root);
}

/* The first numbers of the generators as their authors' programs print them. */
static void
test_generator (void)
{
  qtts_random seeded;
  qtts_random counted = { { 1, 2, 3, 4 } };

  qtts_random_seed (&seeded, 0);
  g_assert_cmphex (seeded.state[0], ==, G_GUINT64_CONSTANT (0xE220A8397B1DCDAF));
  g_assert_cmphex (seeded.state[1], ==, G_GUINT64_CONSTANT (0x6E789E6AA1B965F4));
  g_assert_cmphex (seeded.state[2], ==, G_GUINT64_CONSTANT (0x06C45D188009454F));

  /* 11520, 0, 1509978240, 1215971899390074240 */
  g_assert_cmpfloat (qtts_random_uniform (&counted), ==, ldexp (11520 >> 11, -53));
  g_assert_cmpfloat (qtts_random_uniform (&counted), ==, 0);
  g_assert_cmpfloat (qtts_random_uniform (&counted), ==, ldexp (1509978240 >> 11, -53));
  g_assert_cmpfloat (qtts_random_uniform (&counted), ==,
                     ldexp ((double) (G_GINT64_CONSTANT (1215971899390074240) >> 11), -53));
}

static void
test_same_seed_same_codes (void)
{
  static const qtts_draw draw = { .temperature = 1, .top_p = 1 };
  float logits[256];
  float scratch[256];
  qtts_random a, b, other;
  int differing = 0;

  for (int i = 0; i < 256; i++)
    logits[i] = (float) (i % 7);
  qtts_random_seed (&a, 42);
  qtts_random_seed (&b, 42);
  qtts_random_seed (&other, 43);
  for (int i = 0; i < 100; i++)
    {
      int code = qtts_sample (logits, 256, &draw, &a, scratch);

      g_assert_cmpint (qtts_sample (logits, 256, &draw, &b, scratch), ==, code);
      differing += qtts_sample (logits, 256, &draw, &other, scratch) != code;
    }
  g_assert_cmpint (differing, >, 50);
}

/* Pearson's test: with 200,000 draws the sum over the categories stays below its mean plus six
 * deviations; what was excluded never comes. */
static void
check_draws (const qtts_draw *draw)
{
  enum
  {
    n = 64,
    draws = 200000
  };
  float logits[n];
  float scratch[n];
  float probabilities[n];
  int counts[n] = { 0 };
  double statistic = 0;
  int categories = 0;
  qtts_random random;

  qtts_random_seed (&random, 7);
  for (int i = 0; i < n; i++)
    logits[i] = (float) (3 * qtts_random_uniform (&random));
  qtts_sample_probabilities (logits, n, draw, probabilities);
  for (int i = 0; i < draws; i++)
    counts[qtts_sample (logits, n, draw, &random, scratch)]++;

  for (int i = 0; i < n; i++)
    {
      double expected = draws * (double) probabilities[i];

      if (expected == 0)
        g_assert_cmpint (counts[i], ==, 0);
      else
        {
          statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
          categories++;
        }
    }
  g_assert_cmpfloat (statistic, <, categories - 1 + 6 * sqrt (2 * categories));
}

static void
test_draws_follow_the_distribution (void)
{
  static const qtts_draw draws[] = {
    { .temperature = 1, .top_k = 0, .top_p = 1 },
    { .temperature = 0.7F, .top_k = 10, .top_p = 1 },
    { .temperature = 1.5F, .top_k = 0, .top_p = 0.6F },
    { .temperature = 0.9F, .top_k = 30, .top_p = 0.8F },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (draws); i++)
    check_draws (&draws[i]);
}

/* A slow and plain top-p: sort upwards, equal scores in their order, and drop while the sum of
 * probabilities is at most 1 - p. */
static int
by_score (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const float *scores = user_data;
  int i = *(const int *) a;
  int j = *(const int *) b;

  if (scores[i] != scores[j])
    return scores[i] < scores[j] ? -1 : 1;
  return i - j;
}

static void
test_top_p_against_sorting (void)
{
  enum
  {
    n = 300
  };
  qtts_random random;

  qtts_random_seed (&random, 11);
  for (int round = 0; round < 300; round++)
    {
      qtts_draw draw = { .temperature = 1, .top_p = 0.05F + 0.003F * (float) round };
      int levels = 2 + round % 40; /* few: many ties */
      float logits[n];
      float probabilities[n];
      int order[n];
      double total = 0;
      double sum = 0;
      int dropped = 0;

      for (int i = 0; i < n; i++)
        {
          order[i] = i;
          logits[i] = 0.37F * (float) (int) (levels * qtts_random_uniform (&random));
          total += exp (logits[i]);
        }
      g_qsort_with_data (order, n, sizeof *order, by_score, logits);
      while (dropped < n - 1
             && sum + exp (logits[order[dropped]]) <= (1 - (double) draw.top_p) * total)
        sum += exp (logits[order[dropped++]]);

      qtts_sample_probabilities (logits, n, &draw, probabilities);
      for (int i = 0; i < n; i++)
        g_assert_true ((probabilities[order[i]] > 0) == (i >= dropped));
    }
}

static void
test_greedy (void)
{
  static const qtts_draw draw = { .greedy = true, .temperature = 1, .top_p = 1 };
  static const float tie[] = { 1, 5, 5, 2 };
  static const float with_nan[] = { NAN, 1, NAN, 3 };
  float scratch[4];
  qtts_random random, before;

  qtts_random_seed (&random, 1);
  before = random;
  g_assert_cmpint (qtts_sample (tie, 4, &draw, &random, scratch), ==, 1);
  g_assert_cmpint (qtts_sample (with_nan, 4, &draw, &random, scratch), ==, 3);
  g_assert_cmpmem (&random, sizeof random, &before, sizeof before);
}

static void
test_nothing_but_the_best (void)
{
  static const qtts_draw one = { .temperature = 1, .top_k = 1, .top_p = 1 };
  static const qtts_draw nucleus = { .temperature = 1, .top_p = 1e-6F };
  static const float logits[] = { 1, 2, 9, 3, NAN, -INFINITY };
  float scratch[6];
  qtts_random random;

  qtts_random_seed (&random, 5);
  for (int i = 0; i < 100; i++)
    {
      g_assert_cmpint (qtts_sample (logits, 6, &one, &random, scratch), ==, 2);
      g_assert_cmpint (qtts_sample (logits, 6, &nucleus, &random, scratch), ==, 2);
    }
}

static void
test_broken_scores (void)
{
  static const qtts_draw draw = { .temperature = 0.9F, .top_k = 3, .top_p = 0.9F };
  static const qtts_draw greedy = { .greedy = true };
  static const float nan_only[] = { NAN, NAN, NAN, NAN, NAN };
  static const float impossible[] = { -INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY };
  static const float one_left[] = { NAN, -INFINITY, NAN, -2, NAN };
  static const float overflow[] = { 1, INFINITY, 2, 3, 4 };
  float scratch[5];
  qtts_random random;

  qtts_random_seed (&random, 3);
  g_assert_cmpint (qtts_sample (nan_only, 5, &draw, &random, scratch), ==, 0);
  g_assert_cmpint (qtts_sample (nan_only, 5, &greedy, &random, scratch), ==, 0);
  g_assert_cmpint (qtts_sample (impossible, 5, &draw, &random, scratch), ==, 0);
  g_assert_cmpint (qtts_sample (one_left, 5, &draw, &random, scratch), ==, 3);
  g_assert_cmpint (qtts_sample (overflow, 5, &draw, &random, scratch), ==, 1);
}

/* Ids outside the vocabulary are no reason to write outside the array; small vocabularies have no
 * room for control ids. */
static void
test_strange_histories (void)
{
  static const int32_t history[] = { -1, 1, 1, 99999, 5000, 5000 };
  float logits[6000];

  for (int i = 0; i < 6000; i++)
    logits[i] = 2;
  logits[5000] = -2;
  qtts_process_logits (logits, 6000, history, G_N_ELEMENTS (history), 2, 5999);
  g_assert_cmpfloat (logits[1], ==, 1);
  g_assert_cmpfloat (logits[0], ==, 2);
  g_assert_true (isinf (logits[5000])); /* a control id */
  g_assert_cmpfloat (logits[5999], ==, 2);

  logits[0] = 1;
  qtts_process_logits (logits, 10, NULL, 0, 1, 3);
  for (int i = 0; i < 10; i++)
    g_assert_true (isinf (logits[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/official-cases", test_official_cases);
  g_test_add_func ("/sampler/generator", test_generator);
  g_test_add_func ("/sampler/same-seed-same-codes", test_same_seed_same_codes);
  g_test_add_func ("/sampler/draws-follow-the-distribution", test_draws_follow_the_distribution);
  g_test_add_func ("/sampler/top-p-against-sorting", test_top_p_against_sorting);
  g_test_add_func ("/sampler/greedy", test_greedy);
  g_test_add_func ("/sampler/nothing-but-the-best", test_nothing_but_the_best);
  g_test_add_func ("/sampler/broken-scores", test_broken_scores);
  g_test_add_func ("/sampler/strange-histories", test_strange_histories);
  return g_test_run ();
}
