/* document-tools.h: what the tests of texts share: reading, printing, and making EPUBs
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-document.h"

/* Reads `length` bytes (-1: a string) as a file of this name; a failure ends the test. */
QoraDocument *read_bytes (const char *bytes, gssize length, const char *name);
QoraDocument *read_string (const char *text, const char *name);

/* Reading must fail with this code, and the message must have `words` in it and name the file. */
void assert_refused (GBytes *bytes, const char *name, QoraDocumentError code, const char *words);

/* "= title" for a chapter that has one or is not the first, then a line for each part: "p ", "h ",
 * "- " or "1.5-2.5 " and its text. (transfer full) */
char *print_document (QoraDocument *document);

/* Reads and prints; compares. */
void assert_reads_as (const char *text, const char *name, const char *expected);

/* ---- EPUBs ---- */

/* A zip archive; pairs of path and contents, then NULL. The first is stored, the others are
 * compressed. (transfer full) */
GBytes *make_zip (const char *path, ...) G_GNUC_NULL_TERMINATED;

/* The same from pairs in an array that NULL ends, and then paths[n] with contents[n]. */
GBytes *make_zip_of (const char *const *first, char **paths, char **contents, guint n);

#define EPUB_MIMETYPE "mimetype", "application/epub+zip"
#define EPUB_CONTAINER                                                                             \
  "META-INF/container.xml",                                                                        \
      "<?xml version='1.0'?><container version='1.0' "                                             \
      "xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles><rootfile "              \
      "full-path='OEBPS/book.opf' media-type='application/oebps-package+xml'/></rootfiles>"        \
      "</container>"
