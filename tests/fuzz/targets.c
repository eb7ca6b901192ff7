/* targets.c: the parsers of files from outside, fed with anything
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "targets.h"

#include <glib.h>
#include <string.h>

#include "weights/config.h"
#include "weights/container.h"
#include "weights/safetensors.h"

/* Where sums of what was read go, so that the reading stays. */
static volatile uint8_t sink;

static void
read_bytes (const void *data, size_t n)
{
  uint8_t sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += ((const uint8_t *) data)[i];
  sink = sum;
}

void
fuzz_safetensors (const uint8_t *bytes, size_t size)
{
  qtts_safetensors *file;
  qtts_error error;

  if (qtts_safetensors_parse ("file", bytes, size, &file, &error) != QTTS_OK)
    {
      g_assert_null (file);
      g_assert_cmpuint (strlen (error.message), >, 0);
      return;
    }
  for (size_t i = 0; i < file->n_tensors; i++)
    {
      read_bytes (file->tensors[i].data, file->tensors[i].bytes);
      g_assert_true (qtts_safetensors_find (file, file->tensors[i].name) == &file->tensors[i]);
    }
  qtts_safetensors_free (file);
}

void
fuzz_container (const uint8_t *bytes, size_t size)
{
  qtts_container *container;
  qtts_error error;

  if (qtts_container_parse ("file", bytes, size, &container, &error) != QTTS_OK)
    {
      g_assert_null (container);
      g_assert_cmpuint (strlen (error.message), >, 0);
      return;
    }
  for (size_t i = 0; i < container->n_texts; i++)
    read_bytes (container->texts[i].data, container->texts[i].bytes);
  for (size_t i = 0; i < container->n_tensors; i++)
    read_bytes (container->tensors[i].data, container->tensors[i].bytes);
  qtts_container_free (container);
}

void
fuzz_config (const uint8_t *bytes, size_t size)
{
  g_autofree char *copy = g_malloc0 (size + 3);
  const char *texts[3];
  qtts_config config;
  qtts_error error;
  char *at = copy;

  if (size > 0)
    memcpy (copy, bytes, size);
  for (int i = 0; i < 3; i++)
    {
      texts[i] = at;
      if (at < copy + size)
        at += strlen (at) + 1;
    }
  if (qtts_config_parse ("file", texts[0], texts[1], texts[2], &config, &error) != QTTS_OK)
    g_assert_cmpuint (strlen (error.message), >, 0);
  qtts_config_clear (&config);
}
