/* qora-book-private.h: what a book consists of, shared by the files that make it up
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-book.h"

G_BEGIN_DECLS

struct _QoraBook
{
  GObject parent_instance;

  char *folder;
  char *id;
  QoraBookFile content;
  GPtrArray *chapters; /* of QoraTake */
  char *hindrance;
  gboolean saving;
  gboolean save_again;
};

/* Starts the name of a folder that is still being filled; the number of the process follows. */
#define QORA_BOOK_UNFINISHED ".new-"

/* Writes a file whole or not at all, to be there after a crash of the system too. Blocks. Errors:
 * G_FILE_ERROR. */
gboolean qora_book_write (const char *folder, const char *name, const char *contents, gssize length,
                          GError **error);

G_END_DECLS
