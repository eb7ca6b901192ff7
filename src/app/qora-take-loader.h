/* qora-take-loader.h: puts the sound of a take together from the files of its parts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

#include "qora-take-file.h"

G_BEGIN_DECLS

/* Reads the parts' files from `folder` on a thread, and completes the task. `parts` (element-type
 * QoraTakePart) is copied, its renderings are shared. */
void qora_take_loader_run (GTask *task, const char *folder, double pause, GPtrArray *parts);

/* The sound, with the parts one after the other and the pauses between them; each rendering has
 * been given its range of it. Errors: GIOErrorEnum, naming the file. (transfer full) */
QoraSound *qora_take_loader_finish (GTask *task, GError **error);

G_END_DECLS
