/* added_tokens.c: tokens that are matched as whole strings, such as "<|im_end|>"
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "added_tokens.h"

#include <stdlib.h>
#include <string.h>

/* -1 for anything but decimal digits. */
static double
id_of_key (const char *key)
{
  size_t digits = key == NULL ? 0 : strspn (key, "0123456789");

  return digits > 0 && key[digits] == '\0' ? strtod (key, NULL) : -1;
}

static qtts_status
check_flags (const qtts_vocabulary *vocabulary, const char *source, const cJSON *entry,
             const char *content, qtts_error *error)
{
  static const char *const flags[] = { "lstrip", "rstrip", "single_word" };

  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
    if (cJSON_IsTrue (cJSON_GetObjectItemCaseSensitive (entry, flags[i])))
      return qtts_fail (error, QTTS_ERROR_UNSUPPORTED,
                        "%s: %s: \"%s\" of the added token \"%s\" must be false",
                        vocabulary->origin, source, flags[i], content);
  return QTTS_OK;
}

static qtts_status
append (qtts_added_tokens *added, const char *content, int32_t id, qtts_error *error)
{
  size_t length = strlen (content);
  qtts_added_token *tokens = realloc (added->tokens, (added->n + 1) * sizeof *tokens);
  char *copy = malloc (length + 1);

  if (tokens != NULL)
    added->tokens = tokens;
  if (tokens == NULL || copy == NULL)
    {
      free (copy);
      return qtts_fail_memory (error);
    }
  memcpy (copy, content, length + 1);
  tokens[added->n++] = (qtts_added_token){ copy, length, id };
  return QTTS_OK;
}

static qtts_status
read_entry (qtts_added_tokens *added, const char *source, const cJSON *entry, double id,
            qtts_vocabulary *vocabulary, qtts_error *error)
{
  const char *content = cJSON_GetStringValue (cJSON_GetObjectItemCaseSensitive (entry, "content"));
  int32_t known;
  qtts_status status;

  if (content == NULL || content[0] == '\0')
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s: the added token %s has no \"content\"",
                      vocabulary->origin, source, entry->string != NULL ? entry->string : "");
  for (size_t i = 0; i < added->n; i++)
    if (strcmp (added->tokens[i].content, content) == 0 && added->tokens[i].id == id)
      return QTTS_OK;

  status = check_flags (vocabulary, source, entry, content, error);
  known = qtts_vocabulary_find (vocabulary, content, strlen (content));
  if (status == QTTS_OK && (known < 0 || known != id))
    status = qtts_vocabulary_add (vocabulary, source, content, id, error);
  if (status == QTTS_OK)
    status = append (added, content, (int32_t) id, error);
  return status;
}

static int
longer_first (const void *a, const void *b)
{
  size_t length_a = ((const qtts_added_token *) a)->length;
  size_t length_b = ((const qtts_added_token *) b)->length;

  return (length_a < length_b) - (length_a > length_b);
}

qtts_status
qtts_added_tokens_read (qtts_added_tokens *added, const char *source, const cJSON *entries,
                        qtts_vocabulary *vocabulary, qtts_error *error)
{
  const cJSON *entry;
  bool keyed = cJSON_IsObject (entries);

  if (!keyed && !cJSON_IsArray (entries))
    return qtts_fail (error, QTTS_ERROR_FORMAT, "%s: %s has no list of added tokens",
                      vocabulary->origin, source);
  cJSON_ArrayForEach (entry, entries)
  {
    const cJSON *number = cJSON_GetObjectItemCaseSensitive (entry, "id");
    double id = keyed                     ? id_of_key (entry->string)
                : cJSON_IsNumber (number) ? number->valuedouble
                                          : -1;
    qtts_status status = read_entry (added, source, entry, id, vocabulary, error);

    if (status != QTTS_OK)
      return status;
  }
  if (added->n > 0)
    qsort (added->tokens, added->n, sizeof *added->tokens, longer_first);
  return QTTS_OK;
}

void
qtts_added_tokens_clear (qtts_added_tokens *added)
{
  for (size_t i = 0; i < added->n; i++)
    free (added->tokens[i].content);
  free (added->tokens);
  *added = (qtts_added_tokens){ 0 };
}

const qtts_added_token *
qtts_added_tokens_find (const qtts_added_tokens *added, const char *text, size_t length,
                        size_t *start)
{
  for (; *start < length; ++*start)
    for (size_t i = 0; i < added->n; i++)
      {
        const qtts_added_token *token = &added->tokens[i];

        if (token->content[0] == text[*start] && token->length <= length - *start
            && memcmp (token->content, text + *start, token->length) == 0)
          return token;
      }
  return NULL;
}
