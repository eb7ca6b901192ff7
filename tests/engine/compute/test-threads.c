/* test-threads.c: the worker team runs every item exactly once
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "compute/threads.h"

#include <glib.h>
#include <stdatomic.h>

enum
{
  MOST_ITEMS = 1000,
};

typedef struct
{
  atomic_int count[MOST_ITEMS];
  int size;
} Tally;

static void
count_items (void *data, int worker, int begin, int end)
{
  Tally *tally = data;

  g_assert_cmpint (worker, >=, 0);
  g_assert_cmpint (worker, <, tally->size);
  for (int i = begin; i < end; i++)
    atomic_fetch_add (&tally->count[i], 1);
}

static void
test_each_item_once (void)
{
  static const int sizes[] = { 1, 2, 3, 8, 64 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      qtts_team *team = qtts_team_new (sizes[s]);
      Tally tally = { .size = qtts_team_size (team) };

      for (int n = 0; n <= MOST_ITEMS; n += 111)
        qtts_team_for (team, n, 7, count_items, &tally);
      for (int i = 0; i < MOST_ITEMS; i++)
        g_assert_cmpint (tally.count[i], ==, 9 - i / 111);
      qtts_team_free (team);
    }
}

static void
test_no_team_is_the_caller (void)
{
  Tally tally = { .size = 1 };

  g_assert_cmpint (qtts_team_size (NULL), ==, 1);
  qtts_team_for (NULL, 10, 1, count_items, &tally);
  for (int i = 0; i < 10; i++)
    g_assert_cmpint (tally.count[i], ==, 1);
}

/* Long pauses let the helpers fall asleep: a lost wake-up would leave them out or hang. */
static void
test_wakes_after_sleep (void)
{
  qtts_team *team = qtts_team_new (2);

  for (int round = 0; round < 20; round++)
    {
      Tally tally = { .size = 2 };

      g_usleep (5000);
      for (int loop = 0; loop < 100; loop++)
        qtts_team_for (team, 50, 1, count_items, &tally);
      for (int i = 0; i < 50; i++)
        g_assert_cmpint (tally.count[i], ==, 100);
    }
  qtts_team_free (team);
}

typedef struct
{
  qtts_team *team;
  Tally tally;
} Caller;

static gpointer
call_often (gpointer data)
{
  Caller *caller = data;

  for (int i = 0; i < 300; i++)
    qtts_team_for (caller->team, 40, 3, count_items, &caller->tally);
  return NULL;
}

static void
test_callers_take_turns (void)
{
  qtts_team *team = qtts_team_new (3);
  Caller callers[4];
  GThread *threads[4];

  for (int i = 0; i < 4; i++)
    {
      callers[i] = (Caller){ .team = team, .tally.size = 3 };
      threads[i] = g_thread_new ("caller", call_often, &callers[i]);
    }
  for (int i = 0; i < 4; i++)
    {
      g_thread_join (threads[i]);
      for (int item = 0; item < 40; item++)
        g_assert_cmpint (callers[i].tally.count[item], ==, 300);
    }
  qtts_team_free (team);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/threads/each-item-once", test_each_item_once);
  g_test_add_func ("/threads/no-team-is-the-caller", test_no_team_is_the_caller);
  g_test_add_func ("/threads/wakes-after-sleep", test_wakes_after_sleep);
  g_test_add_func ("/threads/callers-take-turns", test_callers_take_turns);
  return g_test_run ();
}
