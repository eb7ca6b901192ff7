/* random.c: random numbers for the tests, from the seed that GLib prints
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "random.h"

float
random_value (float most)
{
  return (float) g_test_rand_double_range (-most, most);
}

float *
random_values (gsize n, float most)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = random_value (most);
  return values;
}
