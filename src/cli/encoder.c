/* encoder.c: sound files in the formats that GStreamer writes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "encoder.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "errors.h"
#include "qora-exporter.h"

struct CliEncoder
{
  char *path;
  QoraSound *sound;
  QoraExporter *exporter;
};

gboolean
cli_encoder_takes (const char *path)
{
  QoraAudioFormat format;

  return qora_audio_format_from_name (path, &format) && format != QORA_AUDIO_FORMAT_WAV;
}

/* What would only come out when all of the speech is made. */
static gboolean
check (const char *path, QoraAudioFormat format, int sample_rate, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  const char *name = qora_audio_format_get_name (format);
  const char *package;

  if (!qora_audio_format_is_available (format, &package))
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED,
                   _ ("--output %s: this system has no %s encoder, install %s"), path, name,
                   package);
      return FALSE;
    }
  if (sample_rate != QORA_SOUND_RATE)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   _ ("--output %s: a model of %d Hz can only be written as WAV"), path,
                   sample_rate);
      return FALSE;
    }
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return cli_fail_errno (error, EISDIR, path, _ ("cannot be written"));
  if (g_access (folder, W_OK | X_OK) != 0)
    return cli_fail_errno (error, errno, path, _ ("cannot be written"));
  return TRUE;
}

CliEncoder *
cli_encoder_new (const char *path, int sample_rate, GError **error)
{
  g_autoptr (CliEncoder) self = NULL;
  QoraAudioFormat format = QORA_AUDIO_FORMAT_WAV;

  qora_audio_format_from_name (path, &format);
  if (!check (path, format, sample_rate, error))
    return NULL;
  self = g_new0 (CliEncoder, 1);
  self->path = g_strdup (path);
  self->sound = qora_sound_new ();
  self->exporter = qora_exporter_new (self->sound, format, path);
  return g_steal_pointer (&self);
}

void
cli_encoder_free (CliEncoder *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->exporter);
  g_clear_object (&self->sound);
  g_free (self->path);
  g_free (self);
}

void
cli_encoder_set_tags (CliEncoder *self, const char *title, const char *voice)
{
  qora_exporter_set_tags (self->exporter, title, voice);
}

void
cli_encoder_write (CliEncoder *self, const float *pcm, gsize n)
{
  qora_sound_append (self->sound, pcm, n);
}

void
cli_encoder_write_silence (CliEncoder *self, gsize n)
{
  qora_sound_append_silence (self->sound, n);
}

void
cli_encoder_truncate (CliEncoder *self, gsize samples)
{
  qora_sound_truncate (self->sound, samples);
}

gboolean
cli_encoder_finish (CliEncoder *self, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (qora_exporter_run (self->exporter, NULL, &reason))
    return TRUE;
  g_set_error_literal (error, CLI_ERROR, CLI_ERROR_FAILED, reason->message);
  return FALSE;
}
