/* test-take.c: what is generated is on disk, whole, and comes back as it was
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gstdio.h>
#include <math.h>

#include "folder.h"
#include "qora-project.h"
#include "qora-take-file.h"

typedef struct
{
  char *folder;
  QoraSynthesizer *synthesizer;
  QoraScript *script;
  QoraTakeList *takes;
  QoraProject *project;
  gboolean finished;
} Fixture;

static void
spin_until (gboolean *flag)
{
  while (!*flag)
    g_main_context_iteration (NULL, TRUE);
  *flag = FALSE;
}

static void
wait_for_disk (QoraTake *take)
{
  while (qora_take_get_saving (take))
    g_main_context_iteration (NULL, TRUE);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_true (qora_synthesizer_open_finish (QORA_SYNTHESIZER (source), result, NULL));
  f->finished = TRUE;
}

static void
on_finished (QoraProject *project, const GError *error, Fixture *f)
{
  g_assert_no_error (error);
  f->finished = TRUE;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("qora-takes-XXXXXX", NULL);
  f->synthesizer = qora_synthesizer_new (&qora_fake_engine);
  f->script = qora_script_new ();
  f->takes = qora_take_list_new (f->folder);
  f->project = qora_project_new (f->script, f->synthesizer, f->takes);
  g_signal_connect (f->project, "finished", G_CALLBACK (on_finished), f);
  qora_synthesizer_open_async (f->synthesizer, "/", 0, NULL, on_opened, f);
  spin_until (&f->finished);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->project);
  g_object_unref (f->script);
  g_object_unref (f->synthesizer);
  g_object_unref (f->takes);
  folder_remove (f->folder);
  g_free (f->folder);
}

static void
generate (Fixture *f, const char *text, QoraScope scope, guint index)
{
  QoraGenerationOptions options
      = { .scope = scope, .index = index, .voice = "ryan", .seed = 7, .pause = 0.4 };

  qora_script_set_text (f->script, text, 300);
  qora_project_generate (f->project, text, &options);
  spin_until (&f->finished);
  wait_for_disk (qora_project_get_take (f->project));
}

static guint
count_sound_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_prefix (name, "part-");
  return n;
}

static void
on_sound_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  QoraSound **sound = user_data;
  g_autoptr (GError) error = NULL;

  *sound = qora_take_load_sound_finish (QORA_TAKE (source), result, &error);
  g_assert_no_error (error);
}

static QoraSound *
load_sound (QoraTake *take)
{
  QoraSound *sound = NULL;

  qora_take_load_sound_async (take, NULL, on_sound_loaded, &sound);
  while (sound == NULL)
    g_main_context_iteration (NULL, TRUE);
  return sound;
}

/* The same samples, but for the 16 bits that files have. */
static void
assert_same_sound (QoraSound *a, QoraSound *b)
{
  gsize n = qora_sound_get_n_samples (a);
  g_autofree float *first = g_new (float, n);
  g_autofree float *second = g_new (float, n);

  g_assert_cmpuint (qora_sound_get_n_samples (b), ==, n);
  qora_sound_read (a, 0, first, n);
  qora_sound_read (b, 0, second, n);
  for (gsize i = 0; i < n; i++)
    if (fabsf (first[i] - second[i]) > 1.0f / 16384)
      g_error ("sample %" G_GSIZE_FORMAT " is %f, was %f", i, second[i], first[i]);
}

static void
test_comes_back (Fixture *f, gconstpointer unused)
{
  QoraTake *take;
  g_autoptr (QoraTake) again = NULL;
  g_autoptr (QoraSound) sound = NULL;
  g_autoptr (QoraScript) script = qora_script_new ();
  g_autoptr (GError) error = NULL;

  generate (f, "The title.\nAnd a second part of it.", QORA_SCOPE_STALE, 0);
  take = qora_project_get_take (f->project);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->takes)), ==, 1);

  again = qora_take_load (qora_take_get_folder (take), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (qora_take_get_title (again), ==, "The title.");
  g_assert_cmpstr (qora_take_get_text (again), ==, "The title.\nAnd a second part of it.");
  g_assert_cmpstr (qora_take_get_voice (again), ==, "ryan");
  g_assert_cmpuint (qora_take_get_rendering (again)->seed, ==, 7);

  sound = load_sound (again);
  assert_same_sound (qora_project_get_sound (f->project), sound);

  qora_script_set_text (script, qora_take_get_text (again), 300);
  qora_take_apply (again, script);
  g_assert_cmpuint (qora_script_get_n_stale (script), ==, 0);
  g_assert_true (qora_script_is_arranged (script, sound, 0.4));
}

