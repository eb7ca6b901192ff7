/* qora-time.h: durations and days as people write them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "0:09", "1:12", "1:02:03". (transfer full) */
char *qora_time_format (double seconds);

/* For what is left to wait, rounded so that it does not flicker: "10 s", "3 min", "2 h 10 min".
 * (transfer full)
 */
char *qora_time_format_left (double seconds);

/* "today", "yesterday", or a date in the locale's short form. `when` is in seconds since 1970.
 * (transfer full) */
char *qora_time_format_day (gint64 when);

G_END_DECLS
