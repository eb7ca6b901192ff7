/* wav.h: 16-bit mono PCM and its RIFF header
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

#define CLI_WAV_HEADER_BYTES 44

/* The header of a file with that many samples. Above the format's 4 GiB the sizes stay at their
 * largest value, which readers take for "to the end of the file". */
void cli_wav_header (guint8 header[CLI_WAV_HEADER_BYTES], int sample_rate, guint64 samples);

/* float pcm[n] in -1..1 to little-endian 16-bit samples; beyond that range it saturates, NaN is
 * silence. */
void cli_wav_convert (const float *pcm, gsize n, gint16 *samples);
