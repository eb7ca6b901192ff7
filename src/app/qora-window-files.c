/* qora-window-files.c: the window's part in opening texts and models, and in saving sound
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <glib/gi18n.h>

#include "qora-file-name.h"
#include "qora-saver.h"
#include "qora-sound-content.h"
#include "qora-toast.h"
#include "qora-window-private.h"

/* ---- opening ---- */

static gboolean
is_model (GFile *file)
{
  g_autofree char *path = g_file_get_path (file);

  return path != NULL
         && (g_str_has_suffix (path, ".qora-tts") || g_file_test (path, G_FILE_TEST_IS_DIR));
}

void
qora_window_open_file (QoraWindow *self, GFile *file)
{
  g_return_if_fail (QORA_IS_WINDOW (self));

  if (is_model (file))
    {
      g_autofree char *path = g_file_get_path (file);

      qora_application_open_model (self->app, path);
    }
  else
    qora_window_read_file (self, file);
}

static void
open_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (g_variant_get_string (parameter, NULL));

  qora_window_open_file (user_data, file);
}

static void
on_file_chosen (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      qora_window_open_file (user_data, file);
    }
  g_object_unref (dialog);
}

static GtkFileChooserNative *
create_chooser (QoraWindow *self, const char *title, GtkFileChooserAction action)
{
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  return dialog;
}

static void
show_chooser (QoraWindow *self, GtkFileChooserNative *dialog)
{
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_file_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
add_filter (GtkFileChooserNative *dialog, const char *name, const char *mime_type,
            const char *pattern)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  if (mime_type != NULL)
    gtk_file_filter_add_mime_type (filter, mime_type);
  if (pattern != NULL)
    gtk_file_filter_add_pattern (filter, pattern);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
}

static void
add_text_filter (GtkFileChooserNative *dialog)
{
  /* Patterns as well: not every system knows all of these types. */
  static const char *const mime_types[]
      = { "text/plain", "text/markdown",        "text/html",           "application/xhtml+xml",
          "text/vtt",   "application/x-subrip", "application/epub+zip" };
  static const char *const suffixes[]
      = { "txt", "md", "markdown", "html", "htm", "xhtml", "srt", "vtt", "epub" };
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Texts, Books and Subtitles"));
  for (gsize i = 0; i < G_N_ELEMENTS (mime_types); i++)
    gtk_file_filter_add_mime_type (filter, mime_types[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    gtk_file_filter_add_suffix (filter, suffixes[i]);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
}

static void
open_text_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkFileChooserNative *dialog
      = create_chooser (user_data, _ ("Open Text"), GTK_FILE_CHOOSER_ACTION_OPEN);

  add_text_filter (dialog);
  add_filter (dialog, _ ("All Files"), NULL, "*");
  show_chooser (user_data, dialog);
}

static void
choose_model_file_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkFileChooserNative *dialog
      = create_chooser (user_data, _ ("Open Voice Model"), GTK_FILE_CHOOSER_ACTION_OPEN);

  add_filter (dialog, _ ("Voice Models"), NULL, "*.qora-tts");
  show_chooser (user_data, dialog);
}

static void
choose_model_folder_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  show_chooser (user_data, create_chooser (user_data, _ ("Open Voice Model Folder"),
                                           GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER));
}

static void
use_demo_voice_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;

  qora_application_open_model (self->app, NULL);
}

/* ---- saving ---- */

