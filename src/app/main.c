/* main.c: starts the application
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "qora-application.h"

int
main (int argc, char **argv)
{
  g_autoptr (QoraApplication) app = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, QORA_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  g_set_prgname (QORA_APP_ID);
  g_set_application_name (_ ("Qora"));
  app = qora_application_new ();
  return g_application_run (G_APPLICATION (app), argc, argv);
}
