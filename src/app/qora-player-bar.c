/* qora-player-bar.c: hears, shows and saves the sound of a take, and tells how far it is
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-player-bar.h"

#include <glib/gi18n.h>

#include "qora-accessible.h"
#include "qora-audio-format.h"
#include "qora-time.h"
#include "qora-waveform.h"

/* Numbers with signs between them keep their order among letters that run from right to left. */
#define LTR "\342\200\216"

struct _QoraPlayerBar
{
  AdwBin parent_instance;

  GtkButton *play_button;
  QoraWaveform *waveform;
  GtkSpinner *waiting_spinner;
  GtkLabel *time;
  GtkMenuButton *speed_button;
  GtkWidget *drag_handle;
  AdwSplitButton *save_button;
  GtkLabel *status;
  GtkButton *redo_button;
  GtkProgressBar *progress;

  QoraPlayer *player;
  gboolean narrow;
};

enum
{
  SIGNAL_POSITION,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraPlayerBar, qora_player_bar, ADW_TYPE_BIN)

QoraPlayer *
qora_player_bar_get_player (QoraPlayerBar *self)
{
  g_return_val_if_fail (QORA_IS_PLAYER_BAR (self), NULL);
  return self->player;
}

static void
update_time (QoraPlayerBar *self)
{
  QoraSound *sound = qora_player_get_sound (self->player);
  double duration = qora_player_get_duration (self->player);
  g_autofree char *position = qora_time_format (qora_player_get_position (self->player));
  g_autofree char *whole = qora_time_format (duration);
  g_autofree char *shown = NULL;
  g_autofree char *spoken = NULL;
  gboolean about = sound != NULL && !qora_sound_get_sealed (sound);

  if (sound == NULL)
    {
      gtk_label_set_label (self->time, "");
      return;
    }
  if (self->narrow)
    shown = g_steal_pointer (&position);
  else
    shown = g_strdup_printf (about ? LTR "%s / ~%s" : LTR "%s / %s", position, whole);
  gtk_label_set_label (self->time, shown);
  if (self->narrow)
    return;
  /* translators: position and duration, for example “0:31 of about 1:12” */
  spoken = g_strdup_printf (about ? _ ("%s of about %s") : _ ("%s of %s"), position, whole);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->waveform),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, spoken, -1);
}

static void
on_position (QoraPlayerBar *self)
{
  qora_waveform_set_position (self->waveform, qora_player_get_position (self->player));
  update_time (self);
  g_signal_emit (self, signals[SIGNAL_POSITION], 0);
}

static void
on_state (QoraPlayerBar *self)
{
  QoraPlayerState state = qora_player_get_state (self->player);
  gboolean plays = state == QORA_PLAYER_PLAYING || state == QORA_PLAYER_WAITING;
  gboolean waits = state == QORA_PLAYER_WAITING;
  const char *label = plays ? _ ("Pause") : _ ("Play");

  gtk_button_set_icon_name (self->play_button, plays ? "media-playback-pause-symbolic"
                                                     : "media-playback-start-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->play_button), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->waiting_spinner), waits);
  gtk_spinner_set_spinning (self->waiting_spinner, waits);
  g_signal_emit (self, signals[SIGNAL_POSITION], 0);
}

static void
on_rate (QoraPlayerBar *self)
{
  g_autofree char *label = g_strdup_printf (LTR "%g×", qora_player_get_rate (self->player));

  gtk_menu_button_set_label (self->speed_button, label);
}

static void
on_seek (QoraPlayerBar *self, double seconds)
{
  qora_player_seek (self->player, seconds);
}

GtkWidget *
qora_player_bar_get_handle (QoraPlayerBar *self)
{
  g_return_val_if_fail (QORA_IS_PLAYER_BAR (self), NULL);
  return self->drag_handle;
}

void
qora_player_bar_set_sound (QoraPlayerBar *self, QoraSound *sound)
{
  g_return_if_fail (QORA_IS_PLAYER_BAR (self));
  qora_player_set_sound (self->player, sound);
  qora_player_set_expectation (self->player, 0, 0);
  qora_waveform_set_sound (self->waveform, sound);
  gtk_widget_set_sensitive (self->drag_handle, sound != NULL);
  update_time (self);
}

void
qora_player_bar_toggle (QoraPlayerBar *self)
{
  QoraPlayerState state;

  g_return_if_fail (QORA_IS_PLAYER_BAR (self));
  state = qora_player_get_state (self->player);
  if (state == QORA_PLAYER_PLAYING || state == QORA_PLAYER_WAITING)
    qora_player_pause (self->player);
  else
    qora_player_play (self->player);
}

void
qora_player_bar_set_expectation (QoraPlayerBar *self, double duration, double rtf)
{
  g_return_if_fail (QORA_IS_PLAYER_BAR (self));
  qora_player_set_expectation (self->player, duration, rtf);
  qora_waveform_set_expected (self->waveform, duration);
  update_time (self);
}

void
qora_player_bar_set_status (QoraPlayerBar *self, const char *text)
{
  g_return_if_fail (QORA_IS_PLAYER_BAR (self));
  gtk_label_set_label (self->status, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->status), text);
}

