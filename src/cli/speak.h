/* speak.h: from a text or from codes to a sound file
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "session.h"

/* Speaks --text or --text-file into --output and writes --codes-out and --stats. When interrupted,
 * all of that holds what was made until then, and the error is CLI_ERROR_INTERRUPTED. */
gboolean cli_speak (CliSession *session, GError **error);

/* The same for the codes of --codes-in. */
gboolean cli_decode (CliSession *session, GError **error);
