/* qora-window-run.c: the window's part in making and hearing speech
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <glib/gi18n.h>

#include "qora-text-language.h"
#include "qora-time.h"
#include "qora-toast.h"
#include "qora-window-private.h"

#define NOTIFICATION "done"

static QoraPlayer *
get_player (QoraWindow *self)
{
  return qora_player_bar_get_player (self->player_bar);
}

static QoraScript *
get_script (QoraWindow *self)
{
  return qora_script_view_get_script (self->script_view);
}

/* ---- runs ---- */

static gboolean
can_speak (QoraWindow *self)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (self), "generate");
}

static QoraSampling
get_sampling (QoraWindow *self)
{
  return (QoraSampling){
    g_settings_get_boolean (self->settings, "sampling-custom"),
    g_settings_get_double (self->settings, "temperature"),
    g_settings_get_int (self->settings, "top-k"),
    g_settings_get_double (self->settings, "top-p"),
    g_settings_get_double (self->settings, "repetition-penalty"),
  };
}

/* A text in a language that the model never learned becomes noise. */
static void
warn_of_foreign_text (QoraWindow *self, const char *text)
{
  const QoraModelInfo *info = qora_synthesizer_get_info (self->synthesizer);
  const char *foreign
      = info != NULL ? qora_text_language_find_foreign (text, (const char *const *) info->languages)
                     : NULL;
  g_autofree char *name = NULL;
  g_autofree char *message = NULL;

  if (foreign == NULL)
    return;
  name = qora_language_get_name (foreign);
  /* translators: %s is a language */
  message
      = g_strdup_printf (_ ("The text seems to be in %s, which this voice does not speak."), name);
  qora_window_toast (self, message);
}

static void
generate (QoraWindow *self, QoraScope scope, guint index)
{
  g_autofree char *text = NULL;
  g_autofree char *style = NULL;
  QoraGenerationOptions options = { .scope = scope, .index = index };

  qora_preview_stop (self->preview);
  qora_script_view_flush (self->script_view);
  text = qora_script_view_get_text (self->script_view);
  warn_of_foreign_text (self, text);
  style = g_strdup (qora_voice_bar_get_style (self->voice_bar));
  options.voice = qora_voice_bar_get_voice (self->voice_bar);
  options.language = qora_voice_bar_get_language (self->voice_bar);
  options.style = style;
  /* Another reading of one part needs another seed, also where it is to stay the same otherwise. */
  options.seed = scope == QORA_SCOPE_ONE ? (guint64) g_random_int_range (1, 100000)
                                         : qora_voice_bar_take_seed (self->voice_bar);
  options.sampling = get_sampling (self);
  options.pause = g_settings_get_double (self->settings, "pause");
  self->play_part = -1;
  self->start_playing = g_settings_get_boolean (self->settings, "autoplay");
  g_clear_pointer (&self->saved_path, g_free);
  qora_project_generate (self->project, text, &options);
}

static void
generate_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  generate (user_data, QORA_SCOPE_STALE, 0);
}

static void
generate_all_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  generate (user_data, QORA_SCOPE_ALL, 0);
}

static void
redo_part_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  int index;

  qora_script_view_flush (self->script_view);
  index = qora_script_view_get_cursor_part (self->script_view);
  if (index >= 0)
    generate (self, QORA_SCOPE_ONE, (guint) index);
}

void
qora_window_speak_soon (QoraWindow *self)
{
  if (!self->speak_soon || !can_speak (self))
    return;
  self->speak_soon = FALSE;
  generate (self, QORA_SCOPE_STALE, 0);
  self->start_playing = TRUE;
}

void
qora_window_stop (QoraWindow *self)
{
  g_return_if_fail (QORA_IS_WINDOW (self));

  g_clear_pointer (&self->speech, g_free);
  self->speak_soon = FALSE;
  qora_preview_stop (self->preview);
  qora_project_stop (self->project);
  qora_player_pause (get_player (self));
}

static void
stop_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;

  if (self->saving != NULL)
    g_cancellable_cancel (self->saving);
  qora_project_stop (self->project);
}

