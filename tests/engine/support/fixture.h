/* fixture.h: the recorded values of the official implementation, for the tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

/* Path below tests/fixtures or below data; free with g_free(). */
char *fixture_path (const char *relative);
char *data_path (const char *relative);

/* Whole text file below tests/fixtures; aborts the test when it is missing. Free with g_free(). */
char *fixture_text (const char *relative);

/* The tensors of one expected.safetensors. */
typedef struct Fixture Fixture;

Fixture *fixture_open (const char *relative); /* below tests/fixtures; aborts when broken */
void fixture_close (Fixture *fixture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_close)

typedef struct
{
  const float *f32;  /* NULL for integers */
  const gint32 *i32; /* NULL for floats */
  int rows;          /* product of all but the last dimension */
  int cols;          /* last dimension */
} FixtureTensor;

gboolean fixture_has (Fixture *fixture, const char *name);
FixtureTensor fixture_tensor (Fixture *fixture, const char *name); /* aborts when missing */

/* Largest |a - b| over n values; infinity when one of them is NaN, equal infinities differ by 0. */
float max_difference (const float *a, const float *b, size_t n);

/* Fails the test with name and value when max_difference() is above `bound`. */
#define assert_close(name, actual, expected, n, bound)                                             \
  G_STMT_START                                                                                     \
  {                                                                                                \
    float difference_ = max_difference (actual, expected, n);                                      \
    if (!(difference_ <= (bound)))                                                                 \
      g_error ("%s: differs by %g, allowed %g", name, difference_, (double) (bound));              \
  }                                                                                                \
  G_STMT_END
