/* qora-project.c: what one window works on: a script, its take and sound, and the run in progress
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-project.h"

struct _QoraProject
{
  GObject parent_instance;

  QoraScript *script;
  QoraSynthesizer *synthesizer;
  QoraTakeList *takes;

  QoraTake *take;
  QoraSound *sound;
  QoraGeneration *generation;
  char *text; /* that the generation began with */
  double pause;

  GCancellable *loading; /* NULL: no sound is being read */
  GHashTable *early;     /* QoraRendering -> QoraSound: made while the sound is being read */
  gboolean open_pending;
  QoraTake *pending; /* to be opened when the run has ended */
};

enum
{
  PROP_0,
  PROP_TAKE,
  PROP_SOUND,
  PROP_RUNNING,
  PROP_LOADING,
  N_PROPS
};

enum
{
  SIGNAL_RESTORE,
  SIGNAL_PROGRESS,
  SIGNAL_FINISHED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraProject, qora_project, G_TYPE_OBJECT)

QoraTake *
qora_project_get_take (QoraProject *self)
{
  g_return_val_if_fail (QORA_IS_PROJECT (self), NULL);
  return self->take;
}

QoraSound *
qora_project_get_sound (QoraProject *self)
{
  g_return_val_if_fail (QORA_IS_PROJECT (self), NULL);
  return self->sound;
}

gboolean
qora_project_get_running (QoraProject *self)
{
  g_return_val_if_fail (QORA_IS_PROJECT (self), FALSE);
  return self->generation != NULL && qora_generation_get_running (self->generation);
}

gboolean
qora_project_get_loading (QoraProject *self)
{
  g_return_val_if_fail (QORA_IS_PROJECT (self), FALSE);
  return self->loading != NULL;
}

QoraGeneration *
qora_project_get_generation (QoraProject *self)
{
  g_return_val_if_fail (QORA_IS_PROJECT (self), NULL);
  return self->generation;
}

