/* encoder.h: sound files in the formats that GStreamer writes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

/* The sound is gathered in memory and encoded at the end. A program built without GStreamer has the
 * same functions, of which cli_encoder_new() fails. */
typedef struct CliEncoder CliEncoder;

/* Whether the ending of the name is .flac, .opus, .ogg or .mp3. */
gboolean cli_encoder_takes (const char *path);

/* `path`: a regular file, or none yet. Errors: CLI_ERROR_FAILED (an encoder is missing, the folder
 * cannot be written), CLI_ERROR_USAGE (another sample rate than 24 kHz). */
CliEncoder *cli_encoder_new (const char *path, int sample_rate, GError **error);

/* NULL is allowed. Nothing is left behind without cli_encoder_finish() before. */
void cli_encoder_free (CliEncoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliEncoder, cli_encoder_free)

/* Of the file; NULL: none. The file says in any case that the speech is synthetic. */
void cli_encoder_set_tags (CliEncoder *self, const char *title, const char *voice);

/* float pcm[n], mono, -1..1. */
void cli_encoder_write (CliEncoder *self, const float *pcm, gsize n);
void cli_encoder_write_silence (CliEncoder *self, gsize n);
void cli_encoder_truncate (CliEncoder *self, gsize samples);

/* Encodes; all of it is then on the disk and under its name. */
gboolean cli_encoder_finish (CliEncoder *self, GError **error);
