/* near.c: sharing a loop so that each worker comes back to what it worked on before
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "near.h"

#include <stdatomic.h>
#include <stddef.h>

enum
{
  MAX_PARTS = 64,
};

typedef struct
{
  int n;
  int parts;
  qtts_team_func func;
  void *data;
  struct
  {
    _Alignas(64) atomic_int taken;
  } part[MAX_PARTS];
} near_loop;

/* The first item of a part. */
static int
part_begin (const near_loop *loop, int part)
{
  return (int) ((long long) loop->n * part / loop->parts);
}

static void
work_through_parts (void *data, int worker, int begin, int end)
{
  near_loop *loop = data;

  for (int i = 0; i < loop->parts; i++)
    {
      const int part = (worker + i) % loop->parts;
      const int first = part_begin (loop, part), n = part_begin (loop, part + 1) - first;
      int item;

      while ((item = atomic_fetch_add_explicit (&loop->part[part].taken, 1, memory_order_relaxed))
             < n)
        loop->func (loop->data, worker, first + item, first + item + 1);
    }
}

void
qtts_team_for_near (qtts_team *team, int n, qtts_team_func func, void *data)
{
  const int size = team != NULL ? qtts_team_size (team) : 1;
  near_loop loop = { .n = n, .func = func, .data = data };

  loop.parts = size < MAX_PARTS ? size : MAX_PARTS;
  for (int i = 0; i < loop.parts; i++)
    atomic_init (&loop.part[i].taken, 0);
  qtts_team_for (team, size, 1, work_through_parts, &loop);
}
