/* qora-kept-folders.c: reads and deletes what is kept as one folder for each thing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-kept-folders.h"

#include <glib/gstdio.h>

GPtrArray *
qora_kept_folders_load (const char *parent, QoraKeptLoadFunc load)
{
  GPtrArray *loaded = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (parent, name, NULL);
      g_autoptr (GError) error = NULL;
      gpointer object = load (folder, &error);

      if (object != NULL)
        g_ptr_array_add (loaded, object);
      else if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)
               && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
        g_message ("%s", error->message);
    }
  return loaded;
}

void
qora_kept_folders_delete (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        qora_kept_folders_delete (path);
      else
        g_remove (path);
    }
  g_rmdir (folder);
}

static gpointer
delete_thread (gpointer data)
{
  g_autofree char *folder = data;

  qora_kept_folders_delete (folder);
  return NULL;
}

void
qora_kept_folders_delete_later (const char *folder)
{
  g_thread_unref (g_thread_new ("delete-folder", delete_thread, g_strdup (folder)));
}
