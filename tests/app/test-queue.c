/* test-queue.c: a book is kept whole, and the queue makes it part by part, whatever comes between
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gstdio.h>

#include "folder.h"
#include "qora-project.h"
#include "qora-queue.h"

#define N_CHAPTERS 3
#define N_PARTS    4 /* of each chapter, its heading included */

typedef struct
{
  char *folder;
  QoraSynthesizer *synthesizer;
  QoraBookList *books;
  QoraQueue *queue;
  QoraBook *book;
  guint n_finished;
  gboolean done;
} Fixture;

static void
spin_until (gboolean *flag)
{
  while (!*flag)
    g_main_context_iteration (NULL, TRUE);
  *flag = FALSE;
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_true (qora_synthesizer_open_finish (QORA_SYNTHESIZER (source), result, NULL));
  f->done = TRUE;
}

static void
on_finished (QoraQueue *queue, QoraBook *book, Fixture *f)
{
  f->n_finished++;
}

/* What a start of the program does. */
static void
start_program (Fixture *f)
{
  f->synthesizer = qora_synthesizer_new (&qora_fake_engine);
  f->books = qora_book_list_new (f->folder);
  f->queue = qora_queue_new (f->synthesizer, f->books);
  g_signal_connect (f->queue, "finished", G_CALLBACK (on_finished), f);
  qora_synthesizer_open_async (f->synthesizer, "/", 0, NULL, on_opened, f);
  spin_until (&f->done);
  qora_book_list_load (f->books);
  while (!qora_book_list_get_loaded (f->books))
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&f->book);
  f->book = g_list_model_get_item (G_LIST_MODEL (f->books), 0);
}

static void
end_program (Fixture *f)
{
  qora_queue_put_away (f->queue);
  g_clear_object (&f->book);
  g_clear_object (&f->queue);
  g_clear_object (&f->books);
  g_clear_object (&f->synthesizer);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("qora-books-XXXXXX", NULL);
  start_program (f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  end_program (f);
  folder_remove (f->folder);
  g_free (f->folder);
}

static QoraDocument *
make_document (const char *special)
{
  QoraDocument *document = qora_document_new ();

  g_free (document->title);
  document->title = g_strdup ("The River Bank");
  document->author = g_strdup ("K. Grahame");
  document->cover = g_bytes_new_static ("not a picture", 13);
  document->cover_mime = g_strdup ("image/png");
  for (int i = 0; i < N_CHAPTERS; i++)
    {
      g_autofree char *title = g_strdup_printf ("Chapter %d", i + 1);
      QoraChapter *chapter = qora_document_add_chapter (document, title);

      qora_chapter_add_part (chapter, QORA_CHAPTER_PART_HEADING, title);
      for (int j = 1; j < N_PARTS; j++)
        {
          g_autofree char *text = g_strdup_printf ("Paragraph %d of chapter %d is said.", j, i + 1);
          gboolean is_special = special != NULL && i == 1 && j == 2;

          qora_chapter_add_part (chapter, QORA_CHAPTER_PART_PARAGRAPH, is_special ? special : text);
        }
    }
  return document;
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GError) error = NULL;

  f->book = qora_book_create_finish (result, &error);
  g_assert_no_error (error);
  f->done = TRUE;
}

/* `special` takes the place of a paragraph in the second chapter. */
static void
create_book (Fixture *f, const char *voice, const char *special)
{
  g_autoptr (QoraDocument) document = make_document (special);
  const QoraBookOptions options
      = { { (char *) voice, NULL, NULL, 7 }, .pause = 0.4, .part_length = 300 };

  qora_book_create_async (f->folder, document, &options, NULL, on_created, f);
  spin_until (&f->done);
  g_assert_true (qora_book_list_add (f->books, f->book) == f->book);
}

static guint
count_made (Fixture *f)
{
  QoraTakeCount count;

  qora_book_count (f->book, &count);
  return count.made;
}

