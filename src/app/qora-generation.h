/* qora-generation.h: one run that makes some parts of a script and puts the take's sound together
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-script.h"
#include "qora-synthesizer.h"

G_BEGIN_DECLS

/* Builds a new sound, part after part: kept parts are copied, the others come from the synthesizer
 * as they are made, so the sound only ever grows (but for a part that begins anew). The sound is
 * sealed at the end, however the run ends; parts that were not reached keep what they had.
 *
 * Signals: "progress"; "part-finished" (QoraPart): its rendering is complete and set; "finished"
 * (GError or NULL; G_IO_ERROR_CANCELLED after a stop), the last. */
#define QORA_TYPE_GENERATION (qora_generation_get_type ())
G_DECLARE_FINAL_TYPE (QoraGeneration, qora_generation, QORA, GENERATION, GObject)

typedef enum
{
  QORA_SCOPE_STALE, /* what has no sound, another one, or half of one */
  QORA_SCOPE_ALL,
  QORA_SCOPE_ONE,  /* the part given by its index */
  QORA_SCOPE_FROM, /* as STALE, from the part given by its index on */
} QoraScope;

/* What applies to all the parts of a run. Strings may be NULL, as in QoraRequest. */
typedef struct
{
  QoraScope scope;
  guint index;
  const char *voice;
  const char *language;
  const char *style;
  guint64 seed;
  QoraSampling sampling;
  double pause; /* seconds of silence after a paragraph; within one it is half of that */
} QoraGenerationOptions;

QoraGeneration *qora_generation_new (QoraScript *script, const QoraGenerationOptions *options);

/* Starts; to be called once. The object stays alive until "finished" was emitted. */
void qora_generation_start (QoraGeneration *self, QoraSynthesizer *synthesizer);

/* Stops within one frame. What was made of the part in work is kept. */
void qora_generation_stop (QoraGeneration *self);

QoraSound *qora_generation_get_sound (QoraGeneration *self); /* (transfer none) */
/* The parts in the order of the sound. (transfer none) (element-type QoraPart) */
GPtrArray *qora_generation_get_parts (QoraGeneration *self);
gboolean qora_generation_get_running (QoraGeneration *self);

/* A run with these options would make the part, the index-th of its script. */
gboolean qora_generation_options_want (const QoraGenerationOptions *options, QoraPart *part,
                                       guint index);

/* Where in the sound the first part that is made begins, in seconds. */
double qora_generation_get_first_made (QoraGeneration *self);
/* The same of the index-th part; < 0: it is not in the sound yet. */
double qora_generation_get_begin (QoraGeneration *self, guint index);

/* For the words beside the progress bar. Numbers count from 1. */
typedef struct
{
  guint part; /* in work */
  guint n_parts;
  double fraction; /* 0..1 */
  double seconds;  /* of sound made */
  double rtf;      /* seconds of work for one of sound; 0: not known yet */
  double left;     /* seconds until the end; < 0: not known yet */
  double duration; /* estimate of the whole sound */
} QoraGenerationProgress;

void qora_generation_get_progress (QoraGeneration *self, QoraGenerationProgress *progress);

G_END_DECLS
