/* near.h: sharing a loop so that each worker comes back to what it worked on before
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "threads.h"

/* Like qtts_team_for() with a grain of 1, but the items are dealt out in as many adjacent parts as
 * the team has workers, and each worker begins with its own part, then helps with the others. When
 * loops that follow each other run over the same stretch of time, most of what a worker reads is
 * what it has written itself: a great deal where cores do not share a cache. */
void qtts_team_for_near (qtts_team *team, int n, qtts_team_func func, void *data);
