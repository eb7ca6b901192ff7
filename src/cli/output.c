/* output.c: where the sound goes while it is made
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encoder.h"
#include "errors.h"
#include "files.h"
#include "wav.h"

#define BLOCK_SAMPLES 4096

struct CliOutput
{
  CliEncoder *encoder; /* NULL: WAV or raw samples, as below */
  char *path;          /* as the user wrote it, for messages */
  char *target;    /* what the temporary file replaces: symbolic links resolved; NULL: a stream */
  char *temporary; /* NULL once it is in place, or for a stream */
  int fd;
  gboolean has_header; /* WAV; else raw samples */
  int sample_rate;
  guint64 samples;
};

static gboolean
write_all (CliOutput *self, const void *bytes, gsize n, GError **error)
{
  const char *at = bytes;

  while (n > 0)
    {
      ssize_t written = write (self->fd, at, n);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return cli_fail_errno (error, errno, self->path, _ ("cannot be written"));
      at += written;
      n -= written;
    }
  return TRUE;
}

static gboolean
open_standard_output (CliOutput *self, GError **error)
{
  if (isatty (STDOUT_FILENO))
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   _ ("--output -: standard output is a terminal; lead it into a file or program"));
      return FALSE;
    }
  self->path = g_strdup (_ ("standard output"));
  self->fd = dup (STDOUT_FILENO);
  return self->fd >= 0 || cli_fail_errno (error, errno, self->path, _ ("cannot be written"));
}

static gboolean
open_temporary (CliOutput *self, GError **error)
{
  char *resolved = realpath (self->path, NULL);
  g_autofree char *folder = NULL;
  g_autofree char *base = NULL;
  g_autofree char *name = NULL;

  self->target = g_strdup (resolved != NULL ? resolved : self->path);
  free (resolved);
  folder = g_path_get_dirname (self->target);
  base = g_path_get_basename (self->target);
  name = g_strdup_printf (".%s.XXXXXX", base);
  self->temporary = g_build_filename (folder, name, NULL);
  self->fd = g_mkstemp_full (self->temporary, O_RDWR | O_CLOEXEC, 0666);
  if (self->fd < 0)
    {
      g_clear_pointer (&self->temporary, g_free);
      return cli_fail_errno (error, errno, self->path, _ ("cannot be written"));
    }
  return TRUE;
}

static gboolean
open_encoder (CliOutput *self, GError **error)
{
  char *resolved = realpath (self->path, NULL);

  self->encoder
      = cli_encoder_new (resolved != NULL ? resolved : self->path, self->sample_rate, error);
  free (resolved);
  return self->encoder != NULL;
}

static gboolean
open_file (CliOutput *self, GError **error)
{
  guint8 header[CLI_WAV_HEADER_BYTES];

  self->has_header = TRUE;
  if (g_file_test (self->path, G_FILE_TEST_IS_DIR))
    return cli_fail_errno (error, EISDIR, self->path, _ ("cannot be written"));
  if (!cli_is_stream (self->path))
    {
      if (!open_temporary (self, error))
        return FALSE;
      cli_wav_header (header, self->sample_rate, 0);
    }
  else
    {
      self->fd = open (self->path, O_WRONLY | O_CLOEXEC);
      if (self->fd < 0)
        return cli_fail_errno (error, errno, self->path, _ ("cannot be written"));
      cli_wav_header (header, self->sample_rate, G_MAXUINT32);
    }
  return write_all (self, header, sizeof header, error);
}

CliOutput *
cli_output_open (const char *path, int sample_rate, GError **error)
{
  g_autoptr (CliOutput) self = g_new0 (CliOutput, 1);

  self->fd = -1;
  self->sample_rate = sample_rate;
  if (strcmp (path, "-") == 0)
    return open_standard_output (self, error) ? g_steal_pointer (&self) : NULL;
  self->path = g_strdup (path);
  if (cli_encoder_takes (path) && !cli_is_stream (path))
    return open_encoder (self, error) ? g_steal_pointer (&self) : NULL;
  return open_file (self, error) ? g_steal_pointer (&self) : NULL;
}

