/* qora-catalogue.h: the voice models that can be downloaded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One file of a model, as it was when its revision was pinned. */
typedef struct
{
  char *path;   /* relative to the model's folder, components divided by / */
  guint64 size; /* bytes */
  char *sha256; /* 64 lower-case hexadecimal digits */
} QoraCatalogueFile;

/* A model that can be downloaded. Immutable; any thread may look at it. */
#define QORA_TYPE_CATALOGUE_ENTRY (qora_catalogue_entry_get_type ())
G_DECLARE_FINAL_TYPE (QoraCatalogueEntry, qora_catalogue_entry, QORA, CATALOGUE_ENTRY, GObject)

/* What commands call it and what its folder is called, for example "1.7b-customvoice". */
const char *qora_catalogue_entry_get_name (QoraCatalogueEntry *self);
/* What people call it. */
const char *qora_catalogue_entry_get_title (QoraCatalogueEntry *self);
/* "custom-voice" or "voice-design". */
const char *qora_catalogue_entry_get_kind (QoraCatalogueEntry *self);
/* The pinned commit, hexadecimal digits. */
const char *qora_catalogue_entry_get_revision (QoraCatalogueEntry *self);
guint qora_catalogue_entry_get_n_files (QoraCatalogueEntry *self);
const QoraCatalogueFile *qora_catalogue_entry_get_file (QoraCatalogueEntry *self, guint i);
/* Bytes of all files. */
guint64 qora_catalogue_entry_get_size (QoraCatalogueEntry *self);
/* Bytes of the .qora-tts file that is made of them, about; speaking with it takes as much memory.
 */
guint64 qora_catalogue_entry_get_packed_size (QoraCatalogueEntry *self);
/* Where file i is. (transfer full) */
char *qora_catalogue_entry_get_uri (QoraCatalogueEntry *self, guint i);

/* Reads the catalogue `path`. `mirror` is the base address of a server that has the same
 * repositories under the same names, for example "https://example.org/models"; NULL or empty: the
 * catalogue's own server. Nothing is asked of the network. (transfer full) list of
 * QoraCatalogueEntry, or NULL. Errors, naming the file and the key: those of reading a file,
 * G_IO_ERROR_INVALID_DATA; G_IO_ERROR_INVALID_ARGUMENT for a mirror that is no
 * http or https address. */
GListModel *qora_catalogue_load (const char *path, const char *mirror, GError **error);

/* The catalogue that comes with the program. `mirror` NULL or empty: that of the environment
 * variable QORA_TTS_MIRROR. QORA_TTS_CATALOGUE names another catalogue file. Errors: as above. */
GListModel *qora_catalogue_load_default (const char *mirror, GError **error);

/* Whether `text` can be the base address of a server: http or https, a host, no query. */
gboolean qora_catalogue_is_server (const char *text);

/* (transfer full), NULL: there is none of this name. Case does not matter. */
QoraCatalogueEntry *qora_catalogue_find (GListModel *catalogue, const char *name);

G_END_DECLS
