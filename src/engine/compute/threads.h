/* threads.h: a team of worker threads that shares one loop at a time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/* The calling thread is worker 0; size - 1 further threads wait, spinning briefly and then
 * sleeping, so an idle team uses no CPU. One loop runs at a time; concurrent callers take turns. */
typedef struct qtts_team qtts_team;

/* Handles items [begin, end) on worker 0 <= worker < size. */
typedef void (*qtts_team_func) (void *data, int worker, int begin, int end);

/* `threads` >= 1, or 0 for the number of physical cores that the process may use. NULL when out of
 * memory; where the system refuses threads, a smaller team. */
qtts_team *qtts_team_new (int threads);
void qtts_team_free (qtts_team *team);
int qtts_team_size (const qtts_team *team);

/* Calls func over all of [0, n) in chunks of up to `grain` items that idle workers fetch one after
 * another, and returns when all are done; everything written inside is visible to the caller. Which
 * worker gets which chunk differs from run to run, so results may not depend on it. A NULL team
 * runs all on the caller. Must not be called from inside func. */
void qtts_team_for (qtts_team *team, int n, int grain, qtts_team_func func, void *data);
