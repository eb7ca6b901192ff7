/* kv_cache.h: the keys and values of one sequence, laid out for the attention kernels
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "../weights/config.h"
#include "kernels.h"

typedef struct
{
  int layers;
  int kv_heads;
  int dim;      /* of a head, rounded up to 16 with zeros */
  int capacity; /* slots, a multiple of 16 */
  bool half;    /* F16, else float */
  int first;    /* absolute position in slot 0, a multiple of 16 */
  int length;   /* positions that have been stored since the beginning */
  char *keys;   /* [layer][kv head][slot][dim] */
  char *values; /* [layer][kv head][slot][dim] */
} qtts_kv_cache;

/* Room for `capacity` positions; memory is only used as far as positions are stored. False when out
 * of memory. */
bool qtts_kv_cache_init (qtts_kv_cache *cache, const qtts_stack_config *config, int capacity,
                         bool half);
void qtts_kv_cache_clear (qtts_kv_cache *cache);

/* Forgets all positions. */
void qtts_kv_cache_reset (qtts_kv_cache *cache);

/* Slots for a sliding window when at most `block` positions are added between two calls of
 * make_room. */
int qtts_kv_cache_window_capacity (int window, int block);

/* Lets go of whole blocks of 16 positions that no query from `length` on can see through the
 * window, where needed to add n positions. */
void qtts_kv_cache_make_room (qtts_kv_cache *cache, int n, int window);

/* Stores float key[dim] and value[dim] of a head at an absolute position that has a slot. */
void qtts_kv_cache_store (qtts_kv_cache *cache, const qtts_kernels *kernels, int layer, int head,
                          int position, const float *key, const float *value);

/* The head's slots that a query at `position` sees; window 0: all before it and itself. */
qtts_attention_head qtts_kv_cache_head (const qtts_kv_cache *cache, int layer, int head,
                                        int position, int window, float scale);
