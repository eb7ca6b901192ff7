/* qora-application.c: what all windows share: the model, the takes, the settings
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-application.h"

#include <glib/gi18n.h>

#include "qora-accessible.h"
#include "qora-draft.h"
#include "qora-models-actions.h"
#include "qora-models-choice.h"
#include "qora-paths.h"
#include "qora-preferences.h"
#include "qora-pronunciation-window.h"
#include "qora-queue-watch.h"
#include "qora-window.h"

struct _QoraApplication
{
  AdwApplication parent_instance;

  GSettings *settings;
  QoraSynthesizer *synthesizer;
  QoraTakeList *takes;
  QoraPronunciationStore *pronunciation;
  QoraBookList *books;
  QoraQueue *queue;
  QoraModelsLibrary *library;
  QoraModelsChoice *choice;
  gboolean windows_restored;
  gboolean old_takes_deleted;
  guint old_takes_source;
};

enum
{
  PROP_0,
  PROP_MODEL_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (QoraApplication, qora_application, ADW_TYPE_APPLICATION)

QoraSynthesizer *
qora_application_get_synthesizer (QoraApplication *self)
{
  g_return_val_if_fail (QORA_IS_APPLICATION (self), NULL);
  return self->synthesizer;
}

QoraTakeList *
qora_application_get_takes (QoraApplication *self)
{
  g_return_val_if_fail (QORA_IS_APPLICATION (self), NULL);
  return self->takes;
}

QoraPronunciationStore *
qora_application_get_pronunciation (QoraApplication *self)
{
  g_return_val_if_fail (QORA_IS_APPLICATION (self), NULL);
  return self->pronunciation;
}

QoraBookList *
qora_application_get_books (QoraApplication *self)
{
  g_return_val_if_fail (QORA_IS_APPLICATION (self), NULL);
  return self->books;
}

QoraQueue *
qora_application_get_queue (QoraApplication *self)
{
  g_return_val_if_fail (QORA_IS_APPLICATION (self), NULL);
  return self->queue;
}

QoraModelsLibrary *
qora_application_get_library (QoraApplication *self)
{
  g_return_val_if_fail (QORA_IS_APPLICATION (self), NULL);
  return self->library;
}

GSettings *
qora_application_get_settings (QoraApplication *self)
{
  g_return_val_if_fail (QORA_IS_APPLICATION (self), NULL);
  return self->settings;
}

/* ---- the model ---- */

const char *
qora_application_get_model_error (QoraApplication *self)
{
  g_return_val_if_fail (QORA_IS_APPLICATION (self), NULL);
  return qora_models_choice_get_error (self->choice);
}

gboolean
qora_application_has_demo_voice (QoraApplication *self)
{
  g_return_val_if_fail (QORA_IS_APPLICATION (self), FALSE);
  return qora_models_choice_is_demo (self->choice);
}

void
qora_application_open_model (QoraApplication *self, const char *path)
{
  g_return_if_fail (QORA_IS_APPLICATION (self));
  qora_models_choice_open (self->choice, path);
}

void
qora_application_remove_model (QoraApplication *self, QoraModel *model)
{
  g_return_if_fail (QORA_IS_APPLICATION (self));
  qora_models_choice_remove (self->choice, model);
}

static void
on_model_error (QoraApplication *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL_ERROR]);
}

static void
on_idle_minutes_changed (QoraApplication *self)
{
  qora_synthesizer_set_idle_time (self->synthesizer,
                                  60 * (guint) g_settings_get_int (self->settings, "idle-minutes"));
}

/* ---- windows ---- */

/* The lowest draft number that no window has. */
static guint
find_free_number (QoraApplication *self)
{
  guint number = 1;
  gboolean taken;

  do
    {
      taken = FALSE;
      for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
        if (QORA_IS_WINDOW (l->data) && qora_window_get_number (l->data) == number)
          taken = TRUE;
      number += taken;
    }
  while (taken);
  return number;
}

static QoraWindow *
open_window (QoraApplication *self, guint number)
{
  QoraWindow *window = qora_window_new (self, number);

  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static QoraWindow *
get_window (QoraApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self));
       (window == NULL || !QORA_IS_WINDOW (window)) && l != NULL; l = l->next)
    window = l->data;
  return window != NULL && QORA_IS_WINDOW (window) ? QORA_WINDOW (window) : NULL;
}

