/* progress.h: a bar on the terminal
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>
#include <qtts/synthesis.h>

typedef struct CliProgress CliProgress;

/* Draws on standard error, and only if that is a terminal and the user did not ask for quiet. */
CliProgress *cli_progress_new (gboolean quiet);

/* Wipes the bar away. */
void cli_progress_free (CliProgress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliProgress, cli_progress_free)

/* A task of which `fraction` (0..1) is done. */
void cli_progress_task (CliProgress *self, const char *what, double fraction);

/* Frames, seconds of speech, speed and time left; one frame lasts `frame_s` seconds. */
void cli_progress_speech (CliProgress *self, const qtts_progress *progress, double frame_s);

/* Takes the bar off the line, so that a message can stand there. */
void cli_progress_clear (CliProgress *self);
