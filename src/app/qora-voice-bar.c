/* qora-voice-bar.c: who speaks, in which language and style, and from which seed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-voice-bar.h"

#include <glib/gi18n.h>

#include "qora-settings.h"

struct _QoraVoiceBar
{
  AdwBin parent_instance;

  QoraVoicePicker *voice_picker;
  GtkDropDown *language;
  GtkBox *style_place;
  GtkBox *style_narrow_place;
  GtkBox *language_place;
  GtkBox *language_narrow_place;
  GtkWidget *style;
  GtkMenuButton *seed_button;
  GtkSwitch *seed_fixed;
  GtkSpinButton *seed;
  GtkButton *dice;

  GSettings *settings;
  GStrv languages; /* ids; the drop-down has "Automatic" before them */
  gboolean honours_style;
  gboolean is_design; /* the style is all that tells what voice it is to be */
  gboolean english_only;
  gboolean updating; /* the model is being set: not the user's choice */
};

G_DEFINE_FINAL_TYPE (QoraVoiceBar, qora_voice_bar, ADW_TYPE_BIN)

QoraVoicePicker *
qora_voice_bar_get_picker (QoraVoiceBar *self)
{
  g_return_val_if_fail (QORA_IS_VOICE_BAR (self), NULL);
  return self->voice_picker;
}

const char *
qora_voice_bar_get_voice (QoraVoiceBar *self)
{
  g_return_val_if_fail (QORA_IS_VOICE_BAR (self), NULL);
  return qora_voice_picker_get_voice (self->voice_picker);
}

const char *
qora_voice_bar_get_language (QoraVoiceBar *self)
{
  guint selected;

  g_return_val_if_fail (QORA_IS_VOICE_BAR (self), NULL);

  selected = gtk_drop_down_get_selected (self->language);
  if (self->languages == NULL || selected == 0 || selected > g_strv_length (self->languages))
    return NULL;
  return self->languages[selected - 1];
}

const char *
qora_voice_bar_get_style (QoraVoiceBar *self)
{
  const char *text;

  g_return_val_if_fail (QORA_IS_VOICE_BAR (self), NULL);

  text = gtk_editable_get_text (GTK_EDITABLE (self->style));
  return self->honours_style && *text != '\0' ? text : NULL;
}

const char *
qora_voice_bar_get_missing (QoraVoiceBar *self)
{
  g_return_val_if_fail (QORA_IS_VOICE_BAR (self), NULL);

  return self->is_design && qora_voice_bar_get_style (self) == NULL ? _ ("Describe the voice first")
                                                                    : NULL;
}

static void
select_language (QoraVoiceBar *self, const char *id)
{
  guint selected = 0;

  for (guint i = 0; id != NULL && self->languages != NULL && self->languages[i] != NULL; i++)
    if (g_ascii_strcasecmp (self->languages[i], id) == 0)
      selected = i + 1;
  gtk_drop_down_set_selected (self->language, selected);
}

/* Voices are at their best in their own language: say so where another one is chosen. */
static void
update_hint (QoraVoiceBar *self)
{
  const char *language = qora_voice_bar_get_language (self);
  const char *id = qora_voice_bar_get_voice (self);
  g_autoptr (QoraVoice) voice = id != NULL ? qora_voice_new (id) : NULL;
  const char *native = voice != NULL ? qora_voice_get_language (voice) : NULL;
  gboolean differs = language != NULL && native != NULL && !self->english_only
                     && g_ascii_strcasecmp (language, native) != 0;

  qora_voice_picker_set_hint (
      self->voice_picker,
      differs ? _ ("Each voice sounds best in the language named beside it.") : NULL);
}

static void
fill_languages (QoraVoiceBar *self, const QoraModelInfo *info)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  g_clear_pointer (&self->languages, g_strfreev);
  gtk_string_list_take (names, qora_language_get_name (NULL));
  if (info != NULL)
    self->languages = g_strdupv (info->languages);
  for (guint i = 0; self->languages != NULL && self->languages[i] != NULL; i++)
    gtk_string_list_take (names, qora_language_get_name (self->languages[i]));
  self->english_only = self->languages != NULL && g_strv_length (self->languages) == 1;
  gtk_drop_down_set_model (self->language, G_LIST_MODEL (names));
}

