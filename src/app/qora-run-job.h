/* qora-run-job.h: brings what the engine reports on its thread to the main context
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-synthesizer.h"

G_BEGIN_DECLS

/* The task data of a run. The worker reads the requests and fills the queue; the main context
 * empties it. */
typedef struct
{
  GTask *task; /* owns the job */
  QoraRequest *requests;
  gsize n_requests;
  const QoraSynthesisEvents *events;
  gpointer events_data;

  GMutex lock;
  GQueue queue; /* of Event, from the worker to the main context */
  gboolean scheduled;
} QoraRunJob;

/* Copies the requests with their strings; not the events, which must outlive the run. */
QoraRunJob *qora_run_job_new (GTask *task, const QoraRequest *requests, gsize n_requests,
                              const QoraSynthesisEvents *events, gpointer events_data);
void qora_run_job_free (QoraRunJob *job);

/* For the engine, with the job as its data. The events are emitted on the task's main context, a
 * little at a time. */
extern const QoraEngineSink qora_run_job_sink;

/* Emits at once all that is still queued; on the main context. */
void qora_run_job_deliver (QoraRunJob *job);

G_END_DECLS
