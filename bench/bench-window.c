/* bench-window.c: how long the window is deaf to its user while it loads, speaks and saves
 *
 * Run it on an idle machine with a display; QORA_ENGINE and QORA_AUDIO_SINK work as ever. The takes
 * go to XDG_DATA_HOME, which should be an empty folder. QORA_BENCH_MODEL names the folder of the
 * checkpoint that is packed in the end; without it nothing is. With --start it ends when the window
 * is there. The first start in a fresh session also starts the accessibility services, which a
 * desktop has running; the later ones are the warm ones.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "qora-window-private.h"

#define PROBE      2  /* ms between two looks at the clock */
#define START_TIME 22 /* field of /proc/self/stat: clock ticks, see proc(5) */

typedef enum
{
  PHASE_START,
  PHASE_LOAD,
  PHASE_SPEAK,
  PHASE_SAVE,
  PHASE_OPEN,
  PHASE_ADD_BOOK,
  PHASE_MAKE_BOOK,
  PHASE_CONVERT,
  N_PHASES
} Phase;

static const char *const names[N_PHASES] = {
  "start until the window is drawn",
  "load the voice",
  "speak",
  "save as FLAC",
  "open a take",
  "add a book of 300 pages",
  "make 24 parts of it",
  "pack a voice model",
};

/* The book; a page has 1800 characters. */
#define N_CHAPTERS   30
#define N_PARAGRAPHS 80
#define PARAGRAPH    225 /* characters */
#define N_MADE       24

typedef struct
{
  QoraApplication *app;
  QoraWindow *window;
  Phase phase;
  gboolean only_start;
  gboolean begun; /* what the phase waits for has started */
  gint64 last;
  double stall[N_PHASES]; /* ms, the longest */
  double last_work;       /* ms of processor time of this thread */
  double work[N_PHASES];  /* ms, the most without a look at the clock: what a stall would be without
                             other programs in the way */
  double took[N_PHASES];  /* ms */
  gint64 phase_began;
  char *path;
  QoraTake *take;
  QoraBook *book;
  long memory[N_PHASES]; /* MiB at the end of each */
} Bench;

static long
get_memory (void)
{
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL)
      || (line = strstr (status, "VmRSS:")) == NULL)
    return 0;
  return strtol (line + 6, NULL, 10) / 1024;
}

static void
next_phase (Bench *bench)
{
  gint64 now = g_get_monotonic_time ();

  bench->memory[bench->phase] = get_memory ();
  bench->took[bench->phase] = (double) (now - bench->phase_began) / 1000;
  bench->phase_began = now;
  bench->phase++;
  bench->begun = FALSE;
}

static double
get_work (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void
report (Bench *bench)
{
  for (int i = 0; i < (bench->only_start ? PHASE_LOAD : N_PHASES); i++)
    printf ("%-32s %8.0f ms, longest stall %6.1f ms, most work at a time %6.1f ms, then %4ld MiB\n",
            names[i], bench->took[i], bench->stall[i], bench->work[i], bench->memory[i]);
}

static void
activate (Bench *bench, const char *action, GVariant *parameter)
{
  g_action_group_activate_action (G_ACTION_GROUP (bench->window), action, parameter);
}

/* Microseconds of the monotonic clock, to the hundredth of a second that the system keeps: before
 * the libraries were loaded. */
static gint64
get_process_start (void)
{
  g_autofree char *stat = NULL;
  struct timespec now;
  const char *field;
  gint64 started;

  if (!g_file_get_contents ("/proc/self/stat", &stat, NULL, NULL))
    return g_get_monotonic_time ();
  field = strrchr (stat, ')'); /* the end of field 2, which may hold spaces */
  for (int i = 2; i < START_TIME && field != NULL; i++)
    field = strchr (field + 1, ' ');
  if (field == NULL)
    return g_get_monotonic_time ();
  started = g_ascii_strtoll (field, NULL, 10) * G_USEC_PER_SEC / sysconf (_SC_CLK_TCK);
  clock_gettime (CLOCK_BOOTTIME, &now);
  return g_get_monotonic_time () - (now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000 - started);
}

static gboolean
is_drawn (QoraWindow *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));

  return gtk_widget_get_mapped (GTK_WIDGET (window)) && clock != NULL
         && gdk_frame_clock_get_frame_counter (clock) > 0;
}

static void
step_start (Bench *bench)
{
  bench->window = QORA_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (bench->app)));
  if (bench->window == NULL || !is_drawn (bench->window))
    return;
  next_phase (bench);
  if (!bench->only_start)
    return;
  report (bench);
  g_application_quit (G_APPLICATION (bench->app));
}

static void
step_speak (Bench *bench)
{
  gboolean running = qora_project_get_running (bench->window->project);

  if (!bench->begun && !running)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      for (int i = 0; i < 12; i++)
        g_string_append_printf (text, "Paragraph %d has a sentence, and then it has another one.\n",
                                i);
      qora_script_view_set_text (bench->window->script_view, text->str);
      activate (bench, "generate", NULL);
      bench->begun = TRUE;
    }
  else if (bench->begun && !running)
    next_phase (bench);
}

