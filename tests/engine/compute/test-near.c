/* test-near.c: sharing a loop with a preference
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>

#include "compute/near.h"

typedef struct
{
  gint *visits;
  gint bad_ranges;
  int size;
} Visits;

static void
visit (void *data, int worker, int begin, int end)
{
  Visits *visits = data;

  if (worker < 0 || worker >= visits->size || end != begin + 1)
    g_atomic_int_inc (&visits->bad_ranges);
  g_atomic_int_inc (&visits->visits[begin]);
}

static void
test_every_item_once (void)
{
  for (int size = 0; size <= 5; size++)
    {
      qtts_team *team = size > 0 ? qtts_team_new (size) : NULL;

      for (int n = 0; n <= 40; n++)
        {
          g_autofree gint *counts = g_new0 (gint, n + 1);
          Visits visits = { .visits = counts, .size = MAX (size, 1) };

          qtts_team_for_near (team, n, visit, &visits);
          g_assert_cmpint (visits.bad_ranges, ==, 0);
          for (int i = 0; i < n; i++)
            g_assert_cmpint (counts[i], ==, 1);
          g_assert_cmpint (counts[n], ==, 0);
        }
      if (team != NULL)
        qtts_team_free (team);
    }
}

/* A worker that is alone does everything, in order. */
static void
append (void *data, int worker, int begin, int end)
{
  g_array_append_val (data, begin);
}

static void
test_alone_in_order (void)
{
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (int));

  qtts_team_for_near (NULL, 17, append, order);
  g_assert_cmpuint (order->len, ==, 17);
  for (guint i = 0; i < order->len; i++)
    g_assert_cmpint (g_array_index (order, int, i), ==, (int) i);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/near/every-item-once", test_every_item_once);
  g_test_add_func ("/near/alone-in-order", test_alone_in_order);
  return g_test_run ();
}
