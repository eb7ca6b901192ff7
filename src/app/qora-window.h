/* qora-window.h: the main window: a text, its voice and its sound
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-application.h"

G_BEGIN_DECLS

#define QORA_TYPE_WINDOW (qora_window_get_type ())
G_DECLARE_FINAL_TYPE (QoraWindow, qora_window, QORA, WINDOW, AdwApplicationWindow)

/* `number` says which draft it shows and keeps. */
QoraWindow *qora_window_new (QoraApplication *app, guint number);
guint qora_window_get_number (QoraWindow *self);

/* A text file replaces the text; a voice model becomes the model of all windows. */
void qora_window_open_file (QoraWindow *self, GFile *file);

/* The take that it shows. (transfer none) NULL: none yet. */
QoraTake *qora_window_get_take (QoraWindow *self);

/* Nothing would be lost if it showed another text. */
gboolean qora_window_is_free (QoraWindow *self);
/* Puts a text into a new take, makes its speech and plays it, as soon as there is a voice. Stops
 * what is going on. */
void qora_window_speak (QoraWindow *self, const char *text);
/* Stops speech that is made or heard. */
void qora_window_stop (QoraWindow *self);
void qora_window_toast (QoraWindow *self, const char *text);

/* Stops what is going on and writes what is not on disk yet. */
void qora_window_put_away (QoraWindow *self);

G_END_DECLS
