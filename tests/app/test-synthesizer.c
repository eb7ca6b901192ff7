/* test-synthesizer.c: the engine's thread and the main context, with the engine that hums
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-synthesizer.h"

#define LONG_TEXT "A text that is long enough for a good many frames to be made of it, one by one."

typedef struct
{
  QoraSynthesizer *synthesizer;
  GMainLoop *loop;
  GCancellable *cancellable;
  GThread *thread;
  GArray *order; /* gsize, the request of each piece of sound */
  gsize n_samples[3];
  guint n_finished;
  guint n_progress;
  double fraction;
  guint stop_after; /* pieces of sound, 0: never */
  QoraEnd end;
  gboolean ok;
  GError *error;
} Fixture;

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->ok = qora_synthesizer_open_finish (QORA_SYNTHESIZER (source), result, &f->error);
  g_main_loop_quit (f->loop);
}

static void
open_path (Fixture *f, const char *path)
{
  qora_synthesizer_open_async (f->synthesizer, path, 0, NULL, on_opened, f);
  g_main_loop_run (f->loop);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->synthesizer = qora_synthesizer_new (&qora_fake_engine);
  f->loop = g_main_loop_new (NULL, FALSE);
  f->cancellable = g_cancellable_new ();
  f->thread = g_thread_self ();
  f->order = g_array_new (FALSE, FALSE, sizeof (gsize));
  open_path (f, "/");
  g_assert_no_error (f->error);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_clear_error (&f->error);
  g_object_unref (f->synthesizer);
  g_object_unref (f->cancellable);
  g_main_loop_unref (f->loop);
  g_array_unref (f->order);
}

static void
on_sound (gsize request, const float *samples, gsize n_samples, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_true (g_thread_self () == f->thread);
  g_array_append_val (f->order, request);
  f->n_samples[request] += n_samples;
  if (f->order->len == f->stop_after)
    g_cancellable_cancel (f->cancellable);
}

static void
on_restarted (gsize request, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
on_finished (gsize request, QoraEnd end, guint64 seed, gpointer user_data)
{
  Fixture *f = user_data;

  f->n_finished++;
  f->end = end;
}

static void
on_progress (const QoraProgress *progress, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_cmpfloat (progress->fraction, <=, 1);
  f->fraction = progress->fraction;
  f->n_progress++;
}

static const QoraSynthesisEvents events = { on_sound, on_restarted, on_finished, on_progress };

static void
on_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->ok = qora_synthesizer_run_finish (QORA_SYNTHESIZER (source), result, &f->error);
  g_main_loop_quit (f->loop);
}

static void
run (Fixture *f, const char *const *texts, gsize n_texts)
{
  QoraRequest requests[3] = { 0 };

  for (gsize i = 0; i < n_texts; i++)
    requests[i].text = texts[i];
  qora_synthesizer_run_async (f->synthesizer, requests, n_texts, &events, f, f->cancellable, on_run,
                              f);
  g_assert_true (qora_synthesizer_get_busy (f->synthesizer));
  g_main_loop_run (f->loop);
  g_assert_false (qora_synthesizer_get_busy (f->synthesizer));
}

static void
test_one_after_the_other (Fixture *f, gconstpointer unused)
{
  const char *texts[] = { "One text.", "Another text.", "And a third." };

  run (f, texts, 3);
  g_assert_true (f->ok);
  g_assert_cmpuint (f->n_finished, ==, 3);
  /* Reports that come faster than they are read are left out, but for the last one. */
  g_assert_cmpuint (f->n_progress, >, 0);
  g_assert_cmpuint (f->n_progress, <=, f->order->len);
  g_assert_cmpfloat (f->fraction, ==, 1);
  for (guint i = 1; i < f->order->len; i++)
    g_assert_cmpuint (g_array_index (f->order, gsize, i), >=,
                      g_array_index (f->order, gsize, i - 1));
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (f->n_samples[i], >, 0);
}

static void
test_stops_within_a_frame (Fixture *f, gconstpointer unused)
{
  const char *texts[] = { LONG_TEXT };

  f->stop_after = 2;
  run (f, texts, 1);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (f->order->len, <=, 3);
  g_assert_cmpuint (f->n_finished, ==, 1);
  g_assert_cmpint (f->end, ==, QORA_END_STOPPED);
}

static void
test_failure_is_told (Fixture *f, gconstpointer unused)
{
  const char *texts[] = { "Fine.", "This one runs out of memory." };

  run (f, texts, 2);
  g_assert_error (f->error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_MEMORY);
  g_assert_cmpuint (f->n_finished, ==, 1);
}

