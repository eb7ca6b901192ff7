/* qora-script-view.c: the text editor, with the state of each part in its margin
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-script-view.h"

#include <glib/gi18n.h>

#include "qora-part-mark.h"
#include "qora-script-paste.h"
#include "qora-silence-tags.h"

#define SPLIT_DELAY 120 /* ms after the last key */
#define MARGIN      48  /* at least so much beside the text, for the marks */
#define TEXT_WIDTH  680 /* wider lines are hard to read */

struct _QoraScriptView
{
  GtkTextView parent_instance;

  QoraScript *script;
  GtkTextTag *heard_tag;
  int heard;
  gboolean touched; /* the cursor moved, or something was typed, since the sound began to play */
  guint part_length;
  guint split_source;
  int placed_width;
  guint margin_source;
};

enum
{
  SIGNAL_TEXT_CHANGED,
  SIGNAL_MARK_CLICKED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraScriptView, qora_script_view, GTK_TYPE_TEXT_VIEW)

QoraScript *
qora_script_view_get_script (QoraScriptView *self)
{
  g_return_val_if_fail (QORA_IS_SCRIPT_VIEW (self), NULL);
  return self->script;
}

char *
qora_script_view_get_text (QoraScriptView *self)
{
  GtkTextBuffer *buffer;
  GtkTextIter start;
  GtkTextIter end;

  g_return_val_if_fail (QORA_IS_SCRIPT_VIEW (self), NULL);
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

static void
get_part_iters (QoraScriptView *self, guint index, GtkTextIter *start, GtkTextIter *end)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  guint from;
  guint to;

  qora_part_get_range (qora_script_get_part (self->script, index), &from, &to);
  gtk_text_buffer_get_iter_at_offset (buffer, start, (int) from);
  gtk_text_buffer_get_iter_at_offset (buffer, end, (int) to);
}

static void
update_tint (QoraScriptView *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_remove_tag (buffer, self->heard_tag, &start, &end);
  if (self->heard >= 0 && (guint) self->heard < qora_script_get_n_parts (self->script))
    {
      get_part_iters (self, (guint) self->heard, &start, &end);
      gtk_text_buffer_apply_tag (buffer, self->heard_tag, &start, &end);
    }
}

void
qora_script_view_flush (QoraScriptView *self)
{
  g_autofree char *text = NULL;

  g_return_if_fail (QORA_IS_SCRIPT_VIEW (self));
  if (self->split_source == 0)
    return;
  g_clear_handle_id (&self->split_source, g_source_remove);
  text = qora_script_view_get_text (self);
  qora_script_set_text (self->script, text, self->part_length);
  qora_silence_tags_update (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), text);
  update_tint (self);
  g_signal_emit (self, signals[SIGNAL_TEXT_CHANGED], 0);
}

static gboolean
on_split_timeout (gpointer user_data)
{
  qora_script_view_flush (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_cursor_moved (QoraScriptView *self)
{
  self->touched = TRUE;
}

static void
on_buffer_changed (QoraScriptView *self)
{
  if (self->split_source == 0)
    self->split_source = g_timeout_add (SPLIT_DELAY, on_split_timeout, self);
}

void
qora_script_view_set_text (QoraScriptView *self, const char *text)
{
  g_return_if_fail (QORA_IS_SCRIPT_VIEW (self));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), text, -1);
  on_buffer_changed (self);
  qora_script_view_flush (self);
}

void
qora_script_view_set_part_length (QoraScriptView *self, guint length)
{
  g_return_if_fail (QORA_IS_SCRIPT_VIEW (self));
  if (self->part_length == length)
    return;
  self->part_length = length;
  on_buffer_changed (self);
}

static void
get_cursor (QoraScriptView *self, GtkTextIter *cursor)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));

  gtk_text_buffer_get_iter_at_mark (buffer, cursor, gtk_text_buffer_get_insert (buffer));
}

int
qora_script_view_get_cursor_part (QoraScriptView *self)
{
  GtkTextIter cursor;

  g_return_val_if_fail (QORA_IS_SCRIPT_VIEW (self), -1);
  get_cursor (self, &cursor);
  return qora_script_find_offset (self->script, (guint) gtk_text_iter_get_offset (&cursor));
}

