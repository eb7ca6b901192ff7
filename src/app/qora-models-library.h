/* qora-models-library.h: the voice models of the program, and what is being done with them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-model-store.h"
#include "qora-models-job.h"

G_BEGIN_DECLS

/* Holds the list of what is installed, which follows the folder of models, the catalogue, and one
 * job for each download and conversion. Nothing is asked of the network before a job is started.
 *
 * Property "busy" (gboolean, read-only): a job works, so that the computer should not sleep.
 * Signals: "catalogue-changed" (no arguments); "jobs-changed" (no arguments): there is another
 * conversion; "job-ended" (QoraModelsJob), after the list was read again; "failed" (string): a
 * change to the list was refused, with the reason. */
#define QORA_TYPE_MODELS_LIBRARY (qora_models_library_get_type ())
G_DECLARE_FINAL_TYPE (QoraModelsLibrary, qora_models_library, QORA, MODELS_LIBRARY, GObject)

/* `data_folder` NULL: the user's. Empty until the first refresh. */
QoraModelsLibrary *qora_models_library_new (const char *data_folder);

/* Of QoraModel. (transfer none) */
QoraModelStore *qora_models_library_get_store (QoraModelsLibrary *self);
gboolean qora_models_library_get_busy (QoraModelsLibrary *self);

/* Looks again at what is installed. */
void qora_models_library_refresh (QoraModelsLibrary *self);

/* Reads the catalogue for the server `mirror`, see qora_catalogue_load_default(). Does nothing
 * while qora_models_library_can_change_server() is FALSE. */
void qora_models_library_load_catalogue (QoraModelsLibrary *self, const char *mirror);
/* No download is on its way or paused. */
gboolean qora_models_library_can_change_server (QoraModelsLibrary *self);
/* NULL: it cannot be read. (transfer none) */
GListModel *qora_models_library_get_catalogue (QoraModelsLibrary *self);
const GError *qora_models_library_get_catalogue_error (QoraModelsLibrary *self);

/* The job that downloads entry i of the catalogue. (transfer none) */
QoraModelsJob *qora_models_library_get_download (QoraModelsLibrary *self, guint i);
/* The job that works at the checkpoint in the folder or has failed at it. (transfer none), NULL:
 * none. */
QoraModelsJob *qora_models_library_find_job (QoraModelsLibrary *self, const char *source);

/* Begins to pack a checkpoint; one that lies elsewhere becomes a file in the program's folder. */
void qora_models_library_convert (QoraModelsLibrary *self, QoraModel *model);
/* What qora_models_library_convert() would make. (transfer full) */
char *qora_models_library_suggest_target (QoraModelsLibrary *self, QoraModel *model);

/* Before the program ends: stops what is being packed and waits until no half of a file is left.
 * What was being downloaded stays as it is, for the next time. */
void qora_models_library_put_away (QoraModelsLibrary *self);

/* Without blocking; "failed" tells what went wrong. */
void qora_models_library_add (QoraModelsLibrary *self, const char *path);
void qora_models_library_remove (QoraModelsLibrary *self, QoraModel *model);
/* Deletes the checkpoint beside a .qora-tts file of the program's own. */
void qora_models_library_drop_source (QoraModelsLibrary *self, QoraModel *model);

G_END_DECLS
