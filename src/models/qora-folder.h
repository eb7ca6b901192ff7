/* qora-folder.h: whole folders
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Deletes the folder and what is in it, links themselves and not what they point at. A folder that
 * is not there is no error. Errors: those of GFile, naming the file. */
gboolean qora_folder_delete (const char *path, GError **error);

/* Bytes of the file, or of all files in the folder. */
guint64 qora_folder_measure (const char *path);

G_END_DECLS
