/* encoder-missing.c: in place of encoder.c where GStreamer was not there to build with
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gi18n.h>
#include <string.h>

#include "encoder.h"
#include "errors.h"

gboolean
cli_encoder_takes (const char *path)
{
  static const char *const endings[] = { ".flac", ".opus", ".ogg", ".mp3" };
  gsize length = strlen (path);

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (length > strlen (endings[i])
        && g_ascii_strcasecmp (path + length - strlen (endings[i]), endings[i]) == 0)
      return TRUE;
  return FALSE;
}

CliEncoder *
cli_encoder_new (const char *path, int sample_rate, GError **error)
{
  g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED,
               _ ("--output %s: this qora-tts was built without GStreamer and writes WAV only"),
               path);
  return NULL;
}

void
cli_encoder_free (CliEncoder *self)
{
}

void
cli_encoder_set_tags (CliEncoder *self, const char *title, const char *voice)
{
}

void
cli_encoder_write (CliEncoder *self, const float *pcm, gsize n)
{
}

void
cli_encoder_write_silence (CliEncoder *self, gsize n)
{
}

void
cli_encoder_truncate (CliEncoder *self, gsize samples)
{
}

gboolean
cli_encoder_finish (CliEncoder *self, GError **error)
{
  return FALSE;
}
