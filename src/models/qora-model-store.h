/* qora-model-store.h: the voice models on this computer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-catalogue.h"
#include "qora-model.h"

G_BEGIN_DECLS

/* A GListModel of QoraModel in the order of qora_model_search(). Empty until the first refresh.
 * Belongs to one thread. */
#define QORA_TYPE_MODEL_STORE (qora_model_store_get_type ())
G_DECLARE_FINAL_TYPE (QoraModelStore, qora_model_store, QORA, MODEL_STORE, GObject)

/* `data_folder`: where the program keeps its data, NULL for the user's. Own models are the folders
 * in models/ (or a .qora-tts file in one); the paths of added ones are in models.list, one a line.
 */
QoraModelStore *qora_model_store_new (const char *data_folder);

const char *qora_model_store_get_data_folder (QoraModelStore *self);

/* Looks again at what is there; what cannot be read is left out. */
void qora_model_store_refresh (QoraModelStore *self);

/* The same without blocking. Fails only with G_IO_ERROR_CANCELLED. */
void qora_model_store_refresh_async (QoraModelStore *self, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
gboolean qora_model_store_refresh_finish (QoraModelStore *self, GAsyncResult *result,
                                          GError **error);

/* (transfer full), NULL: none of this name. The first one counts; case does not. */
QoraModel *qora_model_store_find (QoraModelStore *self, const char *name);

/* Makes a model known where it lies: a .qora-tts file or a checkpoint's folder. Known ones are no
 * error. Errors: those of qora_model_new() and of writing a file; NOT_SUPPORTED for a Base model.
 */
gboolean qora_model_store_add (QoraModelStore *self, const char *path, GError **error);

/* Deletes an own model with its folder, forgets an added one. No synthesizer may have it open.
 * Errors: PERMISSION_DENIED for the system's and the demo voice, and those of deleting and writing
 * files. */
gboolean qora_model_store_remove (QoraModelStore *self, QoraModel *model, GError **error);

/* The same without blocking. Errors: as above. */
void qora_model_store_add_async (QoraModelStore *self, const char *path,
                                 GAsyncReadyCallback callback, gpointer user_data);
void qora_model_store_remove_async (QoraModelStore *self, QoraModel *model,
                                    GAsyncReadyCallback callback, gpointer user_data);
gboolean qora_model_store_change_finish (QoraModelStore *self, GAsyncResult *result,
                                         GError **error);

/* On a thread of its own, compares the sizes and SHA-256 of a downloaded checkpoint with the
 * catalogue; without an entry (NULL), and for packed files, lets the engine check every bound.
 * Errors in G_IO_ERROR: INVALID_DATA naming the file, NOT_FOUND, CANCELLED. */
void qora_model_verify_async (QoraModel *model, QoraCatalogueEntry *entry,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean qora_model_verify_finish (QoraModel *model, GAsyncResult *result, GError **error);

G_END_DECLS
