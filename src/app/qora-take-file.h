/* qora-take-file.h: the file that describes a take
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

#include "qora-rendering.h"

G_BEGIN_DECLS

#define QORA_TAKE_FILE_NAME "take.json"

/* One part as it is on disk. `rendering` NULL: it has no sound. */
typedef struct
{
  char *text;
  gboolean ends_paragraph;
  double silence_before; /* seconds that the text asks for; < 0: nothing, as it is at first */
  double silence_after;
  QoraRendering *rendering;
  gboolean failed; /* the queue could not make it; not written */
} QoraTakePart;

QoraTakePart *qora_take_part_new (const char *text, gboolean ends_paragraph,
                                  QoraRendering *rendering);
QoraTakePart *qora_take_part_copy (const QoraTakePart *part); /* shares the rendering */
void qora_take_part_free (QoraTakePart *part);

typedef struct
{
  char *title; /* NULL: the beginning of the text */
  char *text;
  gint64 created; /* seconds since 1970 */
  double pause;
  GPtrArray *parts; /* of QoraTakePart */
} QoraTakeFile;

void qora_take_file_clear (QoraTakeFile *file);

/* JSON; only renderings that have a file are in it. (transfer full) */
char *qora_take_file_format (const QoraTakeFile *file);

/* Fills *file, to be cleared with qora_take_file_clear(). Renderings have no sound yet. `name` is
 * for messages. Errors: G_IO_ERROR_INVALID_DATA, naming file and key. */
gboolean qora_take_file_parse (const char *json, gsize length, const char *name, QoraTakeFile *file,
                               GError **error);

G_END_DECLS
