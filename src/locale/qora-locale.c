/* qora-locale.c: the user's language, and where its catalogue is
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-locale.h"

#include <glib.h>
#include <libintl.h>
#include <locale.h>

/* Of a prefix, seen from its bin folder, and of a build tree, seen from src/app and src/cli. */
static const char *const beside_program[] = { "../share/locale", "../../po" };

static char *
find_catalogues (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;

  for (gsize i = 0; folder != NULL && i < G_N_ELEMENTS (beside_program); i++)
    {
      g_autofree char *catalogues = g_canonicalize_filename (beside_program[i], folder);
      g_autofree char *one
          = g_build_filename (catalogues, "de", "LC_MESSAGES", GETTEXT_PACKAGE ".mo", NULL);

      if (g_file_test (one, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&catalogues);
    }
  return g_strdup (QORA_LOCALE_DIR);
}

void
qora_locale_init (void)
{
  g_autofree char *catalogues = NULL;

  setlocale (LC_ALL, "");
  catalogues = find_catalogues ();
  bindtextdomain (GETTEXT_PACKAGE, catalogues);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
