/* document.h: the text of --text-file, whatever kind of file it is
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

#include "options.h"

/* The text of the file, or of its chapter --chapter, with an empty line between paragraphs and
 * marks for silence before subtitles. `name`: the file for messages. NULL with an error: a file
 * that cannot be read, is no text or is damaged, no such chapter. Nothing to say is "", no error.
 * Free with g_free(). */
char *cli_document_read (const CliOptions *options, const char *name, GError **error);

/* Prints the number, the characters and the title of each chapter, with tabs between them. */
gboolean cli_list_chapters (const CliOptions *options, GError **error);
