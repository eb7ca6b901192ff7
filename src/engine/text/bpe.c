/* bpe.c: byte pair encoding of one piece of text
 *
 * Symbols form a linked list; a heap holds the pairs that may be merged. A pair whose symbols have
 * changed since is left in the heap and recognised when it comes up.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bpe.h"

#include <stdlib.h>

#define NO_PAIR   UINT64_MAX
#define NO_SYMBOL (-1)

typedef struct qtts_bpe_symbol
{
  int32_t id; /* NO_SYMBOL: swallowed by its left neighbour */
  int32_t previous;
  int32_t next;
} Symbol;

static uint64_t
pair_of (int32_t left, int32_t right)
{
  return (uint64_t) (uint32_t) left << 32 | (uint32_t) right;
}

/* The slot that holds the pair, or the empty one where it belongs. */
static qtts_bpe_merge *
slot_of (const qtts_bpe *bpe, uint64_t pair)
{
  size_t i = (size_t) ((pair * UINT64_C (0x9E3779B97F4A7C15)) >> 32) & bpe->mask;

  while (bpe->merges[i].pair != pair && bpe->merges[i].pair != NO_PAIR)
    i = (i + 1) & bpe->mask;
  return &bpe->merges[i];
}

qtts_status
qtts_bpe_init (qtts_bpe *bpe, size_t n_merges, qtts_error *error)
{
  size_t slots = 16;

  while (slots < n_merges + n_merges / 2)
    slots *= 2;
  bpe->mask = slots - 1;
  bpe->merges = malloc (slots * sizeof *bpe->merges);
  if (bpe->merges == NULL)
    return qtts_fail_memory (error);
  for (size_t i = 0; i < slots; i++)
    bpe->merges[i].pair = NO_PAIR;
  return QTTS_OK;
}

void
qtts_bpe_clear (qtts_bpe *bpe)
{
  free (bpe->merges);
  bpe->merges = NULL;
}

bool
qtts_bpe_add_merge (qtts_bpe *bpe, int32_t left, int32_t right, int32_t rank, int32_t merged)
{
  uint64_t pair = pair_of (left, right);
  qtts_bpe_merge *slot = slot_of (bpe, pair);

  if (slot->pair == pair)
    return false;
  *slot = (qtts_bpe_merge){ .pair = pair, .rank = rank, .merged = merged };
  return true;
}

void
qtts_bpe_scratch_clear (qtts_bpe_scratch *scratch)
{
  free (scratch->symbols);
  free (scratch->heap);
  *scratch = (qtts_bpe_scratch){ 0 };
}

static qtts_status
reserve (qtts_bpe_scratch *scratch, size_t n, qtts_error *error)
{
  size_t capacity = n < 64 ? 64 : n + n / 2;

  if (n <= scratch->capacity)
    return QTTS_OK;
  qtts_bpe_scratch_clear (scratch);
  scratch->symbols = malloc (capacity * sizeof *scratch->symbols);
  /* One pair between any two symbols at first, two new ones with each merge. */
  scratch->heap = malloc (3 * capacity * sizeof *scratch->heap);
  if (scratch->symbols == NULL || scratch->heap == NULL)
    return qtts_fail_memory (error);
  scratch->capacity = capacity;
  return QTTS_OK;
}

/* Heap entries are rank << 32 | position, so that the smallest one is merged next. */
static void
heap_push (uint64_t *heap, size_t *n, uint64_t entry)
{
  size_t i = (*n)++;

  while (i > 0 && heap[(i - 1) / 2] > entry)
    {
      heap[i] = heap[(i - 1) / 2];
      i = (i - 1) / 2;
    }
  heap[i] = entry;
}

static uint64_t
heap_pop (uint64_t *heap, size_t *n)
{
  uint64_t top = heap[0];
  uint64_t last = heap[--*n];
  size_t i = 0;

  for (;;)
    {
      size_t child = 2 * i + 1;

      if (child >= *n)
        break;
      if (child + 1 < *n && heap[child + 1] < heap[child])
        child++;
      if (heap[child] >= last)
        break;
      heap[i] = heap[child];
      i = child;
    }
  heap[i] = last;
  return top;
}

/* The merge of the symbol at `position` with its right neighbour; NULL if there is none. */
static const qtts_bpe_merge *
merge_at (const qtts_bpe *bpe, const Symbol *symbols, int32_t position)
{
  const qtts_bpe_merge *slot;

  if (position == NO_SYMBOL || symbols[position].id == NO_SYMBOL
      || symbols[position].next == NO_SYMBOL)
    return NULL;
  slot = slot_of (bpe, pair_of (symbols[position].id, symbols[symbols[position].next].id));
  return slot->pair == NO_PAIR ? NULL : slot;
}

static void
push_pair (const qtts_bpe *bpe, const Symbol *symbols, int32_t position, uint64_t *heap, size_t *n)
{
  const qtts_bpe_merge *merge = merge_at (bpe, symbols, position);

  if (merge != NULL)
    heap_push (heap, n, (uint64_t) merge->rank << 32 | (uint32_t) position);
}

static void
merge_all (const qtts_bpe *bpe, Symbol *symbols, size_t n, uint64_t *heap)
{
  size_t waiting = 0;

  for (size_t i = 0; i < n; i++)
    push_pair (bpe, symbols, (int32_t) i, heap, &waiting);

  while (waiting > 0)
    {
      uint64_t top = heap_pop (heap, &waiting);
      int32_t position = (int32_t) (top & UINT32_MAX);
      const qtts_bpe_merge *merge = merge_at (bpe, symbols, position);
      Symbol *symbol = &symbols[position];

      if (merge == NULL || (uint64_t) merge->rank != top >> 32)
        continue;
      symbols[symbol->next].id = NO_SYMBOL;
      symbol->id = merge->merged;
      symbol->next = symbols[symbol->next].next;
      if (symbol->next != NO_SYMBOL)
        symbols[symbol->next].previous = position;
      push_pair (bpe, symbols, symbol->previous, heap, &waiting);
      push_pair (bpe, symbols, position, heap, &waiting);
    }
}

qtts_status
qtts_bpe_encode (const qtts_bpe *bpe, const unsigned char *bytes, size_t n,
                 qtts_bpe_scratch *scratch, qtts_ids *ids, qtts_error *error)
{
  qtts_status status = reserve (scratch, n, error);
  Symbol *symbols = scratch->symbols;

  if (status != QTTS_OK)
    return status;
  for (size_t i = 0; i < n; i++)
    symbols[i] = (Symbol){ .id = bpe->byte_ids[bytes[i]],
                           .previous = (int32_t) i - 1,
                           .next = i + 1 < n ? (int32_t) i + 1 : NO_SYMBOL };
  merge_all (bpe, symbols, n, scratch->heap);
  for (size_t i = 0; i < n && status == QTTS_OK; i++)
    if (symbols[i].id != NO_SYMBOL)
      status = qtts_ids_append (ids, symbols[i].id, error);
  return status;
}