static void
on_save_progress (double fraction, gpointer user_data)
{
  QoraWindow *self = user_data;

  qora_player_bar_set_progress (self->player_bar, fraction);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = qora_save_finish (result, &error);

  g_clear_object (&self->saving);
  qora_player_bar_set_progress (self->player_bar, -1);
  qora_window_update (self);
  if (path != NULL)
    {
      g_autofree char *name = g_path_get_basename (path);
      /* translators: %s is a file name */
      g_autofree char *text = g_strdup_printf (_ ("Saved as %s"), name);
      AdwToast *toast = qora_toast_new (text);

      adw_toast_set_button_label (toast, _ ("Show"));
      adw_toast_set_action_name (toast, "win.show-file");
      adw_toast_set_action_target (toast, "s", path);
      qora_window_add_toast (self, toast);
      g_free (self->saved_path);
      self->saved_path = g_steal_pointer (&path);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    qora_notice_show (self->notice, error->message, TRUE, NULL, NULL);
}

static QoraBeside
get_beside (QoraWindow *self)
{
  QoraBeside beside = 0;

  if (g_settings_get_boolean (self->settings, "save-srt"))
    beside |= QORA_BESIDE_SRT;
  if (g_settings_get_boolean (self->settings, "save-vtt"))
    beside |= QORA_BESIDE_VTT;
  if (g_settings_get_boolean (self->settings, "save-lrc"))
    beside |= QORA_BESIDE_LRC;
  return beside;
}

static void
save_to (QoraWindow *self, const char *path)
{
  QoraTake *take = qora_project_get_take (self->project);
  QoraSound *sound = qora_project_get_sound (self->project);
  QoraSaveOptions options;

  if (sound == NULL || self->saving != NULL)
    return;
  options = (QoraSaveOptions){
    .sound = sound,
    .script = qora_script_view_get_script (self->script_view),
    .path = path,
    .title = qora_take_get_title (take),
    .voice = qora_take_get_voice (take),
    .quality = (QoraAudioQuality) g_settings_get_enum (self->settings, "quality"),
    .beside = get_beside (self),
    .progress = on_save_progress,
  };
  self->saving = g_cancellable_new ();
  qora_window_update (self);
  qora_save_async (&options, self->saving, on_saved, g_object_ref (self));
}

static void
export_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  save_to (user_data, g_variant_get_string (parameter, NULL));
}

static void
on_save_chosen (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  QoraWindow *self = user_data;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GFile) folder = g_file_get_parent (file);
      g_autofree char *uri = folder != NULL ? g_file_get_uri (folder) : NULL;
      g_autofree char *path = g_file_get_path (file);
      QoraAudioFormat format;

      if (uri != NULL)
        g_settings_set_string (self->settings, "export-folder", uri);
      if (path != NULL && qora_audio_format_from_name (path, &format))
        g_settings_set_enum (self->settings, "format", (int) format);
      if (path != NULL)
        save_to (self, path);
    }
  g_object_unref (dialog);
}

GFile *
qora_window_dup_export_folder (QoraWindow *self)
{
  g_autofree char *uri = g_settings_get_string (self->settings, "export-folder");
  const char *music = g_get_user_special_dir (G_USER_DIRECTORY_MUSIC);

  if (*uri != '\0')
    return g_file_new_for_uri (uri);
  return g_file_new_for_path (music != NULL ? music : g_get_home_dir ());
}

/* What the pattern of the preferences makes of the take. {number} is the first in `folder` that is
 * free, which may be NULL. (transfer full) */
static char *
suggest_name (QoraWindow *self, QoraAudioFormat format, const char *folder)
{
  QoraTake *take = qora_project_get_take (self->project);
  const char *id = qora_take_get_voice (take);
  g_autoptr (QoraVoice) voice = id != NULL ? qora_voice_new (id) : NULL;
  g_autofree char *pattern = g_settings_get_string (self->settings, "file-name");
  QoraFileName fields = { .title = qora_take_get_title (take),
                          .voice = voice != NULL ? qora_voice_get_name (voice) : NULL,
                          .created = qora_take_get_created (take) };
  g_autofree char *name = NULL;
  g_autofree char *last = NULL;
  g_autofree char *path = NULL;

  do
    {
      g_free (last);
      g_free (path);
      last = g_steal_pointer (&name);
      fields.number++;
      name = qora_file_name_format (pattern, &fields, qora_audio_format_get_extension (format));
      path = folder != NULL ? g_build_filename (folder, name, NULL) : NULL;
    }
  while (path != NULL && g_strcmp0 (name, last) != 0 && g_file_test (path, G_FILE_TEST_EXISTS));
  return g_steal_pointer (&name);
}

