/* models-missing.c: in place of models.c where libsoup was not there to build with
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "errors.h"

#include "models.h"
#include <glib/gi18n.h>

static gboolean
refuse (const char *option, GError **error)
{
  g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED,
               _ ("%s: this qora-tts was built without libsoup and json-glib"), option);
  return FALSE;
}

gboolean
cli_list_models (const CliOptions *options, GError **error)
{
  return refuse ("--list-models", error);
}

gboolean
cli_download_model (const CliOptions *options, GError **error)
{
  return refuse ("--download", error);
}
