/* made-book.h: a book of any length, for what is to be tried with long ones
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

#define BOOK_CHAPTER_PAGES      10
#define BOOK_CHAPTER_PARAGRAPHS 100

/* An EPUB whose chapters are called "Chapter 1" and so on: each a heading and paragraphs with
 * mark-up and marks for footnotes in them, about 10 pages. (transfer full) */
GBytes *make_book (guint n_chapters);
