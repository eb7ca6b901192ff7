/* qora-preferences.c: the preferences window
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-preferences.h"

#include <glib/gi18n.h>

#include "qora-accessible.h"
#include "qora-audio-format.h"
#include "qora-file-name.h"

struct _QoraPreferences
{
  AdwPreferencesWindow parent_instance;

  GtkSpinButton *pause;
  GtkSpinButton *part_length;
  GtkSwitch *seed_fixed;
  AdwExpanderRow *sampling;
  GtkSpinButton *temperature;
  GtkSpinButton *top_k;
  GtkSpinButton *top_p;
  GtkSpinButton *repetition_penalty;
  GtkSwitch *autoplay;
  AdwComboRow *format;
  AdwComboRow *quality;
  AdwPreferencesGroup *file_name_group;
  AdwEntryRow *file_name;
  GtkSwitch *save_srt;
  GtkSwitch *save_vtt;
  GtkSwitch *save_lrc;
  GtkSpinButton *history_days;
  GtkButton *clear_sounds;
  GtkButton *clear_takes;
  AdwActionRow *model;
  GtkButton *demo_button;
  GtkSpinButton *threads;
  GtkSpinButton *idle_minutes;

  QoraApplication *app;
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (QoraPreferences, qora_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static void
update_model (QoraPreferences *self)
{
  QoraSynthesizer *synthesizer = qora_application_get_synthesizer (self->app);
  const char *path = qora_synthesizer_get_path (synthesizer);
  gboolean is_demo = qora_application_has_demo_voice (self->app);

  adw_action_row_set_subtitle (self->model, is_demo        ? _ ("Demo voice")
                                            : path != NULL ? path
                                                           : _ ("None"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->demo_button), !is_demo);
}

static void
on_demo_clicked (QoraPreferences *self)
{
  qora_application_open_model (self->app, NULL);
}

static gboolean
nick_to_position (GValue *value, GVariant *variant, gpointer user_data)
{
  const char *const *nicks = user_data;
  const char *nick = g_variant_get_string (variant, NULL);

  for (guint i = 0; nicks[i] != NULL; i++)
    if (g_str_equal (nicks[i], nick))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
position_to_nick (const GValue *value, const GVariantType *type, gpointer user_data)
{
  const char *const *nicks = user_data;

  return g_variant_new_string (nicks[g_value_get_uint (value)]);
}

static gboolean
nick_to_switch (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_boolean (value, g_str_equal (g_variant_get_string (variant, NULL), "fixed"));
  return TRUE;
}

static GVariant *
switch_to_nick (const GValue *value, const GVariantType *type, gpointer user_data)
{
  return g_variant_new_string (g_value_get_boolean (value) ? "fixed" : "random");
}

static void
bind_combo (QoraPreferences *self, AdwComboRow *row, const char *key, const char *const *names,
            const char *const *nicks)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (names);

  adw_combo_row_set_model (row, G_LIST_MODEL (list));
  g_settings_bind_with_mapping (self->settings, key, row, "selected", G_SETTINGS_BIND_DEFAULT,
                                nick_to_position, position_to_nick, (gpointer) nicks, NULL);
}

static void
bind_combos (QoraPreferences *self)
{
  static const char *const format_nicks[] = { "wav", "flac", "opus", "ogg", "mp3", NULL };
  static const char *const quality_nicks[] = { "small", "normal", "high", NULL };
  const char *formats[QORA_N_AUDIO_FORMATS + 1] = { NULL };
  const char *qualities[] = { _ ("Small Files"), C_ ("quality", "Normal"), _ ("High"), NULL };

  for (guint i = 0; i < QORA_N_AUDIO_FORMATS; i++)
    formats[i] = qora_audio_format_get_name (i);
  bind_combo (self, self->format, "format", formats, format_nicks);
  bind_combo (self, self->quality, "quality", qualities, quality_nicks);
}

/* What the pattern makes of a take that might be, below the other words about patterns. */
static void
update_example (QoraPreferences *self)
{
  /* translators: the title of a take that serves as an example; the other example is a voice */
  const QoraFileName fields
      = { _ ("A Letter Home"), "Serena", g_get_real_time () / G_USEC_PER_SEC, 1 };
  QoraAudioFormat format = (QoraAudioFormat) g_settings_get_enum (self->settings, "format");
  g_autofree char *name
      = qora_file_name_format (gtk_editable_get_text (GTK_EDITABLE (self->file_name)), &fields,
                               qora_audio_format_get_extension (format));
  /* translators: %s is a file name; keep the words in braces as they are */
  g_autofree char *text = g_strdup_printf (
      _ ("{title}, {voice}, {date} and {number} stand for what they say. Example: %s"), name);
  g_autofree char *escaped = NULL;

  escaped = g_markup_escape_text (text, -1);
  adw_preferences_group_set_description (self->file_name_group, escaped);
}

