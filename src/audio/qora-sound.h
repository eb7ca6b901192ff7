/* qora-sound.h: the sound of one take while it grows, read by player, waveform and exporter alike
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define QORA_SOUND_RATE         24000 /* samples per second; always mono, 32-bit float, -1..1 */
#define QORA_SOUND_PEAK_SAMPLES 240   /* samples behind one peak of the waveform: 10 ms */

/* The samples of a take. Every function may be called from any thread; samples are copied in and
 * out under one lock. Signals and property notifications come on the thread-default main context
 * of the thread that created the sound, gathered: many appends may give one notification.
 *
 * Properties: "n-samples" (guint64), "duration" (double, seconds), "sealed" (gboolean: the sound is
 * whole, nothing is going to follow), all read-only.
 * Signals: "changed" (guint64 from): samples before `from` are as they were at the last emission,
 * all others may be new, different or gone. Plain growth has `from` at the old end. "rewritten"
 * (guint64 from), before it: samples from `from` on were cut off or replaced after they could be
 * read.
 */
#define QORA_TYPE_SOUND (qora_sound_get_type ())
G_DECLARE_FINAL_TYPE (QoraSound, qora_sound, QORA, SOUND, GObject)

QoraSound *qora_sound_new (void);

/* A sealed sound with a copy of samples[n_samples]. */
QoraSound *qora_sound_new_for_samples (const float *samples, gsize n_samples);

/* Adds samples[n_samples] at the end. The sound must not be sealed. */
void qora_sound_append (QoraSound *self, const float *samples, gsize n_samples);
void qora_sound_append_silence (QoraSound *self, gsize n_samples);

/* Cuts the sound to its first n_samples and opens it again for appending, as for a part that begins
 * anew. Does not lengthen. */
void qora_sound_truncate (QoraSound *self, gsize n_samples);

/* Replaces the n_removed samples from `at` on by samples[n_samples], as for a part in the middle
 * that was made again. Works on sealed sounds too, which stay sealed. Positions beyond the end are
 * taken to be the end. */
void qora_sound_splice (QoraSound *self, gsize at, gsize n_removed, const float *samples,
                        gsize n_samples);

/* Nothing follows any more: a player that reaches the end has reached the end of the take. */
void qora_sound_seal (QoraSound *self);

gboolean qora_sound_get_sealed (QoraSound *self);
gsize qora_sound_get_n_samples (QoraSound *self);
double qora_sound_get_duration (QoraSound *self); /* seconds */

/* Copies up to n_samples from `at` on to `samples`. Returns how many there were, 0 at the end. */
gsize qora_sound_read (QoraSound *self, gsize at, float *samples, gsize n_samples);

/* All the samples from `at` on, at most n_samples (G_MAXSIZE: to the end), as float. (transfer
 * full) */
GBytes *qora_sound_get_bytes (QoraSound *self, gsize at, gsize n_samples);

/* Largest absolute sample in [from, to) seconds, widened to whole 10 ms. 0 where there is no sound.
 * Takes O(log length): right for drawing. */
float qora_sound_get_peak (QoraSound *self, double from, double to);

G_END_DECLS
