/* qora-paths.c: where things are on disk
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-paths.h"

#define NAME "qora-tts"

char *
qora_paths_get_takes (void)
{
  return g_build_filename (g_get_user_data_dir (), NAME, "takes", NULL);
}

char *
qora_paths_get_drafts (void)
{
  return g_build_filename (g_get_user_data_dir (), NAME, "drafts", NULL);
}

char *
qora_paths_get_previews (void)
{
  return g_build_filename (g_get_user_cache_dir (), NAME, "previews", NULL);
}

/* The voices beside the running program: in a build tree, or in a prefix that was moved. */
static char *
get_voices_beside_program (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;

  if (folder == NULL)
    return NULL;
  for (int levels = 1; levels <= 2; levels++)
    {
      g_autofree char *up = g_path_get_dirname (folder);
      g_autofree char *installed = g_build_filename (up, "share", NAME, "voices", NULL);
      g_autofree char *built = g_build_filename (up, "data", "voices", NULL);

      if (g_file_test (installed, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&installed);
      if (g_file_test (built, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&built);
      g_free (folder);
      folder = g_steal_pointer (&up);
    }
  return NULL;
}

char *
qora_paths_find_demo_voice (void)
{
  g_autofree char *beside = get_voices_beside_program ();
  const char *parents[] = { beside, QORA_VOICES_DIR };

  for (gsize i = 0; i < G_N_ELEMENTS (parents); i++)
    if (parents[i] != NULL)
      {
        g_autofree char *folder = g_build_filename (parents[i], "demo", NULL);
        g_autofree char *packed = g_build_filename (folder, "demo.qora-tts", NULL);

        if (g_file_test (packed, G_FILE_TEST_EXISTS))
          return g_steal_pointer (&packed);
        if (g_file_test (folder, G_FILE_TEST_EXISTS))
          return g_steal_pointer (&folder);
      }
  return NULL;
}
