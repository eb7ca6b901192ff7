/* qora-toast.h: toasts that say what they are given
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Toasts take their text for markup, where a file called “a & b” would leave them empty. This one
 * has been escaped. (transfer full) */
AdwToast *qora_toast_new (const char *text);

G_END_DECLS