static void
update_style (QoraVoiceBar *self, const QoraModelInfo *info)
{
  const char *hint = _ ("Style, for example: warm and slow");
  const char *reason = NULL;

  self->honours_style = info != NULL && info->honours_style;
  self->is_design = info != NULL && info->is_design;
  if (self->is_design)
    hint = _ ("Voice, for example: an old woman who is amused");
  if (info != NULL && !info->honours_style)
    reason = _ ("This voice model has one style only");
  gtk_widget_set_sensitive (self->style, self->honours_style);
  gtk_widget_set_tooltip_text (self->style, reason);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->style_place), reason);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->style), reason != NULL ? reason : hint);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->style), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  reason != NULL ? reason : "", -1);
  gtk_widget_set_tooltip_text (
      GTK_WIDGET (self->voice_picker),
      self->is_design ? _ ("This voice model has no voices of its own: describe one") : NULL);
}

void
qora_voice_bar_set_model (QoraVoiceBar *self, const QoraModelInfo *info, GListModel *voices)
{
  g_autofree char *language = NULL;
  g_autofree char *voice = NULL;

  g_return_if_fail (QORA_IS_VOICE_BAR (self));

  self->updating = TRUE;
  language = g_settings_get_string (self->settings, "language");
  voice = g_settings_get_string (self->settings, "voice");
  fill_languages (self, info);
  select_language (self, language);
  update_style (self, info);
  qora_voice_picker_set_empty_label (
      self->voice_picker, info != NULL && info->is_design ? _ ("Voice from Style") : NULL);
  qora_voice_picker_set_voices (self->voice_picker, voices);
  qora_voice_picker_set_voice (self->voice_picker, *voice != '\0' ? voice : "ryan");
  self->updating = FALSE;
  update_hint (self);
}

void
qora_voice_bar_restore (QoraVoiceBar *self, const char *voice, const char *language,
                        const char *style, guint64 seed)
{
  g_return_if_fail (QORA_IS_VOICE_BAR (self));

  if (voice != NULL)
    qora_voice_picker_set_voice (self->voice_picker, voice);
  select_language (self, language);
  gtk_editable_set_text (GTK_EDITABLE (self->style), style != NULL ? style : "");
  if (seed <= G_MAXUINT32)
    g_settings_set_uint (self->settings, "seed", (guint) seed);
}

/* Short enough to be read out to somebody. */
static guint
draw_seed (void)
{
  return (guint) g_random_int_range (1, 100000);
}

guint64
qora_voice_bar_take_seed (QoraVoiceBar *self)
{
  g_return_val_if_fail (QORA_IS_VOICE_BAR (self), 0);

  if (g_settings_get_enum (self->settings, "seed-mode") == QORA_SEED_RANDOM)
    g_settings_set_uint (self->settings, "seed", draw_seed ());
  return g_settings_get_uint (self->settings, "seed");
}

static void
move_to (GtkWidget *widget, GtkBox *place)
{
  GtkWidget *now = gtk_widget_get_parent (widget);

  if (now == GTK_WIDGET (place))
    return;
  g_object_ref (widget);
  gtk_box_remove (GTK_BOX (now), widget);
  gtk_box_append (place, widget);
  g_object_unref (widget);
}

void
qora_voice_bar_set_narrow (QoraVoiceBar *self, gboolean narrow)
{
  g_return_if_fail (QORA_IS_VOICE_BAR (self));
  move_to (self->style, narrow ? self->style_narrow_place : self->style_place);
  move_to (GTK_WIDGET (self->language),
           narrow ? self->language_narrow_place : self->language_place);
}

