/* qora-generation.c: one run that makes some parts of a script and puts the take's sound together
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-generation.h"

#include "qora-pause.h"

struct _QoraGeneration
{
  GObject parent_instance;

  GPtrArray *parts;  /* all of the script's, in order */
  GArray *wanted;    /* guint: those to make */
  GPtrArray *texts;  /* of those, as they were when the run began: the user may go on to write */
  GPtrArray *spoken; /* the same as they are for the engine */
  guint next;        /* first part that is not in the sound yet */
  QoraSound *sound;
  QoraRendering *current; /* of the part in work, NULL between parts */
  gsize current_request;
  char *voice;
  char *language;
  char *style;
  QoraGenerationOptions options; /* its strings are those above */
  GCancellable *cancellable;
  gboolean running;
  double first_made;
  QoraProgress progress;
};

enum
{
  SIGNAL_PROGRESS,
  SIGNAL_PART_FINISHED,
  SIGNAL_FINISHED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraGeneration, qora_generation, G_TYPE_OBJECT)

/* How long a text is likely to take, where nothing of it was measured yet. */
#define CHARACTERS_PER_SECOND 14.0

/* What lies between the part that comes next and the one before it, if there is anything before,
 * which ends at sample `at`. */
static gsize
get_pause (QoraGeneration *self, guint index, gsize at)
{
  gboolean after_paragraph
      = index > 0 && qora_part_get_ends_paragraph (self->parts->pdata[index - 1]);
  double before;
  double after;

  qora_part_get_silence (self->parts->pdata[index], &before, &after);
  return qora_pause_get_samples (before, after_paragraph, index > 0 ? self->options.pause : 0, at);
}

static void
append_pause (QoraGeneration *self)
{
  gsize at = qora_sound_get_n_samples (self->sound);

  if (self->next == 0 || at > 0)
    qora_sound_append_silence (self->sound, get_pause (self, self->next, at));
}

/* The silence that the text ends with, if its last part was reached. */
static void
append_end (QoraGeneration *self)
{
  QoraPart *last = self->parts->len > 0 ? self->parts->pdata[self->parts->len - 1] : NULL;
  QoraRendering *rendering = last != NULL ? qora_part_get_rendering (last) : NULL;
  double before;
  double after;

  if (rendering == NULL || rendering->sound != self->sound)
    return;
  qora_part_get_silence (last, &before, &after);
  qora_sound_append_silence (
      self->sound,
      qora_pause_get_samples (after, FALSE, 0, qora_sound_get_n_samples (self->sound)));
}

/* Copies the parts before `end` that are not in the sound yet. */
static void
copy_kept (QoraGeneration *self, guint end)
{
  for (; self->next < end; self->next++)
    {
      QoraRendering *rendering = qora_part_get_rendering (self->parts->pdata[self->next]);

      if (rendering == NULL || rendering->sound == NULL)
        continue;
      append_pause (self);
      qora_rendering_move (rendering, self->sound);
    }
}

static QoraPart *
get_wanted (QoraGeneration *self, gsize request)
{
  return self->parts->pdata[g_array_index (self->wanted, guint, request)];
}

static void
fill_request (QoraGeneration *self, gsize index, QoraRequest *request)
{
  request->text = self->spoken->pdata[index];
  request->voice = self->voice;
  request->language = self->language;
  request->style = self->style;
  request->seed = self->options.seed;
  request->sampling = self->options.sampling;
}

/* The part's turn has come: everything before it goes into the sound. */
static void
begin_part (QoraGeneration *self, gsize request)
{
  guint index = g_array_index (self->wanted, guint, request);
  QoraRequest description;

  copy_kept (self, index);
  append_pause (self);
  self->next = index + 1;
  fill_request (self, request, &description);
  self->current = qora_rendering_new (&description, self->texts->pdata[request]);
  self->current->sound = g_object_ref (self->sound);
  self->current->start = qora_sound_get_n_samples (self->sound);
  self->current_request = request;
  if (request == 0)
    self->first_made = qora_rendering_get_begin (self->current);
  qora_part_set_activity (get_wanted (self, request), QORA_PART_MAKING, 0);
}

static double
estimate_seconds (QoraPart *part)
{
  return MAX (1.0, g_utf8_strlen (qora_part_get_text (part), -1) / CHARACTERS_PER_SECOND);
}

static void
on_sound (gsize request, const float *samples, gsize n_samples, gpointer user_data)
{
  QoraGeneration *self = user_data;

  if (self->current == NULL)
    begin_part (self, request);
  qora_sound_append (self->sound, samples, n_samples);
  self->current->n_samples += n_samples;
}

