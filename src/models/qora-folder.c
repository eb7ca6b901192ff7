/* qora-folder.c: whole folders
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-folder.h"

static gboolean
delete_tree (GFile *file, GError **error)
{
  g_autoptr (GFileEnumerator) children = NULL;
  gboolean is_folder = g_file_query_file_type (file, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL)
                       == G_FILE_TYPE_DIRECTORY;

  if (is_folder)
    {
      GFile *child;

      children = g_file_enumerate_children (file, G_FILE_ATTRIBUTE_STANDARD_NAME,
                                            G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, error);
      if (children == NULL)
        return FALSE;
      do
        {
          if (!g_file_enumerator_iterate (children, NULL, &child, NULL, error)
              || (child != NULL && !delete_tree (child, error)))
            return FALSE;
        }
      while (child != NULL);
    }
  return g_file_delete (file, NULL, error);
}

gboolean
qora_folder_delete (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return !g_file_query_exists (file, NULL) || delete_tree (file, error);
}

guint64
qora_folder_measure (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileEnumerator) children = NULL;
  g_autoptr (GFileInfo) self = NULL;
  GFileInfo *info;
  GFile *child;
  guint64 size = 0;

  self = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE,
                            G_FILE_QUERY_INFO_NONE, NULL, NULL);
  if (self == NULL)
    return 0;
  if (g_file_info_get_file_type (self) != G_FILE_TYPE_DIRECTORY)
    return g_file_info_get_size (self);
  children = g_file_enumerate_children (file, G_FILE_ATTRIBUTE_STANDARD_NAME,
                                        G_FILE_QUERY_INFO_NONE, NULL, NULL);
  while (children != NULL && g_file_enumerator_iterate (children, &info, &child, NULL, NULL)
         && child != NULL)
    size += qora_folder_measure (g_file_peek_path (child));
  return size;
}
