/* vocabulary.c: pieces and their ids while a tokenizer is being loaded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "vocabulary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

qtts_status
qtts_vocabulary_init (qtts_vocabulary *vocabulary, const char *origin, int32_t bound,
                      qtts_error *error)
{
  size_t slots = 16;

  while (slots < (size_t) bound + (size_t) bound / 2)
    slots *= 2;
  *vocabulary = (qtts_vocabulary){ .mask = slots - 1, .bound = bound, .origin = origin };
  vocabulary->slots = calloc (slots, sizeof *vocabulary->slots);
  vocabulary->pieces = calloc ((size_t) bound + 1, sizeof *vocabulary->pieces);
  if (vocabulary->slots == NULL || vocabulary->pieces == NULL)
    return qtts_fail_memory (error);
  return QTTS_OK;
}

void
qtts_vocabulary_clear (qtts_vocabulary *vocabulary)
{
  free (vocabulary->slots);
  free (vocabulary->pieces);
}

/* FNV-1a */
static uint32_t
hash_of (const char *piece, size_t length)
{
  uint64_t hash = UINT64_C (0xCBF29CE484222325);

  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (unsigned char) piece[i]) * UINT64_C (0x100000001B3);
  return (uint32_t) (hash ^ hash >> 32);
}

/* The slot that holds the piece, or the empty one where it belongs. Hashes are compared first:
 * looking at the strings of passers-by would double the time. */
static qtts_vocabulary_slot *
slot_of (const qtts_vocabulary *vocabulary, const char *piece, size_t length, uint32_t hash)
{
  size_t i = hash & vocabulary->mask;

  for (;; i = (i + 1) & vocabulary->mask)
    {
      qtts_vocabulary_slot *slot = &vocabulary->slots[i];

      if (slot->piece == NULL
          || (slot->hash == hash && strncmp (slot->piece, piece, length) == 0
              && slot->piece[length] == '\0'))
        return slot;
    }
}

qtts_status
qtts_vocabulary_add (qtts_vocabulary *vocabulary, const char *source, const char *piece, double id,
                     qtts_error *error)
{
  size_t length = strlen (piece);
  uint32_t hash = hash_of (piece, length);
  qtts_vocabulary_slot *slot = slot_of (vocabulary, piece, length, hash);

  if (!(id >= 0 && id < vocabulary->bound) || id != floor (id))
    return qtts_fail (error, QTTS_ERROR_FORMAT,
                      "%s: %s: the id of \"%s\" is %g; ids are whole numbers from 0 to %d",
                      vocabulary->origin, source, piece, id, vocabulary->bound - 1);
  if (slot->piece != NULL)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s: \"%s\" is listed twice, as %d and %.0f",
                      vocabulary->origin, source, piece, slot->id, id);
  if (vocabulary->pieces[(int32_t) id] != NULL)
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s: \"%s\" and \"%s\" have the same id %.0f",
                      vocabulary->origin, source, vocabulary->pieces[(int32_t) id], piece, id);
  *slot = (qtts_vocabulary_slot){ piece, hash, (int32_t) id };
  vocabulary->pieces[(int32_t) id] = piece;
  return QTTS_OK;
}

int32_t
qtts_vocabulary_find (const qtts_vocabulary *vocabulary, const char *piece, size_t length)
{
  const qtts_vocabulary_slot *slot = slot_of (vocabulary, piece, length, hash_of (piece, length));

  return slot->piece == NULL ? -1 : slot->id;
}