GtkWindow *
qora_application_find_window (QoraApplication *self, QoraTake *take)
{
  g_return_val_if_fail (QORA_IS_APPLICATION (self), NULL);
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (QORA_IS_WINDOW (l->data) && qora_window_get_take (l->data) == take)
      return l->data;
  return NULL;
}

/* Once, when all windows have got their takes back. */
static gboolean
delete_old_takes (gpointer user_data)
{
  QoraApplication *self = user_data;
  gint64 days = g_settings_get_int (self->settings, "history-days");
  gint64 before = g_get_real_time () / G_USEC_PER_SEC - days * 24 * 60 * 60;

  self->old_takes_source = 0;
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->takes)); days > 0 && i > 0; i--)
    {
      g_autoptr (QoraTake) take = g_list_model_get_item (G_LIST_MODEL (self->takes), i - 1);

      if (qora_take_get_changed (take) >= before
          || qora_application_find_window (self, take) != NULL)
        continue;
      qora_take_list_remove (self->takes, take);
      qora_take_delete (take);
    }
  return G_SOURCE_REMOVE;
}

static void
look_for_old_takes (QoraApplication *self)
{
  if (self->windows_restored && !self->old_takes_deleted && qora_take_list_get_loaded (self->takes))
    {
      self->old_takes_deleted = TRUE;
      self->old_takes_source = g_idle_add_full (G_PRIORITY_LOW, delete_old_takes, self, NULL);
    }
}

/* One window for each text that was not finished the last time. */
static void
restore_windows (QoraApplication *self)
{
  g_autofree char *folder = qora_paths_get_drafts ();
  g_autoptr (GArray) numbers = qora_draft_list (folder);

  for (guint i = 0; i < numbers->len; i++)
    open_window (self, g_array_index (numbers, guint, i));
  if (numbers->len == 0)
    open_window (self, 1);
  self->windows_restored = TRUE;
  look_for_old_takes (self);
}

static void
qora_application_activate (GApplication *app)
{
  QoraApplication *self = QORA_APPLICATION (app);
  QoraWindow *window = get_window (self);

  if (window != NULL)
    gtk_window_present (GTK_WINDOW (window));
  else
    restore_windows (self);
}

static void
qora_application_open (GApplication *app, GFile **files, int n_files, const char *hint)
{
  QoraApplication *self = QORA_APPLICATION (app);

  qora_application_activate (app);
  for (int i = 0; i < n_files; i++)
    qora_window_open_file (i == 0 && strcmp (hint, QORA_APPLICATION_OPEN_BESIDE) != 0
                               ? get_window (self)
                               : open_window (self, find_free_number (self)),
                           files[i]);
}

/* ---- actions ---- */

static void
new_window_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  open_window (user_data, find_free_number (user_data));
}

static void
preferences_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraApplication *self = user_data;
  GtkWidget *preferences = qora_preferences_new (self);

  gtk_window_set_transient_for (GTK_WINDOW (preferences), GTK_WINDOW (get_window (self)));
  gtk_window_present (GTK_WINDOW (preferences));
}

static void
pronunciation_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraApplication *self = user_data;
  GtkWidget *window = qora_pronunciation_window_new (self);

  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (get_window (self)));
  gtk_window_present (GTK_WINDOW (window));
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraApplication *self = user_data;
  GtkWindow *about = g_object_new (
      ADW_TYPE_ABOUT_WINDOW, "transient-for", get_window (self), "application-name", _ ("Qora"),
      "application-icon", QORA_APP_ID, "version", QORA_VERSION, "developer-name",
      _ ("The Qora Contributors"), "license-type", GTK_LICENSE_APACHE_2_0, "comments",
      _ ("Turns text into natural speech on this computer, with the Qwen3-TTS family of voice "
         "models. Voices are synthetic."),
      /* translators: put your names here, one a line */
      "translator-credits", _ ("translator-credits"), "website",
      "https://github.com/qoranet/qora-tts", NULL);

  qora_accessible_name_window (about, _ ("About Qora"));
  gtk_window_present (about);
}

