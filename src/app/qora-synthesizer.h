/* qora-synthesizer.h: a GObject face for the speech engine, which works on a thread of its own
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-engine.h"

G_BEGIN_DECLS

/* Holds one model at a time. Lives on the main context, which never waits for it.
 *
 * Properties, all read-only: "loading" and "busy" (gboolean), "path" (of the model, NULL: none),
 * "voices" (GListModel of QoraVoice, the same object for ever). "path" is notified for every model
 * that was opened, also when it is the same path again. */
#define QORA_TYPE_SYNTHESIZER (qora_synthesizer_get_type ())
G_DECLARE_FINAL_TYPE (QoraSynthesizer, qora_synthesizer, QORA, SYNTHESIZER, GObject)

/* What a run tells on the main context, in order, each request after the one before. */
typedef struct
{
  void (*sound) (gsize request, const float *samples, gsize n_samples, gpointer user_data);
  void (*restarted) (gsize request, gpointer user_data);
  void (*finished) (gsize request, QoraEnd end, guint64 seed, gpointer user_data);
  void (*progress) (const QoraProgress *progress, gpointer user_data);
} QoraSynthesisEvents;

/* `engine` NULL: qora_engine_get_default(). */
QoraSynthesizer *qora_synthesizer_new (const QoraEngine *engine);

gboolean qora_synthesizer_get_loading (QoraSynthesizer *self);
gboolean qora_synthesizer_get_busy (QoraSynthesizer *self);
const char *qora_synthesizer_get_path (QoraSynthesizer *self);
GListModel *qora_synthesizer_get_voices (QoraSynthesizer *self);
/* NULL without a model. Belongs to the synthesizer, until another model is opened. */
const QoraModelInfo *qora_synthesizer_get_info (QoraSynthesizer *self);

/* Seconds without work after which the model's memory is given back, 0: never. The next run opens
 * it again by itself. */
void qora_synthesizer_set_idle_time (QoraSynthesizer *self, guint seconds);

/* Opens a model file or folder in place of the one that is open, which stays when this fails.
 * `threads` 0: as many as there are cores. Errors: QORA_ENGINE_ERROR, G_IO_ERROR_CANCELLED. */
void qora_synthesizer_open_async (QoraSynthesizer *self, const char *path, int threads,
                                  GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean qora_synthesizer_open_finish (QoraSynthesizer *self, GAsyncResult *result, GError **error);

/* Speaks requests[n_requests], which are copied. `events` must stay valid; none of its functions
 * is called once the callback has been. Stops within one frame after `cancellable` is cancelled,
 * with G_IO_ERROR_CANCELLED; what was delivered before stays good. Errors: QORA_ENGINE_ERROR. */
void qora_synthesizer_run_async (QoraSynthesizer *self, const QoraRequest *requests,
                                 gsize n_requests, const QoraSynthesisEvents *events,
                                 gpointer events_data, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
/* The same for work that nobody waits for: it gives way to whatever else is to be run or opened,
 * which then begins as soon as this has ended. `cancellable` must be the run's own: giving way
 * cancels it. */
void qora_synthesizer_run_background_async (QoraSynthesizer *self, const QoraRequest *requests,
                                            gsize n_requests, const QoraSynthesisEvents *events,
                                            gpointer events_data, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer user_data);
/* For both. */
gboolean qora_synthesizer_run_finish (QoraSynthesizer *self, GAsyncResult *result, GError **error);

G_END_DECLS
