/* mutations.c: good input, bent and cut in thousands of ways, the same in every run
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "mutations.h"

#include <string.h>

void
mutate (GRand *random, const char *const *pieces, guint8 *bytes, gsize *n, gsize capacity,
        gsize reach)
{
  const int changes = g_rand_int_range (random, 1, 5);
  const int n_pieces = (int) g_strv_length ((char **) pieces);

  for (int i = 0; i<changes && * n> 0; i++)
    {
      const gsize at = g_rand_int (random) % MIN (*n, reach);
      const char *piece = pieces[g_rand_int_range (random, 0, n_pieces)];
      const gsize length = strlen (piece);

      switch (g_rand_int_range (random, 0, 5))
        {
        case 0:
          bytes[at] ^= 1 << g_rand_int_range (random, 0, 8);
          break;
        case 1: /* write over */
          memcpy (bytes + at, piece, MIN (length, *n - at));
          break;
        case 2: /* put between */
          if (*n + length <= capacity)
            {
              memmove (bytes + at + length, bytes + at, *n - at);
              memcpy (bytes + at, piece, length);
              *n += length;
            }
          break;
        case 3: /* take out */
          memmove (bytes + at, bytes + MIN (at + length, *n), *n - MIN (at + length, *n));
          *n -= MIN (length, *n - at);
          break;
        default:
          if (g_rand_int_range (random, 0, 4) == 0)
            *n = g_rand_int (random) % *n;
          break;
        }
    }
}

void
run_mutations (FuzzTarget *target, const char *const *pieces, const char *bytes, gsize n,
               gsize header)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  const gsize capacity = n + 256;
  g_autofree guint8 *buffer = g_malloc (capacity);

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autofree guint8 *exact = NULL;
      gsize length = n;

      memcpy (buffer, bytes, n);
      mutate (random, pieces, buffer, &length, capacity, round % 2 == 0 ? header : n);
      exact = g_memdup2 (buffer, length);
      target (exact, length);
    }
  for (gsize length = 0; length < MIN (n, 200); length++)
    {
      g_autofree guint8 *exact = g_memdup2 (bytes, length);

      target (exact, length);
    }
}