static void
test_edit_makes_one_part (Fixture *f, gconstpointer unused)
{
  QoraTake *take;
  QoraRendering *first;

  generate (f, "One.\nTwo.\nThree.", QORA_SCOPE_STALE, 0);
  take = qora_project_get_take (f->project);
  first = qora_part_get_rendering (qora_script_get_part (f->script, 0));
  generate (f, "One.\nTwo is another now.\nThree.", QORA_SCOPE_STALE, 0);

  g_assert_true (qora_project_get_take (f->project) == take);
  g_assert_true (qora_part_get_rendering (qora_script_get_part (f->script, 0)) == first);
  g_assert_cmpuint (qora_script_get_n_stale (f->script), ==, 0);
  /* The sound of the old second part is gone from the disk. */
  g_assert_cmpuint (count_sound_files (qora_take_get_folder (take)), ==, 3);
}

static void
test_redo_keeps_the_others (Fixture *f, gconstpointer unused)
{
  QoraRendering *second;
  g_autoptr (QoraSound) before = NULL;
  gsize length;

  generate (f, "One.\nTwo.\nThree.", QORA_SCOPE_STALE, 0);
  before = g_object_ref (qora_project_get_sound (f->project));
  length = qora_sound_get_n_samples (before);
  second = qora_part_get_rendering (qora_script_get_part (f->script, 1));
  generate (f, "One.\nTwo.\nThree.", QORA_SCOPE_ONE, 1);

  g_assert_true (qora_part_get_rendering (qora_script_get_part (f->script, 1)) != second);
  g_assert_true (qora_project_get_sound (f->project) != before);
  g_assert_cmpuint (qora_sound_get_n_samples (qora_project_get_sound (f->project)), ==, length);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->takes)), ==, 1);
}

static void
test_everything_anew_is_another_take (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraTake) take = NULL;

  generate (f, "One.\nTwo.", QORA_SCOPE_STALE, 0);
  take = g_object_ref (qora_project_get_take (f->project));
  generate (f, "One.\nTwo.", QORA_SCOPE_STALE, 0);

  g_assert_true (qora_project_get_take (f->project) != take);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->takes)), ==, 2);
  g_assert_true (qora_take_has_sound (take));
  g_assert_cmpuint (count_sound_files (qora_take_get_folder (take)), ==, 2);
}

static void
test_pause_between_parts (Fixture *f, gconstpointer unused)
{
  QoraRendering *first;
  QoraRendering *second;
  float silence[100];

  generate (f, "One.\nTwo.", QORA_SCOPE_STALE, 0);
  first = qora_part_get_rendering (qora_script_get_part (f->script, 0));
  second = qora_part_get_rendering (qora_script_get_part (f->script, 1));
  g_assert_cmpuint (second->start - first->start - first->n_samples, ==,
                    (gsize) (0.4 * QORA_SOUND_RATE));
  qora_sound_read (qora_project_get_sound (f->project), first->n_samples + 10, silence, 100);
  for (int i = 0; i < 100; i++)
    g_assert_cmpfloat (silence[i], ==, 0);
}

static QoraRendering *
get_rendering (Fixture *f, guint index)
{
  return qora_part_get_rendering (qora_script_get_part (f->script, index));
}

static void
assert_silence (QoraSound *sound, gsize from, gsize n)
{
  g_autofree float *samples = g_new (float, n);

  g_assert_cmpuint (qora_sound_read (sound, from, samples, n), ==, n);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (samples[i], ==, 0);
}

static void
test_silence_marks (Fixture *f, gconstpointer unused)
{
  static const gsize gaps[] = { 6000, 19200, 0, 2400 }; /* before each part, and at the end */
  QoraSound *sound;
  QoraTake *take;
  gsize at = 0;
  g_autoptr (QoraTake) again = NULL;
  g_autoptr (QoraSound) loaded = NULL;
  g_autoptr (GError) error = NULL;

  generate (f, "{silence 0.25s}One.{silence 0.8s} Two\n{silence 0s}\nThree.{silence 100ms}",
            QORA_SCOPE_STALE, 0);
  sound = qora_project_get_sound (f->project);
  take = qora_project_get_take (f->project);
  g_assert_cmpuint (qora_script_get_n_parts (f->script), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      assert_silence (sound, at, gaps[i]);
      g_assert_cmpuint (get_rendering (f, i)->start, ==, at + gaps[i]);
      g_assert_null (strchr (get_rendering (f, i)->text, '{'));
      at += gaps[i] + get_rendering (f, i)->n_samples;
    }
  assert_silence (sound, at, gaps[3]);
  g_assert_cmpuint (qora_sound_get_n_samples (sound), ==, at + gaps[3]);
  g_assert_cmpfloat (qora_take_get_duration (take), ==, qora_sound_get_duration (sound));
  g_assert_cmpstr (qora_take_get_title (take), ==, "One. Two");

  again = qora_take_load (qora_take_get_folder (take), &error);
  g_assert_no_error (error);
  loaded = load_sound (again);
  assert_same_sound (sound, loaded);
}

