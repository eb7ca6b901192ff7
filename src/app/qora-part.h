/* qora-part.h: a piece of the text that is spoken, shown and made again as one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-pronunciation.h"
#include "qora-rendering.h"

G_BEGIN_DECLS

typedef enum
{
  QORA_PART_WAITING, /* has no sound */
  QORA_PART_CHANGED, /* its sound says something else, or in another way */
  QORA_PART_QUEUED,  /* its turn comes in the run that is going on */
  QORA_PART_MAKING,
  QORA_PART_DONE,
  QORA_PART_STOPPED, /* its sound ends early */
  QORA_PART_RUNAWAY, /* its sound went on for too long and was stopped */
} QoraPartState;

/* Properties: "state" (int, a QoraPartState), "fraction" (double, made so far of a part in MAKING;
 * an estimate). */
#define QORA_TYPE_PART (qora_part_get_type ())
G_DECLARE_FINAL_TYPE (QoraPart, qora_part, QORA, PART, GObject)

QoraPart *qora_part_new (const char *text);

const char *qora_part_get_text (QoraPart *self);
void qora_part_set_text (QoraPart *self, const char *text);

/* Words that are spoken in another way than they are written; NULL: none. */
void qora_part_set_pronunciation (QoraPart *self, QoraPronunciation *pronunciation);
/* The text for the engine, in a language of the model, NULL: any. (transfer full) */
char *qora_part_make_spoken (QoraPart *self, const char *language);

/* Where it stands in the whole text, in characters. */
void qora_part_get_range (QoraPart *self, guint *start, guint *end);
void qora_part_set_range (QoraPart *self, guint start, guint end);

/* The last break before the next part is one between paragraphs, not one inside of one. */
gboolean qora_part_get_ends_paragraph (QoraPart *self);
void qora_part_set_ends_paragraph (QoraPart *self, gboolean ends_paragraph);

/* Seconds of silence that the text asks for before the part, and, for the last one, after it; < 0:
 * it asks for none, and the usual pause is made. */
void qora_part_get_silence (QoraPart *self, double *before, double *after);
void qora_part_set_silence (QoraPart *self, double before, double after);

/* NULL: none. (transfer none) */
QoraRendering *qora_part_get_rendering (QoraPart *self);
void qora_part_set_rendering (QoraPart *self, QoraRendering *rendering);

QoraPartState qora_part_get_state (QoraPart *self);
/* The run asks for it: no sound, another text, or an incomplete sound. */
gboolean qora_part_is_stale (QoraPart *self);

double qora_part_get_fraction (QoraPart *self);

/* What a run does with it at the moment: QUEUED, MAKING, or WAITING for nothing. */
void qora_part_set_activity (QoraPart *self, QoraPartState activity, double fraction);

/* A translated word or two for a state, for example "Changed". */
const char *qora_part_state_get_label (QoraPartState state);

G_END_DECLS
