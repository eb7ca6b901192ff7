/* qora-take-list.h: all takes that are kept, newest first
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-take.h"

G_BEGIN_DECLS

/* A GListModel of QoraTake. Property "loaded" (gboolean): what was on disk has been read. */
#define QORA_TYPE_TAKE_LIST (qora_take_list_get_type ())
G_DECLARE_FINAL_TYPE (QoraTakeList, qora_take_list, QORA, TAKE_LIST, GObject)

/* `folder` has a folder for each take; it need not exist. */
QoraTakeList *qora_take_list_new (const char *folder);

/* Reads what is on disk, on a thread. Folders that hold no sound take are passed over. */
void qora_take_list_load (QoraTakeList *self);
gboolean qora_take_list_get_loaded (QoraTakeList *self);

const char *qora_take_list_get_folder (QoraTakeList *self);

/* (transfer none), NULL: not there. */
QoraTake *qora_take_list_find (QoraTakeList *self, const char *id);

/* Puts it into its place; one that is there already stays. Does not save it. */
void qora_take_list_add (QoraTakeList *self, QoraTake *take);

/* Takes it from the list only: qora_take_delete() is for the files, once there is no undo. */
void qora_take_list_remove (QoraTakeList *self, QoraTake *take);

G_END_DECLS