static void
update_seed_button (QoraVoiceBar *self)
{
  gboolean fixed = g_settings_get_enum (self->settings, "seed-mode") == QORA_SEED_FIXED;
  guint seed = g_settings_get_uint (self->settings, "seed");
  g_autofree char *label = NULL;

  /* translators: %u is the number from which a reading is drawn */
  label = fixed ? g_strdup_printf (_ ("Seed %u"), seed) : g_strdup (_ ("Any Seed"));
  gtk_menu_button_set_label (self->seed_button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->seed_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
  gtk_widget_set_sensitive (GTK_WIDGET (self->seed), fixed);
}

static void
on_dice_clicked (QoraVoiceBar *self)
{
  g_settings_set_uint (self->settings, "seed", draw_seed ());
  g_settings_set_enum (self->settings, "seed-mode", QORA_SEED_FIXED);
}

static void
on_language_selected (QoraVoiceBar *self)
{
  const char *id = qora_voice_bar_get_language (self);

  update_hint (self);
  if (!self->updating)
    g_settings_set_string (self->settings, "language", id != NULL ? id : "");
}

static void
on_voice_chosen (QoraVoiceBar *self)
{
  const char *id = qora_voice_bar_get_voice (self);

  update_hint (self);
  if (!self->updating && id != NULL)
    g_settings_set_string (self->settings, "voice", id);
}

static gboolean
seed_mode_to_switch (GValue *value, GVariant *variant, gpointer unused)
{
  g_value_set_boolean (value, g_str_equal (g_variant_get_string (variant, NULL), "fixed"));
  return TRUE;
}

static GVariant *
switch_to_seed_mode (const GValue *value, const GVariantType *type, gpointer unused)
{
  return g_variant_new_string (g_value_get_boolean (value) ? "fixed" : "random");
}

static gboolean
uint_to_double (GValue *value, GVariant *variant, gpointer unused)
{
  g_value_set_double (value, g_variant_get_uint32 (variant));
  return TRUE;
}

static GVariant *
double_to_uint (const GValue *value, const GVariantType *type, gpointer unused)
{
  return g_variant_new_uint32 ((guint32) g_value_get_double (value));
}

static void
qora_voice_bar_dispose (GObject *object)
{
  QoraVoiceBar *self = QORA_VOICE_BAR (object);

  g_clear_object (&self->settings);
  G_OBJECT_CLASS (qora_voice_bar_parent_class)->dispose (object);
}

static void
qora_voice_bar_finalize (GObject *object)
{
  g_strfreev (QORA_VOICE_BAR (object)->languages);
  G_OBJECT_CLASS (qora_voice_bar_parent_class)->finalize (object);
}

static void
qora_voice_bar_class_init (QoraVoiceBarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = qora_voice_bar_dispose;
  object_class->finalize = qora_voice_bar_finalize;
  g_type_ensure (QORA_TYPE_VOICE_PICKER);
  gtk_widget_class_set_template_from_resource (widget_class, QORA_RESOURCES "qora-voice-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, voice_picker);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, language);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, style_place);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, style_narrow_place);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, language_place);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, language_narrow_place);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, style);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, seed_button);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, seed_fixed);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, seed);
  gtk_widget_class_bind_template_child (widget_class, QoraVoiceBar, dice);
}

static void
qora_voice_bar_init (QoraVoiceBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->settings = g_settings_new (QORA_APP_ID);
  g_settings_bind (self->settings, "style", self->style, "text", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (self->settings, "seed", self->seed, "value",
                                G_SETTINGS_BIND_DEFAULT, uint_to_double, double_to_uint, NULL,
                                NULL);
  g_settings_bind_with_mapping (self->settings, "seed-mode", self->seed_fixed, "active",
                                G_SETTINGS_BIND_DEFAULT, seed_mode_to_switch, switch_to_seed_mode,
                                NULL, NULL);
  g_signal_connect_object (self->settings, "changed::seed", G_CALLBACK (update_seed_button), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::seed-mode", G_CALLBACK (update_seed_button),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->dice, "clicked", G_CALLBACK (on_dice_clicked), self);
  g_signal_connect_swapped (self->language, "notify::selected", G_CALLBACK (on_language_selected),
                            self);
  g_signal_connect_swapped (self->voice_picker, "notify::voice", G_CALLBACK (on_voice_chosen),
                            self);
  self->updating = TRUE;
  fill_languages (self, NULL);
  self->updating = FALSE;
  update_seed_button (self);
}
