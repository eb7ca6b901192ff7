/* qora-model-needs.c: what a model takes of this computer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-model-needs.h"

#include <glib/gi18n.h>
#include <unistd.h>

/* Weights of 16 bits become 4.5, those of the speech decoder 16 of 32, and its encoder is left
 * out. */
#define PACKED_SHARE 0.4

/* Free bytes of the file system that `path` is or will be in. */
static guint64
measure_free (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  for (;;)
    {
      g_autoptr (GFileInfo) info
          = g_file_query_filesystem_info (file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);
      g_autoptr (GFile) parent = NULL;

      if (info != NULL)
        return g_file_info_has_attribute (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE)
                   ? g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE)
                   : G_MAXUINT64;
      parent = g_file_get_parent (file);
      if (parent == NULL)
        return G_MAXUINT64;
      g_set_object (&file, parent);
    }
}

static guint64
measure_memory (void)
{
  long pages = sysconf (_SC_PHYS_PAGES);
  long size = sysconf (_SC_PAGESIZE);

  return pages > 0 && size > 0 ? (guint64) pages * (guint64) size : G_MAXUINT64;
}

void
qora_model_needs_of_download (QoraModelNeeds *needs, QoraModelDownload *download)
{
  guint64 packed = qora_catalogue_entry_get_packed_size (qora_model_download_get_entry (download));

  *needs = (QoraModelNeeds){
    .disk = qora_model_download_count_missing (download) + packed,
    .disk_free = measure_free (qora_model_download_get_target (download)),
    .memory = packed,
    .memory_total = measure_memory (),
  };
}

void
qora_model_needs_of_conversion (QoraModelNeeds *needs, QoraModel *model, const char *data_folder)
{
  guint64 packed = (guint64) (PACKED_SHARE * (double) qora_model_get_bytes (model));

  *needs = (QoraModelNeeds){
    .disk = packed,
    .disk_free = measure_free (data_folder),
    .memory = packed,
    .memory_total = measure_memory (),
  };
}

gboolean
qora_model_needs_check_disk (const QoraModelNeeds *needs, GError **error)
{
  g_autofree char *needed = g_format_size (needs->disk);
  g_autofree char *there = g_format_size (needs->disk_free);

  if (needs->disk <= needs->disk_free)
    return TRUE;
  /* translators: both are sizes, for example “6.0 GB” */
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _ ("%s are needed, and %s are free"), needed,
               there);
  return FALSE;
}

gboolean
qora_model_needs_fit_memory (const QoraModelNeeds *needs)
{
  return needs->memory <= needs->memory_total;
}
