/* qora-models-actions.c: the program's part in voice models: actions, menu, notifications
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-models-actions.h"

#include <glib/gi18n.h>

#include "qora-models-window.h"
#include "qora-models-words.h"

#define DEMO         "demo"
#define NOTIFICATION "model"
#define COOKIE       "qora-models-inhibit"

/* ---- the page ---- */

static QoraModelsWindow *
find_page (QoraApplication *app)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (app)); l != NULL; l = l->next)
    if (QORA_IS_MODELS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static void
models_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraModelsWindow *page = find_page (user_data);

  if (page == NULL)
    page = qora_models_window_new (user_data);
  g_application_withdraw_notification (user_data, NOTIFICATION);
  gtk_window_present (GTK_WINDOW (page));
}

/* ---- the model in use ---- */

static void
use_model_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const char *path = g_variant_get_string (parameter, NULL);

  g_application_withdraw_notification (user_data, NOTIFICATION);
  qora_application_open_model (user_data, g_str_equal (path, DEMO) ? NULL : path);
}

static void
add_model_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  qora_models_library_add (qora_application_get_library (user_data),
                           g_variant_get_string (parameter, NULL));
}

static void
update_model_in_use (QoraApplication *app)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (app), "use-model");
  const char *path = qora_synthesizer_get_path (qora_application_get_synthesizer (app));

  if (qora_application_has_demo_voice (app))
    path = DEMO;
  g_simple_action_set_state (G_SIMPLE_ACTION (action),
                             g_variant_new_string (path != NULL ? path : ""));
}

static void
fill_menu (GListModel *store, guint position, guint removed, guint added, gpointer user_data)
{
  GMenu *menu = user_data;
  QoraApplication *app = QORA_APPLICATION (g_application_get_default ());

  g_menu_remove_all (menu);
  for (guint i = 0; i < g_list_model_get_n_items (store); i++)
    {
      g_autoptr (QoraModel) model = g_list_model_get_item (store, i);
      g_autofree char *name = qora_models_name (qora_application_get_library (app), model);
      g_auto (GStrv) pieces = g_strsplit (name, "_", -1);
      g_autofree char *label = g_strjoinv ("__", pieces);
      g_autoptr (GMenuItem) item = NULL;

      if (g_str_equal (qora_model_get_kind (model), "base"))
        continue;
      item = g_menu_item_new (label, NULL);
      g_menu_item_set_action_and_target (
          item, "app.use-model", "s",
          qora_model_get_place (model) == QORA_MODEL_DEMO ? DEMO : qora_model_get_path (model));
      g_menu_append_item (menu, item);
    }
}

GMenuModel *
qora_models_actions_create_menu (QoraApplication *app)
{
  GListModel *store
      = G_LIST_MODEL (qora_models_library_get_store (qora_application_get_library (app)));
  GMenu *menu = g_menu_new ();

  g_signal_connect_object (store, "items-changed", G_CALLBACK (fill_menu), menu, 0);
  fill_menu (store, 0, 0, 0, menu);
  return G_MENU_MODEL (menu);
}

/* ---- jobs ---- */

/* Windows may be closed meanwhile, and the computer is not to fall asleep over it. */
static void
on_busy (QoraApplication *app)
{
  gboolean busy = qora_models_library_get_busy (qora_application_get_library (app));
  guint cookie = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (app), COOKIE));

  if (busy)
    {
      g_application_hold (G_APPLICATION (app));
      cookie
          = gtk_application_inhibit (GTK_APPLICATION (app), NULL, GTK_APPLICATION_INHIBIT_SUSPEND,
                                     _ ("A voice model is being prepared"));
      g_object_set_data (G_OBJECT (app), COOKIE, GUINT_TO_POINTER (cookie));
      return;
    }
  if (cookie != 0)
    gtk_application_uninhibit (GTK_APPLICATION (app), cookie);
  g_object_set_data (G_OBJECT (app), COOKIE, NULL);
  g_application_release (G_APPLICATION (app));
}

static void
notify (QoraApplication *app, QoraModelsJob *job)
{
  const GError *error = qora_models_job_get_error (job);
  g_autoptr (GNotification) notification = g_notification_new (
      error == NULL ? _ ("Voice Is Ready") : _ ("Voice Could Not Be Prepared"));

  g_notification_set_body (notification,
                           error == NULL ? qora_models_job_get_title (job) : error->message);
  g_notification_set_default_action (notification, "app.models");
  if (error == NULL)
    g_notification_add_button_with_target (notification, _ ("Use"), "app.use-model", "s",
                                           qora_models_job_get_target (job));
  g_application_send_notification (G_APPLICATION (app), NOTIFICATION, notification);
}

static void
on_job_ended (QoraApplication *app, QoraModelsJob *job)
{
  QoraModelsJobState state = qora_models_job_get_state (job);
  QoraModelsWindow *page = find_page (app);

  if (state == QORA_MODELS_JOB_IDLE)
    return;
  if (page != NULL && state == QORA_MODELS_JOB_DONE)
    qora_models_window_tell_ready (page, job);
  if (page == NULL || !gtk_window_is_active (GTK_WINDOW (page)))
    notify (app, job);
}

static void
on_mirror_changed (QoraApplication *app, const char *key, GSettings *settings)
{
  g_autofree char *mirror = g_settings_get_string (settings, "mirror");

  qora_models_library_load_catalogue (qora_application_get_library (app), mirror);
}

void
qora_models_actions_add (QoraApplication *app)
{
  static const GActionEntry actions[] = {
    { .name = "models", .activate = models_action },
    { .name = "use-model", .activate = use_model_action, .parameter_type = "s", .state = "''" },
    { .name = "add-model", .activate = add_model_action, .parameter_type = "s" },
  };
  QoraModelsLibrary *library = qora_application_get_library (app);
  GSettings *settings = qora_application_get_settings (app);

  g_action_map_add_action_entries (G_ACTION_MAP (app), actions, G_N_ELEMENTS (actions), app);
  g_signal_connect_object (qora_application_get_synthesizer (app), "notify::path",
                           G_CALLBACK (update_model_in_use), app, G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "notify::busy", G_CALLBACK (on_busy), app, G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "job-ended", G_CALLBACK (on_job_ended), app, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::mirror", G_CALLBACK (on_mirror_changed), app,
                           G_CONNECT_SWAPPED);
  on_mirror_changed (app, "mirror", settings);
  qora_models_library_refresh (library);
}
