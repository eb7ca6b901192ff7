/* output.h: where the sound goes while it is made
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

typedef struct CliOutput CliOutput;

/* "-": raw 16-bit little-endian samples to standard output. A path: a WAV file, written under a
 * temporary name in the same folder with a header that is right at any moment, and put in place by
 * cli_output_finish(); a device or pipe of that name is written directly. A path that ends in
 * .flac, .opus, .ogg or .mp3: gathered in memory and encoded by cli_output_finish(). Errors:
 * CLI_ERROR_USAGE (standard output is a terminal), CLI_ERROR_FAILED. */
CliOutput *cli_output_open (const char *path, int sample_rate, GError **error);

/* Without cli_output_finish() before, nothing is left behind and an older file stays. NULL is
 * allowed. */
void cli_output_free (CliOutput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliOutput, cli_output_free)

/* What the sound file says of itself, where its format can; NULL: nothing. */
void cli_output_set_tags (CliOutput *self, const char *title, const char *voice);

/* float pcm[n], mono, -1..1. */
gboolean cli_output_write (CliOutput *self, const float *pcm, gsize n, GError **error);
gboolean cli_output_write_silence (CliOutput *self, guint64 n, GError **error);

/* Samples written so far. */
guint64 cli_output_tell (CliOutput *self);

/* Whether cli_output_truncate() can take back what was written: not once it went into a pipe. */
gboolean cli_output_can_truncate (CliOutput *self);
gboolean cli_output_truncate (CliOutput *self, guint64 samples, GError **error);

/* All of it is on the disk and under its name. */
gboolean cli_output_finish (CliOutput *self, GError **error);
