/* qora-book-saver.c: what a book gives to an export
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-book-saver.h"

#include <string.h>

#include "qora-file-name.h"
#include "qora-voice.h"

#define CHAPTER_PAUSE 1.5 /* seconds of silence after a chapter, where another one follows */

static void
add_silence (QoraBookExporter *exporter, gsize n_samples, gsize *at)
{
  qora_book_exporter_add_silence (exporter, n_samples);
  *at += n_samples;
}

/* Returns whether there is anything of it. */
static gboolean
add_parts (QoraBookExporter *exporter, QoraTake *chapter)
{
  gsize at = 0; /* samples from the chapter's beginning */

  for (guint i = 0; i < qora_take_get_n_parts (chapter); i++)
    {
      QoraRendering *rendering = qora_take_get_part_rendering (chapter, i);
      g_autofree char *path = NULL;

      if (rendering == NULL || rendering->file == NULL)
        continue;
      path = g_build_filename (qora_take_get_folder (chapter), rendering->file, NULL);
      if (at > 0 || i == 0)
        add_silence (exporter, qora_take_get_silence_before (chapter, i, at), &at);
      qora_book_exporter_add_file (exporter, path, rendering->n_samples);
      at += rendering->n_samples;
      add_silence (exporter, qora_take_get_silence_after (chapter, i, at), &at);
    }
  return at > 0;
}

static char *
make_path (QoraTake *chapter, guint number, const char *folder, const char *pattern,
           QoraAudioFormat format)
{
  const char *id = qora_take_get_voice (chapter);
  g_autoptr (QoraVoice) voice = id != NULL ? qora_voice_new (id) : NULL;
  const QoraFileName fields = { .title = qora_take_get_title (chapter),
                                .voice = voice != NULL ? qora_voice_get_name (voice) : NULL,
                                .created = qora_take_get_created (chapter),
                                .number = number };
  g_autofree char *numbered = strstr (pattern, "{number}") != NULL
                                  ? g_strdup (pattern)
                                  : g_strconcat ("{number} ", pattern, NULL);
  g_autofree char *name
      = qora_file_name_format (numbered, &fields, qora_audio_format_get_extension (format));

  return g_build_filename (folder, name, NULL);
}

static void
set_tags (QoraBookExporter *exporter, QoraBook *book)
{
  const char *id = qora_book_get_speech (book)->voice;
  g_autoptr (QoraVoice) voice = id != NULL ? qora_voice_new (id) : NULL;
  g_autofree char *path = qora_book_dup_cover_path (book);
  g_autoptr (GMappedFile) file = path != NULL ? g_mapped_file_new (path, FALSE, NULL) : NULL;
  g_autoptr (GBytes) cover = file != NULL ? g_mapped_file_get_bytes (file) : NULL;

  qora_book_exporter_set_tags (exporter, qora_book_get_title (book), qora_book_get_author (book),
                               voice != NULL ? qora_voice_get_name (voice) : NULL,
                               qora_book_get_language (book), cover);
}

QoraBookExporter *
qora_book_saver_new (QoraBook *book, gboolean whole, const char *path, const char *pattern,
                     QoraAudioFormat format, QoraAudioQuality quality)
{
  QoraBookExporter *exporter = qora_book_exporter_new (format, quality);
  guint n = qora_book_get_n_chapters (book);

  set_tags (exporter, book);
  if (whole)
    qora_book_exporter_set_path (exporter, path);
  for (guint i = 0; i < n; i++)
    {
      QoraTake *chapter = qora_book_get_chapter (book, i);
      g_autofree char *own = whole ? NULL : make_path (chapter, i + 1, path, pattern, format);

      qora_book_exporter_add_chapter (exporter, qora_take_get_title (chapter), own);
      if (add_parts (exporter, chapter) && whole && i + 1 < n)
        qora_book_exporter_add_silence (exporter, (gsize) (CHAPTER_PAUSE * QORA_SOUND_RATE));
    }
  return exporter;
}
