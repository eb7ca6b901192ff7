/* qora-kept-folders.h: reads and deletes what is kept as one folder for each thing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A GObject made of a folder, or NULL and an error. (transfer full) */
typedef gpointer (*QoraKeptLoadFunc) (const char *folder, GError **error);

/* Everything that `load` finds in the folders below `parent`, in no order. Folders that are damaged
 * are left out with a message; other files, and a parent that is not there, are nothing. Blocks.
 * (transfer full) */
GPtrArray *qora_kept_folders_load (const char *parent, QoraKeptLoadFunc load);

/* Deletes a folder with all that it holds, but nothing that its links lead to; nothing when there
 * is none. The first blocks, the other does it on a thread of its own. */
void qora_kept_folders_delete (const char *folder);
void qora_kept_folders_delete_later (const char *folder);

G_END_DECLS
