/* qora-pair-dialog.h: asks how a word is to be spoken
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

#include "qora-pronunciation.h"

G_BEGIN_DECLS

/* Its response is "save" or "cancel". */
#define QORA_TYPE_PAIR_DIALOG (qora_pair_dialog_get_type ())
G_DECLARE_FINAL_TYPE (QoraPairDialog, qora_pair_dialog, QORA, PAIR_DIALOG, AdwMessageDialog)

/* `pair` is what it shows at first, NULL: a new one. `languages` are the model's, NULL: none. */
GtkWidget *qora_pair_dialog_new (GtkWindow *parent, const QoraPair *pair,
                                 const char *const *languages);

/* What was entered. (transfer full) */
QoraPair *qora_pair_dialog_get_pair (QoraPairDialog *self);

G_END_DECLS