static void
on_restarted (gsize request, gpointer user_data)
{
  QoraGeneration *self = user_data;

  if (self->current == NULL || self->current_request != request)
    return;
  qora_sound_truncate (self->sound, self->current->start);
  self->current->n_samples = 0;
}

static void
on_finished (gsize request, QoraEnd end, guint64 seed, gpointer user_data)
{
  QoraGeneration *self = user_data;
  QoraPart *part = get_wanted (self, request);
  g_autoptr (QoraRendering) rendering = NULL;

  if (self->current == NULL)
    begin_part (self, request);
  rendering = g_steal_pointer (&self->current);
  rendering->end = end;
  rendering->seed = seed;
  qora_part_set_activity (part, QORA_PART_WAITING, 0);
  if (rendering->n_samples == 0)
    return;
  qora_part_set_rendering (part, rendering);
  g_signal_emit (self, signals[SIGNAL_PART_FINISHED], 0, part);
}

static void
on_progress (const QoraProgress *progress, gpointer user_data)
{
  QoraGeneration *self = user_data;

  self->progress = *progress;
  if (self->current == NULL)
    begin_part (self, progress->request);
  if (self->current_request == progress->request)
    {
      QoraPart *part = get_wanted (self, progress->request);
      double fraction = qora_rendering_get_duration (self->current) / estimate_seconds (part);

      qora_part_set_activity (part, QORA_PART_MAKING, MIN (fraction, 0.98));
    }
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0);
}

static void
finish (QoraGeneration *self, GError *error)
{
  for (guint i = 0; i < self->wanted->len; i++)
    qora_part_set_activity (get_wanted (self, i), QORA_PART_WAITING, 0);
  copy_kept (self, self->parts->len);
  append_end (self);
  qora_sound_seal (self->sound);
  self->running = FALSE;
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0, error);
}

static void
on_run_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraGeneration) self = user_data;
  g_autoptr (GError) error = NULL;

  qora_synthesizer_run_finish (QORA_SYNTHESIZER (source), result, &error);
  /* A run that failed half way through a part leaves what there is of it. */
  if (self->current != NULL)
    on_finished (self->current_request, QORA_END_STOPPED, self->current->seed, self);
  finish (self, error);
}

gboolean
qora_generation_options_want (const QoraGenerationOptions *options, QoraPart *part, guint index)
{
  switch (options->scope)
    {
    case QORA_SCOPE_ALL:
      return TRUE;
    case QORA_SCOPE_ONE:
      return index == options->index;
    case QORA_SCOPE_FROM:
      return index >= options->index && qora_part_is_stale (part);
    case QORA_SCOPE_STALE:
    default:
      return qora_part_is_stale (part);
    }
}

static void
choose_parts (QoraGeneration *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    if (qora_generation_options_want (&self->options, self->parts->pdata[i], i))
      {
        g_array_append_val (self->wanted, i);
        g_ptr_array_add (self->texts, g_strdup (qora_part_get_text (self->parts->pdata[i])));
        g_ptr_array_add (self->spoken,
                         qora_part_make_spoken (self->parts->pdata[i], self->language));
      }
}

void
qora_generation_start (QoraGeneration *self, QoraSynthesizer *synthesizer)
{
  static const QoraSynthesisEvents events = { on_sound, on_restarted, on_finished, on_progress };
  g_autofree QoraRequest *requests = NULL;

  g_return_if_fail (QORA_IS_GENERATION (self));
  g_return_if_fail (!self->running);

  if (self->wanted->len == 0)
    {
      finish (self, NULL);
      return;
    }
  requests = g_new0 (QoraRequest, self->wanted->len);
  for (guint i = 0; i < self->wanted->len; i++)
    {
      fill_request (self, i, &requests[i]);
      qora_part_set_activity (get_wanted (self, i), QORA_PART_QUEUED, 0);
    }
  self->running = TRUE;
  copy_kept (self, g_array_index (self->wanted, guint, 0));
  qora_synthesizer_run_async (synthesizer, requests, self->wanted->len, &events, self,
                              self->cancellable, on_run_done, g_object_ref (self));
}

void
qora_generation_stop (QoraGeneration *self)
{
  g_return_if_fail (QORA_IS_GENERATION (self));
  g_cancellable_cancel (self->cancellable);
}

QoraSound *
qora_generation_get_sound (QoraGeneration *self)
{
  g_return_val_if_fail (QORA_IS_GENERATION (self), NULL);
  return self->sound;
}

