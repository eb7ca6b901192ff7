/* qora-queue.c: makes the speech of whole books in the background, part after part
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-queue.h"

#include <glib/gi18n.h>

#include "qora-voice.h"

/* Parts for one run: enough that the engine always has several to work on at once. */
#define MAX_PARTS 32
/* As many parts in a row that cannot be made are no accident. */
#define MAX_FAILURES      3
#define PROGRESS_INTERVAL (G_USEC_PER_SEC / 4)

struct _QoraQueue
{
  GObject parent_instance;

  QoraSynthesizer *synthesizer;
  QoraBookList *books;
  QoraSampling sampling;
  QoraPronunciation *pronunciation;
  gboolean put_away;
  gboolean running;
  guint step_source;

  /* The run that is going on; `cancellable` NULL: none is. */
  GCancellable *cancellable;
  QoraBook *book;
  QoraTake *chapter;
  GPtrArray *renderings; /* of QoraRendering, one for each request */
  GArray *parts;         /* guint: the parts of the chapter that they are for */
  guint n_finished;
  guint max_parts; /* of the next run */
  guint n_failures;

  gint64 last_progress;
  gint64 last_part; /* when it was finished, or when the run began */
  double worked;    /* seconds, for so many characters; older work counts for less */
  double worked_chars;
};

enum
{
  PROP_0,
  PROP_RUNNING,
  N_PROPS
};

enum
{
  SIGNAL_PROGRESS,
  SIGNAL_FINISHED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraQueue, qora_queue, G_TYPE_OBJECT)

static void schedule (QoraQueue *self);

static void
set_running (QoraQueue *self, gboolean running)
{
  if (self->running == running)
    return;
  self->running = running;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
emit_progress (QoraQueue *self, gboolean at_once)
{
  gint64 now = g_get_monotonic_time ();

  if (!at_once && now - self->last_progress < PROGRESS_INTERVAL)
    return;
  self->last_progress = now;
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0);
}

/* ---- a run ---- */

static QoraRendering *
get_rendering (QoraQueue *self, gsize request)
{
  return self->renderings->pdata[request];
}

static guint
get_part (QoraQueue *self, gsize request)
{
  return g_array_index (self->parts, guint, request);
}

static void
on_sound (gsize request, const float *samples, gsize n_samples, gpointer user_data)
{
  QoraRendering *rendering = get_rendering (user_data, request);

  qora_sound_append (rendering->sound, samples, n_samples);
  rendering->n_samples += n_samples;
}

static void
on_restarted (gsize request, gpointer user_data)
{
  QoraRendering *rendering = get_rendering (user_data, request);

  qora_sound_truncate (rendering->sound, 0);
  rendering->n_samples = 0;
}

static void
measure (QoraQueue *self, QoraRendering *rendering)
{
  gint64 now = g_get_monotonic_time ();

  self->worked = self->worked * 0.98 + (double) (now - self->last_part) / G_USEC_PER_SEC;
  self->worked_chars = self->worked_chars * 0.98 + (double) g_utf8_strlen (rendering->text, -1);
  self->last_part = now;
}

/* The take holds the sound until it is on disk; a window that shows the take may take it over. */
static void
keep (QoraQueue *self, guint part, QoraRendering *rendering)
{
  g_autoptr (QoraSound) sound = g_object_ref (rendering->sound);

  qora_sound_seal (sound);
  qora_take_set_part (self->chapter, part, rendering);
  qora_take_save (self->chapter);
  qora_take_release_sound (self->chapter, sound);
}

/* The chapter may have been edited in a window meanwhile. */
static gboolean
is_wanted (QoraQueue *self, guint part, QoraRendering *rendering)
{
  return part < qora_take_get_n_parts (self->chapter)
         && g_str_equal (qora_take_get_part_text (self->chapter, part), rendering->text);
}

static void
on_finished (gsize request, QoraEnd end, guint64 seed, gpointer user_data)
{
  QoraQueue *self = user_data;
  QoraRendering *rendering = get_rendering (self, request);
  guint part = get_part (self, request);

  /* Half a part is of no use to anybody here. */
  if (end == QORA_END_STOPPED && g_cancellable_is_cancelled (self->cancellable))
    return;
  self->n_finished = (guint) request + 1;
  if (!is_wanted (self, part, rendering))
    return;
  measure (self, rendering);
  rendering->end = end;
  rendering->seed = seed;
  if (end == QORA_END_STOPPED || rendering->n_samples == 0)
    qora_take_fail_part (self->chapter, part);
  if (rendering->n_samples > 0)
    keep (self, part, rendering);
  self->n_failures = 0;
  emit_progress (self, TRUE);
}

