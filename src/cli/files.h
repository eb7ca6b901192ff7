/* files.h: reading texts and writing small result files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

/* All of a file, or of standard input for "-", with a zero byte after it; free with g_free(). NULL
 * with an error that names the file. */
char *cli_read_file (const char *path, gsize *length, GError **error);

/* Writes the text to standard output for "-", through a temporary file that replaces `path` for a
 * regular file, and straight into a device or pipe. */
gboolean cli_write_file (const char *path, const char *text, GError **error);

/* Bytes from the command line or a file as UTF-8 without a byte order mark: as they are when they
 * are valid, else converted from the locale's encoding. `what` names them in the error (usage).
 * Free with g_free(). */
char *cli_to_utf8 (const char *bytes, gsize length, const char *what, GError **error);

/* True for "-" and for what exists and is no regular file: written in place, not replaced. */
gboolean cli_is_stream (const char *path);
