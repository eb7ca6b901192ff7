/* threads.c: a team of worker threads that shares one loop at a time
 *
 * The state of the current loop is one 64-bit word: its number, whether it is open, and how many
 * helpers are inside. A helper enters by compare-and-swap, so one that wakes up too late finds the
 * loop closed and is not waited for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "../aligned.h"
#include "cpu.h"

/* Pauses before a helper sleeps: about 100 µs, longer than the serial work between two loops of a
 * step. */
enum
{
  SPINS_BEFORE_SLEEP = 4000,
  SPINS_BEFORE_YIELD = 1000,
};

static const uint64_t INSIDE_MASK = 0x7FFFFFFFu;
static const uint64_t OPEN_BIT = 0x80000000u;
static const uint64_t NUMBER_ONE = (uint64_t) 1 << 32;

typedef struct
{
  qtts_team *team;
  int index;
  pthread_t thread;
} Helper;

struct qtts_team
{
  int size;
  int spins;       /* before sleeping: 0 when threads outnumber cores */
  Helper *helpers; /* [size - 1] */
  pthread_mutex_t turn;

  pthread_mutex_t sleep_mutex;
  pthread_cond_t wake;
  atomic_int sleepers;
  atomic_bool quitting;

  qtts_team_func func;
  void *data;
  int n;
  int grain;
  _Alignas(64) atomic_uint_least64_t state;
  _Alignas(64) atomic_int next;
};

static inline void
relax (void)
{
#if defined(__x86_64__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static uint64_t
loop_number (uint64_t state)
{
  return state / NUMBER_ONE;
}

static void
take_chunks (qtts_team *team, int worker)
{
  const int n = team->n, grain = team->grain;
  int begin;

  while ((begin = atomic_fetch_add_explicit (&team->next, grain, memory_order_relaxed)) < n)
    team->func (team->data, worker, begin, n - begin < grain ? n : begin + grain);
}

/* Waits for a loop after number `seen`, or for the end. */
static uint64_t
wait_for_loop (qtts_team *team, uint64_t seen)
{
  uint64_t state;

  for (int spins = 0; spins < team->spins; spins++)
    {
      state = atomic_load (&team->state);
      if (loop_number (state) != seen || atomic_load (&team->quitting))
        return state;
      relax ();
    }

  pthread_mutex_lock (&team->sleep_mutex);
  atomic_fetch_add (&team->sleepers, 1);
  while (loop_number (state = atomic_load (&team->state)) == seen && !atomic_load (&team->quitting))
    pthread_cond_wait (&team->wake, &team->sleep_mutex);
  atomic_fetch_sub (&team->sleepers, 1);
  pthread_mutex_unlock (&team->sleep_mutex);
  return state;
}

static void *
help (void *data)
{
  Helper *helper = data;
  qtts_team *team = helper->team;
  uint64_t seen = 0;

  while (!atomic_load (&team->quitting))
    {
      uint64_t state = wait_for_loop (team, seen);

      if (loop_number (state) == seen)
        continue;
      if (!(state & OPEN_BIT))
        seen = loop_number (state);
      else if (atomic_compare_exchange_weak (&team->state, &state, state + 1))
        {
          seen = loop_number (state);
          take_chunks (team, helper->index);
          atomic_fetch_sub (&team->state, 1);
        }
    }
  return NULL;
}

qtts_team *
qtts_team_new (int threads)
{
  const int cores = qtts_cpu_cores ();
  const int wanted = threads > 0 ? threads : cores;
  qtts_team *team = qtts_alloc_aligned (sizeof *team);
  Helper *helpers = calloc ((size_t) wanted, sizeof *helpers);

  if (team == NULL || helpers == NULL)
    {
      free (team);
      free (helpers);
      return NULL;
    }
  *team = (qtts_team){ .size = 1,
                       .spins = wanted <= cores ? SPINS_BEFORE_SLEEP : 0,
                       .helpers = helpers };
  pthread_mutex_init (&team->turn, NULL);
  pthread_mutex_init (&team->sleep_mutex, NULL);
  pthread_cond_init (&team->wake, NULL);

  for (int i = 0; i < wanted - 1; i++)
    {
      helpers[i] = (Helper){ .team = team, .index = i + 1 };
      if (pthread_create (&helpers[i].thread, NULL, help, &helpers[i]) != 0)
        break;
      team->size++;
    }
  return team;
}

static void
wake_sleepers (qtts_team *team)
{
  if (atomic_load (&team->sleepers) == 0)
    return;
  pthread_mutex_lock (&team->sleep_mutex);
  pthread_cond_broadcast (&team->wake);
  pthread_mutex_unlock (&team->sleep_mutex);
}

void
qtts_team_free (qtts_team *team)
{
  if (team == NULL)
    return;
  pthread_mutex_lock (&team->sleep_mutex);
  atomic_store (&team->quitting, true);
  pthread_cond_broadcast (&team->wake);
  pthread_mutex_unlock (&team->sleep_mutex);
  for (int i = 0; i < team->size - 1; i++)
    pthread_join (team->helpers[i].thread, NULL);
  pthread_cond_destroy (&team->wake);
  pthread_mutex_destroy (&team->sleep_mutex);
  pthread_mutex_destroy (&team->turn);
  free (team->helpers);
  free (team);
}

int
qtts_team_size (const qtts_team *team)
{
  return team != NULL ? team->size : 1;
}

/* No helper may still run a chunk when the caller goes on. */
static void
close_loop (qtts_team *team)
{
  atomic_fetch_and (&team->state, ~OPEN_BIT);
  for (int spins = 0; (atomic_load (&team->state) & INSIDE_MASK) != 0; spins++)
    if (spins < SPINS_BEFORE_YIELD)
      relax ();
    else
      sched_yield ();
}

void
qtts_team_for (qtts_team *team, int n, int grain, qtts_team_func func, void *data)
{
  uint64_t number;

  if (n <= 0)
    return;
  if (team == NULL || team->size == 1 || n <= grain)
    {
      func (data, 0, 0, n);
      return;
    }

  pthread_mutex_lock (&team->turn);
  team->func = func;
  team->data = data;
  team->n = n;
  team->grain = grain;
  atomic_store_explicit (&team->next, 0, memory_order_relaxed);
  number = loop_number (atomic_load (&team->state)) + 1;
  atomic_store (&team->state, (number * NUMBER_ONE) | OPEN_BIT);
  wake_sleepers (team);
  take_chunks (team, 0);
  close_loop (team);
  pthread_mutex_unlock (&team->turn);
}
