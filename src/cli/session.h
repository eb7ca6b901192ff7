/* session.h: the open model and what every action of the program needs beside it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>
#include <qtts/qtts.h>

#include "options.h"
#include "progress.h"

typedef struct
{
  const CliOptions *options;
  CliProgress *progress;
  qtts_model *model;
  const qtts_model_info *info;
  gboolean is_demo; /* the demo voice was found, not named by an option */
  double load_s;
} CliSession;

/* Finds and opens the voice, and says on standard error which one it is. `options` must outlive the
 * session. The caller clears *session in any case. */
gboolean cli_session_open (CliSession *session, const CliOptions *options, GError **error);
void cli_session_clear (CliSession *session);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliSession, cli_session_clear)

/* --save: writes the open model to a .qora-tts file. */
gboolean cli_session_save (CliSession *session, GError **error);

/* A line on standard error that --quiet silences. */
void cli_session_say (CliSession *session, const char *format, ...) G_GNUC_PRINTF (2, 3);
