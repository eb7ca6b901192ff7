/* clock.h: wall time for the statistics
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <time.h>

/* Seconds of a clock that never goes back. */
static inline double
qtts_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}
