/* qora-rendering.h: the sound of one part, and what it was made from
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-engine.h"
#include "qora-sound.h"

G_BEGIN_DECLS

/* Reference counted. The texts never change; the range and the file follow the sound around. */
typedef struct
{
  char *text;
  char *spoken;   /* what the engine was given in its place; NULL: the same */
  char *voice;    /* NULL: the model has none */
  char *language; /* NULL: found out from the text */
  char *style;    /* NULL: none */
  guint64 seed;
  QoraEnd end;

  QoraSound *sound; /* samples [start, start + n_samples) of it; may be NULL, when it was deleted */
  gsize start;
  gsize n_samples;
  char *file; /* name in the take's folder, NULL: not on disk yet */
} QoraRendering;

/* Copies what describes the request, made for a part that reads `text`; no sound yet. */
QoraRendering *qora_rendering_new (const QoraRequest *request, const char *text);
QoraRendering *qora_rendering_ref (QoraRendering *self);
void qora_rendering_unref (QoraRendering *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QoraRendering, qora_rendering_unref)

/* Seconds. */
double qora_rendering_get_begin (const QoraRendering *self);
double qora_rendering_get_duration (const QoraRendering *self);

/* Appends the sound to `sound`, and from then on is that range of it. */
void qora_rendering_move (QoraRendering *self, QoraSound *sound);

G_END_DECLS
