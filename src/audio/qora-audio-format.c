/* qora-audio-format.c: the file formats that a take can be saved in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-audio-format.h"

#include <gst/gst.h>
#include <string.h>

#define BASE "gstreamer1.0-plugins-base"
#define GOOD "gstreamer1.0-plugins-good"

typedef struct
{
  const char *name;
  const char *extension;
  const char *mime_type;
  const char *package; /* the Debian package that encoder and muxer come in */
  const char *caps;    /* without them wavenc would write floats and flacenc 24 bits */
  const char *encoder;
  const char *settings[QORA_N_AUDIO_QUALITIES]; /* of the encoder */
  const char *muxer;                            /* or NULL */
} Format;

/* Opus keeps its generic audio type: "voice" reshapes the signal, which is to stay as it is. */
static const Format formats[QORA_N_AUDIO_FORMATS] = {
  [QORA_AUDIO_FORMAT_WAV] = { .name = "WAV",
                              .extension = "wav",
                              .mime_type = "audio/x-wav",
                              .package = GOOD,
                              .caps = "audio/x-raw,format=S16LE",
                              .encoder = "wavenc",
                              .settings = { "", "", "" } },
  [QORA_AUDIO_FORMAT_FLAC] = { .name = "FLAC",
                               .extension = "flac",
                               .mime_type = "audio/flac",
                               .package = GOOD,
                               .caps = "audio/x-raw,format=S16LE",
                               .encoder = "flacenc",
                               .settings = { "", "", "" } },
  [QORA_AUDIO_FORMAT_OPUS] = { .name = "Opus",
                               .extension = "opus",
                               .mime_type = "audio/ogg",
                               .package = BASE,
                               .caps = "audio/x-raw",
                               .encoder = "opusenc",
                               .settings = { "bitrate=24000", "bitrate=48000", "bitrate=96000" },
                               .muxer = "oggmux" },
  [QORA_AUDIO_FORMAT_VORBIS] = { .name = "Ogg Vorbis",
                                 .extension = "ogg",
                                 .mime_type = "audio/ogg",
                                 .package = BASE,
                                 .caps = "audio/x-raw",
                                 .encoder = "vorbisenc",
                                 .settings = { "quality=0.2", "quality=0.5", "quality=0.8" },
                                 .muxer = "oggmux" },
  [QORA_AUDIO_FORMAT_MP3] = { .name = "MP3",
                              .extension = "mp3",
                              .mime_type = "audio/mpeg",
                              .package = GOOD,
                              .caps = "audio/x-raw",
                              .encoder = "lamemp3enc target=bitrate cbr=true mono=true",
                              .settings = { "bitrate=64", "bitrate=96", "bitrate=160" },
                              .muxer = "id3v2mux" },
};

const char *
qora_audio_format_get_name (QoraAudioFormat format)
{
  g_return_val_if_fail (format < QORA_N_AUDIO_FORMATS, NULL);

  return formats[format].name;
}

const char *
qora_audio_format_get_extension (QoraAudioFormat format)
{
  g_return_val_if_fail (format < QORA_N_AUDIO_FORMATS, NULL);

  return formats[format].extension;
}

const char *
qora_audio_format_get_mime_type (QoraAudioFormat format)
{
  g_return_val_if_fail (format < QORA_N_AUDIO_FORMATS, NULL);

  return formats[format].mime_type;
}

gboolean
qora_audio_format_from_name (const char *name, QoraAudioFormat *format)
{
  const char *dot;

  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (format != NULL, FALSE);

  dot = strrchr (name, '.');
  if (dot == NULL)
    return FALSE;
  for (gsize i = 0; i < QORA_N_AUDIO_FORMATS; i++)
    if (g_ascii_strcasecmp (dot + 1, formats[i].extension) == 0)
      {
        *format = i;
        return TRUE;
      }
  return FALSE;
}

/* `element`: a factory's name, perhaps with settings behind it. */
static gboolean
have_element (const char *element)
{
  g_auto (GStrv) words = g_strsplit (element, " ", 2);
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (words[0]);

  return factory != NULL;
}

gboolean
qora_audio_format_is_available (QoraAudioFormat format, const char **package)
{
  const Format *f;
  const char *missing = NULL;

  g_return_val_if_fail (format < QORA_N_AUDIO_FORMATS, FALSE);

  f = &formats[format];
  if (!gst_init_check (NULL, NULL, NULL) || !have_element ("appsrc")
      || !have_element ("audioconvert") || !have_element ("audioresample"))
    missing = BASE;
  else if (!have_element (f->encoder) || (f->muxer != NULL && !have_element (f->muxer)))
    missing = f->package;
  if (missing != NULL && package != NULL)
    *package = missing;
  return missing == NULL;
}

char *
qora_audio_format_get_encoder (QoraAudioFormat format, QoraAudioQuality quality)
{
  const Format *f;

  g_return_val_if_fail (format < QORA_N_AUDIO_FORMATS, NULL);
  g_return_val_if_fail (quality < QORA_N_AUDIO_QUALITIES, NULL);

  f = &formats[format];
  return g_strdup_printf ("%s ! %s %s%s%s", f->caps, f->encoder, f->settings[quality],
                          f->muxer != NULL ? " ! " : "", f->muxer != NULL ? f->muxer : "");
}
