/* qora-voice-picker.c: a button that shows the chosen voice and opens the list of all
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-voice-picker.h"

#include <glib/gi18n.h>

#include "qora-voice-row.h"

struct _QoraVoicePicker
{
  AdwBin parent_instance;

  GtkMenuButton *button;
  GtkLabel *label;
  GtkPopover *popover;
  GtkListBox *list;
  GtkLabel *hint;

  GListModel *voices;
  char *voice;
  char *playing;
  char *empty_label;
};

enum
{
  PROP_0,
  PROP_VOICE,
  N_PROPS
};

enum
{
  SIGNAL_PREVIEW,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraVoicePicker, qora_voice_picker, ADW_TYPE_BIN)

static QoraVoiceRow *
get_row (QoraVoicePicker *self, int index)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, index);

  return row != NULL ? QORA_VOICE_ROW (row) : NULL;
}

static void
update_rows (QoraVoicePicker *self)
{
  QoraVoiceRow *row;

  for (int i = 0; (row = get_row (self, i)) != NULL; i++)
    {
      const char *id = qora_voice_get_id (qora_voice_row_get_voice (row));

      qora_voice_row_set_chosen (row, g_strcmp0 (id, self->voice) == 0);
      qora_voice_row_set_playing (row, g_strcmp0 (id, self->playing) == 0);
    }
}

static QoraVoice *
find_voice (QoraVoicePicker *self, const char *id)
{
  for (guint i = 0; self->voices != NULL && i < g_list_model_get_n_items (self->voices); i++)
    {
      g_autoptr (QoraVoice) voice = g_list_model_get_item (self->voices, i);

      if (id == NULL || g_ascii_strcasecmp (qora_voice_get_id (voice), id) == 0)
        return voice;
    }
  return NULL;
}

static void
update_label (QoraVoicePicker *self)
{
  QoraVoice *voice = self->voice != NULL ? find_voice (self, self->voice) : NULL;
  const char *name = voice != NULL ? qora_voice_get_name (voice) : self->empty_label;
  g_autofree char *accessible = NULL;

  if (name == NULL)
    name = _ ("No Voice");
  gtk_label_set_label (self->label, name);
  /* translators: %s is the name of the voice that is chosen */
  accessible = g_strdup_printf (_ ("Voice: %s"), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  accessible, -1);
  gtk_widget_set_sensitive (GTK_WIDGET (self->button), voice != NULL);
}

const char *
qora_voice_picker_get_voice (QoraVoicePicker *self)
{
  g_return_val_if_fail (QORA_IS_VOICE_PICKER (self), NULL);
  return self->voice;
}

void
qora_voice_picker_set_voice (QoraVoicePicker *self, const char *id)
{
  QoraVoice *voice;
  const char *found;

  g_return_if_fail (QORA_IS_VOICE_PICKER (self));

  voice = find_voice (self, id);
  if (voice == NULL)
    voice = find_voice (self, NULL);
  found = voice != NULL ? qora_voice_get_id (voice) : NULL;
  if (g_strcmp0 (found, self->voice) != 0)
    {
      g_free (self->voice);
      self->voice = g_strdup (found);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VOICE]);
    }
  update_label (self);
  update_rows (self);
}

void
qora_voice_picker_set_playing (QoraVoicePicker *self, const char *id)
{
  g_return_if_fail (QORA_IS_VOICE_PICKER (self));
  g_free (self->playing);
  self->playing = g_strdup (id);
  update_rows (self);
}

void
qora_voice_picker_set_hint (QoraVoicePicker *self, const char *hint)
{
  g_return_if_fail (QORA_IS_VOICE_PICKER (self));
  gtk_label_set_label (self->hint, hint != NULL ? hint : "");
  gtk_widget_set_visible (GTK_WIDGET (self->hint), hint != NULL);
}

void
qora_voice_picker_set_empty_label (QoraVoicePicker *self, const char *label)
{
  g_return_if_fail (QORA_IS_VOICE_PICKER (self));
  g_free (self->empty_label);
  self->empty_label = g_strdup (label);
  update_label (self);
}

