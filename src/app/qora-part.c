/* qora-part.c: a piece of the text that is spoken, shown and made again as one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-part.h"

#include <glib/gi18n.h>

struct _QoraPart
{
  GObject parent_instance;

  char *text;
  guint start;
  guint end;
  gboolean ends_paragraph;
  double silence_before;
  double silence_after;
  QoraPronunciation *pronunciation;
  QoraRendering *rendering;
  gboolean outdated; /* the rendering says something else than it would if made now */
  QoraPartState activity;
  double fraction;
};

enum
{
  PROP_0,
  PROP_STATE,
  PROP_FRACTION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (QoraPart, qora_part, G_TYPE_OBJECT)

const char *
qora_part_state_get_label (QoraPartState state)
{
  switch (state)
    {
    case QORA_PART_WAITING:
      return _ ("Not spoken yet");
    case QORA_PART_CHANGED:
      return _ ("Changed");
    case QORA_PART_QUEUED:
      return _ ("In line");
    case QORA_PART_MAKING:
      return _ ("Being made");
    case QORA_PART_DONE:
      return _ ("Done");
    case QORA_PART_STOPPED:
      return _ ("Incomplete");
    case QORA_PART_RUNAWAY:
      return _ ("Stopped early");
    default:
      g_return_val_if_reached ("");
    }
}

QoraPartState
qora_part_get_state (QoraPart *self)
{
  g_return_val_if_fail (QORA_IS_PART (self), QORA_PART_WAITING);

  if (self->activity != QORA_PART_WAITING)
    return self->activity;
  if (self->rendering == NULL || self->rendering->sound == NULL)
    return QORA_PART_WAITING;
  if (self->outdated)
    return QORA_PART_CHANGED;
  switch (self->rendering->end)
    {
    case QORA_END_COMPLETE:
      return QORA_PART_DONE;
    case QORA_END_RUNAWAY:
      return QORA_PART_RUNAWAY;
    case QORA_END_STOPPED:
    default:
      return QORA_PART_STOPPED;
    }
}

gboolean
qora_part_is_stale (QoraPart *self)
{
  QoraPartState state = qora_part_get_state (self);

  return state == QORA_PART_WAITING || state == QORA_PART_CHANGED || state == QORA_PART_STOPPED;
}

static void
notify_state (QoraPart *self, QoraPartState old_state)
{
  if (qora_part_get_state (self) != old_state)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
update_outdated (QoraPart *self)
{
  const QoraRendering *rendering = self->rendering;
  g_autofree char *spoken = NULL;

  self->outdated = FALSE;
  if (rendering == NULL)
    return;
  spoken = qora_part_make_spoken (self, rendering->language);
  self->outdated
      = !g_str_equal (rendering->text, self->text)
        || !g_str_equal (rendering->spoken != NULL ? rendering->spoken : rendering->text, spoken);
}

char *
qora_part_make_spoken (QoraPart *self, const char *language)
{
  g_return_val_if_fail (QORA_IS_PART (self), NULL);
  return qora_pronunciation_apply (self->pronunciation, self->text, language);
}

void
qora_part_set_pronunciation (QoraPart *self, QoraPronunciation *pronunciation)
{
  QoraPartState old_state;

  g_return_if_fail (QORA_IS_PART (self));
  if (self->pronunciation == pronunciation)
    return;
  old_state = qora_part_get_state (self);
  g_set_object (&self->pronunciation, pronunciation);
  update_outdated (self);
  notify_state (self, old_state);
}

const char *
qora_part_get_text (QoraPart *self)
{
  g_return_val_if_fail (QORA_IS_PART (self), NULL);
  return self->text;
}

void
qora_part_set_text (QoraPart *self, const char *text)
{
  QoraPartState old_state;

  g_return_if_fail (QORA_IS_PART (self));
  if (g_strcmp0 (self->text, text) == 0)
    return;
  old_state = self->text == NULL ? QORA_PART_WAITING : qora_part_get_state (self);
  g_free (self->text);
  self->text = g_strdup (text);
  update_outdated (self);
  notify_state (self, old_state);
}

void
qora_part_get_range (QoraPart *self, guint *start, guint *end)
{
  g_return_if_fail (QORA_IS_PART (self));
  *start = self->start;
  *end = self->end;
}

void
qora_part_set_range (QoraPart *self, guint start, guint end)
{
  g_return_if_fail (QORA_IS_PART (self));
  self->start = start;
  self->end = end;
}

gboolean
qora_part_get_ends_paragraph (QoraPart *self)
{
  g_return_val_if_fail (QORA_IS_PART (self), FALSE);
  return self->ends_paragraph;
}

void
qora_part_set_ends_paragraph (QoraPart *self, gboolean ends_paragraph)
{
  g_return_if_fail (QORA_IS_PART (self));
  self->ends_paragraph = ends_paragraph;
}

void
qora_part_get_silence (QoraPart *self, double *before, double *after)
{
  g_return_if_fail (QORA_IS_PART (self));
  *before = self->silence_before;
  *after = self->silence_after;
}

void
qora_part_set_silence (QoraPart *self, double before, double after)
{
  g_return_if_fail (QORA_IS_PART (self));
  self->silence_before = before;
  self->silence_after = after;
}

QoraRendering *
qora_part_get_rendering (QoraPart *self)
{
  g_return_val_if_fail (QORA_IS_PART (self), NULL);
  return self->rendering;
}

void
qora_part_set_rendering (QoraPart *self, QoraRendering *rendering)
{
  QoraPartState old_state;

  g_return_if_fail (QORA_IS_PART (self));
  old_state = qora_part_get_state (self);
  if (rendering != NULL)
    qora_rendering_ref (rendering);
  g_clear_pointer (&self->rendering, qora_rendering_unref);
  self->rendering = rendering;
  update_outdated (self);
  notify_state (self, old_state);
}

double
qora_part_get_fraction (QoraPart *self)
{
  g_return_val_if_fail (QORA_IS_PART (self), 0);
  return self->fraction;
}

void
qora_part_set_activity (QoraPart *self, QoraPartState activity, double fraction)
{
  QoraPartState old_state;

  g_return_if_fail (QORA_IS_PART (self));
  g_return_if_fail (activity == QORA_PART_WAITING || activity == QORA_PART_QUEUED
                    || activity == QORA_PART_MAKING);
  old_state = qora_part_get_state (self);
  self->activity = activity;
  if (self->fraction != fraction)
    {
      self->fraction = fraction;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
    }
  notify_state (self, old_state);
}

static void
qora_part_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  QoraPart *self = QORA_PART (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_int (value, (int) qora_part_get_state (self));
      break;
    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_part_finalize (GObject *object)
{
  QoraPart *self = QORA_PART (object);

  g_free (self->text);
  g_clear_object (&self->pronunciation);
  g_clear_pointer (&self->rendering, qora_rendering_unref);
  G_OBJECT_CLASS (qora_part_parent_class)->finalize (object);
}

static void
qora_part_class_init (QoraPartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = qora_part_finalize;
  object_class->get_property = qora_part_get_property;
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, QORA_PART_WAITING,
                                             QORA_PART_RUNAWAY, QORA_PART_WAITING, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
qora_part_init (QoraPart *self)
{
  self->activity = QORA_PART_WAITING;
  self->silence_before = -1;
  self->silence_after = -1;
}

QoraPart *
qora_part_new (const char *text)
{
  QoraPart *self = g_object_new (QORA_TYPE_PART, NULL);

  self->text = g_strdup (text);
  return self;
}