char *
qora_script_view_get_hint (QoraScriptView *self)
{
  GtkTextIter cursor;

  g_return_val_if_fail (QORA_IS_SCRIPT_VIEW (self), NULL);
  get_cursor (self, &cursor);
  return qora_silence_tags_is_bad (&cursor) ? qora_silence_tags_get_hint () : NULL;
}

static gboolean
is_visible (QoraScriptView *self, guint index)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GdkRectangle visible;
  GdkRectangle first;
  GdkRectangle last;
  GtkTextIter start;
  GtkTextIter end;

  get_part_iters (self, index, &start, &end);
  gtk_text_view_get_visible_rect (view, &visible);
  gtk_text_view_get_iter_location (view, &start, &first);
  gtk_text_view_get_iter_location (view, &end, &last);
  return last.y + last.height > visible.y && first.y < visible.y + visible.height;
}

/* Brings the part that is heard into view, unless the user is at work in the text or has turned to
 * another place of it, where the part before (-1: none) is not to be seen. */
static void
follow_heard (QoraScriptView *self, int before)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkTextIter start;
  GtkTextIter end;

  if (self->heard < 0 || (guint) self->heard >= qora_script_get_n_parts (self->script))
    return;
  if (before < 0)
    self->touched = FALSE;
  else if ((guint) before < qora_script_get_n_parts (self->script)
           && !is_visible (self, (guint) before))
    return;
  if (self->touched && gtk_widget_has_focus (GTK_WIDGET (self)))
    return;
  get_part_iters (self, (guint) self->heard, &start, &end);
  gtk_text_view_scroll_to_iter (view, &end, 0.05, FALSE, 0, 0);
  gtk_text_view_scroll_to_iter (view, &start, 0.05, FALSE, 0, 0);
}

void
qora_script_view_set_heard (QoraScriptView *self, int index)
{
  int before = self->heard;

  g_return_if_fail (QORA_IS_SCRIPT_VIEW (self));
  if (self->heard == index)
    return;
  self->heard = index;
  update_tint (self);
  follow_heard (self, before);
}

static void
update_colors (QoraScriptView *self)
{
  GdkRGBA tint;

  /* The text's own colour, thinned: it shows in every scheme, and the text stays readable. */
  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &tint);
  tint.alpha *= 0.14f;
  g_object_set (self->heard_tag, "background-rgba", &tint, NULL);
}

/* ---- marks ---- */

/* Upper left corner of a part's mark, in buffer coordinates. */
static void
get_mark_position (QoraScriptView *self, guint index, int *x, int *y)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  GdkRectangle place;
  GtkTextIter start;
  GtkTextIter end;

  get_part_iters (self, index, &start, &end);
  gtk_text_view_get_iter_location (view, &start, &place);
  *y = place.y + (place.height - QORA_PART_MARK_SIZE) / 2;
  *x = rtl ? gtk_widget_get_width (GTK_WIDGET (self)) - gtk_text_view_get_right_margin (view) + 14
           : gtk_text_view_get_left_margin (view) - 14 - QORA_PART_MARK_SIZE;
}

/* Parts that begin in the same line have one mark: that of the one there is most to be said about.
 * Sets *index to the first part after them. */
static QoraPart *
get_shown_part (QoraScriptView *self, guint *index, int line_y)
{
  static const guint weights[]
      = { [QORA_PART_DONE] = 0,    [QORA_PART_WAITING] = 1, [QORA_PART_CHANGED] = 2,
          [QORA_PART_STOPPED] = 3, [QORA_PART_RUNAWAY] = 4, [QORA_PART_QUEUED] = 5,
          [QORA_PART_MAKING] = 6 };
  QoraPart *shown = qora_script_get_part (self->script, *index);
  int x;
  int y;

  while (++*index < qora_script_get_n_parts (self->script))
    {
      QoraPart *part = qora_script_get_part (self->script, *index);

      get_mark_position (self, *index, &x, &y);
      if (y != line_y)
        break;
      if (weights[qora_part_get_state (part)] > weights[qora_part_get_state (shown)])
        shown = part;
    }
  return shown;
}

