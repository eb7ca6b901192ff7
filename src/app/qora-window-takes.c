/* qora-window-takes.c: the window's part in keeping, opening and deleting takes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <glib/gi18n.h>

#include "qora-toast.h"
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
  g_autofree char *speech = take == NULL ? g_steal_pointer (&self->speech) : NULL;

  g_autofree char *opened = take == NULL ? g_steal_pointer (&self->opened_text) : NULL;
  const char *text = speech != NULL ? speech : opened != NULL ? opened : "";

  self->restoring = TRUE;
  qora_script_view_set_text (self->script_view, take != NULL ? qora_take_get_text (take) : text);
  self->restoring = FALSE;
  self->speak_soon = speech != NULL;
  keep_draft (self);
  show_settings_of (self, take);
  gtk_widget_grab_focus (GTK_WIDGET (self->script_view));
  qora_window_speak_soon (self);
}

static void
on_take (QoraWindow *self)
{
  qora_takes_pane_set_current (self->takes_pane, qora_project_get_take (self->project));
  keep_draft (self);
  qora_window_update (self);
}

/* A take is in one window only: two would write it by turns. */
static void
on_open (QoraWindow *self, QoraTake *take)
{
  GtkWindow *owner = qora_application_find_window (self->app, take);

  if (owner != NULL)
    gtk_window_present (owner);
  else
    {
      qora_window_keep_text (self);
      qora_project_open (self->project, take);
    }
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
  g_autofree char *id = NULL;
  QoraTake *take;

  if (!qora_take_list_get_loaded (self->takes) || !qora_book_list_get_loaded (self->books))
    return;
  id = g_steal_pointer (&self->resume_take);
  take = id != NULL ? qora_window_find_take (self, id) : NULL;
  if (take != NULL && qora_project_get_take (self->project) == NULL
      && qora_application_find_window (self->app, take) == NULL)
    qora_project_resume (self->project, take);
  qora_window_show_read_document (self);
}

gboolean
qora_window_is_free (QoraWindow *self)
{
  QoraScript *script = qora_script_view_get_script (self->script_view);

  g_return_val_if_fail (QORA_IS_WINDOW (self), FALSE);
  return qora_project_get_running (self->project) || qora_script_get_n_stale (script) == 0;
}

void
qora_window_speak (QoraWindow *self, const char *text)
{
  g_return_if_fail (QORA_IS_WINDOW (self));

  g_free (self->speech);
  self->speech = g_strdup (text);
  qora_project_open (self->project, NULL);
  qora_window_update (self);
}

QoraTake *
qora_window_get_take (QoraWindow *self)
{
  g_return_val_if_fail (QORA_IS_WINDOW (self), NULL);
  return qora_project_get_take (self->project);
}

/* ---- actions ---- */

static void
new_take_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;

  qora_window_keep_text (self);
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
  GPtrArray *takes;
  gboolean sound_only;
  gboolean undone;
} Deletion;

/* Of the window that shows the take. (transfer none) NULL: none does. */
static QoraProject *
find_project (QoraWindow *self, QoraTake *take)
{
  GtkWindow *owner = qora_application_find_window (self->app, take);

  return owner != NULL ? QORA_WINDOW (owner)->project : NULL;
}

static void
restore_sound (QoraWindow *self, QoraTake *take)
{
  QoraProject *project = find_project (self, take);

  qora_take_restore_sound (take);
  if (project != NULL)
    qora_project_open (project, take);
}

static void
on_undo_clicked (AdwToast *toast, Deletion *deletion)
{
  deletion->undone = TRUE;
  for (guint i = 0; i < deletion->takes->len; i++)
    if (!deletion->sound_only)
      qora_take_list_add (deletion->window->takes, deletion->takes->pdata[i]);
    else
      restore_sound (deletion->window, deletion->takes->pdata[i]);
}

static void
on_toast_gone (AdwToast *toast, Deletion *deletion)
{
  for (guint i = 0; i < deletion->takes->len && !deletion->undone; i++)
    if (deletion->sound_only)
      qora_take_purge_sound (deletion->takes->pdata[i]);
    else
      qora_take_delete (deletion->takes->pdata[i]);
  g_object_unref (deletion->window);
  g_ptr_array_unref (deletion->takes);
  g_free (deletion);
}

/* `takes` (element-type QoraTake) is taken over. */
static void
offer_undo (QoraWindow *self, GPtrArray *takes, gboolean sound_only)
{
  g_autofree char *text = NULL;
  AdwToast *toast;
  Deletion *deletion = g_new0 (Deletion, 1);

  if (sound_only)
    text = g_strdup (_ ("Sound deleted"));
  else if (takes->len == 1)
    text = g_strdup (_ ("Take deleted"));
  else
    text = g_strdup_printf (ngettext ("%u take deleted", "%u takes deleted", takes->len),
                            takes->len);
  toast = qora_toast_new (text);
  deletion->window = g_object_ref (self);
  deletion->takes = takes;
  deletion->sound_only = sound_only;
  adw_toast_set_button_label (toast, _ ("Undo"));
  g_signal_connect (toast, "button-clicked", G_CALLBACK (on_undo_clicked), deletion);
  g_signal_connect (toast, "dismissed", G_CALLBACK (on_toast_gone), deletion);
  qora_window_add_toast (self, toast);
}