void
qora_player_bar_set_progress (QoraPlayerBar *self, double fraction)
{
  g_return_if_fail (QORA_IS_PLAYER_BAR (self));
  gtk_widget_set_opacity (GTK_WIDGET (self->progress), fraction < 0 ? 0 : 1);
  gtk_progress_bar_set_fraction (self->progress, MAX (fraction, 0));
}

void
qora_player_bar_set_narrow (QoraPlayerBar *self, gboolean narrow)
{
  g_return_if_fail (QORA_IS_PLAYER_BAR (self));
  self->narrow = narrow;
  gtk_widget_set_visible (GTK_WIDGET (self->speed_button), !narrow);
  gtk_widget_set_visible (self->drag_handle, !narrow);
  update_time (self);
}

/* ---- the menu beside Save ---- */

static GMenuModel *
create_format_section (void)
{
  GMenu *section = g_menu_new ();

  for (guint i = 0; i < QORA_N_AUDIO_FORMATS; i++)
    {
      const char *package = NULL;
      const char *name = qora_audio_format_get_name (i);
      gboolean available = qora_audio_format_is_available (i, &package);
      g_autofree char *label = NULL;
      g_autoptr (GMenuItem) item = NULL;

      if (available)
        label = g_strdup_printf (_ ("Save as %s…"), name);
      else
        /* translators: a file format and the package to install for it */
        label = g_strdup_printf (_ ("%s needs %s"), name, package);
      item = g_menu_item_new (label, NULL);
      /* An action that does not exist makes the entry insensitive. */
      g_menu_item_set_action_and_target (item, available ? "win.save-as" : "win.unavailable", "s",
                                         qora_audio_format_get_extension (i));
      g_menu_append_item (section, item);
    }
  return G_MENU_MODEL (section);
}

static GMenuModel *
create_save_menu (void)
{
  GMenu *menu = g_menu_new ();
  GMenu *subtitles = g_menu_new ();
  g_autoptr (GMenuModel) formats = create_format_section ();

  g_menu_append_section (menu, NULL, formats);
  g_menu_append (subtitles, _ ("SRT Subtitles"), "win.save-srt");
  g_menu_append (subtitles, _ ("WebVTT Subtitles"), "win.save-vtt");
  g_menu_append (subtitles, _ ("LRC Lyrics"), "win.save-lrc");
  g_menu_append_section (menu, _ ("Save Beside the Sound"), G_MENU_MODEL (subtitles));
  g_object_unref (subtitles);
  return G_MENU_MODEL (menu);
}

static void
qora_player_bar_dispose (GObject *object)
{
  QoraPlayerBar *self = QORA_PLAYER_BAR (object);

  if (self->player != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->player, self);
      qora_player_set_sound (self->player, NULL);
    }
  g_clear_object (&self->player);
  G_OBJECT_CLASS (qora_player_bar_parent_class)->dispose (object);
}

static void
qora_player_bar_class_init (QoraPlayerBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_player_bar_dispose;
  signals[SIGNAL_POSITION] = g_signal_new ("position", QORA_TYPE_PLAYER_BAR, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (QORA_TYPE_WAVEFORM);
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-player-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraPlayerBar, play_button);
  gtk_widget_class_bind_template_child (widget_class, QoraPlayerBar, waveform);
  gtk_widget_class_bind_template_child (widget_class, QoraPlayerBar, waiting_spinner);
  gtk_widget_class_bind_template_child (widget_class, QoraPlayerBar, time);
  gtk_widget_class_bind_template_child (widget_class, QoraPlayerBar, speed_button);
  gtk_widget_class_bind_template_child (widget_class, QoraPlayerBar, drag_handle);
  gtk_widget_class_bind_template_child (widget_class, QoraPlayerBar, save_button);
  gtk_widget_class_bind_template_child (widget_class, QoraPlayerBar, status);
  gtk_widget_class_bind_template_child (widget_class, QoraPlayerBar, redo_button);
  gtk_widget_class_bind_template_child (widget_class, QoraPlayerBar, progress);
}

static void
qora_player_bar_init (QoraPlayerBar *self)
{
  g_autoptr (GMenuModel) save_menu = create_save_menu ();

  gtk_widget_init_template (GTK_WIDGET (self));
  adw_split_button_set_menu_model (self->save_button, save_menu);
  qora_accessible_name_arrow (self->save_button);
  self->player = qora_player_new ();
  g_signal_connect_swapped (self->player, "notify::position", G_CALLBACK (on_position), self);
  g_signal_connect_swapped (self->player, "notify::duration", G_CALLBACK (update_time), self);
  g_signal_connect_swapped (self->player, "notify::state", G_CALLBACK (on_state), self);
  g_signal_connect_swapped (self->player, "notify::rate", G_CALLBACK (on_rate), self);
  g_signal_connect_swapped (self->waveform, "seek", G_CALLBACK (on_seek), self);
  qora_player_bar_set_progress (self, -1);
  gtk_widget_set_sensitive (self->drag_handle, FALSE);
  gtk_widget_set_cursor_from_name (self->drag_handle, "grab");
  on_rate (self);
  update_time (self);
}
