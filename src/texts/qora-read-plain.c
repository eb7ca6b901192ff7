/* qora-read-plain.c: plain text: paragraphs between empty lines
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-readers.h"

#include <string.h>

gboolean
qora_read_plain (QoraDocument *document, const char *text, const char *name, GError **error)
{
  QoraChapter *chapter = qora_document_add_chapter (document, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    qora_chapter_add_part (chapter, QORA_CHAPTER_PART_PARAGRAPH, *line);
  return TRUE;
}
