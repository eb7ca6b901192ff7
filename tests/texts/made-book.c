/* made-book.c: a book of any length, for what is to be tried with long ones
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "made-book.h"

#include "document-tools.h"

static char *
make_chapter (guint number)
{
  GString *page = g_string_new (NULL);

  g_string_append_printf (
      page, "<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>Chapter %u</h1>", number);
  for (guint i = 0; i < BOOK_CHAPTER_PARAGRAPHS; i++)
    g_string_append_printf (page,
                            "<p class='x'>Paragraph %u of <b>chapter</b> %u, which goes on for "
                            "about as long<sup><a href='#n'>%u</a></sup> as such a paragraph does "
                            "in a book of the usual kind: two or three sentences. Here is the "
                            "second one of them. And here, a little <i>longer</i>, is the third."
                            "</p>\n",
                            i, number, i);
  g_string_append (page, "</body></html>");
  return g_string_free (page, FALSE);
}

GBytes *
make_book (guint n_chapters)
{
  g_autoptr (GString) manifest = g_string_new (NULL);
  g_autoptr (GString) spine = g_string_new (NULL);
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *opf = NULL;
  const char *first[] = { EPUB_MIMETYPE, EPUB_CONTAINER, "OEBPS/book.opf", NULL, NULL };

  for (guint i = 1; i <= n_chapters; i++)
    {
      g_ptr_array_add (pages, make_chapter (i));
      g_ptr_array_add (paths, g_strdup_printf ("OEBPS/%u.xhtml", i));
      g_string_append_printf (
          manifest, "<item id='c%u' href='%u.xhtml' media-type='application/xhtml+xml'/>", i, i);
      g_string_append_printf (spine, "<itemref idref='c%u'/>", i);
    }
  opf = g_strdup_printf ("<package xmlns='http://www.idpf.org/2007/opf'><manifest>%s</manifest>"
                         "<spine>%s</spine></package>",
                         manifest->str, spine->str);
  first[G_N_ELEMENTS (first) - 2] = opf;
  return make_zip_of (first, (char **) paths->pdata, (char **) pages->pdata, n_chapters);
}