static void
help_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  gtk_show_uri (GTK_WINDOW (get_window (user_data)), "help:" GETTEXT_PACKAGE, GDK_CURRENT_TIME);
}

static void
speak (QoraApplication *self, const char *text)
{
  QoraWindow *window;

  qora_application_activate (G_APPLICATION (self));
  window = get_window (self);
  if (!qora_window_is_free (window))
    window = open_window (self, find_free_number (self));
  qora_window_speak (window, text);
}

static void
speak_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  speak (user_data, g_variant_get_string (parameter, NULL));
}

static void
on_clipboard_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraApplication) self = user_data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);

  if (text != NULL && *text != '\0')
    speak (self, text);
  else if (get_window (self) != NULL)
    qora_window_toast (get_window (self), _ ("There is no text in the clipboard"));
}

/* Other programs' clipboard can only be read by one that has a window. */
static void
speak_clipboard_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  QoraApplication *self = user_data;

  qora_application_activate (G_APPLICATION (self));
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (get_window (self))), NULL,
                                 on_clipboard_read, g_object_ref (self));
}

static void
stop_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  for (GList *l = gtk_application_get_windows (user_data); l != NULL; l = l->next)
    if (QORA_IS_WINDOW (l->data))
      qora_window_stop (l->data);
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GList *windows = g_list_copy (gtk_application_get_windows (user_data));

  /* Each window puts away what it has; none of them forgets its text. */
  for (GList *l = windows; l != NULL; l = l->next)
    if (QORA_IS_WINDOW (l->data))
      qora_window_put_away (l->data);
  g_list_free (windows);
  qora_models_library_put_away (qora_application_get_library (user_data));
  g_application_quit (user_data);
}

static const GActionEntry actions[] = {
  { .name = "new-window", .activate = new_window_action },
  { .name = "preferences", .activate = preferences_action },
  { .name = "help", .activate = help_action },
  { .name = "pronunciation", .activate = pronunciation_action },
  { .name = "about", .activate = about_action },
  { .name = "speak", .activate = speak_action, .parameter_type = "s" },
  { .name = "speak-clipboard", .activate = speak_clipboard_action },
  { .name = "stop", .activate = stop_action },
  { .name = "quit", .activate = quit_action },
};