static void
ask_where_to_save (QoraWindow *self, QoraAudioFormat format)
{
  GtkFileChooserNative *dialog;
  g_autoptr (GFile) folder = qora_window_dup_export_folder (self);
  g_autofree char *path = NULL;
  g_autofree char *name = NULL;

  if (qora_project_get_sound (self->project) == NULL)
    return;
  dialog = create_chooser (self, _ ("Save Speech"), GTK_FILE_CHOOSER_ACTION_SAVE);
  path = g_file_get_path (folder);
  name = suggest_name (self, format, path);
  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), folder, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_save_chosen), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* Again to the same file, if this take has been saved already. */
static void
save_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;

  if (self->saved_path != NULL)
    {
      g_autofree char *path = g_strdup (self->saved_path);

      save_to (self, path);
    }
  else
    ask_where_to_save (self, (QoraAudioFormat) g_settings_get_enum (self->settings, "format"));
}

static void
save_as_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraWindow *self = user_data;
  g_autofree char *name = g_strconcat (".", g_variant_get_string (parameter, NULL), NULL);
  QoraAudioFormat format;

  if (!qora_audio_format_from_name (name, &format))
    format = (QoraAudioFormat) g_settings_get_enum (self->settings, "format");
  ask_where_to_save (self, format);
}

static void
show_file_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autofree char *folder = g_path_get_dirname (g_variant_get_string (parameter, NULL));
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);

  if (uri != NULL)
    gtk_show_uri (GTK_WINDOW (user_data), uri, GDK_CURRENT_TIME);
}

/* ---- setting up ---- */

static const GActionEntry actions[] = {
  { .name = "open", .activate = open_action, .parameter_type = "s" },
  { .name = "open-text", .activate = open_text_action },
  { .name = "choose-model-file", .activate = choose_model_file_action },
  { .name = "choose-model-folder", .activate = choose_model_folder_action },
  { .name = "use-demo-voice", .activate = use_demo_voice_action },
  { .name = "save", .activate = save_action },
  { .name = "save-as", .activate = save_as_action, .parameter_type = "s" },
  { .name = "export", .activate = export_action, .parameter_type = "s" },
  { .name = "show-file", .activate = show_file_action, .parameter_type = "s" },
};

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, gpointer user_data)
{
  QoraWindow *self = user_data;
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  qora_window_open_file (self, files->data);
  /* Others get windows of their own, as from the command line. */
  for (GSList *l = files->next; l != NULL; l = l->next)
    {
      GFile *file = l->data;

      g_application_open (G_APPLICATION (self->app), &file, 1, QORA_APPLICATION_OPEN_BESIDE);
    }
  return TRUE;
}

/* The sound as a file, for the program that it is dragged to. */
static GdkContentProvider *
on_drag_prepare (GtkDragSource *source, double x, double y, QoraWindow *self)
{
  QoraSound *sound = qora_project_get_sound (self->project);
  QoraTake *take = qora_project_get_take (self->project);
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  if (sound == NULL || take == NULL || qora_project_get_running (self->project))
    return NULL;
  name
      = suggest_name (self, (QoraAudioFormat) g_settings_get_enum (self->settings, "format"), NULL);
  path = g_build_filename (g_get_user_cache_dir (), "qora-tts", "dragged", name, NULL);
  return qora_sound_content_new (sound, path, qora_take_get_title (take),
                                 qora_take_get_voice (take));
}

void
qora_window_add_file_actions (QoraWindow *self)
{
  static const char *const beside[] = { "save-srt", "save-vtt", "save-lrc" };
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i < G_N_ELEMENTS (beside); i++)
    {
      g_autoptr (GAction) action = g_settings_create_action (self->settings, beside[i]);

      g_action_map_add_action (G_ACTION_MAP (self), action);
    }
  g_signal_connect_object (source, "prepare", G_CALLBACK (on_drag_prepare), self, 0);
  gtk_widget_add_controller (qora_player_bar_get_handle (self->player_bar),
                             GTK_EVENT_CONTROLLER (source));
  /* Files are taken here; text that is dropped goes to the editor itself. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