static void
wait_for_parts (Fixture *f, guint n)
{
  while (count_made (f) < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_end (Fixture *f)
{
  while (qora_book_get_state (f->book) == QORA_BOOK_QUEUED || qora_book_get_saving (f->book))
    g_main_context_iteration (NULL, TRUE);
}

static void
test_book_comes_back (Fixture *f, gconstpointer unused)
{
  g_autofree char *cover = NULL;
  g_autofree char *contents = NULL;

  create_book (f, "ryan", NULL);
  g_assert_cmpuint (folder_count (f->folder), ==, 1);
  end_program (f);

  start_program (f);
  g_assert_nonnull (f->book);
  g_assert_cmpstr (qora_book_get_title (f->book), ==, "The River Bank");
  g_assert_cmpstr (qora_book_get_author (f->book), ==, "K. Grahame");
  g_assert_cmpstr (qora_book_get_speech (f->book)->voice, ==, "ryan");
  g_assert_cmpuint (qora_book_get_speech (f->book)->seed, ==, 7);
  g_assert_cmpint (qora_book_get_state (f->book), ==, QORA_BOOK_IDLE);
  g_assert_cmpuint (qora_book_get_n_chapters (f->book), ==, N_CHAPTERS);
  g_assert_cmpstr (qora_take_get_title (qora_book_get_chapter (f->book, 1)), ==, "Chapter 2");
  g_assert_cmpuint (qora_take_get_n_parts (qora_book_get_chapter (f->book, 1)), ==, N_PARTS);
  g_assert_true (qora_book_matches (f->book, "river GRAHAME"));
  g_assert_true (qora_book_matches (f->book, "paragraph"));
  g_assert_false (qora_book_matches (f->book, "toad"));

  cover = qora_book_dup_cover_path (f->book);
  g_assert_true (g_file_get_contents (cover, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "not a picture");
}

static void
on_create_failed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_null (qora_book_create_finish (result, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "no-folder"));
  f->done = TRUE;
}

static void
test_book_that_cannot_be_kept (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraDocument) document = make_document (NULL);
  g_autofree char *parent = g_build_filename (f->folder, "no-folder", NULL);
  const QoraBookOptions options = { .part_length = 300 };

  g_assert_true (g_file_set_contents (parent, "", 0, NULL));
  qora_book_create_async (parent, document, &options, NULL, on_create_failed, f);
  spin_until (&f->done);
  g_assert_cmpuint (folder_count (f->folder), ==, 1);
}

static void
test_unfinished_import_is_cleared_away (Fixture *f, gconstpointer unused)
{
  g_autofree char *left = g_build_filename (f->folder, ".new-1-left", "inner", NULL);

  g_assert_cmpint (g_mkdir_with_parents (left, 0700), ==, 0);
  end_program (f);
  start_program (f);
  g_assert_null (f->book);
  g_assert_cmpuint (folder_count (f->folder), ==, 0);
}

static void
test_broken_book_is_passed_over (Fixture *f, gconstpointer unused)
{
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;

  create_book (f, NULL, NULL);
  folder = g_build_filename (f->folder, qora_book_get_id (f->book), NULL);
  path = g_build_filename (folder, "book.json", NULL);
  end_program (f);
  g_assert_true (g_file_set_contents (
      path,
      "{\"format\": 1, \"created\": 1, \"title\": \"a\", \"speech\": {\"seed\": \"1\"},"
      " \"chapters\": [\"../elsewhere\"]}",
      -1, NULL));
  g_test_expect_message (NULL, G_LOG_LEVEL_MESSAGE, "*chapters*");
  start_program (f);
  g_test_assert_expected_messages ();
  g_assert_null (f->book);
}

static void
assert_whole (Fixture *f)
{
  for (guint i = 0; i < N_CHAPTERS; i++)
    {
      QoraTake *chapter = qora_book_get_chapter (f->book, i);

      for (guint j = 0; j < N_PARTS; j++)
        {
          QoraRendering *rendering = qora_take_get_part_rendering (chapter, j);
          g_autofree char *path = NULL;

          g_assert_nonnull (rendering);
          g_assert_cmpint (rendering->end, ==, QORA_END_COMPLETE);
          path = g_build_filename (qora_take_get_folder (chapter), rendering->file, NULL);
          g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
        }
    }
}

static void
test_all_of_it_is_made (Fixture *f, gconstpointer unused)
{
  QoraQueueProgress progress;

  create_book (f, "ryan", NULL);
  qora_queue_start (f->queue, f->book);
  wait_for_parts (f, 1);
  g_assert_true (qora_queue_get_running (f->queue));
  qora_queue_get_progress (f->queue, NULL, &progress);
  g_assert_cmpuint (progress.count.parts, ==, N_CHAPTERS * N_PARTS);
  g_assert_cmpfloat (progress.fraction, >, 0);
  g_assert_cmpfloat (progress.left, >, 0);

  wait_for_end (f);
  g_assert_cmpuint (f->n_finished, ==, 1);
  g_assert_cmpint (qora_book_get_state (f->book), ==, QORA_BOOK_IDLE);
  g_assert_false (qora_queue_get_running (f->queue));
  assert_whole (f);
  /* Nobody looks at the chapters, so nothing of them is in memory. */
  for (guint i = 0; i < N_CHAPTERS; i++)
    for (guint j = 0; j < N_PARTS; j++)
      g_assert_null (qora_take_get_part_rendering (qora_book_get_chapter (f->book, i), j)->sound);
}

static void
test_goes_on_after_a_restart (Fixture *f, gconstpointer unused)
{
  g_autofree char *first = NULL;
  guint n_before;

  create_book (f, "ryan", NULL);
  qora_queue_start (f->queue, f->book);
  wait_for_parts (f, N_PARTS + 1);
  end_program (f);

  start_program (f);
  n_before = count_made (f);
  g_assert_cmpuint (n_before, >, N_PARTS);
  g_assert_cmpuint (n_before, <, N_CHAPTERS * N_PARTS);
  first = g_strdup (qora_take_get_part_rendering (qora_book_get_chapter (f->book, 0), 0)->file);
  wait_for_end (f);
  assert_whole (f);
  g_assert_cmpstr (qora_take_get_part_rendering (qora_book_get_chapter (f->book, 0), 0)->file, ==,
                   first);
}

static void
test_pause_outlives_a_restart (Fixture *f, gconstpointer unused)
{
  guint n_before;

  create_book (f, "ryan", NULL);
  qora_queue_start (f->queue, f->book);
  wait_for_parts (f, 1);
  qora_queue_pause (f->queue, f->book);
  end_program (f);

  start_program (f);
  n_before = count_made (f);
  g_assert_cmpint (qora_book_get_state (f->book), ==, QORA_BOOK_PAUSED);
  for (int i = 0; i < 100; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_assert_cmpuint (count_made (f), ==, n_before);

  qora_queue_start (f->queue, f->book);
  wait_for_end (f);
  assert_whole (f);
}

static void
test_cancel_keeps_what_was_made (Fixture *f, gconstpointer unused)
{
  create_book (f, "ryan", NULL);
  qora_queue_start (f->queue, f->book);
  wait_for_parts (f, 2);
  qora_queue_cancel (f->queue, f->book);
  wait_for_end (f);
  g_assert_cmpint (qora_book_get_state (f->book), ==, QORA_BOOK_IDLE);
  g_assert_cmpuint (count_made (f), >=, 2);
  g_assert_cmpuint (count_made (f), <, N_CHAPTERS * N_PARTS);
  g_assert_cmpuint (f->n_finished, ==, 0);
}

static void
on_project_finished (QoraProject *project, const GError *error, Fixture *f)
{
  g_assert_no_error (error);
  f->done = TRUE;
}

static void
test_a_run_by_hand_goes_first (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraScript) script = qora_script_new ();
  g_autofree char *folder = g_build_filename (f->folder, "takes", NULL);
  g_autoptr (QoraTakeList) takes = qora_take_list_new (folder);
  g_autoptr (QoraProject) project = qora_project_new (script, f->synthesizer, takes);
  const QoraGenerationOptions options = { .voice = "sohee", .seed = 1 };

  create_book (f, "ryan", NULL);
  qora_queue_start (f->queue, f->book);
  wait_for_parts (f, 1);

  g_signal_connect (project, "finished", G_CALLBACK (on_project_finished), f);
  qora_script_set_text (script, "A notice that cannot wait.", 300);
  qora_project_generate (project, "A notice that cannot wait.", &options);
  spin_until (&f->done);
  g_assert_cmpuint (count_made (f), <, N_CHAPTERS * N_PARTS);
  g_assert_true (qora_queue_get_running (f->queue));

  wait_for_end (f);
  assert_whole (f);
  while (qora_take_get_saving (qora_project_get_take (project)))
    g_main_context_iteration (NULL, TRUE);
}

static void
test_an_open_chapter_grows (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraScript) script = qora_script_new ();
  g_autoptr (QoraTakeList) takes = qora_take_list_new (f->folder);
  g_autoptr (QoraProject) project = qora_project_new (script, f->synthesizer, takes);
  QoraTake *chapter;
  QoraSound *sound;

  create_book (f, "ryan", NULL);
  chapter = qora_book_get_chapter (f->book, 0);
  qora_queue_start (f->queue, f->book);
  wait_for_parts (f, 1);
  qora_project_open (project, chapter);
  qora_script_set_text (script, qora_take_get_text (chapter), 300);
  wait_for_end (f);
  while (qora_project_get_loading (project))
    g_main_context_iteration (NULL, TRUE);

  sound = qora_project_get_sound (project);
  g_assert_true (qora_script_is_arranged (script, sound, 0.4));
  g_assert_cmpfloat_with_epsilon (qora_sound_get_duration (sound), qora_take_get_duration (chapter),
                                  1e-3);
  g_assert_cmpuint (qora_script_get_n_stale (script), ==, 0);
  /* It stays in its book. */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (takes)), ==, 0);

  qora_project_open (project, NULL);
  for (guint j = 0; j < N_PARTS; j++)
    g_assert_null (qora_take_get_part_rendering (chapter, j)->sound);
}

