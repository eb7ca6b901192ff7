/* qora-pronunciation-window.h: the list of words that are spoken in another way
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-application.h"

G_BEGIN_DECLS

#define QORA_TYPE_PRONUNCIATION_WINDOW (qora_pronunciation_window_get_type ())
G_DECLARE_FINAL_TYPE (QoraPronunciationWindow, qora_pronunciation_window, QORA,
                      PRONUNCIATION_WINDOW, AdwPreferencesWindow)

GtkWidget *qora_pronunciation_window_new (QoraApplication *app);

G_END_DECLS