static void
on_progress (const QoraProgress *progress, gpointer user_data)
{
  emit_progress (user_data, FALSE);
}

static void
clear_run (QoraQueue *self)
{
  g_clear_object (&self->cancellable);
  g_clear_object (&self->book);
  g_clear_object (&self->chapter);
  g_ptr_array_set_size (self->renderings, 0);
  g_array_set_size (self->parts, 0);
}

static void
hinder (QoraBook *book, const GError *error)
{
  qora_book_set_hindrance (book, error->message);
  qora_book_set_state (book, QORA_BOOK_PAUSED);
}

/* Which part it was is certain only where it was the only one. */
static void
on_failed (QoraQueue *self, const GError *error)
{
  if (g_error_matches (error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_MODEL))
    {
      hinder (self->book, error);
      return;
    }
  if (self->parts->len > 1 && self->n_finished < self->parts->len)
    {
      self->max_parts = 1;
      return;
    }
  if (is_wanted (self, get_part (self, 0), get_rendering (self, 0)))
    qora_take_fail_part (self->chapter, get_part (self, 0));
  g_message ("%s: %s", qora_take_get_title (self->chapter), error->message);
  if (++self->n_failures == MAX_FAILURES)
    {
      self->n_failures = 0;
      hinder (self->book, error);
    }
}

static void
on_run_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraQueue) self = user_data;
  g_autoptr (GError) error = NULL;

  if (qora_synthesizer_run_finish (QORA_SYNTHESIZER (source), result, &error))
    self->max_parts = MIN (self->max_parts * 2, MAX_PARTS);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
           && !g_error_matches (error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_BUSY))
    on_failed (self, error);
  clear_run (self);
  emit_progress (self, TRUE);
  schedule (self);
}

/* ---- choosing what to do ---- */

/* The book's voice is one that the model has; else the reason why not. */
static gboolean
can_speak (QoraQueue *self, QoraBook *book)
{
  const QoraModelInfo *info = qora_synthesizer_get_info (self->synthesizer);
  const char *voice = qora_book_get_speech (book)->voice;
  g_autofree char *reason = NULL;

  if (info == NULL)
    reason = g_strdup (_ ("There is no voice model"));
  else if (voice != NULL && !g_strv_contains ((const char *const *) info->voices, voice))
    {
      g_autoptr (QoraVoice) known = qora_voice_new (voice);

      /* translators: %s is the name of a voice */
      reason = g_strdup_printf (_ ("The open voice model does not have the voice %s"),
                                qora_voice_get_name (known));
    }
  qora_book_set_hindrance (book, reason);
  return reason == NULL;
}

/* Fills parts and renderings from the first chapter that lacks something. FALSE: none does. */
static gboolean
collect (QoraQueue *self, QoraBook *book)
{
  const QoraBookSpeech *speech = qora_book_get_speech (book);

  for (guint i = 0; i < qora_book_get_n_chapters (book) && self->parts->len == 0; i++)
    {
      QoraTake *chapter = qora_book_get_chapter (book, i);

      for (guint part = 0;
           part < qora_take_get_n_parts (chapter) && self->parts->len < self->max_parts; part++)
        if (qora_take_is_part_missing (chapter, part))
          {
            const char *text = qora_take_get_part_text (chapter, part);
            g_autofree char *spoken
                = qora_pronunciation_apply (self->pronunciation, text, speech->language);
            const QoraRequest request = { .text = spoken,
                                          .voice = speech->voice,
                                          .language = speech->language,
                                          .style = speech->style,
                                          .seed = speech->seed };
            QoraRendering *rendering = qora_rendering_new (&request, text);

            rendering->sound = qora_sound_new ();
            g_array_append_val (self->parts, part);
            g_ptr_array_add (self->renderings, rendering);
            g_set_object (&self->chapter, chapter);
          }
    }
  return self->parts->len > 0;
}