static void
qora_script_view_snapshot_layer (GtkTextView *view, GtkTextViewLayer layer, GtkSnapshot *snapshot)
{
  QoraScriptView *self = QORA_SCRIPT_VIEW (view);
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRectangle visible;
  GdkRGBA color;
  GdkRGBA accent;

  if (layer == GTK_TEXT_VIEW_LAYER_ABOVE_TEXT
      && gtk_style_context_lookup_color (style, "window_bg_color", &color))
    qora_silence_tags_snapshot (view, snapshot, &color);
  if (layer != GTK_TEXT_VIEW_LAYER_BELOW_TEXT)
    return;
  gtk_style_context_get_color (style, &color);
  if (!gtk_style_context_lookup_color (style, "accent_color", &accent))
    accent = color;
  gtk_text_view_get_visible_rect (view, &visible);

  for (guint i = 0; i < qora_script_get_n_parts (self->script);)
    {
      QoraPart *part;
      int x;
      int y;

      get_mark_position (self, i, &x, &y);
      if (y > visible.y + visible.height)
        break;
      part = get_shown_part (self, &i, y);
      if (y + QORA_PART_MARK_SIZE >= visible.y)
        qora_part_mark_snapshot (snapshot, qora_part_get_state (part),
                                 qora_part_get_fraction (part), (float) x, (float) y, &color,
                                 &accent);
    }
}

/* Index of the part whose mark is at a point of the widget, or -1. */
static int
find_mark (QoraScriptView *self, double at_x, double at_y, GdkRectangle *area)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);

  for (guint i = 0; i < qora_script_get_n_parts (self->script); i++)
    {
      int x;
      int y;

      get_mark_position (self, i, &x, &y);
      gtk_text_view_buffer_to_window_coords (view, GTK_TEXT_WINDOW_WIDGET, x, y, &x, &y);
      if (y > gtk_widget_get_height (GTK_WIDGET (self)))
        break;
      *area = (GdkRectangle){ x - 9, y - 9, QORA_PART_MARK_SIZE + 18, QORA_PART_MARK_SIZE + 18 };
      if (gdk_rectangle_contains_point (area, (int) at_x, (int) at_y))
        return (int) i;
    }
  return -1;
}

static void
on_pressed (GtkGestureClick *gesture, int n_press, double x, double y, QoraScriptView *self)
{
  GdkRectangle area;
  int index = find_mark (self, x, y, &area);

  if (index < 0)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  g_signal_emit (self, signals[SIGNAL_MARK_CLICKED], 0, (guint) index, &area);
}

/* The menu is about the place that was clicked, as its "from here" says. */
static void
on_secondary_pressed (GtkGestureClick *gesture, int n_press, double x, double y,
                      QoraScriptView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter iter;
  int buffer_x;
  int buffer_y;

  if (gtk_text_buffer_get_has_selection (buffer))
    return;
  gtk_text_view_window_to_buffer_coords (view, GTK_TEXT_WINDOW_WIDGET, (int) x, (int) y, &buffer_x,
                                         &buffer_y);
  gtk_text_view_get_iter_at_location (view, &iter, buffer_x, buffer_y);
  gtk_text_buffer_place_cursor (buffer, &iter);
}

static void
add_context_menu (QoraScriptView *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_menu_append (menu, _ ("_Play from Here"), "win.play-from-cursor");
  g_menu_append (menu, _ ("_Redo This Part"), "win.redo-part");
  g_menu_append (menu, _ ("Insert S_ilence"), "script.insert-silence");
  gtk_text_view_set_extra_menu (GTK_TEXT_VIEW (self), G_MENU_MODEL (menu));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (on_secondary_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

static gboolean
query_silence_tooltip (QoraScriptView *self, int x, int y, GtkTooltip *tooltip)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  g_autofree char *hint = NULL;
  GtkTextIter iter;

  gtk_text_view_window_to_buffer_coords (view, GTK_TEXT_WINDOW_WIDGET, x, y, &x, &y);
  if (!gtk_text_view_get_iter_at_location (view, &iter, x, y) || !qora_silence_tags_is_bad (&iter))
    return FALSE;
  hint = qora_silence_tags_get_hint ();
  gtk_tooltip_set_text (tooltip, hint);
  return TRUE;
}

static gboolean
qora_script_view_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                                GtkTooltip *tooltip)
{
  QoraScriptView *self = QORA_SCRIPT_VIEW (widget);
  GdkRectangle area;
  guint index;
  int found = keyboard ? -1 : find_mark (self, x, y, &area);

  if (found < 0)
    return !keyboard && query_silence_tooltip (self, x, y, tooltip);
  index = (guint) found;
  get_mark_position (self, index, &x, &y);
  gtk_tooltip_set_text (
      tooltip, qora_part_state_get_label (qora_part_get_state (get_shown_part (self, &index, y))));
  gtk_tooltip_set_tip_area (tooltip, &area);
  return TRUE;
}