GPtrArray *
qora_generation_get_parts (QoraGeneration *self)
{
  g_return_val_if_fail (QORA_IS_GENERATION (self), NULL);
  return self->parts;
}

gboolean
qora_generation_get_running (QoraGeneration *self)
{
  g_return_val_if_fail (QORA_IS_GENERATION (self), FALSE);
  return self->running;
}

double
qora_generation_get_first_made (QoraGeneration *self)
{
  g_return_val_if_fail (QORA_IS_GENERATION (self), 0);
  return self->first_made;
}

double
qora_generation_get_begin (QoraGeneration *self, guint index)
{
  QoraRendering *rendering;

  g_return_val_if_fail (QORA_IS_GENERATION (self), -1);
  if (index >= self->next)
    return -1;
  rendering = self->current != NULL && index + 1 == self->next
                  ? self->current
                  : qora_part_get_rendering (self->parts->pdata[index]);
  return rendering != NULL && rendering->sound == self->sound ? qora_rendering_get_begin (rendering)
                                                              : -1;
}

static double
estimate_duration (QoraGeneration *self)
{
  double made = qora_sound_get_duration (self->sound);
  double duration = made;

  if (self->running && self->current != NULL)
    {
      QoraPart *part = get_wanted (self, self->current_request);

      duration += MAX (0, estimate_seconds (part) - qora_rendering_get_duration (self->current));
    }
  for (guint i = self->next; self->running && i < self->parts->len; i++)
    {
      QoraPart *part = self->parts->pdata[i];
      QoraRendering *rendering = qora_part_get_rendering (part);
      gboolean kept = rendering != NULL && qora_part_get_state (part) != QORA_PART_QUEUED;

      duration
          += (kept ? qora_rendering_get_duration (rendering) : estimate_seconds (part))
             + get_pause (self, i, (gsize) (duration * QORA_SOUND_RATE)) / (double) QORA_SOUND_RATE;
    }
  return duration;
}

void
qora_generation_get_progress (QoraGeneration *self, QoraGenerationProgress *progress)
{
  const QoraProgress *in;

  g_return_if_fail (QORA_IS_GENERATION (self));
  in = &self->progress;
  progress->part = (guint) MIN (in->request, self->wanted->len) + 1;
  progress->n_parts = self->wanted->len;
  progress->fraction = CLAMP (in->fraction, 0, 1);
  progress->seconds = in->seconds;
  progress->rtf = in->seconds > 0.5 ? in->elapsed / in->seconds : 0;
  progress->left = in->fraction > 0.01 && in->elapsed > 0.5
                       ? in->elapsed * (1 - in->fraction) / in->fraction
                       : -1;
  progress->duration = estimate_duration (self);
}

static void
qora_generation_finalize (GObject *object)
{
  QoraGeneration *self = QORA_GENERATION (object);

  g_clear_pointer (&self->current, qora_rendering_unref);
  g_ptr_array_unref (self->parts);
  g_array_unref (self->wanted);
  g_ptr_array_unref (self->texts);
  g_ptr_array_unref (self->spoken);
  g_object_unref (self->sound);
  g_object_unref (self->cancellable);
  g_free (self->voice);
  g_free (self->language);
  g_free (self->style);
  G_OBJECT_CLASS (qora_generation_parent_class)->finalize (object);
}

static void
qora_generation_class_init (QoraGenerationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_generation_finalize;
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", QORA_TYPE_GENERATION, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_PART_FINISHED]
      = g_signal_new ("part-finished", QORA_TYPE_GENERATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, QORA_TYPE_PART);
  signals[SIGNAL_FINISHED] = g_signal_new ("finished", QORA_TYPE_GENERATION, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
qora_generation_init (QoraGeneration *self)
{
  self->parts = g_ptr_array_new_with_free_func (g_object_unref);
  self->wanted = g_array_new (FALSE, FALSE, sizeof (guint));
  self->texts = g_ptr_array_new_with_free_func (g_free);
  self->spoken = g_ptr_array_new_with_free_func (g_free);
  self->sound = qora_sound_new ();
  self->cancellable = g_cancellable_new ();
}

QoraGeneration *
qora_generation_new (QoraScript *script, const QoraGenerationOptions *options)
{
  QoraGeneration *self = g_object_new (QORA_TYPE_GENERATION, NULL);

  for (guint i = 0; i < qora_script_get_n_parts (script); i++)
    g_ptr_array_add (self->parts, g_object_ref (qora_script_get_part (script, i)));
  self->voice = g_strdup (options->voice);
  self->language = g_strdup (options->language);
  self->style = g_strdup (options->style);
  self->options = *options;
  choose_parts (self);
  return self;
}
