/* bpe.h: byte pair encoding of one piece of text
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>

#include "tokenizer.h"

typedef struct
{
  uint64_t pair; /* left id << 32 | right id */
  int32_t rank;
  int32_t merged; /* id of both together */
} qtts_bpe_merge;

typedef struct
{
  int32_t byte_ids[256];
  qtts_bpe_merge *merges; /* open addressing */
  size_t mask;            /* slots - 1, a power of two less one */
} qtts_bpe;

/* Room for n_merges merges; byte_ids are the caller's to fill. Error: MEMORY. */
qtts_status qtts_bpe_init (qtts_bpe *bpe, size_t n_merges, qtts_error *error);
void qtts_bpe_clear (qtts_bpe *bpe);

/* Pairs of lower rank are merged first. False when the pair is known already. At most n_merges
 * times. */
bool qtts_bpe_add_merge (qtts_bpe *bpe, int32_t left, int32_t right, int32_t rank, int32_t merged);

/* Memory that encoding one piece after another uses again; starts as zeros. */
typedef struct
{
  struct qtts_bpe_symbol *symbols;
  uint64_t *heap;
  size_t capacity; /* symbols */
} qtts_bpe_scratch;
void qtts_bpe_scratch_clear (qtts_bpe_scratch *scratch);

/* Appends the ids of bytes[n], n < 2^31: the pair of lowest rank is merged, the leftmost of equal
 * ones first, until none is left. Takes n log n steps. Error: MEMORY. */
qtts_status qtts_bpe_encode (const qtts_bpe *bpe, const unsigned char *bytes, size_t n,
                             qtts_bpe_scratch *scratch, qtts_ids *ids, qtts_error *error);
