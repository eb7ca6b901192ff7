/* folder.h: the folders that tests write into
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

/* Entries of a folder, files and folders. */
guint folder_count (const char *folder);

/* Deletes a folder with all that it holds; nothing when there is none. */
void folder_remove (const char *folder);