static void
test_another_silence_makes_nothing_anew (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraTake) take = NULL;
  QoraRendering *first;
  QoraRendering *second;

  generate (f, "One.{silence 0.8s} Two.", QORA_SCOPE_STALE, 0);
  take = g_object_ref (qora_project_get_take (f->project));
  first = get_rendering (f, 0);
  second = get_rendering (f, 1);
  generate (f, "One.{silence 1.5s} Two.", QORA_SCOPE_STALE, 0);

  g_assert_true (qora_project_get_take (f->project) == take);
  g_assert_true (get_rendering (f, 0) == first);
  g_assert_true (get_rendering (f, 1) == second);
  g_assert_cmpuint (second->start, ==, first->n_samples + 36000);
  assert_silence (qora_project_get_sound (f->project), first->n_samples, 36000);
  g_assert_true (qora_script_is_arranged (f->script, qora_project_get_sound (f->project), 0.4));
}

static void
test_pronunciation_is_kept (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraPronunciation) list
      = qora_pronunciation_parse ("SQL\ta very long word indeed", "list", NULL);
  g_autoptr (QoraScript) script = qora_script_new ();
  g_autoptr (QoraSound) sound = NULL;
  g_autoptr (QoraTake) again = NULL;
  gsize written;

  generate (f, "SQL.", QORA_SCOPE_STALE, 0);
  written = get_rendering (f, 0)->n_samples;
  qora_script_set_pronunciation (f->script, list);
  g_assert_cmpuint (qora_script_get_n_stale (f->script), ==, 1);
  generate (f, "SQL.", QORA_SCOPE_STALE, 0);
  g_assert_cmpuint (qora_script_get_n_stale (f->script), ==, 0);
  /* The engine that hums does so for as long as what it is given. */
  g_assert_cmpuint (get_rendering (f, 0)->n_samples, >, 2 * written);
  g_assert_cmpstr (get_rendering (f, 0)->text, ==, "SQL.");
  g_assert_cmpstr (get_rendering (f, 0)->spoken, ==, "a very long word indeed.");

  again = qora_take_load (qora_take_get_folder (qora_project_get_take (f->project)), NULL);
  sound = load_sound (again);
  qora_script_set_pronunciation (script, list);
  qora_script_set_text (script, qora_take_get_text (again), 300);
  qora_take_apply (again, script);
  g_assert_cmpuint (qora_script_get_n_stale (script), ==, 0);
  qora_script_set_pronunciation (script, NULL);
  g_assert_cmpuint (qora_script_get_n_stale (script), ==, 1);
}

static void
test_text_edited_meanwhile (Fixture *f, gconstpointer unused)
{
  QoraGenerationOptions options = { .voice = "ryan", .seed = 7 };

  qora_script_set_text (f->script, "One.\nTwo.", 300);
  qora_project_generate (f->project, "One.\nTwo.", &options);
  qora_script_set_text (f->script, "One.\nTwo, and more.", 300);
  spin_until (&f->finished);
  g_assert_cmpstr (get_rendering (f, 1)->text, ==, "Two.");
  g_assert_cmpuint (qora_script_get_n_stale (f->script), ==, 1);
  wait_for_disk (qora_project_get_take (f->project));
}

static void
test_sound_can_go_and_come_back (Fixture *f, gconstpointer unused)
{
  QoraTake *take;

  generate (f, "One.", QORA_SCOPE_STALE, 0);
  take = qora_project_get_take (f->project);
  qora_take_drop_sound (take);
  wait_for_disk (take);
  g_assert_false (qora_take_has_sound (take));
  g_assert_cmpuint (count_sound_files (qora_take_get_folder (take)), ==, 1);

  qora_take_restore_sound (take);
  wait_for_disk (take);
  g_assert_true (qora_take_has_sound (take));

  qora_take_drop_sound (take);
  qora_take_purge_sound (take);
  wait_for_disk (take);
  g_assert_cmpuint (count_sound_files (qora_take_get_folder (take)), ==, 0);
  g_assert_cmpstr (qora_take_get_text (take), ==, "One.");
}

