/* qora-file-name.h: names of saved files, made from a pattern
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the fields of a pattern stand for: "{title}", "{voice}", "{date}" and "{number}". */
typedef struct
{
  const char *title;
  const char *voice; /* its name as it is shown; NULL: none */
  gint64 created;    /* seconds since 1970; {date} is its local day, such as 2026-11-22 */
  guint number;      /* two digits or more, 0: none */
} QoraFileName;

/* The pattern with its fields filled in, and "." and the extension at the end. What file systems or
 * other programs stumble over becomes a space; separators around fields that are empty go, spaces
 * are single, and the name is short enough for any file system. Anything else in braces is text. A
 * name that would be empty is the word for speech. (transfer full) */
char *qora_file_name_format (const char *pattern, const QoraFileName *fields,
                             const char *extension);

G_END_DECLS
