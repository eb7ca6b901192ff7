/* qora-preferences.h: the preferences window
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-application.h"

G_BEGIN_DECLS

#define QORA_TYPE_PREFERENCES (qora_preferences_get_type ())
G_DECLARE_FINAL_TYPE (QoraPreferences, qora_preferences, QORA, PREFERENCES, AdwPreferencesWindow)

GtkWidget *qora_preferences_new (QoraApplication *app);

G_END_DECLS
