/* aligned.h: memory that vector instructions read in whole lines
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stddef.h>
#include <stdlib.h>

enum
{
  QTTS_CACHE_LINE = 64, /* bytes; also the widest vector */
};

/* At least `bytes` bytes, not initialized, that begin with a cache line; free() releases them.
 * NULL: there is no memory. C11's aligned_alloc() takes multiples of the alignment only. */
static inline void *
qtts_alloc_aligned (size_t bytes)
{
  return aligned_alloc (QTTS_CACHE_LINE,
                        (bytes + QTTS_CACHE_LINE - 1) / QTTS_CACHE_LINE * QTTS_CACHE_LINE);
}
