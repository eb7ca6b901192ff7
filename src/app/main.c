/* main.c: starts the application
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <glib/gi18n.h>

#include "qora-application.h"
#include "qora-locale.h"

int
main (int argc, char **argv)
{
  g_autoptr (QoraApplication) app = NULL;

  qora_locale_init ();
  g_set_application_name (_ ("Qora"));
  app = qora_application_new ();
  return g_application_run (G_APPLICATION (app), argc, argv);
}
