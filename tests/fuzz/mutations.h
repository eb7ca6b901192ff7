/* mutations.h: good input, bent and cut in thousands of ways, the same in every run
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

#include "targets.h"

/* Rounds of run_mutations(). */
#define ROUNDS 3000

/* Changes a few places of bytes[*n], all of them below `reach`; it has room for `capacity`. pieces:
 * what is put in, ended by NULL. */
void mutate (GRand *random, const char *const *pieces, guint8 *bytes, gsize *n, gsize capacity,
             gsize reach);

/* Each round works on a copy of exactly its size, so that a sanitizer sees the first byte too far.
 * Half of the rounds bend the first `header` bytes, half anything. */
void run_mutations (FuzzTarget *target, const char *const *pieces, const char *bytes, gsize n,
                    gsize header);
