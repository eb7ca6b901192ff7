/* qora-audio-format.h: the file formats that a take can be saved in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  QORA_AUDIO_FORMAT_WAV,
  QORA_AUDIO_FORMAT_FLAC,
  QORA_AUDIO_FORMAT_OPUS,   /* in Ogg */
  QORA_AUDIO_FORMAT_VORBIS, /* in Ogg */
  QORA_AUDIO_FORMAT_MP3,
  QORA_N_AUDIO_FORMATS
} QoraAudioFormat;

/* Size against fidelity; WAV and FLAC are lossless in any case. */
typedef enum
{
  QORA_AUDIO_QUALITY_SMALL,  /* Opus 24 kbit/s, MP3 64 kbit/s */
  QORA_AUDIO_QUALITY_NORMAL, /* Opus 48 kbit/s, MP3 96 kbit/s */
  QORA_AUDIO_QUALITY_HIGH,   /* Opus 96 kbit/s, MP3 160 kbit/s */
  QORA_N_AUDIO_QUALITIES
} QoraAudioQuality;

/* For example "Opus", "opus", "audio/ogg". (transfer none) */
const char *qora_audio_format_get_name (QoraAudioFormat format);
const char *qora_audio_format_get_extension (QoraAudioFormat format);
const char *qora_audio_format_get_mime_type (QoraAudioFormat format);

/* Finds the format by the ending of a file name, in any case. FALSE for an unknown one. */
gboolean qora_audio_format_from_name (const char *name, QoraAudioFormat *format);

/* Whether this system can encode the format. Where not, `package` (may be NULL) gets the Debian
 * package that brings the missing piece, to be shown to the user. (transfer none) */
gboolean qora_audio_format_is_available (QoraAudioFormat format, const char **package);

/* The GStreamer elements, as for gst_parse_launch(), that make a file's bytes of raw audio.
 * (transfer full) */
char *qora_audio_format_get_encoder (QoraAudioFormat format, QoraAudioQuality quality);

G_END_DECLS
