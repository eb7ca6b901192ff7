/* vocabulary.h: pieces and their ids while a tokenizer is being loaded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../error.h"

typedef struct
{
  const char *piece; /* NULL: empty slot */
  uint32_t hash;
  int32_t id;
} qtts_vocabulary_slot;

typedef struct
{
  qtts_vocabulary_slot *slots; /* open addressing */
  size_t mask;                 /* slots - 1, a power of two less one */
  const char **pieces;         /* [bound], by id; NULL: free */
  int32_t bound;               /* ids are 0 .. bound - 1 */
  const char *origin;          /* folder or file, for messages */
} qtts_vocabulary;

/* Room for `bound` pieces. `origin` and the pieces added stay the caller's and must outlive it.
 * Error: MEMORY. */
qtts_status qtts_vocabulary_init (qtts_vocabulary *vocabulary, const char *origin, int32_t bound,
                                  qtts_error *error);
void qtts_vocabulary_clear (qtts_vocabulary *vocabulary);

/* Errors: FORMAT, naming `source` and the piece, when the id is no whole number below the bound,
 * or when piece or id are taken. */
qtts_status qtts_vocabulary_add (qtts_vocabulary *vocabulary, const char *source, const char *piece,
                                 double id, qtts_error *error);

/* -1: unknown. piece[length] contains no zero byte. */
int32_t qtts_vocabulary_find (const qtts_vocabulary *vocabulary, const char *piece, size_t length);
