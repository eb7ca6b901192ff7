/* test-synthesis.c: order of sound, cancelling, limits, runaways and refusals of a whole run
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <qtts/qtts.h>
#include <string.h>

#include "fixture.h"

typedef struct
{
  GArray *pcm[4]; /* by request */
  gsize n_blocks;
  gsize last_request;
  guint n_finished;
  guint n_restarted;
  guint n_progress;
  int frames; /* of the latest progress */
  int cancel_after;
  qtts_synthesis *cancelled;
} Heard;

static qtts_model *
open_model (const char *path, qtts_precision precision)
{
  const qtts_model_options options = { .precision = precision, .threads = 2 };
  qtts_model *model;
  qtts_error error;

  if (qtts_model_open (path, &options, &model, &error) != QTTS_OK)
    g_error ("%s", error.message);
  return model;
}

static qtts_model *
open_demo (void)
{
  g_autofree char *path = data_path ("voices/demo");

  return open_model (path, QTTS_PRECISION_F32);
}

/* Random weights: nearly always runs on to the limit. */
static qtts_model *
open_endless (void)
{
  g_autofree char *path = fixture_path ("tiny-b");

  return open_model (path, QTTS_PRECISION_F32);
}

static void
forget (Heard *heard)
{
  for (gsize i = 0; i < G_N_ELEMENTS (heard->pcm); i++)
    g_clear_pointer (&heard->pcm[i], g_array_unref);
}

static bool
hear (size_t request, const float *pcm, size_t n, void *user_data)
{
  Heard *heard = user_data;

  g_assert_cmpuint (request, >=, heard->last_request);
  g_assert_cmpuint (request, ==, heard->n_finished);
  heard->last_request = request;
  heard->n_blocks++;
  if (heard->pcm[request] == NULL)
    heard->pcm[request] = g_array_new (FALSE, FALSE, sizeof (float));
  g_array_append_vals (heard->pcm[request], pcm, (guint) n);
  return true;
}

static bool
watch (const qtts_progress *progress, void *user_data)
{
  Heard *heard = user_data;

  g_assert_cmpint (progress->expected_frames, >=, progress->frames);
  heard->n_progress++;
  heard->frames = progress->frames;
  return heard->cancel_after == 0 || progress->frames < heard->cancel_after;
}

static void
finish (size_t request, const qtts_result *result, void *user_data)
{
  Heard *heard = user_data;

  g_assert_cmpuint (request, ==, heard->n_finished);
  g_assert_cmpint (result->end, !=, QTTS_END_NONE);
  heard->n_finished++;
}

static void
restart (size_t request, void *user_data)
{
  Heard *heard = user_data;

  heard->n_restarted++;
  if (heard->pcm[request] != NULL)
    g_array_set_size (heard->pcm[request], 0);
}

static const qtts_callbacks all_callbacks = { hear, watch, finish, restart };

static qtts_request
request_of (const qtts_model *model, const char *text, const char *speaker, guint64 seed)
{
  qtts_request request = qtts_request_default (model);

  request.text = text;
  request.speaker = speaker;
  request.language = "english";
  request.seed = seed;
  request.max_frames = 120;
  return request;
}

static qtts_synthesis *
synthesis_of (const qtts_model *model, const qtts_request *requests, gsize n, int batch)
{
  const qtts_synthesis_options options = { .batch = batch };
  qtts_synthesis *synthesis;
  qtts_error error;

  if (qtts_synthesis_new (model, requests, n, &options, &synthesis, &error) != QTTS_OK)
    g_error ("%s", error.message);
  return synthesis;
}

static bool
append (size_t request, const float *pcm, size_t n, void *user_data)
{
  g_array_append_vals (user_data, pcm, (guint) n);
  return true;
}

/* The sound delivered in growing blocks between frames is that of the codes decoded at once. */
static void
assert_sound_is_of_codes (const qtts_model *model, const GArray *pcm, const qtts_result *result)
{
  g_autoptr (GArray) whole = g_array_new (FALSE, FALSE, sizeof (float));

  g_assert_cmpint (qtts_model_decode (model, result->codes, result->frames, result->frames, append,
                                      whole, NULL, NULL),
                   ==, QTTS_OK);
  g_assert_cmpmem (pcm->data, pcm->len * sizeof (float), whole->data, whole->len * sizeof (float));
}