static GPtrArray *
list_one (QoraTake *take)
{
  GPtrArray *takes = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (takes, g_object_ref (take));
  return takes;
}

/* Then it cannot be deleted, and the user is told. */
static gboolean
is_being_made (QoraWindow *self, QoraTake *take)
{
  QoraProject *project = find_project (self, take);
  gboolean made = project != NULL && qora_project_get_running (project);

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
  QoraProject *project;

  if (take == NULL || is_being_made (self, take))
    return;
  project = find_project (self, take);
  qora_take_list_remove (self->takes, take);
  if (project != NULL)
    qora_project_open (project, NULL);
  offer_undo (self, list_one (take), FALSE);
}

static void
delete_sound_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  QoraTake *take = qora_window_find_take (self, g_variant_get_string (parameter, NULL));
  QoraProject *project;

  if (take == NULL || is_being_made (self, take))
    return;
  project = find_project (self, take);
  qora_take_drop_sound (take);
  if (project != NULL)
    qora_project_open (project, take);
  offer_undo (self, list_one (take), TRUE);
}

/* All that are in no window, and have sound if that is what is to go. */
static GPtrArray *
list_deletable (QoraWindow *self, gboolean sound_only)
{
  GPtrArray *takes = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->takes)); i++)
    {
      g_autoptr (QoraTake) take = g_list_model_get_item (G_LIST_MODEL (self->takes), i);

      if (qora_application_find_window (self->app, take) == NULL
          && (!sound_only || qora_take_has_sound (take)))
        g_ptr_array_add (takes, g_steal_pointer (&take));
    }
  return takes;
}

static void
delete_all (QoraWindow *self, gboolean sound_only)
{
  GPtrArray *takes = list_deletable (self, sound_only);

  for (guint i = 0; i < takes->len; i++)
    if (sound_only)
      qora_take_drop_sound (takes->pdata[i]);
    else
      qora_take_list_remove (self->takes, takes->pdata[i]);
  offer_undo (self, takes, sound_only);
}

static void
on_delete_all_response (AdwMessageDialog *dialog, const char *response, QoraWindow *self)
{
  if (!g_str_equal (response, "cancel"))
    delete_all (self, g_str_equal (response, "sound"));
}

static void
ask_to_delete_all (QoraWindow *self, gboolean sound_only)
{
  g_autoptr (GPtrArray) takes = list_deletable (self, sound_only);
  GtkWidget *dialog;
  AdwMessageDialog *message;

  if (takes->len == 0)
    {
      qora_window_toast (self, _ ("There is nothing to delete"));
      return;
    }
  dialog = adw_message_dialog_new (
      GTK_WINDOW (self), sound_only ? _ ("Delete All Sound?") : _ ("Delete All Takes?"), NULL);
  message = ADW_MESSAGE_DIALOG (dialog);
  if (sound_only)
    adw_message_dialog_format_body (
        message,
        ngettext ("The sound of %u take will be deleted. Its text stays in the list.",
                  "The sound of %u takes will be deleted. Their texts stay in the list.",
                  takes->len),
        takes->len);
  else
    adw_message_dialog_format_body (message,
                                    ngettext ("%u take will be deleted, with its text and sound.",
                                              "%u takes will be deleted, with text and sound.",
                                              takes->len),
                                    takes->len);
  adw_message_dialog_add_response (message, "cancel", _ ("_Cancel"));
  adw_message_dialog_add_response (message, sound_only ? "sound" : "takes", _ ("_Delete"));
  adw_message_dialog_set_response_appearance (message, sound_only ? "sound" : "takes",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_close_response (message, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_delete_all_response), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
delete_all_takes_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ask_to_delete_all (user_data, FALSE);
}

static void
delete_all_sound_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  ask_to_delete_all (user_data, TRUE);
}

static const GActionEntry actions[] = {
  { .name = "new-take", .activate = new_take_action },
  { .name = "toggle-takes", .activate = toggle_takes_action },
  { .name = "search-takes", .activate = search_takes_action },
  { .name = "delete-take", .activate = delete_take_action, .parameter_type = "s" },
  { .name = "delete-sound", .activate = delete_sound_action, .parameter_type = "s" },
  { .name = "delete-all-takes", .activate = delete_all_takes_action },
  { .name = "delete-all-sound", .activate = delete_all_sound_action },
};

void
qora_window_add_take_actions (QoraWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  qora_takes_pane_set_lists (self->takes_pane, self->takes, self->books, self->queue);
  g_signal_connect_object (self->takes_pane, "open", G_CALLBACK (on_open), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->project, "restore", G_CALLBACK (on_restore), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->project, "notify::take", G_CALLBACK (on_take), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->project, "failed", G_CALLBACK (on_failed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->takes, "notify::loaded", G_CALLBACK (on_takes_loaded), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->books, "notify::loaded", G_CALLBACK (on_takes_loaded), self,
                           G_CONNECT_SWAPPED);
  on_takes_loaded (self);
}