static void
test_a_chapter_made_by_hand_stays_in_its_book (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraScript) script = qora_script_new ();
  g_autoptr (QoraTakeList) takes = qora_take_list_new (f->folder);
  g_autoptr (QoraProject) project = qora_project_new (script, f->synthesizer, takes);
  const QoraGenerationOptions options = { .voice = "sohee", .seed = 1 };
  QoraTake *chapter;

  create_book (f, "ryan", NULL);
  chapter = qora_book_get_chapter (f->book, 2);
  qora_project_open (project, chapter);
  qora_script_set_text (script, qora_take_get_text (chapter), 300);
  g_signal_connect (project, "finished", G_CALLBACK (on_project_finished), f);
  qora_project_generate (project, qora_take_get_text (chapter), &options);
  spin_until (&f->done);
  while (qora_take_get_saving (chapter))
    g_main_context_iteration (NULL, TRUE);

  g_assert_true (qora_project_get_take (project) == chapter);
  g_assert_cmpstr (qora_take_get_title (chapter), ==, "Chapter 3");
  g_assert_cmpuint (count_made (f), ==, N_PARTS);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (takes)), ==, 0);

  /* The queue makes the others only. */
  qora_queue_start (f->queue, f->book);
  wait_for_end (f);
  assert_whole (f);
  g_assert_cmpstr (qora_take_get_part_rendering (chapter, 0)->voice, ==, "sohee");
}