static void
test_one_run_at_a_time (Fixture *f, gconstpointer unused)
{
  QoraRequest request = { .text = LONG_TEXT };

  qora_synthesizer_run_async (f->synthesizer, &request, 1, &events, f, f->cancellable, on_run, f);
  qora_synthesizer_run_async (f->synthesizer, &request, 1, &events, f, NULL, on_run, f);
  g_main_loop_run (f->loop);
  g_assert_error (f->error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_BUSY);
  g_assert_true (qora_synthesizer_get_busy (f->synthesizer));

  g_clear_error (&f->error);
  g_cancellable_cancel (f->cancellable);
  g_main_loop_run (f->loop);
  g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
on_background_run (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  guint *n_ended = user_data;

  qora_synthesizer_run_finish (QORA_SYNTHESIZER (source), result, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  (*n_ended)++;
}

static void
test_background_gives_way_to_a_run (Fixture *f, gconstpointer unused)
{
  const char *texts[] = { "One text.", "Another text." };
  QoraRequest request = { .text = LONG_TEXT };
  g_autoptr (GCancellable) background = g_cancellable_new ();
  guint n_ended = 0;
  Fixture ignored = *f;

  qora_synthesizer_run_background_async (f->synthesizer, &request, 1, &events, &ignored, background,
                                         on_background_run, &n_ended);
  run (f, texts, 2);
  g_assert_no_error (f->error);
  g_assert_cmpuint (f->n_finished, ==, 2);
  g_assert_cmpuint (n_ended, ==, 1);
  g_assert_true (g_cancellable_is_cancelled (background));
}

static void
test_background_gives_way_to_a_model (Fixture *f, gconstpointer unused)
{
  QoraRequest request = { .text = LONG_TEXT };
  g_autoptr (GCancellable) background = g_cancellable_new ();
  guint n_ended = 0;
  Fixture ignored = *f;

  qora_synthesizer_run_background_async (f->synthesizer, &request, 1, &events, &ignored, background,
                                         on_background_run, &n_ended);
  open_path (f, "/tmp");
  g_assert_true (f->ok);
  g_assert_cmpstr (qora_synthesizer_get_path (f->synthesizer), ==, "/tmp");
  g_assert_cmpuint (n_ended, ==, 1);
  g_assert_false (qora_synthesizer_get_busy (f->synthesizer));
}

static void
test_background_waits_for_nobody (Fixture *f, gconstpointer unused)
{
  QoraRequest request = { .text = LONG_TEXT };
  g_autoptr (GCancellable) background = g_cancellable_new ();

  qora_synthesizer_run_async (f->synthesizer, &request, 1, &events, f, f->cancellable, on_run, f);
  qora_synthesizer_run_background_async (f->synthesizer, &request, 1, &events, f, background,
                                         on_run, f);
  g_main_loop_run (f->loop);
  g_assert_error (f->error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_BUSY);

  g_clear_error (&f->error);
  g_main_loop_run (f->loop);
  g_assert_no_error (f->error);
}

static void
test_bad_model_leaves_the_good_one (Fixture *f, gconstpointer unused)
{
  const char *texts[] = { "One text." };

  open_path (f, "/nonexistent/model");
  g_assert_error (f->error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_MODEL);
  g_assert_nonnull (strstr (f->error->message, "/nonexistent/model"));
  g_clear_error (&f->error);

  g_assert_cmpstr (qora_synthesizer_get_path (f->synthesizer), ==, "/");
  run (f, texts, 1);
  g_assert_true (f->ok);
}

/* The engine that hums, with its models counted. */
static int n_open;
static int n_opened;

static gpointer
counting_open (const char *path, int threads, QoraModelInfo **info, GCancellable *cancellable,
               GError **error)
{
  g_atomic_int_inc (&n_open);
  g_atomic_int_inc (&n_opened);
  return qora_fake_engine.open (path, threads, info, cancellable, error);
}

static void
counting_close (gpointer model)
{
  qora_fake_engine.close (model);
  g_atomic_int_add (&n_open, -1);
}

static void
wait_until_closed (void)
{
  while (g_atomic_int_get (&n_open) > 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
test_idle_model_is_released (Fixture *f, gconstpointer unused)
{
  const QoraEngine engine = { counting_open, counting_close, qora_fake_engine.run };
  const char *texts[] = { "One text." };
  g_autoptr (QoraSynthesizer) other = f->synthesizer;

  f->synthesizer = qora_synthesizer_new (&engine);
  open_path (f, "/");
  qora_synthesizer_set_idle_time (f->synthesizer, 1);
  run (f, texts, 1);
  g_assert_cmpint (g_atomic_int_get (&n_open), ==, 1);
  wait_until_closed ();

  /* What there is to know about it is still known, and the next run opens it again. */
  g_assert_nonnull (qora_synthesizer_get_info (f->synthesizer));
  g_assert_cmpstr (qora_synthesizer_get_path (f->synthesizer), ==, "/");
  qora_synthesizer_set_idle_time (f->synthesizer, 0);
  run (f, texts, 1);
  g_assert_true (f->ok);
  g_assert_cmpint (n_opened, ==, 2);
  g_assert_cmpint (g_atomic_int_get (&n_open), ==, 1);
  g_object_unref (f->synthesizer);
  wait_until_closed ();
  f->synthesizer = g_steal_pointer (&other);
}

static void
test_voices_are_sorted (Fixture *f, gconstpointer unused)
{
  GListModel *voices = qora_synthesizer_get_voices (f->synthesizer);
  g_autoptr (GObject) first = g_list_model_get_item (voices, 0);
  g_autofree char *id = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (voices), ==, 9);
  g_object_get (first, "id", &id, NULL);
  /* "Beijing dialect" is the first of the native languages. */
  g_assert_cmpstr (id, ==, "dylan");
}

int
main (int argc, char **argv)
{
  g_setenv ("QORA_FAKE_RTF", "0.05", TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/synthesizer/one-after-the-other", test_one_after_the_other);
  ADD ("/synthesizer/stops-within-a-frame", test_stops_within_a_frame);
  ADD ("/synthesizer/failure-is-told", test_failure_is_told);
  ADD ("/synthesizer/one-run-at-a-time", test_one_run_at_a_time);
  ADD ("/synthesizer/background-gives-way-to-a-run", test_background_gives_way_to_a_run);
  ADD ("/synthesizer/background-gives-way-to-a-model", test_background_gives_way_to_a_model);
  ADD ("/synthesizer/background-waits-for-nobody", test_background_waits_for_nobody);
  ADD ("/synthesizer/bad-model-leaves-the-good-one", test_bad_model_leaves_the_good_one);
  ADD ("/synthesizer/idle-model-is-released", test_idle_model_is_released);
  ADD ("/synthesizer/voices-are-sorted", test_voices_are_sorted);
  return g_test_run ();
}
