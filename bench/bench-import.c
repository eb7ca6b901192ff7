/* bench-import.c: how long a book takes from its file to chapters and parts
 *
 * bench-import [PAGES] makes an EPUB of so many pages, by default 300, and reads it several times.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "document-tools.h"
#include "made-book.h"

enum
{
  ROUNDS = 10,
};

static int
compare (const void *a, const void *b)
{
  const gint64 first = *(const gint64 *) a;
  const gint64 second = *(const gint64 *) b;

  return (first > second) - (first < second);
}

int
main (int argc, char **argv)
{
  guint n_pages = argc > 1 ? (guint) strtoul (argv[1], NULL, 10) : 300;
  g_autoptr (GBytes) book = make_book (MAX (1, n_pages / BOOK_CHAPTER_PAGES));
  gint64 times[ROUNDS];
  gsize n_characters = 0;
  guint n_chapters = 0;
  struct rusage usage;

  for (int round = 0; round < ROUNDS; round++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autoptr (QoraDocument) document = qora_document_read_bytes (book, "book.epub", NULL, NULL);

      times[round] = g_get_monotonic_time () - start;
      g_assert_nonnull (document);
      n_chapters = document->chapters->len;
      n_characters = 0;
      for (guint i = 0; i < n_chapters; i++)
        n_characters += qora_chapter_count_characters (document->chapters->pdata[i]);
    }
  qsort (times, ROUNDS, sizeof times[0], compare);
  getrusage (RUSAGE_SELF, &usage);
  printf ("%u pages, %u chapters, %" G_GSIZE_FORMAT " characters, %" G_GSIZE_FORMAT
          " bytes of EPUB\n",
          n_pages, n_chapters, n_characters, g_bytes_get_size (book));
  printf ("median %.1f ms, slowest %.1f ms of %d; %.1f MiB at most\n", times[ROUNDS / 2] / 1000.0,
          times[ROUNDS - 1] / 1000.0, ROUNDS, usage.ru_maxrss / 1024.0);
  return 0;
}
