/* qora-paths.h: where things are on disk
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *qora_paths_get_takes (void);         /* (transfer full) */
char *qora_paths_get_drafts (void);        /* (transfer full) */
char *qora_paths_get_previews (void);      /* (transfer full) */
char *qora_paths_get_pronunciation (void); /* a file (transfer full) */
char *qora_paths_get_takes (void);         /* (transfer full) */
char *qora_paths_get_books (void);         /* (transfer full) */
char *qora_paths_get_drafts (void);        /* (transfer full) */
char *qora_paths_get_previews (void);      /* (transfer full) */

G_END_DECLS
