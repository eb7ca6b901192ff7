/* fixture.c: the recorded values of the official implementation, for the tests
 *
 * Reads safetensors on its own, so that the engine's reader is not judged by itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fixture.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

struct Fixture
{
  char *path;
  char *bytes;
  const char *data;
  cJSON *header;
};

static char *
path_below (const char *variable, const char *relative)
{
  const char *root = g_getenv (variable);

  if (root == NULL)
    g_error ("%s is not set: run the tests through meson", variable);
  return g_build_filename (root, relative, NULL);
}

char *
fixture_path (const char *relative)
{
  return path_below ("QTTS_FIXTURES", relative);
}

char *
data_path (const char *relative)
{
  return path_below ("QTTS_DATA", relative);
}

static char *
read_all (const char *path, gsize *length)
{
  g_autoptr (GError) error = NULL;
  char *bytes;

  if (!g_file_get_contents (path, &bytes, length, &error))
    g_error ("%s", error->message);
  return bytes;
}

char *
fixture_text (const char *relative)
{
  g_autofree char *path = fixture_path (relative);

  return read_all (path, NULL);
}

Fixture *
fixture_open (const char *relative)
{
  Fixture *fixture = g_new0 (Fixture, 1);
  guint64 header_length;
  gsize length;

  fixture->path = fixture_path (relative);
  fixture->bytes = read_all (fixture->path, &length);
  memcpy (&header_length, fixture->bytes, sizeof header_length);
  g_assert_cmpuint (header_length, <, length);
  fixture->header = cJSON_ParseWithLength (fixture->bytes + 8, header_length);
  g_assert_nonnull (fixture->header);
  fixture->data = fixture->bytes + 8 + header_length;
  return fixture;
}

void
fixture_close (Fixture *fixture)
{
  cJSON_Delete (fixture->header);
  g_free (fixture->bytes);
  g_free (fixture->path);
  g_free (fixture);
}

gboolean
fixture_has (Fixture *fixture, const char *name)
{
  return cJSON_GetObjectItemCaseSensitive (fixture->header, name) != NULL;
}

FixtureTensor
fixture_tensor (Fixture *fixture, const char *name)
{
  const cJSON *entry = cJSON_GetObjectItemCaseSensitive (fixture->header, name);
  FixtureTensor tensor = { .rows = 1, .cols = 1 };
  const cJSON *shape, *dimension;
  const char *type, *start;

  if (entry == NULL)
    g_error ("%s has no tensor %s", fixture->path, name);
  type = cJSON_GetObjectItemCaseSensitive (entry, "dtype")->valuestring;
  shape = cJSON_GetObjectItemCaseSensitive (entry, "shape");
  start = fixture->data
          + (gsize) cJSON_GetArrayItem (cJSON_GetObjectItemCaseSensitive (entry, "data_offsets"), 0)
                ->valuedouble;
  cJSON_ArrayForEach (dimension, shape)
  {
    tensor.rows *= tensor.cols;
    tensor.cols = dimension->valueint;
  }
  if (strcmp (type, "F32") == 0)
    tensor.f32 = (const float *) start;
  else if (strcmp (type, "I32") == 0)
    tensor.i32 = (const gint32 *) start;
  else
    g_error ("%s: unexpected type %s of %s", fixture->path, type, name);
  return tensor;
}

float
max_difference (const float *a, const float *b, size_t n)
{
  float largest = 0;

  for (size_t i = 0; i < n; i++)
    {
      float difference = a[i] == b[i] ? 0 : fabsf (a[i] - b[i]);

      if (isnan (difference))
        return INFINITY;
      largest = fmaxf (largest, difference);
    }
  return largest;
}