/* The window asks whether it is meant, and offers to undo it. */
static void
delete_all (QoraPreferences *self, const char *action)
{
  GtkWidget *window = GTK_WIDGET (gtk_window_get_transient_for (GTK_WINDOW (self)));

  gtk_window_close (GTK_WINDOW (self));
  if (window != NULL)
    gtk_widget_activate_action (window, action, NULL);
}

static void
on_clear_sounds_clicked (QoraPreferences *self)
{
  delete_all (self, "win.delete-all-sound");
}

static void
on_clear_takes_clicked (QoraPreferences *self)
{
  delete_all (self, "win.delete-all-takes");
}

static void
bind (QoraPreferences *self, const char *key, gpointer widget, const char *property)
{
  g_settings_bind (self->settings, key, widget, property, G_SETTINGS_BIND_DEFAULT);
}

static void
qora_preferences_dispose (GObject *object)
{
  QoraPreferences *self = QORA_PREFERENCES (object);

  g_clear_object (&self->settings);
  G_OBJECT_CLASS (qora_preferences_parent_class)->dispose (object);
}

static void
qora_preferences_class_init (QoraPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_preferences_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, pause);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, part_length);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, seed_fixed);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, sampling);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, temperature);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, top_k);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, top_p);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, repetition_penalty);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, autoplay);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, format);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, quality);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, save_srt);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, save_vtt);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, save_lrc);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, file_name_group);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, file_name);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, history_days);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, clear_sounds);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, clear_takes);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, model);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, demo_button);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, threads);
  gtk_widget_class_bind_template_child (widget_class, QoraPreferences, idle_minutes);
}

static void
qora_preferences_init (QoraPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->settings = g_settings_new (QORA_APP_ID);
  bind (self, "pause", self->pause, "value");
  bind (self, "part-length", self->part_length, "value");
  bind (self, "sampling-custom", self->sampling, "enable-expansion");
  bind (self, "temperature", self->temperature, "value");
  bind (self, "top-k", self->top_k, "value");
  bind (self, "top-p", self->top_p, "value");
  bind (self, "repetition-penalty", self->repetition_penalty, "value");
  bind (self, "autoplay", self->autoplay, "active");
  bind (self, "file-name", self->file_name, "text");
  bind (self, "save-srt", self->save_srt, "active");
  bind (self, "save-vtt", self->save_vtt, "active");
  bind (self, "save-lrc", self->save_lrc, "active");
  bind (self, "history-days", self->history_days, "value");
  bind (self, "threads", self->threads, "value");
  bind (self, "idle-minutes", self->idle_minutes, "value");
  g_settings_bind_with_mapping (self->settings, "seed-mode", self->seed_fixed, "active",
                                G_SETTINGS_BIND_DEFAULT, nick_to_switch, switch_to_nick, NULL,
                                NULL);
  bind_combos (self);
  qora_accessible_name_window (GTK_WINDOW (self), _ ("Preferences"));
  g_signal_connect_swapped (self->file_name, "changed", G_CALLBACK (update_example), self);
  g_signal_connect_swapped (self->format, "notify::selected", G_CALLBACK (update_example), self);
  update_example (self);
  g_signal_connect_swapped (self->clear_sounds, "clicked", G_CALLBACK (on_clear_sounds_clicked),
                            self);
  g_signal_connect_swapped (self->clear_takes, "clicked", G_CALLBACK (on_clear_takes_clicked),
                            self);
  g_signal_connect_swapped (self->demo_button, "clicked", G_CALLBACK (on_demo_clicked), self);
}

GtkWidget *
qora_preferences_new (QoraApplication *app)
{
  QoraPreferences *self = g_object_new (QORA_TYPE_PREFERENCES, NULL);

  self->app = app;
  g_signal_connect_object (qora_application_get_synthesizer (app), "notify::path",
                           G_CALLBACK (update_model), self, G_CONNECT_SWAPPED);
  update_model (self);
  return GTK_WIDGET (self);
}