static void
run (QoraQueue *self, QoraBook *book)
{
  static const QoraSynthesisEvents events = { on_sound, on_restarted, on_finished, on_progress };
  g_autofree QoraRequest *requests = g_new0 (QoraRequest, self->parts->len);

  for (guint i = 0; i < self->parts->len; i++)
    {
      const QoraRendering *rendering = get_rendering (self, i);
      const char *spoken = rendering->spoken != NULL ? rendering->spoken : rendering->text;

      requests[i] = (QoraRequest){ spoken,           rendering->voice, rendering->language,
                                   rendering->style, rendering->seed,  self->sampling };
    }
  self->book = g_object_ref (book);
  self->cancellable = g_cancellable_new ();
  self->n_finished = 0;
  self->last_part = g_get_monotonic_time ();
  qora_synthesizer_run_background_async (self->synthesizer, requests, self->parts->len, &events,
                                         self, self->cancellable, on_run_done, g_object_ref (self));
  emit_progress (self, TRUE);
}

/* The next book that can be gone on with. Those that are done leave the line. */
static QoraBook *
choose (QoraQueue *self)
{
  QoraBook *book = NULL;

  while ((book = qora_book_list_get_next_queued (self->books, book)) != NULL)
    {
      if (!can_speak (self, book))
        continue;
      if (collect (self, book))
        return book;
      qora_book_set_state (book, QORA_BOOK_IDLE);
      g_signal_emit (self, signals[SIGNAL_FINISHED], 0, book);
    }
  return NULL;
}

static gboolean
step (gpointer user_data)
{
  QoraQueue *self = user_data;
  QoraBook *book;

  self->step_source = 0;
  if (self->cancellable != NULL || self->put_away)
    return G_SOURCE_REMOVE;
  /* When that is over, there is a next step. */
  if (qora_synthesizer_get_busy (self->synthesizer)
      || qora_synthesizer_get_loading (self->synthesizer))
    return G_SOURCE_REMOVE;
  book = choose (self);
  set_running (self, book != NULL);
  if (book != NULL)
    run (self, book);
  emit_progress (self, TRUE);
  return G_SOURCE_REMOVE;
}

/* Not at once: it is called in the middle of things. */
static void
schedule (QoraQueue *self)
{
  if (self->step_source == 0 && !self->put_away)
    self->step_source = g_idle_add (step, self);
}

/* ---- what others do ---- */

void
qora_queue_start (QoraQueue *self, QoraBook *book)
{
  g_return_if_fail (QORA_IS_QUEUE (self));

  for (guint i = 0; i < qora_book_get_n_chapters (book); i++)
    {
      QoraTake *chapter = qora_book_get_chapter (book, i);

      qora_take_retry (chapter);
      /* What could not be written before, as to a full disk. */
      if (qora_take_has_sound (chapter))
        qora_take_save (chapter);
    }
  qora_book_set_hindrance (book, NULL);
  qora_book_set_state (book, QORA_BOOK_QUEUED);
  schedule (self);
}

static void
leave (QoraQueue *self, QoraBook *book, QoraBookState state)
{
  if (self->book == book)
    g_cancellable_cancel (self->cancellable);
  qora_book_set_state (book, state);
  schedule (self);
  emit_progress (self, TRUE);
}

void
qora_queue_pause (QoraQueue *self, QoraBook *book)
{
  g_return_if_fail (QORA_IS_QUEUE (self));
  leave (self, book, QORA_BOOK_PAUSED);
}

void
qora_queue_cancel (QoraQueue *self, QoraBook *book)
{
  g_return_if_fail (QORA_IS_QUEUE (self));
  qora_book_set_hindrance (book, NULL);
  leave (self, book, QORA_BOOK_IDLE);
}

gboolean
qora_queue_get_running (QoraQueue *self)
{
  g_return_val_if_fail (QORA_IS_QUEUE (self), FALSE);
  return self->running;
}

QoraBook *
qora_queue_get_book (QoraQueue *self)
{
  g_return_val_if_fail (QORA_IS_QUEUE (self), NULL);
  return self->book;
}

QoraTake *
qora_queue_get_chapter (QoraQueue *self)
{
  g_return_val_if_fail (QORA_IS_QUEUE (self), NULL);
  return self->chapter;
}

static void
add_count (QoraBook *book, QoraTakeCount *sum)
{
  QoraTakeCount count;

  qora_book_count (book, &count);
  sum->parts += count.parts;
  sum->made += count.made;
  sum->failed += count.failed;
  sum->characters += count.characters;
  sum->made_characters += count.made_characters;
}

