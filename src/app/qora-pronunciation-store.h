/* qora-pronunciation-store.h: keeps the list of words that are spoken in another way
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-pronunciation.h"

G_BEGIN_DECLS

/* Signals: "changed": the list is another one; "failed" (GError): it could not be read or written,
 * with the file's name. */
#define QORA_TYPE_PRONUNCIATION_STORE (qora_pronunciation_store_get_type ())
G_DECLARE_FINAL_TYPE (QoraPronunciationStore, qora_pronunciation_store, QORA, PRONUNCIATION_STORE,
                      GObject)

/* `path` need not exist: the list is empty then. */
QoraPronunciationStore *qora_pronunciation_store_new (const char *path);

/* Reads the file. FALSE: it is damaged, and stays as it is until something else is set. Errors:
 * those of reading a file and G_IO_ERROR_INVALID_DATA, naming it. */
gboolean qora_pronunciation_store_load (QoraPronunciationStore *self, GError **error);

QoraPronunciation *qora_pronunciation_store_get_list (QoraPronunciationStore *self);
/* Takes the place of the list, and of the file, whole or not at all. */
void qora_pronunciation_store_set_list (QoraPronunciationStore *self, QoraPronunciation *list);

/* One pair in place of the index-th, or added at the end where there is none; NULL takes the one
 * that is there away. */
void qora_pronunciation_store_set_pair (QoraPronunciationStore *self, guint index,
                                        const QoraPair *pair);

/* Adds a list to the one that there is; a pair that finds the same in the same language goes. */
void qora_pronunciation_store_add_list (QoraPronunciationStore *self, QoraPronunciation *list);

G_END_DECLS
