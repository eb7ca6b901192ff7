/* qora-models-actions.h: the program's part in voice models: actions, menu, notifications
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-application.h"

G_BEGIN_DECLS

/* Adds the actions "models" (opens the page), "use-model" and "add-model" (strings: a path; "demo"
 * for the demo voice), keeps the program and the computer awake while a job works, and tells when
 * one has ended. Once, when the application has its library and settings. */
void qora_models_actions_add (QoraApplication *app);

/* A menu of the installed models that follows the list. (transfer full) */
GMenuModel *qora_models_actions_create_menu (QoraApplication *app);

G_END_DECLS
