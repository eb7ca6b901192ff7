/* kv_cache.c: the keys and values of one sequence, laid out for the attention kernels
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kv_cache.h"

#include <stdlib.h>
#include <string.h>

enum
{
  BLOCK = 16, /* slots that a softmax handles together: a slot's place among them never changes */
};

static int
round_up (int value)
{
  return (value + BLOCK - 1) / BLOCK * BLOCK;
}

static size_t
value_bytes (const qtts_kv_cache *cache)
{
  return cache->half ? sizeof (uint16_t) : sizeof (float);
}

static size_t
head_bytes (const qtts_kv_cache *cache)
{
  return (size_t) cache->capacity * (size_t) cache->dim * value_bytes (cache);
}

static char *
head_of (const qtts_kv_cache *cache, char *base, int layer, int head)
{
  return base + (size_t) (layer * cache->kv_heads + head) * head_bytes (cache);
}

bool
qtts_kv_cache_init (qtts_kv_cache *cache, const qtts_stack_config *config, int capacity, bool half)
{
  const size_t heads = (size_t) config->layers * (size_t) config->kv_heads;

  *cache = (qtts_kv_cache){
    .layers = config->layers,
    .kv_heads = config->kv_heads,
    .dim = round_up (config->head_dim),
    .capacity = round_up (capacity),
    .half = half,
  };
  cache->keys = calloc (heads, head_bytes (cache));
  cache->values = calloc (heads, head_bytes (cache));
  if (cache->keys != NULL && cache->values != NULL)
    return true;
  qtts_kv_cache_clear (cache);
  return false;
}

void
qtts_kv_cache_clear (qtts_kv_cache *cache)
{
  free (cache->keys);
  free (cache->values);
  *cache = (qtts_kv_cache){ 0 };
}

void
qtts_kv_cache_reset (qtts_kv_cache *cache)
{
  cache->first = 0;
  cache->length = 0;
}

int
qtts_kv_cache_window_capacity (int window, int block)
{
  return round_up (window + block) + BLOCK;
}

void
qtts_kv_cache_make_room (qtts_kv_cache *cache, int n, int window)
{
  const int oldest = cache->length - window + 1;
  const int dropped = oldest > cache->first ? (oldest - cache->first) / BLOCK * BLOCK : 0;
  const int kept = round_up (cache->length - cache->first) - dropped;
  const size_t row = (size_t) cache->dim * value_bytes (cache);

  if (cache->length - cache->first + n <= cache->capacity || dropped == 0)
    return;
  for (int i = 0; i < cache->layers * cache->kv_heads; i++)
    {
      char *keys = head_of (cache, cache->keys, 0, i),
           *values = head_of (cache, cache->values, 0, i);

      memmove (keys, keys + (size_t) dropped * row, (size_t) kept * row);
      memmove (values, values + (size_t) dropped * row, (size_t) kept * row);
    }
  cache->first += dropped;
}

void
qtts_kv_cache_store (qtts_kv_cache *cache, const qtts_kernels *kernels, int layer, int head,
                     int position, const float *key, const float *value)
{
  const size_t row = (size_t) (position - cache->first) * (size_t) cache->dim * value_bytes (cache);
  char *keys = head_of (cache, cache->keys, layer, head) + row;
  char *values = head_of (cache, cache->values, layer, head) + row;

  if (cache->half)
    {
      kernels->narrow (key, cache->dim, (uint16_t *) keys);
      kernels->narrow (value, cache->dim, (uint16_t *) values);
    }
  else
    {
      memcpy (keys, key, (size_t) cache->dim * sizeof (float));
      memcpy (values, value, (size_t) cache->dim * sizeof (float));
    }
}

qtts_attention_head
qtts_kv_cache_head (const qtts_kv_cache *cache, int layer, int head, int position, int window,
                    float scale)
{
  const int begin = window > 0 && position - window + 1 > 0 ? position - window + 1 : 0;

  return (qtts_attention_head){
    .keys = head_of (cache, cache->keys, layer, head),
    .values = head_of (cache, cache->values, layer, head),
    .half = cache->half,
    .dim = cache->dim,
    .scale = scale,
    .begin = begin - cache->first,
    .end = position + 1 - cache->first,
  };
}
