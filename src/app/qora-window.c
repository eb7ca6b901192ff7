/* qora-window.c: the main window: a text, its voice and its sound
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-window.h"

#include <glib/gi18n.h>
#include <math.h>

#include "qora-accessible.h"
#include "qora-models-actions.h"
#include "qora-paths.h"
#include "qora-toast.h"
#include "qora-window-private.h"

/* Pixels. Below these, what is rarely used steps aside. */
#define NARROW 600
#define LOW    400

G_DEFINE_FINAL_TYPE (QoraWindow, qora_window, ADW_TYPE_APPLICATION_WINDOW)

guint
qora_window_get_number (QoraWindow *self)
{
  g_return_val_if_fail (QORA_IS_WINDOW (self), 0);
  return self->number;
}

/* One toast is shown at a time, so each may come when another one goes. */
static void
on_toast_dismissed (QoraWindow *self)
{
  qora_accessible_name_toasts (self->toasts);
}

void
qora_window_add_toast (QoraWindow *self, AdwToast *toast)
{
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (on_toast_dismissed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  adw_toast_overlay_add_toast (self->toasts, toast);
  qora_accessible_name_toasts (self->toasts);
}

void
qora_window_toast (QoraWindow *self, const char *text)
{
  qora_window_add_toast (self, qora_toast_new (text));
}

/* ---- showing what is true ---- */

static void
set_enabled (QoraWindow *self, const char *action, gboolean enabled)
{
  GAction *found = g_action_map_lookup_action (G_ACTION_MAP (self), action);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (found), enabled);
}

static void
update_actions (QoraWindow *self)
{
  gboolean running = qora_project_get_running (self->project);
  gboolean has_text = qora_script_get_n_parts (qora_script_view_get_script (self->script_view)) > 0;
  gboolean can_speak = has_text && !running && !qora_project_get_loading (self->project)
                       && qora_synthesizer_get_path (self->synthesizer) != NULL
                       && !qora_synthesizer_get_loading (self->synthesizer)
                       && qora_voice_bar_get_missing (self->voice_bar) == NULL;
  QoraSound *sound = qora_project_get_sound (self->project);
  gboolean has_sound = sound != NULL && qora_sound_get_n_samples (sound) > 0;

  set_enabled (self, "generate", can_speak);
  set_enabled (self, "generate-all", can_speak);
  set_enabled (self, "redo-part", can_speak);
  set_enabled (self, "stop", running || self->saving != NULL);
  set_enabled (self, "play-pause", sound != NULL);
  set_enabled (self, "play-from-cursor", has_sound || can_speak);
  set_enabled (self, "save", has_sound && !running && self->saving == NULL);
  set_enabled (self, "save-as", has_sound && !running && self->saving == NULL);
  set_enabled (self, "export", has_sound && !running && self->saving == NULL);
}

static void
update_generate_button (QoraWindow *self)
{
  gboolean running = qora_project_get_running (self->project);
  QoraScript *script = qora_script_view_get_script (self->script_view);
  guint n_parts = qora_script_get_n_parts (script);
  guint n_stale = qora_script_get_n_stale (script);
  g_autofree char *tooltip = NULL;

  gtk_stack_set_visible_child_name (self->generate_stack, running ? "stop" : "generate");
  if (qora_synthesizer_get_loading (self->synthesizer))
    tooltip = g_strdup (_ ("The voice is being loaded"));
  else if (n_parts == 0)
    tooltip = g_strdup (_ ("Write a text first"));
  else if (n_stale == 0
           && !qora_script_is_arranged (script, qora_project_get_sound (self->project),
                                        g_settings_get_double (self->settings, "pause")))
    /* translators: all parts are there, but their order or the silence between them is another */
    tooltip = g_strdup (_ ("Join the Parts Again"));
  else if (qora_voice_bar_get_missing (self->voice_bar) != NULL)
    tooltip = g_strdup (qora_voice_bar_get_missing (self->voice_bar));
  else if (n_stale == 0)
    tooltip = g_strdup (_ ("Generate Everything Anew"));
  else if (n_stale == n_parts)
    tooltip = g_strdup (_ ("Generate Speech"));
  else
    tooltip = g_strdup_printf (
        ngettext ("Generate %u New or Changed Part", "Generate %u New or Changed Parts", n_stale),
        n_stale);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->generate_button), tooltip);
}