static void
notify (QoraProject *self, guint property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_sound (QoraProject *self, QoraSound *sound)
{
  if (g_set_object (&self->sound, sound))
    notify (self, PROP_SOUND);
}

/* The take goes on without the window. */
static void
release_sound (QoraProject *self)
{
  if (self->take != NULL && self->sound != NULL)
    qora_take_release_sound (self->take, self->sound);
}

static void
on_save_failed (QoraProject *self, const GError *error)
{
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

/* No later part of the take is in the sound. */
static gboolean
is_last (QoraProject *self, guint index)
{
  for (guint i = index + 1; i < qora_take_get_n_parts (self->take); i++)
    {
      QoraRendering *later = qora_take_get_part_rendering (self->take, i);

      if (later != NULL && later->sound == self->sound)
        return FALSE;
    }
  return TRUE;
}

/* At the end, where nothing can be appended: the sound is sealed. */
static void
splice_silence (QoraSound *sound, gsize n_samples)
{
  g_autofree float *silence = g_new0 (float, n_samples);

  if (n_samples > 0)
    qora_sound_splice (sound, qora_sound_get_n_samples (sound), 0, silence, n_samples);
}

/* A part that was made behind the window's back, with a sound of its own, goes to the end of what
 * the window has. One that would have to go into the middle is heard when the take is opened again.
 */
static void
adopt_part (QoraProject *self, guint index, QoraRendering *rendering, QoraSound *made)
{
  gsize end;
  gsize size;
  g_autoptr (GBytes) bytes = NULL;
  const float *samples;

  if (rendering->sound == self->sound || !is_last (self, index))
    return;
  bytes = qora_sound_get_bytes (made, 0, G_MAXSIZE);
  samples = g_bytes_get_data (bytes, &size);
  if (self->sound == NULL)
    {
      g_autoptr (QoraSound) sound = qora_sound_new_for_samples (NULL, 0);

      set_sound (self, sound);
    }
  end = qora_sound_get_n_samples (self->sound);
  if (index == 0 || end > 0)
    splice_silence (self->sound, qora_take_get_silence_before (self->take, index, end));
  end = qora_sound_get_n_samples (self->sound);
  qora_sound_splice (self->sound, end, 0, samples, size / sizeof *samples);
  splice_silence (self->sound, qora_take_get_silence_after (
                                   self->take, index, qora_sound_get_n_samples (self->sound)));
  g_set_object (&rendering->sound, self->sound);
  rendering->start = end;
}

/* It may be on disk and forgotten by the time that it can be adopted. */
static void
keep_early (QoraProject *self, QoraRendering *rendering)
{
  g_hash_table_insert (self->early, qora_rendering_ref (rendering),
                       g_object_ref (rendering->sound));
}

static void
adopt_early (QoraProject *self)
{
  for (guint i = 0; i < qora_take_get_n_parts (self->take); i++)
    {
      QoraRendering *rendering = qora_take_get_part_rendering (self->take, i);
      QoraSound *made = rendering != NULL ? g_hash_table_lookup (self->early, rendering) : NULL;

      if (made != NULL)
        adopt_part (self, i, rendering, made);
    }
  g_hash_table_remove_all (self->early);
}

static void
on_part_made (QoraProject *self, guint index)
{
  QoraRendering *rendering = qora_take_get_part_rendering (self->take, index);

  if (qora_project_get_running (self) || rendering->sound == NULL)
    return;
  if (self->loading != NULL)
    {
      keep_early (self, rendering);
      return;
    }
  adopt_part (self, index, rendering, rendering->sound);
  qora_take_apply (self->take, self->script);
}

static void
set_take (QoraProject *self, QoraTake *take)
{
  if (self->take == take)
    return;
  if (self->take != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->take, on_save_failed, self);
      g_signal_handlers_disconnect_by_func (self->take, on_part_made, self);
    }
  g_set_object (&self->take, take);
  if (take != NULL)
    {
      g_signal_connect_object (take, "save-failed", G_CALLBACK (on_save_failed), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (take, "part-made", G_CALLBACK (on_part_made), self,
                               G_CONNECT_SWAPPED);
    }
  notify (self, PROP_TAKE);
}

/* ---- runs ---- */

/* Puts on disk what there is by now, and into the list what is on its way there. */
static void
keep (QoraProject *self)
{
  qora_take_set_content (self->take, self->text, qora_generation_get_parts (self->generation),
                         self->pause);
  if (qora_take_is_chapter (self->take))
    qora_take_save (self->take);
  else if (qora_take_has_sound (self->take))
    {
      qora_take_save (self->take);
      qora_take_list_add (self->takes, self->take);
    }
}

static void
on_part_finished (QoraProject *self)
{
  keep (self);
}

static void
on_progress (QoraProject *self)
{
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0);
}

static void
on_finished (QoraProject *self, const GError *error)
{
  keep (self);
  notify (self, PROP_RUNNING);
  g_signal_emit (self, signals[SIGNAL_FINISHED], 0, error);
  if (self->open_pending)
    {
      g_autoptr (QoraTake) take = g_steal_pointer (&self->pending);

      self->open_pending = FALSE;
      qora_project_open (self, take);
    }
}

/* A run that keeps nothing of the take begins another one, but for chapters: they have their place.
 */
static gboolean
keeps_something (QoraProject *self, const QoraGenerationOptions *options)
{
  if (self->take != NULL && qora_take_is_chapter (self->take))
    return TRUE;
  if (options->scope == QORA_SCOPE_ALL || self->take == NULL)
    return FALSE;
  for (guint i = 0; i < qora_script_get_n_parts (self->script); i++)
    {
      QoraPart *part = qora_script_get_part (self->script, i);

      if (!qora_generation_options_want (options, part, i)
          && qora_part_get_rendering (part) != NULL)
        return TRUE;
    }
  return options->scope == QORA_SCOPE_ONE;
}

void
qora_project_generate (QoraProject *self, const char *text, const QoraGenerationOptions *options)
{
  QoraGenerationOptions wanted = *options;

  g_return_if_fail (QORA_IS_PROJECT (self));
  if (qora_project_get_running (self) || qora_script_get_n_parts (self->script) == 0)
    return;
  if (self->loading != NULL)
    return;

  if (wanted.scope == QORA_SCOPE_STALE && qora_script_get_n_stale (self->script) == 0
      && qora_script_is_arranged (self->script, self->sound, wanted.pause))
    wanted.scope = QORA_SCOPE_ALL;
  if (!keeps_something (self, &wanted))
    {
      g_autoptr (QoraTake) take = qora_take_new (qora_take_list_get_folder (self->takes));

      qora_script_clear_renderings (self->script);
      set_take (self, take);
    }

  g_free (self->text);
  self->text = g_strdup (text);
  self->pause = wanted.pause;
  g_clear_object (&self->generation);
  self->generation = qora_generation_new (self->script, &wanted);
  g_signal_connect_object (self->generation, "part-finished", G_CALLBACK (on_part_finished), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->generation, "progress", G_CALLBACK (on_progress), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->generation, "finished", G_CALLBACK (on_finished), self,
                           G_CONNECT_SWAPPED);
  /* The sound is shown only once the run has begun to fill it, so that it is not empty at first. */
  g_set_object (&self->sound, qora_generation_get_sound (self->generation));
  qora_generation_start (self->generation, self->synthesizer);
  notify (self, PROP_SOUND);
  notify (self, PROP_RUNNING);
}

void
qora_project_stop (QoraProject *self)
{
  g_return_if_fail (QORA_IS_PROJECT (self));
  if (qora_project_get_running (self))
    qora_generation_stop (self->generation);
}

/* ---- takes ---- */

static void
set_loading (QoraProject *self, GCancellable *loading)
{
  if (self->loading != NULL)
    g_cancellable_cancel (self->loading);
  g_set_object (&self->loading, loading);
  notify (self, PROP_LOADING);
}

static void
on_sound_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  QoraTake *take = QORA_TAKE (source);
  g_autoptr (QoraProject) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QoraSound) sound = qora_take_load_sound_finish (take, result, &error);

  /* Another take was opened meanwhile. */
  if (take != self->take || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_loading (self, NULL);
  if (sound == NULL)
    {
      g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
      return;
    }
  qora_take_apply (take, self->script);
  set_sound (self, sound);
  adopt_early (self);
  qora_take_apply (take, self->script);
}

