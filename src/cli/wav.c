/* wav.c: 16-bit mono PCM and its RIFF header
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wav.h"

#include <math.h>
#include <string.h>

#define BYTES_PER_SAMPLE 2

static void
put_u16 (guint8 *at, guint value)
{
  at[0] = value & 0xFF;
  at[1] = value >> 8 & 0xFF;
}

static void
put_u32 (guint8 *at, guint32 value)
{
  put_u16 (at, value & 0xFFFF);
  put_u16 (at + 2, value >> 16);
}

void
cli_wav_header (guint8 header[CLI_WAV_HEADER_BYTES], int sample_rate, guint64 samples)
{
  guint64 bytes = samples * BYTES_PER_SAMPLE;
  guint64 riff_bytes = bytes + CLI_WAV_HEADER_BYTES - 8;

  memcpy (header, "RIFF....WAVEfmt ", 16);
  put_u32 (header + 4, MIN (riff_bytes, G_MAXUINT32));
  put_u32 (header + 16, 16); /* bytes of the format that follows */
  put_u16 (header + 20, 1);  /* PCM */
  put_u16 (header + 22, 1);  /* channels */
  put_u32 (header + 24, sample_rate);
  put_u32 (header + 28, sample_rate * BYTES_PER_SAMPLE);
  put_u16 (header + 32, BYTES_PER_SAMPLE);
  put_u16 (header + 34, 8 * BYTES_PER_SAMPLE);
  memcpy (header + 36, "data", 4);
  put_u32 (header + 40, MIN (bytes, G_MAXUINT32));
}

void
cli_wav_convert (const float *pcm, gsize n, gint16 *samples)
{
  for (gsize i = 0; i < n; i++)
    {
      float x = isnan (pcm[i]) ? 0 : CLAMP (pcm[i], -1.0f, 1.0f);

      samples[i] = GINT16_TO_LE ((gint16) lrintf (x * 32767));
    }
}
