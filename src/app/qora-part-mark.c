/* qora-part-mark.c: draws the state of a part as a small sign
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-part-mark.h"

#define MIDDLE (QORA_PART_MARK_SIZE / 2.0)
#define RADIUS 5.0

static void
set_color (cairo_t *cr, const GdkRGBA *color, double alpha)
{
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, color->alpha * alpha);
}

static void
stroke_circle (cairo_t *cr, double from, double to)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, MIDDLE, MIDDLE, RADIUS, from, to);
  cairo_stroke (cr);
}

static void
draw_check (cairo_t *cr)
{
  cairo_move_to (cr, 3.5, 8.5);
  cairo_line_to (cr, 6.8, 11.8);
  cairo_line_to (cr, 12.5, 4.8);
  cairo_stroke (cr);
}

static void
draw_warning (cairo_t *cr)
{
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_move_to (cr, 8, 2.5);
  cairo_line_to (cr, 14, 13);
  cairo_line_to (cr, 2, 13);
  cairo_close_path (cr);
  cairo_stroke (cr);
  cairo_move_to (cr, 8, 6.5);
  cairo_line_to (cr, 8, 9.3);
  cairo_stroke (cr);
  cairo_arc (cr, 8, 11.2, 0.7, 0, 2 * G_PI);
  cairo_fill (cr);
}

/* A circle that is filled to the part that has been made. */
static void
draw_pie (cairo_t *cr, double fraction)
{
  cairo_move_to (cr, MIDDLE, MIDDLE);
  cairo_arc (cr, MIDDLE, MIDDLE, RADIUS, -G_PI_2, -G_PI_2 + 2 * G_PI * fraction);
  cairo_close_path (cr);
  cairo_fill (cr);
}

void
qora_part_mark_snapshot (GtkSnapshot *snapshot, QoraPartState state, double fraction, float x,
                         float y, const GdkRGBA *color, const GdkRGBA *accent)
{
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (x, y, QORA_PART_MARK_SIZE, QORA_PART_MARK_SIZE));

  cairo_translate (cr, x, y);
  cairo_set_line_width (cr, 1.6);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  switch (state)
    {
    case QORA_PART_WAITING:
      set_color (cr, color, 0.35);
      stroke_circle (cr, 0, 2 * G_PI);
      break;
    case QORA_PART_CHANGED:
      set_color (cr, color, 0.7);
      stroke_circle (cr, 0, 2 * G_PI);
      cairo_arc (cr, MIDDLE, MIDDLE, 2, 0, 2 * G_PI);
      cairo_fill (cr);
      break;
    case QORA_PART_QUEUED:
      set_color (cr, accent, 0.8);
      cairo_set_dash (cr, (const double[]){ 0.1, 3.8 }, 2, 0);
      stroke_circle (cr, 0, 2 * G_PI);
      break;
    case QORA_PART_MAKING:
      set_color (cr, accent, 1);
      stroke_circle (cr, 0, 2 * G_PI);
      draw_pie (cr, fraction);
      break;
    case QORA_PART_DONE:
      set_color (cr, color, 0.6);
      draw_check (cr);
      break;
    case QORA_PART_STOPPED:
      set_color (cr, color, 0.7);
      stroke_circle (cr, 0, 2 * G_PI);
      draw_pie (cr, 0.5);
      break;
    case QORA_PART_RUNAWAY:
      set_color (cr, color, 0.9);
      draw_warning (cr);
      break;
    default:
      g_assert_not_reached ();
    }
  cairo_destroy (cr);
}
