/* progress.c: a bar on the terminal
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#include "progress.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW_US    100000
#define LONGEST_BAR  40
#define SHORTEST_BAR 5

struct CliProgress
{
  gboolean enabled;
  gboolean shown;
  gint64 drawn_at; /* monotonic, microseconds */
};

CliProgress *
cli_progress_new (gboolean quiet)
{
  CliProgress *self = g_new0 (CliProgress, 1);

  self->enabled = !quiet && isatty (STDERR_FILENO);
  return self;
}

void
cli_progress_free (CliProgress *self)
{
  cli_progress_clear (self);
  g_free (self);
}

static int
terminal_columns (void)
{
  struct winsize size;

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

static void
draw (CliProgress *self, double fraction, const char *text)
{
  int columns = terminal_columns ();
  int length = (int) g_utf8_strlen (text, -1);
  int width = MIN (columns - length - 4, LONGEST_BAR);
  char bar[LONGEST_BAR + 1] = "";

  if (width >= SHORTEST_BAR)
    {
      int full = (int) (CLAMP (fraction, 0.0, 1.0) * width);

      memset (bar, '#', full);
      memset (bar + full, '-', width - full);
      bar[width] = '\0';
      fprintf (stderr, "\r[%s] %s\033[K", bar, text);
    }
  else
    {
      g_autofree char *start = g_utf8_substring (text, 0, MIN (length, columns - 1));

      fprintf (stderr, "\r%s\033[K", start);
    }
  fflush (stderr);
  self->shown = TRUE;
}

static gboolean
is_due (CliProgress *self)
{
  gint64 now = g_get_monotonic_time ();

  if (!self->enabled || (self->shown && now - self->drawn_at < REDRAW_US))
    return FALSE;
  self->drawn_at = now;
  return TRUE;
}

void
cli_progress_task (CliProgress *self, const char *what, double fraction)
{
  g_autofree char *text = NULL;

  if (!is_due (self))
    return;
  text = g_strdup_printf (_ ("%s, %.0f %%"), what, 100 * fraction);
  draw (self, fraction, text);
}

void
cli_progress_speech (CliProgress *self, const qtts_progress *progress, double frame_s)
{
  int expected = MAX (progress->expected_frames, progress->frames);
  double left_s = 0;
  double speed = 0;
  g_autofree char *text = NULL;

  if (!is_due (self) || expected < 1)
    return;
  if (progress->frames > 0)
    left_s = progress->elapsed_s / progress->frames * (expected - progress->frames);
  if (progress->elapsed_s > 0)
    speed = progress->frames * frame_s / progress->elapsed_s;
  text = g_strdup_printf (_ ("%d/%d frames, %.1f s of speech, %.2fx real time, %d:%02d left"),
                          progress->frames, expected, progress->frames * frame_s, speed,
                          (int) left_s / 60, (int) left_s % 60);
  draw (self, (double) progress->frames / expected, text);
}

void
cli_progress_clear (CliProgress *self)
{
  if (self->shown)
    fputs ("\r\033[K", stderr);
  self->shown = FALSE;
}
