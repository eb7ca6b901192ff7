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
qora_paths_get_books (void)
{
  return g_build_filename (g_get_user_data_dir (), NAME, "books", NULL);
}

char *
qora_paths_get_drafts (void)
{
  return g_build_filename (g_get_user_data_dir (), NAME, "drafts", NULL);
}

char *
qora_paths_get_pronunciation (void)
{
  return g_build_filename (g_get_user_config_dir (), NAME, "pronunciation.json", NULL);
}

char *
qora_paths_get_previews (void)
{
  return g_build_filename (g_get_user_cache_dir (), NAME, "previews", NULL);
}
