/* qora-fake-engine.c: an engine that hums, for tests of everything around the real one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-engine.h"

#include <math.h>
#include <string.h>

#define RATE              24000
#define FRAME             1920
#define FRAMES_PER_SECOND 12.5
#define CHARS_PER_SECOND  15.0

static const char *const voices[] = { "aiden",  "dylan", "eric",     "ono_anna", "ryan",
                                      "serena", "sohee", "uncle_fu", "vivian",   NULL };
static const char *const languages[] = { "chinese", "english", "french", "german", NULL };

typedef struct
{
  double rtf;
} FakeModel;

static gpointer
fake_open (const char *path, int threads, QoraModelInfo **info, GCancellable *cancellable,
           GError **error)
{
  const char *rtf = g_getenv ("QORA_FAKE_RTF");
  FakeModel *model;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_MODEL, "%s does not exist", path);
      return NULL;
    }
  *info = g_new0 (QoraModelInfo, 1);
  (*info)->name = g_path_get_basename (path);
  (*info)->voices = g_strdupv ((GStrv) voices);
  (*info)->languages = g_strdupv ((GStrv) languages);
  (*info)->honours_style = TRUE;
  (*info)->sampling = (QoraSampling){ FALSE, 0.9, 50, 1.0, 1.05 };
  model = g_new0 (FakeModel, 1);
  model->rtf = rtf != NULL ? g_ascii_strtod (rtf, NULL) : 0.2;
  return model;
}

static int
count_frames (const QoraRequest *request)
{
  double seconds = g_utf8_strlen (request->text, -1) / CHARS_PER_SECOND;

  return MAX (6, (int) (seconds * FRAMES_PER_SECOND));
}

/* A vowel-like hum in syllables; pitch by voice and seed. */
static void
make_frame (const QoraRequest *request, guint64 seed, int frame, float *samples)
{
  double pitch
      = 110 + g_str_hash (request->voice != NULL ? request->voice : "") % 90 + (double) (seed % 12);

  for (int i = 0; i < FRAME; i++)
    {
      double t = (frame * FRAME + i) / (double) RATE;
      double syllable = fabs (sin (G_PI * t * 2.1)) * (0.6 + 0.4 * sin (t * 1.7 + seed % 7));
      double tone = sin (2 * G_PI * pitch * t) + 0.5 * sin (4 * G_PI * pitch * t)
                    + 0.25 * sin (6 * G_PI * pitch * t);

      samples[i] = (float) (0.3 * syllable * tone);
    }
}

/* Returns FALSE when cancelled meanwhile. */
static gboolean
work (GCancellable *cancellable, gint64 until)
{
  while (g_get_monotonic_time () < until && !g_cancellable_is_cancelled (cancellable))
    g_usleep ((gulong) CLAMP (until - g_get_monotonic_time (), 1, 10000));
  return !g_cancellable_is_cancelled (cancellable);
}

static gboolean
fake_run (gpointer data, const QoraRequest *requests, gsize n_requests, const QoraEngineSink *sink,
          gpointer sink_data, GCancellable *cancellable, GError **error)
{
  FakeModel *model = data;
  gint64 begin = g_get_monotonic_time ();
  int done = 0;
  int all = 0;
  float samples[FRAME];

  for (gsize r = 0; r < n_requests; r++)
    all += count_frames (&requests[r]);

  for (gsize r = 0; r < n_requests; r++)
    {
      gboolean runaway = strstr (requests[r].text, "runaway") != NULL;
      int n = count_frames (&requests[r]);

      if (strstr (requests[r].text, "out of memory") != NULL)
        {
          g_set_error (error, QORA_ENGINE_ERROR, QORA_ENGINE_ERROR_MEMORY, "Out of memory");
          return FALSE;
        }
      for (int f = 0; f < n; f++)
        {
          gint64 until
              = begin + (gint64) ((done + 1) / FRAMES_PER_SECOND * model->rtf * G_USEC_PER_SEC);
          QoraProgress progress;

          if (!work (cancellable, until))
            {
              sink->finished (r, QORA_END_STOPPED, requests[r].seed, sink_data);
              return !g_cancellable_set_error_if_cancelled (cancellable, error);
            }
          make_frame (&requests[r], requests[r].seed, f, samples);
          sink->sound (r, samples, FRAME, sink_data);
          done++;
          progress = (QoraProgress){ r, done / (double) all, done / FRAMES_PER_SECOND,
                                     (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC };
          sink->progress (&progress, sink_data);
        }
      sink->finished (r, runaway ? QORA_END_RUNAWAY : QORA_END_COMPLETE, requests[r].seed,
                      sink_data);
    }
  return TRUE;
}

const QoraEngine qora_fake_engine = { fake_open, g_free, fake_run };
