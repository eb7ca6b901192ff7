/* codes.h: codec frames as JSON: {"frames":T,"groups":G,"codes":[[G numbers],...]}
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>
#include <qtts/model.h>

/* int32_t codes[frames][groups] to the file, or to standard output for "-". */
gboolean cli_codes_write (const char *path, const gint32 *codes, int frames, int groups,
                          GError **error);

/* Reads such a file for a model: `groups` codes in a frame, each below `codebook_size`. Errors name
 * the file and the key, or the frame and group, at fault. The caller frees the array
 * [*frames][groups] with g_free(). */
gint32 *cli_codes_read (const char *path, const qtts_model_info *model, int *frames,
                        GError **error);
