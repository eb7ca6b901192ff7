/* inform.h: answers about the model and the text, on standard output
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "session.h"

/* One name a line, the way --speaker and --language take it. */
void cli_list_speakers (CliSession *session);
void cli_list_languages (CliSession *session);

/* "Key: value" lines. */
void cli_print_info (CliSession *session);

/* The token ids of the text, without any template, as one JSON array. */
gboolean cli_print_tokens (CliSession *session, GError **error);