static void
test_requests_sound_in_order (void)
{
  static const char *const texts[]
      = { "One.", "Two apples fell.", "Three.", "The fourth one ends it." };
  qtts_model *model = open_demo ();
  const int spf = qtts_model_get_info (model)->samples_per_frame;

  for (int batch = 1; batch <= 4; batch++)
    {
      qtts_request requests[4];
      qtts_synthesis *synthesis;
      Heard heard = { 0 };

      for (int i = 0; i < 4; i++)
        requests[i] = request_of (model, texts[i], "ryan", (guint64) i);
      synthesis = synthesis_of (model, requests, 4, batch);
      g_assert_cmpint (qtts_synthesis_run (synthesis, &all_callbacks, &heard, NULL), ==, QTTS_OK);
      g_assert_cmpuint (heard.n_finished, ==, 4);
      for (gsize i = 0; i < 4; i++)
        {
          const qtts_result *result = qtts_synthesis_get_result (synthesis, i);

          g_assert_cmpint (result->end, ==, QTTS_END_OF_SPEECH);
          g_assert_cmpuint (heard.pcm[i]->len, ==, (guint) (result->frames * spf));
          assert_sound_is_of_codes (model, heard.pcm[i], result);
        }
      forget (&heard);
      qtts_synthesis_free (synthesis);
    }
  qtts_model_close (model);
}

/* However fast the machine is, a live run makes the same codes as a batch. */
static void
test_live_runs_make_the_same_codes (void)
{
  qtts_model *model = open_demo ();
  const qtts_synthesis_options live = { .live = true };
  qtts_request requests[3];
  qtts_synthesis *batched, *alive;
  Heard heard[2];

  memset (heard, 0, sizeof heard);
  for (int i = 0; i < 3; i++)
    requests[i] = request_of (model, "The listener waits.", "ryan", (guint64) i);
  batched = synthesis_of (model, requests, 3, 3);
  g_assert_cmpint (qtts_synthesis_new (model, requests, 3, &live, &alive, NULL), ==, QTTS_OK);
  g_assert_cmpint (qtts_synthesis_run (batched, &all_callbacks, &heard[0], NULL), ==, QTTS_OK);
  g_assert_cmpint (qtts_synthesis_run (alive, &all_callbacks, &heard[1], NULL), ==, QTTS_OK);
  for (gsize i = 0; i < 3; i++)
    g_assert_cmpmem (heard[0].pcm[i]->data, heard[0].pcm[i]->len * sizeof (float),
                     heard[1].pcm[i]->data, heard[1].pcm[i]->len * sizeof (float));
  forget (&heard[0]);
  forget (&heard[1]);
  qtts_synthesis_free (batched);
  qtts_synthesis_free (alive);
  qtts_model_close (model);
}

static void
test_same_seed_same_codes (void)
{
  qtts_model *model = open_demo ();
  const qtts_request request = request_of (model, "The same again, please.", "serena", 7);
  qtts_synthesis *first = synthesis_of (model, &request, 1, 0);
  qtts_synthesis *second = synthesis_of (model, &request, 1, 0);
  const qtts_result *a, *b;

  g_assert_cmpint (qtts_synthesis_run (first, NULL, NULL, NULL), ==, QTTS_OK);
  g_assert_cmpint (qtts_synthesis_run (second, NULL, NULL, NULL), ==, QTTS_OK);
  a = qtts_synthesis_get_result (first, 0);
  b = qtts_synthesis_get_result (second, 0);
  g_assert_cmpmem (a->codes, (gsize) a->frames * 8 * 4, b->codes, (gsize) b->frames * 8 * 4);
  qtts_synthesis_free (first);
  qtts_synthesis_free (second);
  qtts_model_close (model);
}

static void
test_limit_keeps_that_many_frames (void)
{
  qtts_model *model = open_endless ();
  qtts_request request = request_of (model, "Any text.", "ryan", 1);

  for (int limit = 1; limit <= 5; limit += 2)
    {
      qtts_synthesis *synthesis;
      Heard heard = { 0 };

      request.max_frames = limit;
      synthesis = synthesis_of (model, &request, 1, 0);
      g_assert_cmpint (qtts_synthesis_run (synthesis, &all_callbacks, &heard, NULL), ==, QTTS_OK);
      g_assert_cmpint (qtts_synthesis_get_result (synthesis, 0)->frames, ==, limit);
      g_assert_cmpint (qtts_synthesis_get_result (synthesis, 0)->end, ==, QTTS_END_LIMIT);
      forget (&heard);
      qtts_synthesis_free (synthesis);
    }
  qtts_model_close (model);
}