void
qora_voice_picker_popup (QoraVoicePicker *self)
{
  g_return_if_fail (QORA_IS_VOICE_PICKER (self));
  gtk_menu_button_popup (self->button);
}

static void
on_preview (QoraVoiceRow *row, QoraVoicePicker *self)
{
  g_signal_emit (self, signals[SIGNAL_PREVIEW], 0, qora_voice_row_get_voice (row));
}

static GtkWidget *
create_row (gpointer item, gpointer user_data)
{
  GtkWidget *row = qora_voice_row_new (QORA_VOICE (item));

  g_signal_connect (row, "preview", G_CALLBACK (on_preview), user_data);
  return row;
}

static void
on_row_activated (QoraVoicePicker *self, GtkListBoxRow *row)
{
  g_autofree char *id
      = g_strdup (qora_voice_get_id (qora_voice_row_get_voice (QORA_VOICE_ROW (row))));

  qora_voice_picker_set_voice (self, id);
  gtk_popover_popdown (self->popover);
}

/* Space hears the voice that has the focus; Return takes it, which the list does by itself. */
static gboolean
on_key_pressed (QoraVoicePicker *self, guint keyval)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));

  if (keyval != GDK_KEY_space || focus == NULL || !QORA_IS_VOICE_ROW (focus))
    return GDK_EVENT_PROPAGATE;
  on_preview (QORA_VOICE_ROW (focus), self);
  return GDK_EVENT_STOP;
}

static void
on_popover_shown (QoraVoicePicker *self)
{
  QoraVoiceRow *row;

  for (int i = 0; (row = get_row (self, i)) != NULL; i++)
    if (g_strcmp0 (qora_voice_get_id (qora_voice_row_get_voice (row)), self->voice) == 0)
      {
        gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
        gtk_widget_grab_focus (GTK_WIDGET (row));
      }
}

void
qora_voice_picker_set_voices (QoraVoicePicker *self, GListModel *voices)
{
  g_autofree char *wanted = NULL;

  g_return_if_fail (QORA_IS_VOICE_PICKER (self));

  wanted = g_strdup (self->voice);
  g_set_object (&self->voices, voices);
  gtk_list_box_bind_model (self->list, voices, create_row, self, NULL);
  qora_voice_picker_set_voice (self, wanted);
}

static void
qora_voice_picker_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_VOICE:
      g_value_set_string (value, QORA_VOICE_PICKER (object)->voice);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_voice_picker_dispose (GObject *object)
{
  QoraVoicePicker *self = QORA_VOICE_PICKER (object);

  g_clear_object (&self->voices);
  G_OBJECT_CLASS (qora_voice_picker_parent_class)->dispose (object);
}

static void
qora_voice_picker_finalize (GObject *object)
{
  QoraVoicePicker *self = QORA_VOICE_PICKER (object);

  g_free (self->voice);
  g_free (self->playing);
  g_free (self->empty_label);
  G_OBJECT_CLASS (qora_voice_picker_parent_class)->finalize (object);
}

static void
qora_voice_picker_class_init (QoraVoicePickerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = qora_voice_picker_dispose;
  object_class->finalize = qora_voice_picker_finalize;
  object_class->get_property = qora_voice_picker_get_property;
  properties[PROP_VOICE]
      = g_param_spec_string ("voice", NULL, NULL, NULL,
                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_PREVIEW] = g_signal_new ("preview", QORA_TYPE_VOICE_PICKER, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, QORA_TYPE_VOICE);

  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-voice-picker.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraVoicePicker, button);
  gtk_widget_class_bind_template_child (widget_class, QoraVoicePicker, label);
  gtk_widget_class_bind_template_child (widget_class, QoraVoicePicker, popover);
  gtk_widget_class_bind_template_child (widget_class, QoraVoicePicker, list);
  gtk_widget_class_bind_template_child (widget_class, QoraVoicePicker, hint);
}

static void
qora_voice_picker_init (QoraVoicePicker *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (on_key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self->list), keys);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (on_row_activated), self);
  g_signal_connect_swapped (self->popover, "show", G_CALLBACK (on_popover_shown), self);
  update_label (self);
}