static void
update_title (QoraWindow *self)
{
  QoraTake *take = qora_project_get_take (self->project);
  const char *title = take != NULL && qora_take_get_title (take) != NULL
                          ? qora_take_get_title (take)
                          : _ ("New Take");
  QoraBook *book = NULL;
  g_autofree char *window_title = NULL;

  if (take != NULL && qora_take_is_chapter (take))
    book = qora_book_list_find_chapter (self->books, qora_take_get_id (take), NULL);
  adw_window_title_set_title (self->title, title);
  adw_window_title_set_subtitle (self->title, book != NULL ? qora_book_get_title (book) : "");
  if (qora_project_get_running (self->project))
    {
      QoraGenerationProgress progress;

      qora_generation_get_progress (qora_project_get_generation (self->project), &progress);
      /* translators: how much is done, the title of a take, and the name of the program */
      window_title
          = g_strdup_printf (_ ("%d%% – %s – Qora"), (int) lround (progress.fraction * 100), title);
    }
  else
    /* translators: the title of a take, and the name of the program */
    window_title = g_strdup_printf (_ ("%s – Qora"), title);
  gtk_window_set_title (GTK_WINDOW (self), window_title);
}

/* What is known about the part at the cursor. (transfer full) */
static char *
describe_part (QoraWindow *self, int index)
{
  QoraScript *script = qora_script_view_get_script (self->script_view);
  guint n_parts = qora_script_get_n_parts (script);
  QoraPart *part = qora_script_get_part (script, (guint) index);
  QoraRendering *rendering = qora_part_get_rendering (part);
  const char *state = qora_part_state_get_label (qora_part_get_state (part));
  GString *text = g_string_new (NULL);

  if (n_parts > 1)
    /* translators: which part of how many, and its state, for example “Done” */
    g_string_append_printf (text, _ ("Part %u of %u: %s"), (guint) index + 1, n_parts, state);
  else
    g_string_append (text, state);
  if (rendering != NULL && rendering->sound != NULL)
    {
      if (rendering->voice != NULL)
        {
          g_autoptr (QoraVoice) voice = qora_voice_new (rendering->voice);

          g_string_append_printf (text, " · %s", qora_voice_get_name (voice));
        }
      /* translators: the number from which the reading was drawn */
      g_string_append_printf (text, _ (" · seed %llu"), (unsigned long long) rendering->seed);
    }
  return g_string_free (text, FALSE);
}

static void
update_status (QoraWindow *self)
{
  int index = qora_script_view_get_cursor_part (self->script_view);
  g_autofree char *status = NULL;
  g_autofree char *hint = NULL;

  if (qora_project_get_running (self->project))
    status = qora_window_describe_run (self);
  else if (self->saving != NULL)
    status = g_strdup (_ ("Saving… Escape stops it"));
  else if (qora_project_get_loading (self->project))
    status = g_strdup (_ ("Opening the take…"));
  else if (qora_synthesizer_get_loading (self->synthesizer))
    status = g_strdup (_ ("Loading the voice…"));
  else if (qora_synthesizer_get_path (self->synthesizer) == NULL)
    status = g_strdup (_ ("There is no voice model"));
  else if ((hint = qora_script_view_get_hint (self->script_view)) != NULL)
    status = g_steal_pointer (&hint);
  else if (index >= 0)
    status = describe_part (self, index);
  else
    status = g_strdup (_ ("Ready"));
  qora_player_bar_set_status (self->player_bar, status);
}

void
qora_window_update (QoraWindow *self)
{
  update_actions (self);
  update_generate_button (self);
  update_title (self);
  update_status (self);
  qora_window_speak_soon (self);
}

