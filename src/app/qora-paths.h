/* qora-paths.h: where things are on disk
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *qora_paths_get_takes (void);    /* (transfer full) */
char *qora_paths_get_drafts (void);   /* (transfer full) */
char *qora_paths_get_previews (void); /* (transfer full) */

/* The voice that comes with the program: installed, or in the build tree that the program runs
 * from. (transfer full), NULL: this build has none. */
char *qora_paths_find_demo_voice (void);

G_END_DECLS
