/* qora-project.h: what one window works on: a script, its take and sound, and the run in progress
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-generation.h"
#include "qora-take-list.h"

G_BEGIN_DECLS

/* No widgets: the window shows what this does.
 *
 * Properties, read-only: "take" (QoraTake or NULL), "sound" (QoraSound or NULL), "running",
 * "loading" (gboolean: the sound of a take is read).
 * Signals: "restore" (QoraTake): its text and settings are to be shown, before its sound comes;
 * "progress"; "finished" (GError or NULL): a run ended; "failed" (GError): a take could not be read
 * or written. */
#define QORA_TYPE_PROJECT (qora_project_get_type ())
G_DECLARE_FINAL_TYPE (QoraProject, qora_project, QORA, PROJECT, GObject)

QoraProject *qora_project_new (QoraScript *script, QoraSynthesizer *synthesizer,
                               QoraTakeList *takes);

QoraTake *qora_project_get_take (QoraProject *self);   /* (transfer none) (nullable) */
QoraSound *qora_project_get_sound (QoraProject *self); /* (transfer none) (nullable) */
gboolean qora_project_get_running (QoraProject *self);
gboolean qora_project_get_loading (QoraProject *self);
/* The last run, also after its end; NULL: there was none. (transfer none) */
QoraGeneration *qora_project_get_generation (QoraProject *self);

/* Starts a run. Where nothing is stale, everything is made anew; where nothing of the take would be
 * kept, it becomes another take and the old one stays as it is. `text` is the whole text, which the
 * script has been given. Nothing happens while a run is going on, or without any part. */
void qora_project_generate (QoraProject *self, const char *text,
                            const QoraGenerationOptions *options);
void qora_project_stop (QoraProject *self);

/* Brings another take into the window; NULL: an empty one. Stops a run first. */
void qora_project_open (QoraProject *self, QoraTake *take);

/* The same for a take whose text the script has already, with edits that are not to be lost. */
void qora_project_resume (QoraProject *self, QoraTake *take);

G_END_DECLS
