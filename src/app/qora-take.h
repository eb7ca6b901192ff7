/* qora-take.h: one rendering of a text, with its parts and their sound, kept in a folder of its own
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

#include "qora-script.h"

G_BEGIN_DECLS

/* Properties, read-only: "title", "details" (strings for people). Signals: "changed": any of what
 * is shown; "save-failed" (GError); "part-made" (guint index): it was given by
 * qora_take_set_part(). */
#define QORA_TYPE_TAKE (qora_take_get_type ())
G_DECLARE_FINAL_TYPE (QoraTake, qora_take, QORA, TAKE, GObject)

/* A take that is not on disk yet; its folder will be one in `parent`. */
QoraTake *qora_take_new (const char *parent);

/* Reads a take's folder; its sound comes with qora_take_load_sound_async(). Blocks. Errors:
 * GIOErrorEnum, naming the file; INVALID_DATA where it is not what this program wrote. */
QoraTake *qora_take_load (const char *folder, GError **error);

const char *qora_take_get_id (QoraTake *self); /* the folder's name */
const char *qora_take_get_folder (QoraTake *self);
const char *qora_take_get_title (QoraTake *self); /* its own, or the beginning of the text */
const char *qora_take_get_text (QoraTake *self);
const char *qora_take_get_voice (QoraTake *self); /* of the first part that has one, or NULL */
char *qora_take_dup_details (QoraTake *self);     /* voice, duration, day */
gint64 qora_take_get_created (QoraTake *self);    /* seconds since 1970 */
gint64 qora_take_get_changed (QoraTake *self);    /* the same, of its description on disk */
double qora_take_get_duration (QoraTake *self);   /* seconds, pauses included */
double qora_take_get_pause (QoraTake *self);
gboolean qora_take_has_sound (QoraTake *self);
guint qora_take_get_n_parts (QoraTake *self);

/* The text or the voice's name has all the words of `words`, in any case. */
gboolean qora_take_matches (QoraTake *self, const char *words);

/* Takes over a text and the parts that it was split into, with what they have of sound. */
void qora_take_set_content (QoraTake *self, const char *text, GPtrArray *parts, double pause);

/* Gives the renderings back to the parts of a script that has the take's text. */
void qora_take_apply (QoraTake *self, QoraScript *script);

/* The first part's rendering: what to show as voice, language, style and seed. NULL: none. */
QoraRendering *qora_take_get_rendering (QoraTake *self);

/* Writes sound that is not on disk yet, then the list of parts, each file whole or not at all, and
 * then removes what is no longer needed. Goes on by itself; may be called again at any time. */
void qora_take_save (QoraTake *self);
gboolean qora_take_get_saving (QoraTake *self);

/* Reads the parts' files, puts them together with the take's pauses, and gives each rendering its
 * range. Errors: GIOErrorEnum, naming the file. */
void qora_take_load_sound_async (QoraTake *self, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
QoraSound *qora_take_load_sound_finish (QoraTake *self, GAsyncResult *result, GError **error);

/* Forgets the sound, but not the text, and saves. The files go with qora_take_purge_sound();
 * until then qora_take_restore_sound() undoes it. */
void qora_take_drop_sound (QoraTake *self);
void qora_take_restore_sound (QoraTake *self);
void qora_take_purge_sound (QoraTake *self);

/* Deletes the folder, on another thread. */
void qora_take_delete (QoraTake *self);

/* ---- chapters of a book: qora-take-chapter.c ---- */

/* A chapter stays in its book whatever is done with it, and is not in the list of takes. */
gboolean qora_take_is_chapter (QoraTake *self);
void qora_take_set_chapter (QoraTake *self);

const char *qora_take_get_part_text (QoraTake *self, guint index);
/* NULL: it has no sound. (transfer none) */
QoraRendering *qora_take_get_part_rendering (QoraTake *self, guint index);

/* Samples of silence before a part, which is only heard where there is sound before it or it is the
 * first, and those after it. `at` samples are before them. */
gsize qora_take_get_silence_before (QoraTake *self, guint index, gsize at);
gsize qora_take_get_silence_after (QoraTake *self, guint index, gsize at);

/* It has no sound, or half of one, and was not tried in vain. */
gboolean qora_take_is_part_missing (QoraTake *self, guint index);

/* Gives a part the sound that was made of it. Does not save. */
void qora_take_set_part (QoraTake *self, guint index, QoraRendering *rendering);

/* It could not be made; until qora_take_retry(), or until the program is started anew. */
void qora_take_fail_part (QoraTake *self, guint index);
void qora_take_retry (QoraTake *self);

typedef struct
{
  guint parts;
  guint made;
  guint failed;
  guint64 characters;
  guint64 made_characters;
} QoraTakeCount;
void qora_take_count (QoraTake *self, QoraTakeCount *count);

/* Renderings in `sound` need it no longer than it takes to write them to disk. */
void qora_take_release_sound (QoraTake *self, QoraSound *sound);

G_END_DECLS
