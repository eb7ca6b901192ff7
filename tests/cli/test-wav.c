/* test-wav.c: samples and headers at the edges that no short recording reaches
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <math.h>

#include "wav.h"

static void
test_conversion_saturates (void)
{
  const float pcm[] = { 0, 1, -1, 0.5f, 7, -7, INFINITY, -INFINITY, NAN };
  const gint16 expected[] = { 0, 32767, -32767, 16384, 32767, -32767, 32767, -32767, 0 };
  gint16 samples[G_N_ELEMENTS (pcm)];

  cli_wav_convert (pcm, G_N_ELEMENTS (pcm), samples);
  for (gsize i = 0; i < G_N_ELEMENTS (pcm); i++)
    g_assert_cmpint (GINT16_FROM_LE (samples[i]), ==, expected[i]);
}

static void
test_header_states_sizes (void)
{
  guint8 header[CLI_WAV_HEADER_BYTES];
  const guint8 riff_bytes[] = { 0x24 + 0x08, 0x02, 0, 0 };
  const guint8 data_bytes[] = { 0x08, 0x02, 0, 0 };

  cli_wav_header (header, 24000, 260);
  g_assert_cmpmem (header + 4, 4, riff_bytes, 4);
  g_assert_cmpmem (header + 40, 4, data_bytes, 4);
}

static void
test_header_of_more_than_it_can_say (void)
{
  guint8 header[CLI_WAV_HEADER_BYTES];
  const guint8 largest[] = { 0xFF, 0xFF, 0xFF, 0xFF };

  cli_wav_header (header, 24000, G_GUINT64_CONSTANT (3) << 30);
  g_assert_cmpmem (header + 4, 4, largest, 4);
  g_assert_cmpmem (header + 40, 4, largest, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wav/conversion-saturates", test_conversion_saturates);
  g_test_add_func ("/wav/header-states-sizes", test_header_states_sizes);
  g_test_add_func ("/wav/header-of-more-than-it-can-say", test_header_of_more_than_it_can_say);
  return g_test_run ();
}