static void
update_placeholder (QoraWindow *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->script_view));

  gtk_widget_set_visible (self->placeholder, gtk_text_buffer_get_char_count (buffer) == 0);
}

/* ---- the strip above the text ---- */

static void
update_notice (QoraWindow *self)
{
  const char *error = qora_application_get_model_error (self->app);

  if (error != NULL)
    qora_notice_show (self->notice, error, TRUE, _ ("Voices and Models…"), "app.models");
  else if (!self->low && qora_application_has_demo_voice (self->app)
           && g_settings_get_boolean (self->settings, "show-demo-hint"))
    {
      qora_notice_show (self->notice, _ ("Demo voice – download the full voice for natural speech"),
                        FALSE, _ ("Download…"), "app.models");
      qora_notice_add_action (self->notice, _ ("Use a Folder…"), "win.choose-model-folder");
    }
  else
    qora_notice_hide (self->notice);
}

static void
on_notice_dismissed (QoraWindow *self)
{
  if (!qora_notice_is_error (self->notice))
    g_settings_set_boolean (self->settings, "show-demo-hint", FALSE);
}

/* ---- the model ---- */

static void
on_model (QoraWindow *self)
{
  qora_preview_stop (self->preview);
  qora_voice_bar_set_model (self->voice_bar, qora_synthesizer_get_info (self->synthesizer),
                            qora_synthesizer_get_voices (self->synthesizer));
  update_notice (self);
  qora_window_update (self);
}

/* ---- the text ---- */

static void
on_text_changed (QoraWindow *self)
{
  QoraTake *take = qora_project_get_take (self->project);

  if (!self->restoring)
    {
      g_autofree char *text = qora_script_view_get_text (self->script_view);

      qora_draft_set (self->draft, text, take != NULL ? qora_take_get_id (take) : NULL);
    }
  qora_window_update (self);
}

static void
on_draft_failed (QoraWindow *self, const GError *error)
{
  qora_notice_show (self->notice, error->message, TRUE, NULL, NULL);
}

static void
on_mark_clicked (QoraWindow *self, guint index, const GdkRectangle *area)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->script_view));
  QoraPart *part = qora_script_get_part (qora_script_view_get_script (self->script_view), index);
  GtkWidget *popover;
  GtkTextIter iter;
  guint start;
  guint end;

  qora_part_get_range (part, &start, &end);
  gtk_text_buffer_get_iter_at_offset (buffer, &iter, (int) start);
  gtk_text_buffer_place_cursor (buffer, &iter);
  popover = gtk_popover_menu_new_from_model (
      gtk_text_view_get_extra_menu (GTK_TEXT_VIEW (self->script_view)));
  gtk_widget_set_parent (popover, GTK_WIDGET (self->script_view));
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), area);
  g_signal_connect (popover, "closed", G_CALLBACK (gtk_widget_unparent), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
restore_draft (QoraWindow *self)
{
  g_autofree char *folder = qora_paths_get_drafts ();
  g_autofree char *text = NULL;

  self->draft = qora_draft_new (folder, self->number);
  g_signal_connect_object (self->draft, "failed", G_CALLBACK (on_draft_failed), self,
                           G_CONNECT_SWAPPED);
  if (qora_draft_load (self->draft, &text, &self->resume_take))
    {
      self->restoring = TRUE;
      qora_script_view_set_text (self->script_view, text);
      self->restoring = FALSE;
    }
}

/* ---- the widget ---- */

static gboolean
fit (gpointer user_data)
{
  QoraWindow *self = user_data;

  self->fit_source = 0;
  gtk_widget_set_visible (self->new_button, !self->narrow);
  qora_voice_bar_set_narrow (self->voice_bar, self->narrow);
  qora_player_bar_set_narrow (self->player_bar, self->narrow);
  qora_notice_set_narrow (self->notice, self->narrow);
  if (self->narrow)
    gtk_widget_add_css_class (GTK_WIDGET (self), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "narrow");
  update_notice (self);
  return G_SOURCE_REMOVE;
}

static void
qora_window_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  QoraWindow *self = QORA_WINDOW (widget);
  gboolean low = height < LOW;
  gboolean narrow;

  GTK_WIDGET_CLASS (qora_window_parent_class)->size_allocate (widget, width, height, baseline);
  narrow = gtk_widget_get_width (GTK_WIDGET (self->script_view)) < NARROW;
  if (narrow != self->narrow || low != self->low)
    {
      self->narrow = narrow;
      self->low = low;
      /* Children must not change while they are being placed. */
      if (self->fit_source == 0)
        self->fit_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, fit, self, NULL);
    }
}

