/* random.h: random numbers for the tests, from the seed that GLib prints
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

/* One value, or float values[n] to be freed with g_free(), within -most .. most. */
float random_value (float most);
float *random_values (gsize n, float most);