/* ---- widget ---- */

static gboolean
apply_margins (gpointer user_data)
{
  QoraScriptView *self = user_data;
  GtkTextView *view = GTK_TEXT_VIEW (self);
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int margin = MAX (MARGIN, (width - TEXT_WIDTH) / 2);
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  /* Where room is scarce, only the marks' side keeps its margin. */
  int other = margin == MARGIN ? MARGIN / 3 : margin;

  self->margin_source = 0;
  gtk_text_view_set_left_margin (view, rtl ? other : margin);
  gtk_text_view_set_right_margin (view, rtl ? margin : other);
  return G_SOURCE_REMOVE;
}

static void
qora_script_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  QoraScriptView *self = QORA_SCRIPT_VIEW (widget);

  GTK_WIDGET_CLASS (qora_script_view_parent_class)->size_allocate (widget, width, height, baseline);
  /* A widget must not change its needs while it is being placed. Before the next frame will do. */
  if (width != self->placed_width && self->margin_source == 0)
    self->margin_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, apply_margins, self, NULL);
  self->placed_width = width;
}

static void
qora_script_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (qora_script_view_parent_class)->css_changed (widget, change);
  update_colors (QORA_SCRIPT_VIEW (widget));
}

static void
qora_script_view_dispose (GObject *object)
{
  QoraScriptView *self = QORA_SCRIPT_VIEW (object);

  g_clear_handle_id (&self->split_source, g_source_remove);
  g_clear_handle_id (&self->margin_source, g_source_remove);
  if (self->script != NULL)
    g_signal_handlers_disconnect_by_data (self->script, self);
  G_OBJECT_CLASS (qora_script_view_parent_class)->dispose (object);
}

static void
qora_script_view_finalize (GObject *object)
{
  g_clear_object (&QORA_SCRIPT_VIEW (object)->script);
  G_OBJECT_CLASS (qora_script_view_parent_class)->finalize (object);
}

static void
insert_silence_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  qora_silence_tags_insert (gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget)));
}

static void
paste_plain_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  qora_script_paste_plain (GTK_TEXT_VIEW (widget));
}

static void
qora_script_view_class_init (QoraScriptViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = qora_script_view_dispose;
  object_class->finalize = qora_script_view_finalize;
  widget_class->size_allocate = qora_script_view_size_allocate;
  widget_class->css_changed = qora_script_view_css_changed;
  widget_class->query_tooltip = qora_script_view_query_tooltip;
  GTK_TEXT_VIEW_CLASS (klass)->snapshot_layer = qora_script_view_snapshot_layer;
  gtk_widget_class_install_action (widget_class, "script.insert-silence", NULL,
                                   insert_silence_action);
  gtk_widget_class_install_action (widget_class, "script.paste-plain", NULL, paste_plain_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_v, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "script.paste-plain", NULL);

  signals[SIGNAL_TEXT_CHANGED]
      = g_signal_new ("text-changed", QORA_TYPE_SCRIPT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 0);
  signals[SIGNAL_MARK_CLICKED]
      = g_signal_new ("mark-clicked", QORA_TYPE_SCRIPT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_POINTER);
}

static void
qora_script_view_init (QoraScriptView *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkGesture *click = gtk_gesture_click_new ();

  self->script = qora_script_new ();
  self->heard = -1;
  self->part_length = 300;
  qora_script_paste_add (view);
  qora_silence_tags_add (buffer);
  self->heard_tag = gtk_text_buffer_create_tag (buffer, NULL, NULL);
  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_top_margin (view, 24);
  gtk_text_view_set_bottom_margin (view, 24);
  gtk_text_view_set_pixels_below_lines (view, 10);
  gtk_text_view_set_pixels_inside_wrap (view, 4);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "script");
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  g_signal_connect_object (buffer, "changed", G_CALLBACK (on_buffer_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (buffer, "notify::cursor-position", G_CALLBACK (on_cursor_moved), self,
                           G_CONNECT_SWAPPED);
  add_context_menu (self);
  g_signal_connect_swapped (self->script, "changed", G_CALLBACK (gtk_widget_queue_draw), self);
}
