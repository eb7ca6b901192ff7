/* voices.h: which voice model speaks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

#include "options.h"

typedef struct
{
  char *path;
  char *description; /* for people: where it was found, for example "the demo voice" */
  gboolean is_demo;
} CliVoice;

/* The model of --load or --model-path, else the current folder if it holds a checkpoint, else the
 * first installed voice, else the demo voice. Errors: CLI_ERROR_FAILED when there is none or the
 * option's path is not of its kind. The caller clears *voice. */
gboolean cli_voice_find (const CliOptions *options, CliVoice *voice, GError **error);

void cli_voice_clear (CliVoice *voice);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliVoice, cli_voice_clear)
