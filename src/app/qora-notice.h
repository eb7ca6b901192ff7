/* qora-notice.h: a strip above the text for what stays true until something is done about it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal "dismissed": the close button was used. */
#define QORA_TYPE_NOTICE (qora_notice_get_type ())
G_DECLARE_FINAL_TYPE (QoraNotice, qora_notice, QORA, NOTICE, AdwBin)

/* Shows `text`, and a button where `action_label` and `action` (a detailed action name) are not
 * NULL. `is_error` gives it more weight. */
void qora_notice_show (QoraNotice *self, const char *text, gboolean is_error,
                       const char *action_label, const char *action);
/* A second button beside that of the last qora_notice_show(). */
void qora_notice_add_action (QoraNotice *self, const char *label, const char *action);
/* The buttons stand below the text. */
void qora_notice_set_narrow (QoraNotice *self, gboolean narrow);
void qora_notice_hide (QoraNotice *self);
gboolean qora_notice_is_error (QoraNotice *self);

G_END_DECLS