static void
test_search (Fixture *f, gconstpointer unused)
{
  QoraTake *take;

  generate (f, "The Wind in the Willows, Käpt’n.", QORA_SCOPE_STALE, 0);
  take = qora_project_get_take (f->project);
  g_assert_true (qora_take_matches (take, ""));
  g_assert_true (qora_take_matches (take, "willows WIND"));
  g_assert_true (qora_take_matches (take, "KÄPT"));
  g_assert_true (qora_take_matches (take, "ryan"));
  g_assert_false (qora_take_matches (take, "willows rain"));
}

static void
test_list_reads_the_disk (Fixture *f, gconstpointer unused)
{
  g_autoptr (QoraTakeList) list = qora_take_list_new (f->folder);
  g_autofree char *stray = g_build_filename (f->folder, "stray", NULL);
  QoraTake *take;

  generate (f, "One.", QORA_SCOPE_STALE, 0);
  take = qora_project_get_take (f->project);
  g_assert_cmpint (g_mkdir (stray, 0700), ==, 0);
  qora_take_list_load (list);
  while (!qora_take_list_get_loaded (list))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1);
  g_assert_nonnull (qora_take_list_find (list, qora_take_get_id (take)));
}

static void
test_broken_files (void)
{
  static const char *const broken[] = {
    "",
    "null",
    "[1, 2]",
    "{\"format\": 1}",
    "{\"format\": 2, \"created\": 1, \"text\": \"\", \"parts\": []}",
    "{\"format\": 1, \"created\": \"x\", \"text\": \"\", \"parts\": []}",
    "{\"format\": 1, \"created\": 1, \"text\": 5, \"parts\": []}",
    "{\"format\": 1, \"created\": 1, \"text\": \"\", \"parts\": [3]}",
    "{\"format\": 1, \"created\": 1, \"text\": \"\", \"parts\": [{\"text\": \"a\", \"sound\": "
    "{\"file\": \"../../etc/passwd\", \"samples\": 1, \"text\": \"a\", \"seed\": \"1\"}}]}",
    "{\"format\": 1, \"created\": 1, \"text\": \"\", \"parts\": [{\"text\": \"a\", \"sound\": "
    "{\"file\": \"part-1.flac\", \"samples\": -1, \"text\": \"a\", \"seed\": \"1\"}}]}",
    "{\"format\": 1, \"created\": 1, \"text\": \"\", \"parts\": [{\"text\": \"a\", \"sound\": "
    "{\"file\": \"part-1.flac\", \"samples\": 1, \"text\": \"a\", \"seed\": \"one\"}}]}",
  };
  g_autofree char *deep = g_strnfill (100000, '[');

  for (gsize i = 0; i <= G_N_ELEMENTS (broken); i++)
    {
      const char *json = i < G_N_ELEMENTS (broken) ? broken[i] : deep;
      g_autoptr (GError) error = NULL;
      QoraTakeFile file;

      g_assert_false (qora_take_file_parse (json, strlen (json), "take.json", &file, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, "take.json"));
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("QORA_FAKE_RTF", "0.01", TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
  ADD ("/take/comes-back", test_comes_back);
  ADD ("/take/edit-makes-one-part", test_edit_makes_one_part);
  ADD ("/take/redo-keeps-the-others", test_redo_keeps_the_others);
  ADD ("/take/everything-anew-is-another-take", test_everything_anew_is_another_take);
  ADD ("/take/pause-between-parts", test_pause_between_parts);
  ADD ("/take/silence-marks", test_silence_marks);
  ADD ("/take/another-silence-makes-nothing-anew", test_another_silence_makes_nothing_anew);
  ADD ("/take/pronunciation-is-kept", test_pronunciation_is_kept);
  ADD ("/take/text-edited-meanwhile", test_text_edited_meanwhile);
  ADD ("/take/sound-can-go-and-come-back", test_sound_can_go_and_come_back);
  ADD ("/take/search", test_search);
  ADD ("/take/list-reads-the-disk", test_list_reads_the_disk);
  g_test_add_func ("/take/broken-files", test_broken_files);
  return g_test_run ();
}