static void
test_a_failing_part_is_left_out (Fixture *f, gconstpointer unused)
{
  QoraTakeCount count;

  create_book (f, "ryan", "This one runs out of memory.");
  g_test_expect_message (NULL, G_LOG_LEVEL_MESSAGE, "Chapter 2: Out of memory");
  qora_queue_start (f->queue, f->book);
  wait_for_end (f);
  g_test_assert_expected_messages ();
  qora_book_count (f->book, &count);
  g_assert_cmpuint (count.made, ==, N_CHAPTERS * N_PARTS - 1);
  g_assert_cmpuint (count.failed, ==, 1);
  g_assert_false (qora_take_is_part_missing (qora_book_get_chapter (f->book, 1), 2));
  g_assert_cmpuint (f->n_finished, ==, 1);
}

static void
test_a_voice_that_is_missing_hinders (Fixture *f, gconstpointer unused)
{
  const QoraBookSpeech speech = { (char *) "serena", NULL, NULL, 1 };

  create_book (f, "bunyip", NULL);
  qora_queue_start (f->queue, f->book);
  while (qora_book_get_hindrance (f->book) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (qora_book_get_hindrance (f->book), "Bunyip"));
  g_assert_false (qora_queue_get_running (f->queue));
  g_assert_cmpuint (count_made (f), ==, 0);

  /* It stays in line. */
  g_assert_cmpint (qora_book_get_state (f->book), ==, QORA_BOOK_QUEUED);
  qora_book_set_speech (f->book, &speech);
  qora_queue_start (f->queue, f->book);
  wait_for_end (f);
  assert_whole (f);
}