static void
set_accels (QoraApplication *self)
{
  static const struct
  {
    const char *action;
    const char *accels[3];
  } accels[] = {
    { "app.new-window", { "<Ctrl><Shift>n" } },
    { "app.preferences", { "<Ctrl>comma" } },
    { "app.quit", { "<Ctrl>q" } },
    { "window.close", { "<Ctrl>w" } },
    { "app.help", { "F1" } },
    { "win.show-help-overlay", { "<Ctrl>question" } },
    { "win.generate", { "<Ctrl>Return", "<Ctrl>KP_Enter" } },
    { "win.generate-all", { "<Ctrl><Shift>Return" } },
    { "win.stop", { "Escape", "<Ctrl>period" } },
    { "win.redo-part", { "<Ctrl>r" } },
    { "win.play-pause", { "<Ctrl>space" } },
    { "win.play-from-cursor", { "<Ctrl><Shift>space" } },
    { "win.seek(-5.0)", { "<Alt>Left" } },
    { "win.seek(5.0)", { "<Alt>Right" } },
    { "win.seek-part(-1)", { "<Alt>Page_Up" } },
    { "win.seek-part(1)", { "<Alt>Page_Down" } },
    { "win.save", { "<Ctrl>s" } },
    { "win.save-as('')", { "<Ctrl><Shift>s" } },
    { "win.open-text", { "<Ctrl>o" } },
    { "win.new-take", { "<Ctrl>n" } },
    { "win.voices", { "<Ctrl>k" } },
    { "win.toggle-takes", { "F9" } },
    { "win.search-takes", { "<Ctrl>f" } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action,
                                           accels[i].accels);
}

/* ---- the object ---- */

static void
load_pronunciation (QoraApplication *self)
{
  g_autofree char *path = qora_paths_get_pronunciation ();
  g_autoptr (GError) error = NULL;

  self->pronunciation = qora_pronunciation_store_new (path);
  if (!qora_pronunciation_store_load (self->pronunciation, &error))
    g_message ("%s", error->message);
}

static void
qora_application_startup (GApplication *app)
{
  QoraApplication *self = QORA_APPLICATION (app);
  g_autofree char *takes = qora_paths_get_takes ();
  g_autofree char *books = qora_paths_get_books ();

  /* Displays know the windows by it; until here it was the command's name, for messages. */
  g_set_prgname (QORA_APP_ID);
  G_APPLICATION_CLASS (qora_application_parent_class)->startup (app);

  gtk_window_set_default_icon_name (QORA_APP_ID);
  self->settings = g_settings_new (QORA_APP_ID);
  self->synthesizer = qora_synthesizer_new (NULL);
  self->takes = qora_take_list_new (takes);
  self->books = qora_book_list_new (books);
  self->queue = qora_queue_new (self->synthesizer, self->books);
  self->library = qora_models_library_new (NULL);
  self->choice = qora_models_choice_new (self->synthesizer, self->library, self->settings);
  g_signal_connect_object (self->choice, "notify::error", G_CALLBACK (on_model_error), self,
                           G_CONNECT_SWAPPED);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  qora_models_actions_add (self);
  set_accels (self);
  g_signal_connect_object (self->settings, "changed::idle-minutes",
                           G_CALLBACK (on_idle_minutes_changed), self, G_CONNECT_SWAPPED);
  on_idle_minutes_changed (self);
  load_pronunciation (self);
  g_signal_connect_object (self->takes, "notify::loaded", G_CALLBACK (look_for_old_takes), self,
                           G_CONNECT_SWAPPED);
  qora_queue_watch (self->queue, GTK_APPLICATION (self), self->settings, self->pronunciation);
  qora_take_list_load (self->takes);
  qora_book_list_load (self->books);
  qora_models_choice_open_first (self->choice);
}

static void
qora_application_shutdown (GApplication *app)
{
  QoraApplication *self = QORA_APPLICATION (app);

  if (self->queue != NULL)
    qora_queue_put_away (self->queue);
  G_APPLICATION_CLASS (qora_application_parent_class)->shutdown (app);
}

static int
qora_application_handle_local_options (GApplication *app, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "new-window"))
    return -1;
  if (!g_application_register (app, NULL, NULL))
    return 1;
  /* With a first instance that is just starting, its first window is the new one. */
  if (!g_application_get_is_remote (app))
    return -1;
  g_action_group_activate_action (G_ACTION_GROUP (app), "new-window", NULL);
  return 0;
}

static void
qora_application_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL_ERROR:
      g_value_set_string (value, qora_application_get_model_error (QORA_APPLICATION (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_application_dispose (GObject *object)
{
  QoraApplication *self = QORA_APPLICATION (object);

  g_clear_handle_id (&self->old_takes_source, g_source_remove);
  g_clear_object (&self->settings);
  g_clear_object (&self->queue);
  g_clear_object (&self->books);
  g_clear_object (&self->synthesizer);
  g_clear_object (&self->takes);
  g_clear_object (&self->pronunciation);
  g_clear_object (&self->choice);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (qora_application_parent_class)->dispose (object);
}

static void
qora_application_class_init (QoraApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->dispose = qora_application_dispose;
  object_class->get_property = qora_application_get_property;
  application_class->startup = qora_application_startup;
  application_class->shutdown = qora_application_shutdown;
  application_class->activate = qora_application_activate;
  application_class->open = qora_application_open;
  application_class->handle_local_options = qora_application_handle_local_options;
  properties[PROP_MODEL_ERROR]
      = g_param_spec_string ("model-error", NULL, NULL, NULL,
                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
qora_application_init (QoraApplication *self)
{
  g_application_add_main_option (G_APPLICATION (self), "new-window", 0, G_OPTION_FLAG_NONE,
                                 G_OPTION_ARG_NONE, N_ ("Open a new window"), NULL);
}

QoraApplication *
qora_application_new (void)
{
  return g_object_new (QORA_TYPE_APPLICATION, "application-id", QORA_APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, NULL);
}