static void
step_save (Bench *bench)
{
  if (!bench->begun)
    {
      bench->path = g_build_filename (g_get_user_data_dir (), "bench.flac", NULL);
      activate (bench, "export", g_variant_new_string (bench->path));
      bench->begun = TRUE;
    }
  else if (bench->window->saving == NULL)
    next_phase (bench);
}

static void
step_open (Bench *bench)
{
  QoraProject *project = bench->window->project;

  if (bench->take == NULL && !qora_take_get_saving (qora_project_get_take (project)))
    {
      bench->take = g_object_ref (qora_project_get_take (project));
      qora_project_open (project, NULL);
      qora_project_open (project, bench->take);
    }
  else if (bench->take != NULL && qora_project_get_sound (project) != NULL)
    next_phase (bench);
}

static void
step_convert (Bench *bench)
{
  QoraModelsLibrary *library = qora_application_get_library (bench->app);
  const char *path = g_getenv ("QORA_BENCH_MODEL");

  if (!bench->begun)
    {
      g_autoptr (QoraModel) model
          = path != NULL ? qora_model_new (path, QORA_MODEL_ADDED, NULL) : NULL;

      if (model != NULL && !qora_model_is_packed (model))
        qora_models_library_convert (library, model);
      bench->begun = TRUE;
    }
  else if (!qora_models_library_get_busy (library))
    next_phase (bench);
}

static QoraDocument *
make_document (void)
{
  QoraDocument *document = qora_document_new ();

  for (int i = 0; i < N_CHAPTERS; i++)
    {
      QoraChapter *chapter = qora_document_add_chapter (document, "A Chapter");

      for (int j = 0; j < N_PARAGRAPHS; j++)
        {
          g_autoptr (GString) text = g_string_new (NULL);

          while (text->len < PARAGRAPH)
            g_string_append_printf (text, "Paragraph %d of chapter %d goes on. ", j, i);
          qora_chapter_add_part (chapter, QORA_CHAPTER_PART_PARAGRAPH, text->str);
        }
    }
  return document;
}

static void
step_add_book (Bench *bench)
{
  GListModel *books = G_LIST_MODEL (bench->window->books);

  if (!bench->begun)
    {
      g_autoptr (QoraDocument) document = make_document ();

      qora_window_add_book (bench->window, document);
      bench->begun = TRUE;
    }
  else if (g_list_model_get_n_items (books) > 0)
    {
      bench->book = g_list_model_get_item (books, 0);
      next_phase (bench);
    }
}

static void
step_make_book (Bench *bench)
{
  QoraTakeCount count;

  if (!bench->begun)
    {
      qora_queue_start (bench->window->queue, bench->book);
      bench->begun = TRUE;
    }
  qora_take_count (qora_book_get_chapter (bench->book, 0), &count);
  if (count.made < N_MADE)
    return;
  qora_queue_cancel (bench->window->queue, bench->book);
  next_phase (bench);
}

static gboolean
on_probe (gpointer user_data)
{
  Bench *bench = user_data;
  gint64 now = g_get_monotonic_time ();
  double work = get_work ();

  if (bench->phase < N_PHASES)
    {
      bench->stall[bench->phase]
          = MAX (bench->stall[bench->phase], (double) (now - bench->last) / 1000 - PROBE);
      bench->work[bench->phase] = MAX (bench->work[bench->phase], work - bench->last_work);
    }
  bench->last = now;
  bench->last_work = work;
  switch (bench->phase)
    {
    case PHASE_START:
      step_start (bench);
      break;
    case PHASE_LOAD:
      if (qora_synthesizer_get_path (bench->window->synthesizer) != NULL)
        next_phase (bench);
      break;
    case PHASE_SPEAK:
      step_speak (bench);
      break;
    case PHASE_SAVE:
      step_save (bench);
      break;
    case PHASE_OPEN:
      step_open (bench);
      break;
    case PHASE_ADD_BOOK:
      step_add_book (bench);
      break;
    case PHASE_MAKE_BOOK:
      step_make_book (bench);
      break;
    case PHASE_CONVERT:
      step_convert (bench);
      break;
    default:
      report (bench);
      g_application_quit (G_APPLICATION (bench->app));
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static void
on_startup (GApplication *app, Bench *bench)
{
  bench->last = g_get_monotonic_time ();
  g_timeout_add_full (G_PRIORITY_HIGH, PROBE, on_probe, bench, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (QoraApplication) app = qora_application_new ();
  Bench bench = { .app = app, .phase_began = get_process_start () };
  int status;

  if (argc == 2 && g_str_equal (argv[1], "--start"))
    {
      bench.only_start = TRUE;
      argc = 1;
    }
  g_signal_connect (app, "startup", G_CALLBACK (on_startup), &bench);
  status = g_application_run (G_APPLICATION (app), argc, argv);
  g_clear_object (&bench.take);
  g_clear_object (&bench.book);
  g_free (bench.path);
  return status;
}
