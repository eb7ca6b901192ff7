/* qora-application.h: what all windows share: the model, the takes, the settings
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

#include "qora-book-list.h"
#include "qora-models-library.h"
#include "qora-pronunciation-store.h"
#include "qora-queue.h"
#include "qora-synthesizer.h"
#include "qora-take-list.h"

G_BEGIN_DECLS

/* Property "model-error" (string, read-only): why no model, or not the one that was asked for, is
 * open; NULL: all is well. */
#define QORA_TYPE_APPLICATION (qora_application_get_type ())
G_DECLARE_FINAL_TYPE (QoraApplication, qora_application, QORA, APPLICATION, AdwApplication)

/* A hint for g_application_open(): in windows of their own, not in the one that is active. */
#define QORA_APPLICATION_OPEN_BESIDE "beside"

QoraApplication *qora_application_new (void);

QoraSynthesizer *qora_application_get_synthesizer (QoraApplication *self); /* (transfer none) */
QoraTakeList *qora_application_get_takes (QoraApplication *self);          /* (transfer none) */
QoraPronunciationStore *
qora_application_get_pronunciation (QoraApplication *self);              /* (transfer none) */
QoraBookList *qora_application_get_books (QoraApplication *self);        /* (transfer none) */
QoraQueue *qora_application_get_queue (QoraApplication *self);           /* (transfer none) */
QoraModelsLibrary *qora_application_get_library (QoraApplication *self); /* (transfer none) */
GSettings *qora_application_get_settings (QoraApplication *self);        /* (transfer none) */
const char *qora_application_get_model_error (QoraApplication *self);

/* The window that shows the take. (transfer none) NULL: none. */
GtkWindow *qora_application_find_window (QoraApplication *self, QoraTake *take);

/* The model that is open is the one that comes with the program. */
gboolean qora_application_has_demo_voice (QoraApplication *self);

/* Opens a model and, if it is good, remembers it, also in the list of models; NULL: the demo voice.
 */
void qora_application_open_model (QoraApplication *self, const char *path);

/* Deletes or forgets a model, see qora_model_store_remove(); the demo voice takes its place. */
void qora_application_remove_model (QoraApplication *self, QoraModel *model);

G_END_DECLS