/* What does not fit would make the window wider before it is shown. */
static void
fit_to_default_size (QoraWindow *self)
{
  int width;
  int height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  self->narrow = width < NARROW;
  self->low = height < LOW;
  fit (self);
}

void
qora_window_put_away (QoraWindow *self)
{
  g_autofree char *text = NULL;
  QoraTake *take;

  g_return_if_fail (QORA_IS_WINDOW (self));

  take = qora_project_get_take (self->project);
  text = qora_script_view_get_text (self->script_view);
  qora_draft_set (self->draft, text, take != NULL ? qora_take_get_id (take) : NULL);
  qora_draft_flush (self->draft);
  qora_project_stop (self->project);
  while (qora_project_get_running (self->project) || (take != NULL && qora_take_get_saving (take)))
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
qora_window_close_request (GtkWindow *window)
{
  QoraWindow *self = QORA_WINDOW (window);
  guint n_windows = 0;

  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self->app)); l != NULL; l = l->next)
    n_windows += QORA_IS_WINDOW (l->data);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  qora_window_put_away (self);
  /* The last window comes back with its text the next time; others are closed for good. */
  if (n_windows > 1)
    qora_draft_discard (self->draft);
  return GTK_WINDOW_CLASS (qora_window_parent_class)->close_request (window);
}

static void
qora_window_dispose (GObject *object)
{
  QoraWindow *self = QORA_WINDOW (object);

  g_clear_handle_id (&self->fit_source, g_source_remove);
  if (self->saving != NULL)
    g_cancellable_cancel (self->saving);
  g_clear_object (&self->saving);
  g_clear_object (&self->preview);
  g_clear_object (&self->project);
  g_clear_object (&self->draft);
  g_clear_object (&self->synthesizer);
  g_clear_object (&self->takes);
  g_clear_object (&self->books);
  g_clear_object (&self->queue);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->speech, g_free);
  g_clear_pointer (&self->read_document, qora_document_unref);
  g_clear_pointer (&self->opened_text, g_free);
  g_clear_pointer (&self->resume_take, g_free);
  g_clear_pointer (&self->saved_path, g_free);
  G_OBJECT_CLASS (qora_window_parent_class)->dispose (object);
}

static void
qora_window_class_init (QoraWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_window_dispose;
  widget_class->size_allocate = qora_window_size_allocate;
  GTK_WINDOW_CLASS (klass)->close_request = qora_window_close_request;

  g_type_ensure (QORA_TYPE_NOTICE);
  g_type_ensure (QORA_TYPE_PLAYER_BAR);
  g_type_ensure (QORA_TYPE_SCRIPT_VIEW);
  g_type_ensure (QORA_TYPE_TAKES_PANE);
  g_type_ensure (QORA_TYPE_VOICE_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-window.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, flap);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, takes_pane);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, title);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, new_button);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, generate_stack);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, generate_button);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, stop_button);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, notice);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, models_menu);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, script_view);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, placeholder);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, voice_bar);
  gtk_widget_class_bind_template_child (widget_class, QoraWindow, player_bar);
}

