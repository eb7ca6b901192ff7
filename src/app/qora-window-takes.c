/* qora-window-takes.c: the window's part in keeping, opening and deleting takes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <glib/gi18n.h>

#include "qora-window-private.h"

static void
show_settings_of (QoraWindow *self, QoraTake *take)
{
  QoraRendering *rendering = take != NULL ? qora_take_get_rendering (take) : NULL;

  if (rendering != NULL)
    qora_voice_bar_restore (self->voice_bar, rendering->voice, rendering->language,
                            rendering->style, rendering->seed);
}

static void
keep_draft (QoraWindow *self)
{
  QoraTake *take = qora_project_get_take (self->project);
  g_autofree char *text = qora_script_view_get_text (self->script_view);

  qora_draft_set (self->draft, text, take != NULL ? qora_take_get_id (take) : NULL);
}

/* The project changes to another take: its text comes first. */
static void
on_restore (QoraWindow *self, QoraTake *take)
{
  self->restoring = TRUE;
  qora_script_view_set_text (self->script_view, take != NULL ? qora_take_get_text (take) : "");
  self->restoring = FALSE;
  keep_draft (self);
  show_settings_of (self, take);
  gtk_widget_grab_focus (GTK_WIDGET (self->script_view));
}

static void
on_take (QoraWindow *self)
{
  qora_takes_pane_set_current (self->takes_pane, qora_project_get_take (self->project));
  keep_draft (self);
  qora_window_update (self);
}

static void
on_open (QoraWindow *self, QoraTake *take)
{
  if (take != qora_project_get_take (self->project))
    qora_project_open (self->project, take);
  if (adw_flap_get_folded (self->flap))
    adw_flap_set_reveal_flap (self->flap, FALSE);
}

static void
on_failed (QoraWindow *self, const GError *error)
{
  qora_notice_show (self->notice, error->message, TRUE, NULL, NULL);
}

/* The draft says which take its text belongs to. */
static void
on_takes_loaded (QoraWindow *self)
{
  g_autofree char *id = g_steal_pointer (&self->resume_take);
  QoraTake *take = id != NULL ? qora_take_list_find (self->takes, id) : NULL;

  if (take != NULL && qora_project_get_take (self->project) == NULL)
    qora_project_resume (self->project, take);
}

/* ---- actions ---- */

static void
new_take_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;

  qora_project_open (self->project, NULL);
}

static void
toggle_takes_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;

  adw_flap_set_reveal_flap (self->flap, !adw_flap_get_reveal_flap (self->flap));
}

static void
search_takes_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;

  adw_flap_set_reveal_flap (self->flap, TRUE);
  qora_takes_pane_focus_search (self->takes_pane);
}

/* What a toast with an Undo button is about. */
typedef struct
{
  QoraWindow *window;
  QoraTake *take;
  gboolean sound_only;
  gboolean undone;
} Deletion;

static void
on_undo_clicked (AdwToast *toast, Deletion *deletion)
{
  deletion->undone = TRUE;
  if (deletion->sound_only)
    qora_take_restore_sound (deletion->take);
  else
    qora_take_list_add (deletion->window->takes, deletion->take);
  if (deletion->sound_only && deletion->take == qora_project_get_take (deletion->window->project))
    qora_project_open (deletion->window->project, deletion->take);
}

static void
on_toast_gone (AdwToast *toast, Deletion *deletion)
{
  if (!deletion->undone && deletion->sound_only)
    qora_take_purge_sound (deletion->take);
  else if (!deletion->undone)
    qora_take_delete (deletion->take);
  g_object_unref (deletion->window);
  g_object_unref (deletion->take);
  g_free (deletion);
}

static void
offer_undo (QoraWindow *self, QoraTake *take, gboolean sound_only)
{
  AdwToast *toast = adw_toast_new (sound_only ? _ ("Sound deleted") : _ ("Take deleted"));
  Deletion *deletion = g_new0 (Deletion, 1);

  deletion->window = g_object_ref (self);
  deletion->take = g_object_ref (take);
  deletion->sound_only = sound_only;
  adw_toast_set_button_label (toast, _ ("Undo"));
  g_signal_connect (toast, "button-clicked", G_CALLBACK (on_undo_clicked), deletion);
  g_signal_connect (toast, "dismissed", G_CALLBACK (on_toast_gone), deletion);
  qora_window_add_toast (self, toast);
}

/* Then it cannot be deleted, and the user is told. */
static gboolean
is_being_made (QoraWindow *self, QoraTake *take)
{
  gboolean made
      = take == qora_project_get_take (self->project) && qora_project_get_running (self->project);

  if (made)
    qora_window_toast (self, _ ("Stop the speech first"));
  return made;
}

static void
delete_take_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  QoraTake *found = qora_take_list_find (self->takes, g_variant_get_string (parameter, NULL));
  g_autoptr (QoraTake) take = found != NULL ? g_object_ref (found) : NULL;

  if (take == NULL || is_being_made (self, take))
    return;
  qora_take_list_remove (self->takes, take);
  if (take == qora_project_get_take (self->project))
    qora_project_open (self->project, NULL);
  offer_undo (self, take, FALSE);
}

static void
delete_sound_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  QoraTake *take = qora_take_list_find (self->takes, g_variant_get_string (parameter, NULL));
  gboolean current = take != NULL && take == qora_project_get_take (self->project);

  if (take == NULL || is_being_made (self, take))
    return;
  qora_take_drop_sound (take);
  if (current)
    qora_project_open (self->project, take);
  offer_undo (self, take, TRUE);
}

static const GActionEntry actions[] = {
  { .name = "new-take", .activate = new_take_action },
  { .name = "toggle-takes", .activate = toggle_takes_action },
  { .name = "search-takes", .activate = search_takes_action },
  { .name = "delete-take", .activate = delete_take_action, .parameter_type = "s" },
  { .name = "delete-sound", .activate = delete_sound_action, .parameter_type = "s" },
};

void
qora_window_add_take_actions (QoraWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  qora_takes_pane_set_list (self->takes_pane, self->takes);
  g_signal_connect_object (self->takes_pane, "open", G_CALLBACK (on_open), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->project, "restore", G_CALLBACK (on_restore), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->project, "notify::take", G_CALLBACK (on_take), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->project, "failed", G_CALLBACK (on_failed), self,
                           G_CONNECT_SWAPPED);
  if (qora_take_list_get_loaded (self->takes))
    on_takes_loaded (self);
  else
    g_signal_connect_object (self->takes, "notify::loaded", G_CALLBACK (on_takes_loaded), self,
                             G_CONNECT_SWAPPED);
}
