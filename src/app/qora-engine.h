/* qora-engine.h: what the application needs from an engine, so that a test double can stand in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define QORA_ENGINE_ERROR (qora_engine_error_quark ())
typedef enum
{
  QORA_ENGINE_ERROR_MODEL,   /* the model is missing, broken or of a kind that cannot speak */
  QORA_ENGINE_ERROR_REQUEST, /* a text or setting that the model refuses */
  QORA_ENGINE_ERROR_BUSY,    /* another run is going on */
  QORA_ENGINE_ERROR_MEMORY,
} QoraEngineError;
GQuark qora_engine_error_quark (void);

typedef struct
{
  gboolean custom; /* FALSE: the model's own values, and the rest is ignored */
  double temperature;
  int top_k;
  double top_p;
  double repetition_penalty;
} QoraSampling;

/* One text to speak. */
typedef struct
{
  const char *text;
  const char *voice;    /* one of the model's voices, NULL: none */
  const char *language; /* one of the model's languages, NULL: find out */
  const char *style;    /* NULL or a plain sentence */
  guint64 seed;
  QoraSampling sampling;
} QoraRequest;

/* How the making of one text ended. */
typedef enum
{
  QORA_END_COMPLETE,
  QORA_END_STOPPED, /* by the user, or at the model's length limit */
  QORA_END_RUNAWAY, /* far longer than the text can need */
} QoraEnd;

typedef struct
{
  gsize request;   /* whose sound comes next */
  double fraction; /* of all requests, 0..1 */
  double seconds;  /* of sound made so far */
  double elapsed;  /* seconds of work so far */
} QoraProgress;

/* What a loaded model is and can do. */
typedef struct
{
  char *name;
  GStrv voices;    /* in the order to show them */
  GStrv languages; /* those that can be chosen */
  gboolean honours_style;
  gboolean is_design; /* has no voices: the style describes the voice */
  QoraSampling sampling;
} QoraModelInfo;

void qora_model_info_free (QoraModelInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QoraModelInfo, qora_model_info_free)

/* Called on the thread that runs, in order. */
typedef struct
{
  /* samples[n_samples]: 24 kHz mono. Requests are delivered one after the other. */
  void (*sound) (gsize request, const float *samples, gsize n_samples, gpointer user_data);
  void (*restarted) (gsize request, gpointer user_data); /* what was delivered of it is void */
  void (*finished) (gsize request, QoraEnd end, guint64 seed, gpointer user_data);
  void (*progress) (const QoraProgress *progress, gpointer user_data);
} QoraEngineSink;

/* An engine. All functions block, and are called from worker threads, one at a time per model. */
typedef struct
{
  /* `threads` 0: as many as there are cores. *info is the caller's, also when NULL is returned it
   * is not set. */
  gpointer (*open) (const char *path, int threads, QoraModelInfo **info, GCancellable *cancellable,
                    GError **error);
  void (*close) (gpointer model);
  /* FALSE with G_IO_ERROR_CANCELLED when stopped, which happens within one frame; requests that
   * had begun are reported as finished before that. */
  gboolean (*run) (gpointer model, const QoraRequest *requests, gsize n_requests,
                   const QoraEngineSink *sink, gpointer sink_data, GCancellable *cancellable,
                   GError **error);
} QoraEngine;

/* libqtts. */
extern const QoraEngine qora_qtts_engine;

/* A sine whose length follows the text. QORA_FAKE_RTF sets the seconds of work for a second of
 * sound; a text with "runaway" in it runs away, one with "out of memory" fails. */
extern const QoraEngine qora_fake_engine;

/* The fake one where QORA_ENGINE=fake is in the environment, else libqtts. */
const QoraEngine *qora_engine_get_default (void);

G_END_DECLS