static void
qora_window_init (QoraWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
bind_settings (QoraWindow *self)
{
  g_settings_bind (self->settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-height", self, "default-height",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "show-takes", self->flap, "reveal-flap",
                   G_SETTINGS_BIND_DEFAULT | G_SETTINGS_BIND_GET_NO_CHANGES);
}

static void
on_part_length_changed (QoraWindow *self)
{
  qora_script_view_set_part_length (self->script_view,
                                    (guint) g_settings_get_int (self->settings, "part-length"));
}

static void
on_pronunciation_changed (QoraWindow *self)
{
  QoraPronunciationStore *store = qora_application_get_pronunciation (self->app);

  qora_script_set_pronunciation (qora_script_view_get_script (self->script_view),
                                 qora_pronunciation_store_get_list (store));
}

static void
connect (gpointer object, const char *signal, GCallback callback, QoraWindow *self)
{
  g_signal_connect_object (object, signal, callback, self, G_CONNECT_SWAPPED);
}

/* Also behind the user's back: chapters are made by the queue. */
static void
on_script_changed (QoraWindow *self)
{
  update_generate_button (self);
  update_status (self);
}

static void
connect_all (QoraWindow *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->script_view));

  connect (buffer, "changed", G_CALLBACK (update_placeholder), self);
  g_object_bind_property (self->script_view,
                          gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL
                              ? "right-margin"
                              : "left-margin",
                          self->placeholder, "margin-start", G_BINDING_SYNC_CREATE);
  connect (buffer, "notify::cursor-position", G_CALLBACK (update_status), self);
  connect (self->script_view, "text-changed", G_CALLBACK (on_text_changed), self);
  connect (self->script_view, "mark-clicked", G_CALLBACK (on_mark_clicked), self);
  connect (qora_script_view_get_script (self->script_view), "changed",
           G_CALLBACK (on_script_changed), self);
  connect (self->project, "notify::loading", G_CALLBACK (qora_window_update), self);
  connect (self->synthesizer, "notify::path", G_CALLBACK (on_model), self);
  connect (self->synthesizer, "notify::loading", G_CALLBACK (qora_window_update), self);
  connect (qora_application_get_pronunciation (self->app), "changed",
           G_CALLBACK (on_pronunciation_changed), self);
  connect (self->app, "notify::model-error", G_CALLBACK (update_notice), self);
  connect (self->notice, "dismissed", G_CALLBACK (on_notice_dismissed), self);
  connect (self->settings, "changed::style", G_CALLBACK (qora_window_update), self);
  connect (self->settings, "changed::part-length", G_CALLBACK (on_part_length_changed), self);
}

static void
add_models_menu (QoraWindow *self)
{
  g_autoptr (GMenuModel) installed = qora_models_actions_create_menu (self->app);

  g_menu_prepend_section (self->models_menu, NULL, installed);
}

QoraWindow *
qora_window_new (QoraApplication *app, guint number)
{
  QoraWindow *self = g_object_new (QORA_TYPE_WINDOW, "application", app, NULL);
  g_autofree char *previews = qora_paths_get_previews ();

  self->app = app;
  self->number = number;
  self->settings = g_settings_new (QORA_APP_ID);
  self->synthesizer = g_object_ref (qora_application_get_synthesizer (app));
  self->takes = g_object_ref (qora_application_get_takes (app));
  self->books = g_object_ref (qora_application_get_books (app));
  self->queue = g_object_ref (qora_application_get_queue (app));
  self->project = qora_project_new (qora_script_view_get_script (self->script_view),
                                    self->synthesizer, self->takes);
  self->preview = qora_preview_new (self->synthesizer, previews);
  bind_settings (self);
  on_part_length_changed (self);
  on_pronunciation_changed (self);
  restore_draft (self);
  qora_window_add_run_actions (self);
  qora_window_add_file_actions (self);
  qora_window_add_take_actions (self);
  qora_window_add_book_actions (self);
  qora_window_add_export_actions (self);
  connect_all (self);
  add_models_menu (self);
  qora_accessible_name_arrow (self->generate_button);
  qora_accessible_name_window (
      GTK_WINDOW (gtk_application_window_get_help_overlay (GTK_APPLICATION_WINDOW (self))),
      _ ("Keyboard Shortcuts"));
  on_model (self);
  update_placeholder (self);
  fit_to_default_size (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->script_view));
  return self;
}
