/* qora-queue-watch.c: what the program does while the queue works, with or without a window
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-queue-watch.h"

#include <glib/gi18n.h>

/* Lives as long as the queue. */
typedef struct
{
  GtkApplication *app;
  gboolean held;
  guint inhibit_cookie;
} Watch;

static void
watch_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

static void
on_running (QoraQueue *queue, GParamSpec *pspec, gpointer user_data)
{
  Watch *watch = user_data;
  gboolean running = qora_queue_get_running (queue);

  if (running && !watch->held)
    g_application_hold (G_APPLICATION (watch->app));
  else if (!running && watch->held)
    g_application_release (G_APPLICATION (watch->app));
  watch->held = running;

  if (running && watch->inhibit_cookie == 0)
    watch->inhibit_cookie = gtk_application_inhibit (
        watch->app, NULL, GTK_APPLICATION_INHIBIT_SUSPEND, _ ("A book is being made"));
  else if (!running && watch->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (watch->app, watch->inhibit_cookie);
      watch->inhibit_cookie = 0;
    }
}

static void
on_finished (QoraQueue *queue, QoraBook *book, gpointer user_data)
{
  Watch *watch = user_data;
  GtkWindow *window = gtk_application_get_active_window (watch->app);
  g_autoptr (GNotification) notification = NULL;

  if (window != NULL && gtk_window_is_active (window))
    return;
  notification = g_notification_new (_ ("Book Is Ready"));
  g_notification_set_body (notification, qora_book_get_title (book));
  g_application_send_notification (G_APPLICATION (watch->app), qora_book_get_id (book),
                                   notification);
}

static void
on_settings_changed (GSettings *settings, const char *key, QoraQueue *queue)
{
  const QoraSampling sampling = {
    g_settings_get_boolean (settings, "sampling-custom"),
    g_settings_get_double (settings, "temperature"),
    g_settings_get_int (settings, "top-k"),
    g_settings_get_double (settings, "top-p"),
    g_settings_get_double (settings, "repetition-penalty"),
  };

  qora_queue_set_sampling (queue, &sampling);
}

static void
on_pronunciation_changed (QoraPronunciationStore *store, QoraQueue *queue)
{
  qora_queue_set_pronunciation (queue, qora_pronunciation_store_get_list (store));
}

void
qora_queue_watch (QoraQueue *queue, GtkApplication *app, GSettings *settings,
                  QoraPronunciationStore *pronunciation)
{
  Watch *watch = g_new0 (Watch, 1);

  watch->app = app;
  g_signal_connect_data (queue, "notify::running", G_CALLBACK (on_running), watch, watch_free, 0);
  g_signal_connect (queue, "finished", G_CALLBACK (on_finished), watch);
  g_signal_connect_object (settings, "changed", G_CALLBACK (on_settings_changed), queue, 0);
  on_settings_changed (settings, NULL, queue);
  g_signal_connect_object (pronunciation, "changed", G_CALLBACK (on_pronunciation_changed), queue,
                           0);
  on_pronunciation_changed (pronunciation, queue);
}