char *
qora_window_describe_run (QoraWindow *self)
{
  QoraGenerationProgress progress;
  g_autofree char *left = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  qora_generation_get_progress (qora_project_get_generation (self->project), &progress);
  if (progress.seconds <= 0)
    return g_strdup (_ ("Starting…"));
  if (progress.n_parts > 1)
    /* translators: the part in work, and how many there are */
    g_string_append_printf (text, _ ("Making part %u of %u"), progress.part, progress.n_parts);
  else
    g_string_append (text, _ ("Making speech"));
  if (progress.left >= 0)
    {
      left = qora_time_format_left (progress.left);
      /* translators: %s is a duration, for example “50 s” */
      g_string_append_printf (text, _ (" · about %s left"), left);
    }
  if (progress.rtf > 0)
    /* translators: how many seconds of speech are made in one second */
    g_string_append_printf (text, _ (" · %.1f× real time"), 1 / progress.rtf);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* As soon as there is something of the part that is to be heard first. */
static void
start_playing (QoraWindow *self)
{
  QoraGeneration *generation = qora_project_get_generation (self->project);
  double begin = self->play_part < 0
                     ? qora_generation_get_first_made (generation)
                     : qora_generation_get_begin (generation, (guint) self->play_part);

  if (begin < 0)
    return;
  self->start_playing = FALSE;
  qora_player_seek (get_player (self), begin);
  qora_player_play (get_player (self));
}

static void
on_progress (QoraWindow *self)
{
  QoraGeneration *generation = qora_project_get_generation (self->project);
  QoraGenerationProgress progress;

  qora_generation_get_progress (generation, &progress);
  qora_player_bar_set_expectation (self->player_bar, progress.duration, progress.rtf);
  qora_player_bar_set_progress (self->player_bar, progress.fraction);
  if (self->start_playing && progress.seconds > 0)
    start_playing (self);
  qora_window_update (self);
}

static void
inhibit (QoraWindow *self, gboolean running)
{
  GtkApplication *app = GTK_APPLICATION (self->app);

  if (running && self->inhibit_cookie == 0)
    self->inhibit_cookie = gtk_application_inhibit (
        app, GTK_WINDOW (self), GTK_APPLICATION_INHIBIT_SUSPEND, _ ("Speech is being made"));
  else if (!running && self->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (app, self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }
}

static void
on_running (QoraWindow *self)
{
  gboolean running = qora_project_get_running (self->project);

  inhibit (self, running);
  if (running)
    g_application_withdraw_notification (G_APPLICATION (self->app), NOTIFICATION);
  qora_player_bar_set_progress (self->player_bar, running ? 0 : -1);
  qora_window_update (self);
}

static void
send_notification (QoraWindow *self)
{
  g_autoptr (GNotification) notification = g_notification_new (_ ("Speech Is Ready"));

  g_notification_set_body (notification,
                           qora_take_get_title (qora_project_get_take (self->project)));
  g_application_send_notification (G_APPLICATION (self->app), NOTIFICATION, notification);
}

static guint
count_runaways (QoraScript *script)
{
  guint n = 0;

  for (guint i = 0; i < qora_script_get_n_parts (script); i++)
    n += qora_part_get_state (qora_script_get_part (script, i)) == QORA_PART_RUNAWAY;
  return n;
}

/* Subtitles whose speech took too long for the time of those behind them. */
static gboolean
tell_late (QoraWindow *self)
{
  guint n_late = qora_script_count_late (get_script (self), qora_project_get_sound (self->project));
  g_autofree char *text = NULL;

  if (n_late == 0)
    return FALSE;
  text = g_strdup_printf (ngettext ("%u subtitle begins late: the speech before it is too long",
                                    "%u subtitles begin late: the speech before them is too long",
                                    n_late),
                          n_late);
  qora_window_toast (self, text);
  return TRUE;
}

static void
tell_finished (QoraWindow *self, const GError *error)
{
  guint n_runaways = count_runaways (get_script (self));
  AdwToast *toast;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL)
    {
      qora_notice_show (self->notice, error->message, TRUE, NULL, NULL);
      return;
    }
  if (n_runaways > 0)
    {
      g_autofree char *text = g_strdup_printf (
          ngettext (
              "%u part went on for too long and was stopped. Redo it for another reading.",
              "%u parts went on for too long and were stopped. Redo them for another reading.",
              n_runaways),
          n_runaways);

      qora_window_toast (self, text);
      return;
    }
  if (tell_late (self))
    return;
  if (!gtk_window_is_active (GTK_WINDOW (self)))
    {
      send_notification (self);
      return;
    }
  toast = qora_toast_new (_ ("Speech is ready"));
  adw_toast_set_button_label (toast, _ ("Save"));
  adw_toast_set_action_name (toast, "win.save");
  adw_toast_set_timeout (toast, 4);
  qora_window_add_toast (self, toast);
}

static void
on_finished (QoraWindow *self, const GError *error)
{
  qora_player_bar_set_expectation (self->player_bar, 0, 0);
  /* A run that was over before its first report: nothing was heard yet. */
  if (self->start_playing && error == NULL)
    start_playing (self);
  self->start_playing = FALSE;
  qora_window_update (self);
  tell_finished (self, error);
}

static void
on_sound (QoraWindow *self)
{
  g_clear_pointer (&self->saved_path, g_free);
  qora_player_bar_set_sound (self->player_bar, qora_project_get_sound (self->project));
  qora_window_update (self);
}

/* ---- hearing ---- */

static void
on_position (QoraWindow *self)
{
  QoraPlayer *player = get_player (self);
  QoraPlayerState state = qora_player_get_state (player);
  gboolean heard = state == QORA_PLAYER_PLAYING || state == QORA_PLAYER_PAUSED;
  gsize sample = (gsize) (qora_player_get_position (player) * QORA_SOUND_RATE);

  qora_script_view_set_heard (
      self->script_view,
      heard ? qora_script_find_sample (get_script (self), qora_player_get_sound (player), sample)
            : -1);
}

static void
play_pause_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;

  qora_preview_stop (self->preview);
  qora_player_bar_toggle (self->player_bar);
}