static void
test_cancel_within_a_frame (void)
{
  qtts_model *model = open_endless ();
  const qtts_request request = request_of (model, "A long text that goes on and on.", "ryan", 1);
  qtts_synthesis *synthesis = synthesis_of (model, &request, 1, 0);
  Heard heard = { .cancel_after = 7 };
  qtts_error error;

  g_assert_cmpint (qtts_synthesis_run (synthesis, &all_callbacks, &heard, &error), ==,
                   QTTS_ERROR_CANCELLED);
  g_assert_cmpint (error.status, ==, QTTS_ERROR_CANCELLED);
  g_assert_cmpint (heard.frames, ==, 7);
  g_assert_cmpint (qtts_synthesis_get_result (synthesis, 0)->frames, ==, 7);
  g_assert_cmpint (qtts_synthesis_get_result (synthesis, 0)->end, ==, QTTS_END_CANCELLED);
  forget (&heard);
  qtts_synthesis_free (synthesis);
  qtts_model_close (model);
}

static gpointer
cancel_soon (gpointer synthesis)
{
  g_usleep (2000);
  qtts_synthesis_cancel (synthesis);
  return NULL;
}

static void
test_cancel_from_another_thread (void)
{
  qtts_model *model = open_endless ();
  qtts_request request = request_of (model, "A text without end.", "ryan", 1);
  qtts_synthesis *synthesis;
  Heard heard = { 0 };
  GThread *thread;

  request.max_frames = 20000;
  request.sampling.greedy = true;
  synthesis = synthesis_of (model, &request, 1, 0);
  thread = g_thread_new ("cancel", cancel_soon, synthesis);
  g_assert_cmpint (qtts_synthesis_run (synthesis, &all_callbacks, &heard, NULL), ==,
                   QTTS_ERROR_CANCELLED);
  g_thread_join (thread);
  forget (&heard);
  qtts_synthesis_free (synthesis);
  qtts_model_close (model);
}

/* A short text cannot need the 400 frames that are allowed. */
static const qtts_result *
run_away (const qtts_model *model, const qtts_synthesis_options *options,
          const qtts_callbacks *callbacks, Heard *heard, qtts_synthesis **synthesis)
{
  qtts_request request = request_of (model, "Hi.", "ryan", 41);

  request.max_frames = 400;
  g_assert_cmpint (qtts_synthesis_new (model, &request, 1, options, synthesis, NULL), ==, QTTS_OK);
  g_assert_cmpint (qtts_synthesis_run (*synthesis, callbacks, heard, NULL), ==, QTTS_OK);
  return qtts_synthesis_get_result (*synthesis, 0);
}

static void
test_runaway_is_tried_once_more (void)
{
  qtts_model *model = open_endless ();
  const int spf = qtts_model_get_info (model)->samples_per_frame;
  qtts_synthesis *synthesis;
  Heard heard = { 0 };
  const qtts_result *result = run_away (model, NULL, &all_callbacks, &heard, &synthesis);

  g_assert_cmpint (result->end, ==, QTTS_END_RUNAWAY);
  g_assert_cmpint (result->retries, ==, 1);
  g_assert_cmpuint (result->seed, ==, 42);
  g_assert_cmpint (result->frames, <, 100);
  g_assert_cmpuint (heard.n_restarted, ==, 1);
  g_assert_cmpuint (heard.pcm[0]->len, ==, (guint) (result->frames * spf));
  assert_sound_is_of_codes (model, heard.pcm[0], result);
  forget (&heard);
  qtts_synthesis_free (synthesis);
  qtts_model_close (model);
}

static void
test_heard_runaway_is_stopped_where_it_cannot_be_taken_back (void)
{
  const qtts_callbacks no_restart = { hear, watch, finish, NULL };
  qtts_model *model = open_endless ();
  qtts_synthesis *synthesis;
  Heard heard = { 0 };
  const qtts_result *result = run_away (model, NULL, &no_restart, &heard, &synthesis);

  g_assert_cmpint (result->end, ==, QTTS_END_RUNAWAY);
  g_assert_cmpint (result->retries, ==, 0);
  forget (&heard);
  qtts_synthesis_free (synthesis);
  qtts_model_close (model);
}

