/* qora-waveform.c: the sound of a take as a timeline that seeks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-waveform.h"

#include <glib/gi18n.h>
#include <math.h>

#define BAR    3 /* pixels */
#define GAP    2
#define HEIGHT 40

struct _QoraWaveform
{
  GtkScale parent_instance;

  QoraSound *sound;
  double expected;
  gboolean following; /* the value is set by the player, not by who looks at it */
};

enum
{
  SIGNAL_SEEK,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraWaveform, qora_waveform, GTK_TYPE_SCALE)

static void
update_range (QoraWaveform *self)
{
  double made = self->sound != NULL ? qora_sound_get_duration (self->sound) : 0;
  double whole = MAX (MAX (made, self->expected), 0.01);

  self->following = TRUE;
  gtk_range_set_range (GTK_RANGE (self), 0, whole);
  self->following = FALSE;
  gtk_range_set_fill_level (GTK_RANGE (self), made);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
qora_waveform_set_sound (QoraWaveform *self, QoraSound *sound)
{
  g_return_if_fail (QORA_IS_WAVEFORM (self));

  if (self->sound == sound)
    return;
  if (self->sound != NULL)
    g_signal_handlers_disconnect_by_data (self->sound, self);
  g_set_object (&self->sound, sound);
  if (sound != NULL)
    g_signal_connect_swapped (sound, "changed", G_CALLBACK (update_range), self);
  self->expected = 0;
  update_range (self);
  qora_waveform_set_position (self, 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self), sound != NULL);
}

void
qora_waveform_set_expected (QoraWaveform *self, double seconds)
{
  g_return_if_fail (QORA_IS_WAVEFORM (self));
  self->expected = seconds;
  update_range (self);
}

void
qora_waveform_set_position (QoraWaveform *self, double seconds)
{
  g_return_if_fail (QORA_IS_WAVEFORM (self));
  self->following = TRUE;
  gtk_range_set_value (GTK_RANGE (self), seconds);
  self->following = FALSE;
}

static void
append_bar (GtkSnapshot *snapshot, const GdkRGBA *color, float x, float y, float height)
{
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (x, y, BAR, height), BAR / 2.0f);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, color, &outline.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
qora_waveform_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QoraWaveform *self = QORA_WAVEFORM (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GtkAdjustment *adjustment = gtk_range_get_adjustment (GTK_RANGE (self));
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  int n_bars = MAX (1, (width + GAP) / (BAR + GAP));
  double upper = MAX (gtk_adjustment_get_upper (adjustment), 1e-3);
  double played = gtk_adjustment_get_value (adjustment) / upper;
  double made = self->sound != NULL ? gtk_range_get_fill_level (GTK_RANGE (self)) / upper : 0;
  GdkRGBA color;
  GdkRGBA accent;

  gtk_style_context_get_color (style, &color);
  if (!gtk_style_context_lookup_color (style, "accent_color", &accent))
    accent = color;

  for (int i = 0; i < n_bars; i++)
    {
      double from = i / (double) n_bars;
      double to = (i + 1) / (double) n_bars;
      float peak = from < made ? qora_sound_get_peak (self->sound, from * upper, to * upper) : 0;
      /* The square root lets quiet speech be seen. */
      float bar_height = CLAMP (sqrtf (peak) * (float) height, BAR, (float) height);
      GdkRGBA bar = from < played ? accent : color;

      bar.alpha *= from < played ? 1.0f : from < made ? 0.5f : 0.18f;
      append_bar (snapshot, &bar, (float) (i * (BAR + GAP)), ((float) height - bar_height) / 2,
                  bar_height);
    }
}

static void
qora_waveform_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                       int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 60;
  *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 240;
  *minimum_baseline = -1;
  *natural_baseline = -1;
}

/* By pointer, key or assistive technology, of which only the last does without change-value. */
static void
qora_waveform_value_changed (GtkRange *range)
{
  QoraWaveform *self = QORA_WAVEFORM (range);
  double value = gtk_range_get_value (range);
  double made = gtk_range_get_fill_level (range);

  /* The toolkit redraws its own slider only, which is not the one that is seen. */
  gtk_widget_queue_draw (GTK_WIDGET (range));
  if (self->following)
    return;
  if (value > made)
    qora_waveform_set_position (self, made);
  g_signal_emit (self, signals[SIGNAL_SEEK], 0, MIN (value, made));
}

static void
qora_waveform_constructed (GObject *object)
{
  QoraWaveform *self = QORA_WAVEFORM (object);

  G_OBJECT_CLASS (qora_waveform_parent_class)->constructed (object);
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR);
  gtk_scale_set_draw_value (GTK_SCALE (self), FALSE);
  gtk_range_set_increments (GTK_RANGE (self), 1, 5);
  gtk_range_set_restrict_to_fill_level (GTK_RANGE (self), TRUE);
  gtk_range_set_show_fill_level (GTK_RANGE (self), TRUE);
  update_range (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
}

static void
qora_waveform_dispose (GObject *object)
{
  QoraWaveform *self = QORA_WAVEFORM (object);

  if (self->sound != NULL)
    g_signal_handlers_disconnect_by_data (self->sound, self);
  g_clear_object (&self->sound);
  G_OBJECT_CLASS (qora_waveform_parent_class)->dispose (object);
}

static void
qora_waveform_class_init (QoraWaveformClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = qora_waveform_constructed;
  object_class->dispose = qora_waveform_dispose;
  widget_class->snapshot = qora_waveform_snapshot;
  widget_class->measure = qora_waveform_measure;
  GTK_RANGE_CLASS (klass)->value_changed = qora_waveform_value_changed;
  gtk_widget_class_set_css_name (widget_class, "waveform");

  signals[SIGNAL_SEEK] = g_signal_new ("seek", QORA_TYPE_WAVEFORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
}

static void
qora_waveform_init (QoraWaveform *self)
{
}
