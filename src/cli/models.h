/* models.h: voice models that are installed or can be
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

#include "options.h"

/* --list-models: one line for each model of the catalogue and each installed one, on standard
 * output: name, size, kind, and the path or "not installed". Asks nothing of the network. */
gboolean cli_list_models (const CliOptions *options, GError **error);

/* --download: fetches and verifies the model, goes on where an earlier download stopped, and
 * converts it to a .qora-tts file of --precision. Errors: CLI_ERROR_USAGE for an unknown name,
 * CLI_ERROR_INTERRUPTED, CLI_ERROR_FAILED. */
gboolean cli_download_model (const CliOptions *options, GError **error);
