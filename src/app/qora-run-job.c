/* qora-run-job.c: brings what the engine reports on its thread to the main context
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-run-job.h"

#define DELIVERY_TIME 8000 /* us; then the window gets its turn */

typedef enum
{
  EVENT_SOUND,
  EVENT_RESTARTED,
  EVENT_FINISHED,
  EVENT_PROGRESS,
} EventKind;

typedef struct
{
  EventKind kind;
  gsize request;
  float *samples;
  gsize n_samples;
  QoraEnd end;
  guint64 seed;
  QoraProgress progress;
} Event;

static void
event_free (Event *event)
{
  g_free (event->samples);
  g_free (event);
}

QoraRunJob *
qora_run_job_new (GTask *task, const QoraRequest *requests, gsize n_requests,
                  const QoraSynthesisEvents *events, gpointer events_data)
{
  QoraRunJob *job = g_new0 (QoraRunJob, 1);

  g_mutex_init (&job->lock);
  job->task = task;
  job->n_requests = n_requests;
  job->requests = g_memdup2 (requests, n_requests * sizeof *requests);
  for (gsize i = 0; i < n_requests; i++)
    {
      job->requests[i].text = g_strdup (requests[i].text);
      job->requests[i].voice = g_strdup (requests[i].voice);
      job->requests[i].language = g_strdup (requests[i].language);
      job->requests[i].style = g_strdup (requests[i].style);
    }
  job->events = events;
  job->events_data = events_data;
  return job;
}

void
qora_run_job_free (QoraRunJob *job)
{
  for (gsize i = 0; i < job->n_requests; i++)
    {
      g_free ((char *) job->requests[i].text);
      g_free ((char *) job->requests[i].voice);
      g_free ((char *) job->requests[i].language);
      g_free ((char *) job->requests[i].style);
    }
  g_free (job->requests);
  g_queue_clear_full (&job->queue, (GDestroyNotify) event_free);
  g_mutex_clear (&job->lock);
  g_free (job);
}

static void
emit_event (QoraRunJob *job, const Event *event)
{
  switch (event->kind)
    {
    case EVENT_SOUND:
      job->events->sound (event->request, event->samples, event->n_samples, job->events_data);
      break;
    case EVENT_RESTARTED:
      job->events->restarted (event->request, job->events_data);
      break;
    case EVENT_FINISHED:
      job->events->finished (event->request, event->end, event->seed, job->events_data);
      break;
    case EVENT_PROGRESS:
      job->events->progress (&event->progress, job->events_data);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Of many reports only the last one is news. */
static void
drop_old_progress (GQueue *events)
{
  gboolean newer = FALSE;

  for (GList *l = events->tail; l != NULL;)
    {
      GList *previous = l->prev;
      Event *event = l->data;

      if (event->kind == EVENT_PROGRESS && newer)
        {
          event_free (event);
          g_queue_delete_link (events, l);
        }
      else if (event->kind == EVENT_PROGRESS)
        newer = TRUE;
      l = previous;
    }
}

/* Until the queue is empty, or the time `end` has come. Returns whether something is left. */
static gboolean
deliver_until (QoraRunJob *job, gint64 end)
{
  GQueue events = G_QUEUE_INIT;
  gboolean more;

  g_mutex_lock (&job->lock);
  drop_old_progress (&job->queue);
  events = job->queue;
  g_queue_init (&job->queue);
  g_mutex_unlock (&job->lock);

  while (events.length > 0 && g_get_monotonic_time () < end)
    {
      Event *event = g_queue_pop_head (&events);

      emit_event (job, event);
      event_free (event);
    }

  g_mutex_lock (&job->lock);
  while (events.length > 0)
    g_queue_push_head (&job->queue, g_queue_pop_tail (&events));
  more = job->queue.length > 0;
  job->scheduled = more;
  g_mutex_unlock (&job->lock);
  return more;
}

static gboolean
deliver_events (gpointer user_data)
{
  QoraRunJob *job = g_task_get_task_data (user_data);

  return deliver_until (job, g_get_monotonic_time () + DELIVERY_TIME) ? G_SOURCE_CONTINUE
                                                                      : G_SOURCE_REMOVE;
}

/* Hands an event over to the main context. The source has the priority of the task's own
 * completion, so that every event comes before that. */
static void
push_event (QoraRunJob *job, const Event *event)
{
  g_autoptr (GSource) source = NULL;

  g_mutex_lock (&job->lock);
  g_queue_push_tail (&job->queue, g_memdup2 (event, sizeof *event));
  if (!job->scheduled)
    {
      job->scheduled = TRUE;
      source = g_idle_source_new ();
    }
  g_mutex_unlock (&job->lock);

  if (source != NULL)
    {
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, deliver_events, g_object_ref (job->task), g_object_unref);
      g_source_attach (source, g_task_get_context (job->task));
    }
}

static void
on_sound (gsize request, const float *samples, gsize n_samples, gpointer user_data)
{
  Event event = { .kind = EVENT_SOUND, .request = request, .n_samples = n_samples };

  event.samples = g_memdup2 (samples, n_samples * sizeof *samples);
  push_event (user_data, &event);
}

static void
on_restarted (gsize request, gpointer user_data)
{
  push_event (user_data, &(Event){ .kind = EVENT_RESTARTED, .request = request });
}

static void
on_finished (gsize request, QoraEnd end, guint64 seed, gpointer user_data)
{
  Event event = { .kind = EVENT_FINISHED, .request = request, .end = end, .seed = seed };

  push_event (user_data, &event);
}

static void
on_progress (const QoraProgress *progress, gpointer user_data)
{
  push_event (user_data, &(Event){ .kind = EVENT_PROGRESS, .progress = *progress });
}

const QoraEngineSink qora_run_job_sink = { on_sound, on_restarted, on_finished, on_progress };

void
qora_run_job_deliver (QoraRunJob *job)
{
  deliver_until (job, G_MAXINT64);
}
