/* qora-file-transfer.h: one file over HTTP, in as many requests as it takes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <libsoup/soup.h>

#include "qora-catalogue.h"

G_BEGIN_DECLS

/* How a request ended. */
typedef enum
{
  QORA_TRANSFER_DONE,        /* the verified file is in its place */
  QORA_TRANSFER_INTERRUPTED, /* another request can go on; what is there is kept */
  QORA_TRANSFER_FAILED,      /* another request would not help, or it was cancelled */
} QoraTransferResult;

/* Called while bytes arrive with the number of bytes of the file that are there. */
typedef void (*QoraTransferFunc) (guint64 done, gpointer user_data);

/* A file on its way: PATH.part with its SHA-256 as far as it goes, and in PATH.part.etag what the
 * server called that version of it. Belongs to one thread. */
typedef struct _QoraFileTransfer QoraFileTransfer;

/* Takes up what an earlier transfer to `path` left. The folder must be there. `file` must stay.
 * Errors, in G_IO_ERROR and naming the file: BUSY (another program is downloading it), CANCELLED,
 * and those of opening and reading a file. */
QoraFileTransfer *qora_file_transfer_open (const QoraCatalogueFile *file, const char *uri,
                                           const char *path, GCancellable *cancellable,
                                           GError **error);

/* Closes the part file and leaves it there. */
void qora_file_transfer_free (QoraFileTransfer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QoraFileTransfer, qora_file_transfer_free)

/* Bytes of the file that are there. */
guint64 qora_file_transfer_get_done (QoraFileTransfer *self);

/* Seconds that the server asked to wait with its last answer, or -1. */
int qora_file_transfer_get_retry_after (QoraFileTransfer *self);

/* Asks once for what is missing (RFC 9110: Range with If-Range), checks and writes it while it
 * arrives, and when it is complete and its SHA-256 right, syncs and renames it. Blocks. `session`
 * belongs to this thread and decodes no content encodings. Errors come with both bad results, in
 * G_IO_ERROR and naming the file. */
QoraTransferResult qora_file_transfer_request (QoraFileTransfer *self, SoupSession *session,
                                               QoraTransferFunc func, gpointer user_data,
                                               GCancellable *cancellable, GError **error);

G_END_DECLS