static void
load_sound (QoraProject *self)
{
  g_autoptr (GCancellable) cancellable = NULL;

  if (self->take == NULL || !qora_take_has_sound (self->take))
    return;
  g_hash_table_remove_all (self->early);
  for (guint i = 0; i < qora_take_get_n_parts (self->take); i++)
    {
      QoraRendering *rendering = qora_take_get_part_rendering (self->take, i);

      if (rendering != NULL && rendering->file == NULL && rendering->sound != NULL
          && rendering->start == 0
          && rendering->n_samples == qora_sound_get_n_samples (rendering->sound))
        keep_early (self, rendering);
    }
  cancellable = g_cancellable_new ();
  set_loading (self, cancellable);
  qora_take_load_sound_async (self->take, cancellable, on_sound_loaded, g_object_ref (self));
}

void
qora_project_open (QoraProject *self, QoraTake *take)
{
  g_return_if_fail (QORA_IS_PROJECT (self));

  if (qora_project_get_running (self))
    {
      self->open_pending = TRUE;
      g_set_object (&self->pending, take);
      qora_project_stop (self);
      return;
    }
  set_loading (self, NULL);
  g_clear_object (&self->generation);
  release_sound (self);
  set_sound (self, NULL);
  qora_script_clear_renderings (self->script);
  set_take (self, take);
  g_signal_emit (self, signals[SIGNAL_RESTORE], 0, take);
  load_sound (self);
}

void
qora_project_resume (QoraProject *self, QoraTake *take)
{
  g_return_if_fail (QORA_IS_PROJECT (self));
  if (qora_project_get_running (self))
    return;
  set_take (self, take);
  load_sound (self);
}

/* ---- the object ---- */

static void
qora_project_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  QoraProject *self = QORA_PROJECT (object);

  switch (prop_id)
    {
    case PROP_TAKE:
      g_value_set_object (value, self->take);
      break;
    case PROP_SOUND:
      g_value_set_object (value, self->sound);
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, qora_project_get_running (self));
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_project_dispose (GObject *object)
{
  QoraProject *self = QORA_PROJECT (object);

  if (self->generation != NULL)
    qora_generation_stop (self->generation);
  if (self->loading != NULL)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->generation);
  g_clear_object (&self->loading);
  g_clear_object (&self->pending);
  release_sound (self);
  g_clear_object (&self->take);
  g_clear_object (&self->sound);
  g_clear_object (&self->script);
  g_clear_object (&self->synthesizer);
  g_clear_object (&self->takes);
  g_clear_pointer (&self->early, g_hash_table_unref);
  G_OBJECT_CLASS (qora_project_parent_class)->dispose (object);
}

static void
qora_project_finalize (GObject *object)
{
  g_free (QORA_PROJECT (object)->text);
  G_OBJECT_CLASS (qora_project_parent_class)->finalize (object);
}

static void
qora_project_class_init (QoraProjectClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = qora_project_dispose;
  object_class->finalize = qora_project_finalize;
  object_class->get_property = qora_project_get_property;
  properties[PROP_TAKE] = g_param_spec_object ("take", NULL, NULL, QORA_TYPE_TAKE, flags);
  properties[PROP_SOUND] = g_param_spec_object ("sound", NULL, NULL, QORA_TYPE_SOUND, flags);
  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE, flags);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_RESTORE] = g_signal_new ("restore", QORA_TYPE_PROJECT, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, QORA_TYPE_TAKE);
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", QORA_TYPE_PROJECT, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FINISHED] = g_signal_new ("finished", QORA_TYPE_PROJECT, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", QORA_TYPE_PROJECT, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
qora_project_init (QoraProject *self)
{
  self->early
      = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) qora_rendering_unref, g_object_unref);
}

QoraProject *
qora_project_new (QoraScript *script, QoraSynthesizer *synthesizer, QoraTakeList *takes)
{
  QoraProject *self = g_object_new (QORA_TYPE_PROJECT, NULL);

  self->script = g_object_ref (script);
  self->synthesizer = g_object_ref (synthesizer);
  self->takes = g_object_ref (takes);
  return self;
}
