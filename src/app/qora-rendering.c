/* qora-rendering.c: the sound of one part, and what it was made from
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-rendering.h"

QoraRendering *
qora_rendering_new (const QoraRequest *request, const char *text)
{
  QoraRendering *self = g_rc_box_new0 (QoraRendering);

  self->text = g_strdup (text);
  self->spoken = g_strcmp0 (request->text, text) != 0 ? g_strdup (request->text) : NULL;
  self->voice = g_strdup (request->voice);
  self->language = g_strdup (request->language);
  self->style = g_strdup (request->style);
  self->seed = request->seed;
  self->end = QORA_END_STOPPED;
  return self;
}

QoraRendering *
qora_rendering_ref (QoraRendering *self)
{
  return g_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  QoraRendering *self = data;

  g_free (self->text);
  g_free (self->spoken);
  g_free (self->voice);
  g_free (self->language);
  g_free (self->style);
  g_free (self->file);
  g_clear_object (&self->sound);
}

void
qora_rendering_unref (QoraRendering *self)
{
  g_rc_box_release_full (self, clear);
}

double
qora_rendering_get_begin (const QoraRendering *self)
{
  return self->start / (double) QORA_SOUND_RATE;
}

double
qora_rendering_get_duration (const QoraRendering *self)
{
  return self->n_samples / (double) QORA_SOUND_RATE;
}

void
qora_rendering_move (QoraRendering *self, QoraSound *sound)
{
  gsize start = qora_sound_get_n_samples (sound);

  if (self->sound != NULL && self->n_samples > 0)
    {
      g_autoptr (GBytes) bytes = qora_sound_get_bytes (self->sound, self->start, self->n_samples);
      gsize size;
      const float *samples = g_bytes_get_data (bytes, &size);

      qora_sound_append (sound, samples, size / sizeof *samples);
    }
  g_set_object (&self->sound, sound);
  self->start = start;
  self->n_samples = qora_sound_get_n_samples (sound) - start;
}
