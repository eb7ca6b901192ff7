/* qora-archive.h: a zip archive in memory, unpacked within bounds
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* No book has more; what has is made to fill the memory. */
#define QORA_ARCHIVE_MAX_FILES 20000
#define QORA_ARCHIVE_MAX_BYTES (256 * 1024 * 1024) /* unpacked, of all files that are wanted */

typedef enum
{
  QORA_ARCHIVE_DONE,
  QORA_ARCHIVE_DAMAGED,
  QORA_ARCHIVE_ENCRYPTED,
  QORA_ARCHIVE_TOO_LARGE,
} QoraArchiveResult;

/* path: normalised. */
typedef gboolean (*QoraArchiveFilter) (const char *path, gpointer user_data);

/* Unpacks the files that the filter wants; those it does not are not looked into. Nothing is
 * written anywhere. files: path -> GBytes; a path has no "." or ".." and does not begin with "/",
 * and a file whose path would leave the archive is left out. (element-type utf8 GBytes) */
QoraArchiveResult qora_archive_unpack (GBytes *archive, QoraArchiveFilter filter,
                                       gpointer user_data, GHashTable *files);

/* `reference`, as it stands in the file `base` of an archive, as a path in it: percent signs
 * decoded, "." and ".." resolved. What stands behind # is in *fragment, decoded, NULL where there
 * is none; `fragment` may be NULL. NULL where it leads out of the archive. (transfer full) */
char *qora_archive_resolve (const char *base, const char *reference, char **fragment);

G_END_DECLS