void
cli_output_free (CliOutput *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  cli_encoder_free (self->encoder);
  g_free (self->temporary);
  g_free (self->target);
  g_free (self->path);
  g_free (self);
}

void
cli_output_set_tags (CliOutput *self, const char *title, const char *voice)
{
  if (self->encoder != NULL)
    cli_encoder_set_tags (self->encoder, title, voice);
}

/* So that what is on the disk can be played even if the program is killed. */
static gboolean
update_header (CliOutput *self, GError **error)
{
  guint8 header[CLI_WAV_HEADER_BYTES];

  if (self->temporary == NULL)
    return TRUE;
  cli_wav_header (header, self->sample_rate, self->samples);
  if (pwrite (self->fd, header, sizeof header, 0) != sizeof header)
    return cli_fail_errno (error, errno, self->path, _ ("cannot be written"));
  return TRUE;
}

gboolean
cli_output_write (CliOutput *self, const float *pcm, gsize n, GError **error)
{
  gint16 block[BLOCK_SAMPLES];

  if (self->encoder != NULL)
    {
      cli_encoder_write (self->encoder, pcm, n);
      self->samples += n;
      return TRUE;
    }
  for (gsize done = 0; done < n;)
    {
      gsize part = MIN (n - done, BLOCK_SAMPLES);

      cli_wav_convert (pcm + done, part, block);
      if (!write_all (self, block, part * sizeof *block, error))
        return FALSE;
      done += part;
    }
  self->samples += n;
  return update_header (self, error);
}

gboolean
cli_output_write_silence (CliOutput *self, guint64 n, GError **error)
{
  const gint16 block[BLOCK_SAMPLES] = { 0 };

  if (self->encoder != NULL)
    {
      cli_encoder_write_silence (self->encoder, n);
      self->samples += n;
      return TRUE;
    }
  for (guint64 done = 0; done < n;)
    {
      gsize part = MIN (n - done, BLOCK_SAMPLES);

      if (!write_all (self, block, part * sizeof *block, error))
        return FALSE;
      done += part;
    }
  self->samples += n;
  return update_header (self, error);
}

guint64
cli_output_tell (CliOutput *self)
{
  return self->samples;
}

gboolean
cli_output_can_truncate (CliOutput *self)
{
  return self->encoder != NULL || self->temporary != NULL;
}

gboolean
cli_output_truncate (CliOutput *self, guint64 samples, GError **error)
{
  off_t bytes = CLI_WAV_HEADER_BYTES + (off_t) samples * (off_t) sizeof (gint16);

  if (self->encoder != NULL)
    {
      cli_encoder_truncate (self->encoder, samples);
      self->samples = samples;
      return TRUE;
    }
  if (ftruncate (self->fd, bytes) != 0 || lseek (self->fd, bytes, SEEK_SET) < 0)
    return cli_fail_errno (error, errno, self->path, _ ("cannot be written"));
  self->samples = samples;
  return update_header (self, error);
}

/* Makes the new name itself durable; a file system that cannot is not an error. */
static void
sync_folder_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}

gboolean
cli_output_finish (CliOutput *self, GError **error)
{
  int fd = self->fd;

  if (self->encoder != NULL)
    return cli_encoder_finish (self->encoder, error);
  if (self->temporary != NULL && fsync (fd) != 0)
    return cli_fail_errno (error, errno, self->path, _ ("cannot be written"));
  self->fd = -1;
  if (close (fd) != 0)
    return cli_fail_errno (error, errno, self->path, _ ("cannot be written"));
  if (self->temporary == NULL)
    return TRUE;
  if (g_rename (self->temporary, self->target) != 0)
    return cli_fail_errno (error, errno, self->path, _ ("cannot be written"));
  g_clear_pointer (&self->temporary, g_free);
  sync_folder_of (self->target);
  return TRUE;
}