static void
test_a_disk_that_takes_nothing_pauses (Fixture *f, gconstpointer unused)
{
  const char *folder;
  g_autofree char *aside = NULL;

  create_book (f, "ryan", NULL);
  folder = qora_take_get_folder (qora_book_get_chapter (f->book, 0));
  aside = g_strconcat (folder, ".aside", NULL);
  g_assert_cmpint (g_rename (folder, aside), ==, 0);
  g_assert_true (g_file_set_contents (folder, "", 0, NULL));

  qora_queue_start (f->queue, f->book);
  wait_for_end (f);
  g_assert_cmpint (qora_book_get_state (f->book), ==, QORA_BOOK_PAUSED);
  g_assert_nonnull (strstr (qora_book_get_hindrance (f->book), folder));

  g_assert_cmpint (g_remove (folder), ==, 0);
  g_assert_cmpint (g_rename (aside, folder), ==, 0);
  qora_queue_start (f->queue, f->book);
  g_assert_null (qora_book_get_hindrance (f->book));
  wait_for_end (f);
  assert_whole (f);
}

int
main (int argc, char **argv)
{
  g_setenv ("QORA_FAKE_RTF", "0.01", TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/book/comes-back", test_book_comes_back);
  ADD ("/book/that-cannot-be-kept", test_book_that_cannot_be_kept);
  ADD ("/book/unfinished-import-is-cleared-away", test_unfinished_import_is_cleared_away);
  ADD ("/book/broken-one-is-passed-over", test_broken_book_is_passed_over);
  ADD ("/queue/all-of-it-is-made", test_all_of_it_is_made);
  ADD ("/queue/goes-on-after-a-restart", test_goes_on_after_a_restart);
  ADD ("/queue/pause-outlives-a-restart", test_pause_outlives_a_restart);
  ADD ("/queue/cancel-keeps-what-was-made", test_cancel_keeps_what_was_made);
  ADD ("/queue/a-run-by-hand-goes-first", test_a_run_by_hand_goes_first);
  ADD ("/queue/an-open-chapter-grows", test_an_open_chapter_grows);
  ADD ("/queue/a-chapter-made-by-hand-stays-in-its-book",
       test_a_chapter_made_by_hand_stays_in_its_book);
  ADD ("/queue/a-failing-part-is-left-out", test_a_failing_part_is_left_out);
  ADD ("/queue/a-voice-that-is-missing-hinders", test_a_voice_that_is_missing_hinders);
  ADD ("/queue/a-disk-that-takes-nothing-pauses", test_a_disk_that_takes_nothing_pauses);
  return g_test_run ();
}
