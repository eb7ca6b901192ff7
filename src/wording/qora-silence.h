/* qora-silence.h: marks in a text that stand for silence of a given length
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A mark is "{silence 0.8s}" or "{silence 500ms}": any case, spaces where they do not part a word,
 * a decimal point or comma. It is never spoken; the text before it and the text after it are spoken
 * on their own, with exactly that much silence in between in place of the usual pause. So
 * "{silence 0s}" joins two sentences without one. Several marks in a row add up, those at the
 * beginning and at the end of a text are heard there.
 *
 * "{silence until 1:02:03.5}" lasts until that time of the sound, hours and minutes may be missing;
 * where the speech before it takes longer, there is none. It takes the place of what marks before
 * it said, and what marks behind it say is added to it.
 *
 * What begins like a mark but has no length, or a longer one than this, stays text. */
#define QORA_SILENCE_LONGEST 60.0 /* seconds */

/* A silence of so many seconds or more lasts until a time of the sound, which is what it is more
 * than this. */
#define QORA_SILENCE_UNTIL     1e6
#define QORA_SILENCE_LAST_TIME 360000.0 /* seconds */

typedef struct
{
  gsize start; /* bytes of the text: [start, end) */
  gsize end;
  double seconds; /* < 0: stays text */
} QoraSilenceMark;

/* The first mark, good or not, of text[from, length). FALSE: there is none. */
gboolean qora_silence_find (const char *text, gsize from, gsize length, QoraSilenceMark *mark);

/* A piece of text to be spoken. */
typedef struct
{
  gsize start; /* bytes of the text, without white space around it */
  gsize end;
  double silence; /* seconds before it; < 0: no mark says so */
} QoraSpokenPiece;

/* text[0, length) between its marks, in order; what has nothing but punctuation beside a mark is
 * left out. *trailing is the silence after the last piece, or < 0. (transfer full) (element-type
 * QoraSpokenPiece) */
GArray *qora_silence_cut (const char *text, gsize length, double *trailing);

/* The text without its good marks, for titles. (transfer full) */
char *qora_silence_strip (const char *text);

/* Seconds of silence `at` so many seconds of the sound; < 0: no mark says so. */
double qora_silence_resolve (double silence, double at);

/* Adds what a mark says to what one before it said; < 0 is nothing. */
double qora_silence_add (double silence, double more);

G_END_DECLS