static gboolean
seek_to_part (QoraWindow *self, int index)
{
  QoraRendering *rendering;

  if (index < 0 || (guint) index >= qora_script_get_n_parts (get_script (self)))
    return FALSE;
  rendering = qora_part_get_rendering (qora_script_get_part (get_script (self), (guint) index));
  if (rendering == NULL || rendering->sound != qora_project_get_sound (self->project))
    return FALSE;
  qora_player_seek (get_player (self), qora_rendering_get_begin (rendering));
  return TRUE;
}

static void
play_from_cursor_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;

  int index;

  qora_preview_stop (self->preview);
  qora_script_view_flush (self->script_view);
  index = qora_script_view_get_cursor_part (self->script_view);
  if (index < 0)
    return;
  if (!qora_part_is_stale (qora_script_get_part (get_script (self), (guint) index))
      && seek_to_part (self, index))
    qora_player_play (get_player (self));
  else if (can_speak (self))
    {
      generate (self, QORA_SCOPE_FROM, (guint) index);
      self->play_part = index;
      self->start_playing = TRUE;
    }
  else
    qora_window_toast (self, _ ("This part has not been made yet"));
}

static void
seek_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraPlayer *player = get_player (user_data);

  qora_player_seek (player,
                    MAX (0, qora_player_get_position (player) + g_variant_get_double (parameter)));
}

static void
seek_part_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  QoraPlayer *player = get_player (self);
  gsize sample = (gsize) (qora_player_get_position (player) * QORA_SOUND_RATE);
  int index = qora_script_find_sample (get_script (self), qora_player_get_sound (player), sample);

  seek_to_part (self, index + g_variant_get_int32 (parameter));
}

static void
on_player_failed (QoraWindow *self, const char *message)
{
  qora_window_toast (self, message);
}

static void
on_device_missing (QoraWindow *self)
{
  if (qora_player_get_device_missing (get_player (self)))
    qora_window_toast (self, _ ("No sound device"));
}

/* ---- voices ---- */

static void
voices_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;

  qora_voice_picker_popup (qora_voice_bar_get_picker (self->voice_bar));
}

static void
on_preview_wanted (QoraWindow *self, QoraVoice *voice)
{
  if (qora_project_get_running (self->project))
    {
      qora_window_toast (self, _ ("Voices can be heard when the speech is ready"));
      return;
    }
  qora_player_pause (get_player (self));
  qora_preview_toggle (self->preview, voice);
}

static void
on_preview_voice (QoraWindow *self)
{
  qora_voice_picker_set_playing (qora_voice_bar_get_picker (self->voice_bar),
                                 qora_preview_get_voice (self->preview));
}

static void
on_preview_failed (QoraWindow *self, const GError *error)
{
  qora_window_toast (self, error->message);
}

/* ---- setting up ---- */

static const GActionEntry actions[] = {
  { .name = "generate", .activate = generate_action },
  { .name = "generate-all", .activate = generate_all_action },
  { .name = "redo-part", .activate = redo_part_action },
  { .name = "stop", .activate = stop_action },
  { .name = "play-pause", .activate = play_pause_action },
  { .name = "play-from-cursor", .activate = play_from_cursor_action },
  { .name = "seek", .activate = seek_action, .parameter_type = "d" },
  { .name = "seek-part", .activate = seek_part_action, .parameter_type = "i" },
  { .name = "voices", .activate = voices_action },
};

static void
connect (gpointer object, const char *signal, GCallback callback, QoraWindow *self)
{
  g_signal_connect_object (object, signal, callback, self, G_CONNECT_SWAPPED);
}

void
qora_window_add_run_actions (QoraWindow *self)
{
  g_autoptr (GAction) speed = g_settings_create_action (self->settings, "speed");
  QoraPlayer *player = get_player (self);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  g_action_map_add_action (G_ACTION_MAP (self), speed);
  g_settings_bind (self->settings, "speed", player, "rate", G_SETTINGS_BIND_GET);

  connect (self->project, "progress", G_CALLBACK (on_progress), self);
  connect (self->project, "finished", G_CALLBACK (on_finished), self);
  connect (self->project, "notify::running", G_CALLBACK (on_running), self);
  connect (self->project, "notify::sound", G_CALLBACK (on_sound), self);
  connect (self->player_bar, "position", G_CALLBACK (on_position), self);
  connect (player, "failed", G_CALLBACK (on_player_failed), self);
  connect (player, "notify::device-missing", G_CALLBACK (on_device_missing), self);
  connect (qora_voice_bar_get_picker (self->voice_bar), "preview", G_CALLBACK (on_preview_wanted),
           self);
  connect (self->preview, "notify::voice", G_CALLBACK (on_preview_voice), self);
  connect (self->preview, "failed", G_CALLBACK (on_preview_failed), self);
}
