/* qora-toast.c: toasts that say what they are given
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-toast.h"

AdwToast *
qora_toast_new (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  return adw_toast_new (escaped);
}