static void
test_runaway_guard_can_be_switched_off (void)
{
  const qtts_synthesis_options no_guard = { .no_runaway_guard = true };
  qtts_model *model = open_endless ();
  qtts_synthesis *synthesis;
  Heard heard = { 0 };
  const qtts_result *result = run_away (model, &no_guard, NULL, &heard, &synthesis);

  g_assert_cmpint (result->end, ==, QTTS_END_LIMIT);
  g_assert_cmpint (result->frames, ==, 400);
  qtts_synthesis_free (synthesis);
  qtts_model_close (model);
}

static void
refuse (const qtts_model *model, const qtts_request *requests, gsize n, const char *part)
{
  qtts_synthesis *synthesis = NULL;
  qtts_error error;

  g_assert_cmpint (qtts_synthesis_new (model, requests, n, NULL, &synthesis, &error), ==,
                   QTTS_ERROR_ARGUMENT);
  g_assert_null (synthesis);
  if (strstr (error.message, part) == NULL)
    g_error ("\"%s\" does not speak of \"%s\"", error.message, part);
}

static void
test_bad_requests_are_named (void)
{
  qtts_model *model = open_demo ();
  const qtts_request good = request_of (model, "Good.", "ryan", 0);
  qtts_request bad[2] = { good, good };

  bad[1].speaker = "nobody";
  refuse (model, &bad[1], 1, "nobody");
  refuse (model, &bad[1], 1, "serena");
  refuse (model, bad, 2, "request 2");
  bad[0] = good;
  bad[0].language = "klingon";
  refuse (model, bad, 1, "klingon");
  bad[0] = good;
  bad[0].sampling.temperature = 0;
  refuse (model, bad, 1, "temperature");
  bad[0] = good;
  bad[0].sampling.top_p = 1.5f;
  refuse (model, bad, 1, "top-p");
  bad[0] = good;
  bad[0].sampling.predictor_top_k = -1;
  refuse (model, bad, 1, "code predictor's top-k");
  bad[0] = good;
  bad[0].sampling.repetition_penalty = NAN;
  refuse (model, bad, 1, "repetition penalty");
  bad[0] = good;
  bad[0].max_frames = 0;
  refuse (model, bad, 1, "at least 1");
  bad[0] = good;
  bad[0].text = "\xff";
  refuse (model, bad, 1, "UTF-8");
  bad[0].text = NULL;
  refuse (model, bad, 1, "no text");
  refuse (model, bad, 0, "no request");
  qtts_model_close (model);
}

static void
test_too_long_a_text_is_refused (void)
{
  qtts_model *model = open_demo ();
  g_autofree char *text = g_strnfill (60000, 'x');
  const qtts_request request = request_of (model, text, "ryan", 0);

  refuse (model, &request, 1, "too long");
  qtts_model_close (model);
}

static void
test_codes_outside_the_codebook_are_named (void)
{
  qtts_model *model = open_demo ();
  const int groups = qtts_model_get_info (model)->groups;
  g_autofree gint32 *codes = g_new0 (gint32, 3 * groups);
  qtts_error error;

  codes[2 * groups + 5] = 512;
  g_assert_cmpint (qtts_model_decode (model, codes, 3, 0, append, NULL, NULL, &error), ==,
                   QTTS_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error.message, "code 5 of frame 2 is 512"));
  qtts_model_close (model);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/synthesis/requests-sound-in-order", test_requests_sound_in_order);
  g_test_add_func ("/synthesis/live-runs-make-the-same-codes", test_live_runs_make_the_same_codes);
  g_test_add_func ("/synthesis/same-seed-same-codes", test_same_seed_same_codes);
  g_test_add_func ("/synthesis/limit", test_limit_keeps_that_many_frames);
  g_test_add_func ("/synthesis/cancel-within-a-frame", test_cancel_within_a_frame);
  g_test_add_func ("/synthesis/cancel-from-another-thread", test_cancel_from_another_thread);
  g_test_add_func ("/synthesis/runaway-retry", test_runaway_is_tried_once_more);
  g_test_add_func ("/synthesis/runaway-heard",
                   test_heard_runaway_is_stopped_where_it_cannot_be_taken_back);
  g_test_add_func ("/synthesis/runaway-guard-off", test_runaway_guard_can_be_switched_off);
  g_test_add_func ("/synthesis/bad-requests", test_bad_requests_are_named);
  g_test_add_func ("/synthesis/too-long", test_too_long_a_text_is_refused);
  g_test_add_func ("/synthesis/bad-codes", test_codes_outside_the_codebook_are_named);
  return g_test_run ();
}