void
qora_queue_get_progress (QoraQueue *self, QoraBook *book, QoraQueueProgress *progress)
{
  GListModel *books;

  g_return_if_fail (QORA_IS_QUEUE (self));

  books = G_LIST_MODEL (self->books);
  *progress = (QoraQueueProgress){ .left = -1 };
  for (guint i = 0; book == NULL && i < g_list_model_get_n_items (books); i++)
    {
      g_autoptr (QoraBook) queued = g_list_model_get_item (books, i);

      if (qora_book_get_state (queued) == QORA_BOOK_QUEUED)
        add_count (queued, &progress->count);
    }
  if (book != NULL)
    add_count (book, &progress->count);
  if (progress->count.characters > 0)
    progress->fraction
        = (double) progress->count.made_characters / (double) progress->count.characters;
  if (self->worked_chars > 0)
    progress->left = (double) (progress->count.characters - progress->count.made_characters)
                     * self->worked / self->worked_chars;
}

void
qora_queue_set_pronunciation (QoraQueue *self, QoraPronunciation *pronunciation)
{
  g_return_if_fail (QORA_IS_QUEUE (self));
  g_set_object (&self->pronunciation, pronunciation);
}

void
qora_queue_set_sampling (QoraQueue *self, const QoraSampling *sampling)
{
  g_return_if_fail (QORA_IS_QUEUE (self));
  self->sampling = *sampling;
}

static gboolean
is_saving (QoraQueue *self)
{
  GListModel *books = G_LIST_MODEL (self->books);

  for (guint i = 0; i < g_list_model_get_n_items (books); i++)
    {
      g_autoptr (QoraBook) book = g_list_model_get_item (books, i);

      if (qora_book_get_saving (book))
        return TRUE;
    }
  return FALSE;
}

void
qora_queue_put_away (QoraQueue *self)
{
  g_return_if_fail (QORA_IS_QUEUE (self));

  self->put_away = TRUE;
  g_clear_handle_id (&self->step_source, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  while (self->cancellable != NULL || is_saving (self))
    g_main_context_iteration (NULL, TRUE);
}

/* ---- the object ---- */

static void
on_save_failed (QoraQueue *self, const GError *error, QoraBook *book)
{
  qora_book_set_hindrance (book, error->message);
  if (qora_book_get_state (book) == QORA_BOOK_QUEUED)
    leave (self, book, QORA_BOOK_PAUSED);
}

static void
on_books_changed (QoraQueue *self, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (QoraBook) book = g_list_model_get_item (G_LIST_MODEL (self->books), i);

      g_signal_handlers_disconnect_by_func (book, on_save_failed, self);
      g_signal_connect_object (book, "save-failed", G_CALLBACK (on_save_failed), self,
                               G_CONNECT_SWAPPED);
    }
  schedule (self);
}

static void
qora_queue_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_RUNNING:
      g_value_set_boolean (value, QORA_QUEUE (object)->running);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_queue_dispose (GObject *object)
{
  QoraQueue *self = QORA_QUEUE (object);

  g_clear_handle_id (&self->step_source, g_source_remove);
  clear_run (self);
  g_clear_object (&self->synthesizer);
  g_clear_object (&self->books);
  g_clear_object (&self->pronunciation);
  G_OBJECT_CLASS (qora_queue_parent_class)->dispose (object);
}

static void
qora_queue_finalize (GObject *object)
{
  QoraQueue *self = QORA_QUEUE (object);

  g_ptr_array_unref (self->renderings);
  g_array_unref (self->parts);
  G_OBJECT_CLASS (qora_queue_parent_class)->finalize (object);
}

static void
qora_queue_class_init (QoraQueueClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = qora_queue_get_property;
  object_class->dispose = qora_queue_dispose;
  object_class->finalize = qora_queue_finalize;
  properties[PROP_RUNNING]
      = g_param_spec_boolean ("running", NULL, NULL, FALSE,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", QORA_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FINISHED] = g_signal_new ("finished", QORA_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, QORA_TYPE_BOOK);
}

static void
qora_queue_init (QoraQueue *self)
{
  self->renderings = g_ptr_array_new_with_free_func ((GDestroyNotify) qora_rendering_unref);
  self->parts = g_array_new (FALSE, FALSE, sizeof (guint));
  self->max_parts = MAX_PARTS;
}

QoraQueue *
qora_queue_new (QoraSynthesizer *synthesizer, QoraBookList *books)
{
  QoraQueue *self = g_object_new (QORA_TYPE_QUEUE, NULL);

  self->synthesizer = g_object_ref (synthesizer);
  self->books = g_object_ref (books);
  g_signal_connect_object (synthesizer, "notify::busy", G_CALLBACK (schedule), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (synthesizer, "notify::loading", G_CALLBACK (schedule), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (synthesizer, "notify::path", G_CALLBACK (schedule), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (books, "items-changed", G_CALLBACK (on_books_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}
