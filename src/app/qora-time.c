/* qora-time.c: durations and days as people write them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-time.h"

#include <glib/gi18n.h>
#include <math.h>

char *
qora_time_format (double seconds)
{
  guint whole = (guint) MAX (0, lround (seconds));

  if (whole >= 3600)
    return g_strdup_printf ("%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
  return g_strdup_printf ("%u:%02u", whole / 60, whole % 60);
}

char *
qora_time_format_left (double seconds)
{
  guint minutes;

  if (seconds < 60)
    {
      guint step = seconds < 10 ? 1 : 5;
      guint whole = (guint) ceil (MAX (seconds, 1) / step) * step;

      /* translators: %u is a number of seconds */
      return g_strdup_printf (_ ("%u s"), whole);
    }
  minutes = (guint) lround (seconds / 60);
  if (minutes < 90)
    /* translators: %u is a number of minutes */
    return g_strdup_printf (_ ("%u min"), minutes);
  if (minutes < 600)
    /* translators: hours and minutes */
    return g_strdup_printf (_ ("%u h %u min"), minutes / 60, minutes % 60 / 10 * 10);
  /* translators: %u is a number of hours */
  return g_strdup_printf (_ ("%u h"), (minutes + 30) / 60);
}

char *
qora_time_format_day (gint64 when)
{
  g_autoptr (GDateTime) then = g_date_time_new_from_unix_local (when);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) yesterday = g_date_time_add_days (now, -1);

  if (then == NULL)
    return g_strdup ("");
  if (g_date_time_get_year (then) == g_date_time_get_year (now)
      && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (now))
    return g_strdup (_ ("today"));
  if (g_date_time_get_year (then) == g_date_time_get_year (yesterday)
      && g_date_time_get_day_of_year (then) == g_date_time_get_day_of_year (yesterday))
    return g_strdup (_ ("yesterday"));
  return g_date_time_format (then, "%x");
}
