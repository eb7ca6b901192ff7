/* test-epub.c: the chapters of a book, and books that are none
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gstdio.h>
#include <string.h>

#include "document-tools.h"
#include "made-book.h"

#define XHTML(body)                                                                                \
  "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE html><html "                                    \
  "xmlns='http://www.w3.org/1999/xhtml' xmlns:epub='http://www.idpf.org/2007/ops'><head>"          \
  "<title>Not read</title></head><body>" body "</body></html>"

#define OPF(metadata, manifest, spine)                                                             \
  "OEBPS/book.opf",                                                                                \
      "<?xml version='1.0'?><package xmlns='http://www.idpf.org/2007/opf' version='3.0'>"          \
      "<metadata xmlns:dc='http://purl.org/dc/elements/1.1/' "                                     \
      "xmlns:opf='http://www.idpf.org/2007/opf'>" metadata "</metadata><manifest>" manifest        \
      "</manifest><spine toc='ncx'>" spine "</spine></package>"

#define METADATA                                                                                   \
  "<dc:title>The Book</dc:title><dc:creator>First Author</dc:creator><dc:creator "                 \
  "opf:role='ill'>Illustrator</dc:creator><dc:creator opf:role='aut'>Second Author</dc:creator>"   \
  "<dc:language>en-GB</dc:language>"

#define PAGE(id, href) "<item id='" id "' href='" href "' media-type='application/xhtml+xml'/>"

static void
assert_book (GBytes *book, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QoraDocument) document = qora_document_read_bytes (book, "a.epub", NULL, &error);
  g_autofree char *printed = NULL;

  g_assert_no_error (error);
  printed = print_document (document);
  g_assert_cmpstr (printed, ==, expected);
  g_bytes_unref (book);
}

static void
refuse (GBytes *book, QoraDocumentError code, const char *words)
{
  assert_refused (book, "a.epub", code, words);
  g_bytes_unref (book);
}

/* ---- books ---- */

static GBytes *
make_epub3 (void)
{
  return make_zip (
      EPUB_MIMETYPE, EPUB_CONTAINER,
      OPF (METADATA,
           "<item id='nav' href='nav.xhtml' properties='nav' media-type='application/xhtml+xml'/>"
           "<item id='img' href='c%20over.jpg' properties='cover-image' "
           "media-type='image/jpeg'/>" PAGE ("front", "front.xhtml")
               PAGE ("one", "text/ch%C3%A4pter%201.xhtml") PAGE ("more", "text/more.xhtml")
                   PAGE ("two", "text/two.xhtml") PAGE ("extra", "text/extra.xhtml"),
           "<itemref idref='front'/><itemref idref='nav'/><itemref idref='one'/>"
           "<itemref idref='more'/><itemref idref='extra' linear='no'/><itemref idref='two'/>"),
      "OEBPS/nav.xhtml",
      XHTML ("<nav epub:type='landmarks'><ol><li><a href='front.xhtml'>Start</a></li></ol></nav>"
             "<nav epub:type='toc'><ol><li><a href='text/ch%C3%A4pter%201.xhtml'>Chapter\n One</a>"
             "</li><li><a href='text/two.xhtml'>Chapter Two</a><ol><li>"
             "<a href='text/two.xhtml#s1'>Section</a></li></ol></li></ol></nav>"),
      "OEBPS/c over.jpg", "JPEG", "OEBPS/front.xhtml", XHTML ("<h1>The Book</h1>"),
      "OEBPS/text/chäpter 1.xhtml",
      XHTML ("<section epub:type='chapter'><h2>One</h2><p>A&nbsp;first<a epub:type='noteref' "
             "href='#n'>1</a> caf&eacute;.</p><span epub:type='pagebreak' title='2'>2</span>"
             "<aside epub:type='footnote' id='n'>A note.</aside><script/><a id='x'/>"
             "<p>Behind.</p></section>"),
      "OEBPS/text/more.xhtml", XHTML ("<p>It goes on.</p>"), "OEBPS/text/two.xhtml",
      XHTML ("<h2>Two</h2><p>Text.</p><h3 id='s1'>Section</h3><p>More.</p>"),
      "OEBPS/text/extra.xhtml", XHTML ("<p>Not in the order.</p>"), NULL);
}

static void
test_epub3 (void)
{
  assert_book (make_epub3 (), "= The Book\nh The Book\n"
                              "= Chapter One\nh One\np A first café.\np Behind.\np It goes on.\n"
                              "= Chapter Two\nh Two\np Text.\nh Section\np More.\n");
}

static void
test_metadata (void)
{
  g_autoptr (GBytes) book = make_epub3 ();
  g_autoptr (QoraDocument) document = qora_document_read_bytes (book, "a.epub", NULL, NULL);

  g_assert_cmpstr (document->title, ==, "The Book");
  g_assert_cmpstr (document->author, ==, "First Author, Second Author");
  g_assert_cmpstr (document->language, ==, "en-GB");
  g_assert_cmpstr (document->cover_mime, ==, "image/jpeg");
  g_assert_cmpmem (g_bytes_get_data (document->cover, NULL), g_bytes_get_size (document->cover),
                   "JPEG", 4);
}

static void
test_epub2 (void)
{
  assert_book (
      make_zip (
          EPUB_MIMETYPE, EPUB_CONTAINER,
          OPF (METADATA "<meta name='cover' content='img'/>",
               "<item id='ncx' href='toc.ncx' media-type='application/x-dtbncx+xml'/>"
               "<item id='img' href='c.png' media-type='image/png'/>" PAGE ("all", "all.html"),
               "<itemref idref='all'/>"),
          "OEBPS/toc.ncx",
          "<ncx xmlns='http://www.daisy.org/z3986/2005/ncx/'><navMap><navPoint><navLabel><text>One"
          "</text></navLabel><content src='all.html#c1'/><navPoint><navLabel><text>Inner</text>"
          "</navLabel><content src='all.html#s1'/></navPoint></navPoint><navPoint><navLabel><text>"
          "Two</text></navLabel><content src='all.html#c2'/></navPoint></navMap></ncx>",
          "OEBPS/all.html",
          "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.1//EN' "
          "'http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd'><html "
          "xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body><p>Front.</p>"
          "<div id='c1'><h2>1</h2><p>A&mdash;b.</p><p id='s1'>C.</p></div><h2><a id='c2'/>2</h2>"
          "<p>D.</p></body></html>",
          NULL),
      "p Front.\n= One\nh 1\np A—b.\np C.\n= Two\nh 2\np D.\n");
}

/* No table of contents: each file is a chapter. */
static void
test_without_contents (void)
{
  assert_book (make_zip (EPUB_MIMETYPE, EPUB_CONTAINER,
                         OPF ("", PAGE ("a", "../a.xhtml") PAGE ("b", "b.xhtml"),
                              "<itemref idref='a'/><itemref idref='b'/>"),
                         "a.xhtml", XHTML ("<h1>A</h1><p>Text.</p>"), "OEBPS/b.xhtml",
                         XHTML ("<p>No heading.</p>"), NULL),
               "= A\nh A\np Text.\n= \np No heading.\n");
}

static void
test_title_from_name (void)
{
  g_autoptr (GBytes) book = make_zip (EPUB_MIMETYPE, EPUB_CONTAINER,
                                      OPF ("", PAGE ("a", "a.xhtml"), "<itemref idref='a'/>"),
                                      "OEBPS/a.xhtml", XHTML ("<p>Text.</p>"), NULL);
  g_autoptr (QoraDocument) document = qora_document_read_bytes (book, "My Book.epub", NULL, NULL);

  g_assert_cmpstr (document->title, ==, "My Book");
}

static void
test_encodings_of_files (void)
{
  assert_book (make_zip (EPUB_MIMETYPE, EPUB_CONTAINER,
                         OPF ("", PAGE ("a", "a.xhtml"), "<itemref idref='a'/>"), "OEBPS/a.xhtml",
                         "<?xml version='1.0' encoding='iso-8859-1'?><html "
                         "xmlns='http://www.w3.org/1999/xhtml'><body><p>caf\xe9</p></body></html>",
                         NULL),
               "p café\n");
}

/* What is no well-formed XML is read as HTML. */
static void
test_broken_xhtml (void)
{
  assert_book (make_zip (EPUB_MIMETYPE, EPUB_CONTAINER,
                         OPF ("", PAGE ("a", "a.xhtml"), "<itemref idref='a'/>"), "OEBPS/a.xhtml",
                         "<html><body><p>One<p>Two & <b>three</p>", NULL),
               "p One\np Two & three\n");
}

/* ---- no books ---- */

#define ENCRYPTION(algorithm)                                                                      \
  "META-INF/encryption.xml",                                                                       \
      "<encryption xmlns:enc='http://www.w3.org/2001/04/xmlenc#'><enc:EncryptedData>"              \
      "<enc:EncryptionMethod Algorithm='" algorithm "'/></enc:EncryptedData></encryption>"

#define BOOK                                                                                       \
  EPUB_MIMETYPE, EPUB_CONTAINER, OPF ("", PAGE ("a", "a.xhtml"), "<itemref idref='a'/>"),          \
      "OEBPS/a.xhtml", XHTML ("<p>Text.</p>")

static void
test_protected (void)
{
  refuse (make_zip (BOOK, ENCRYPTION ("http://www.w3.org/2001/04/xmlenc#aes128-cbc"), NULL),
          QORA_DOCUMENT_ERROR_PROTECTED, "copy-protected");
  assert_book (make_zip (BOOK, ENCRYPTION ("http://www.idpf.org/2008/embedding"), NULL),
               "p Text.\n");
}

static void
test_damaged (void)
{
  refuse (make_zip (EPUB_MIMETYPE, NULL), QORA_DOCUMENT_ERROR_DAMAGED, "container.xml");
  refuse (make_zip (EPUB_MIMETYPE, EPUB_CONTAINER, NULL), QORA_DOCUMENT_ERROR_DAMAGED,
          "OEBPS/book.opf");
  refuse (make_zip (EPUB_MIMETYPE, EPUB_CONTAINER, OPF ("", "", ""), NULL),
          QORA_DOCUMENT_ERROR_DAMAGED, "what to read");
  refuse (make_zip (EPUB_MIMETYPE, EPUB_CONTAINER,
                    OPF ("", PAGE ("a", "a.xhtml"), "<itemref idref='a'/>"), NULL),
          QORA_DOCUMENT_ERROR_DAMAGED, "OEBPS/a.xhtml");
  refuse (make_zip ("a.xml", "<a/>", "b.xml", "<b/>", NULL), QORA_DOCUMENT_ERROR_NO_TEXT,
          "archive");
}

static void
test_empty (void)
{
  refuse (make_zip (EPUB_MIMETYPE, EPUB_CONTAINER,
                    OPF ("", PAGE ("a", "a.xhtml"), "<itemref idref='a'/>"), "OEBPS/a.xhtml",
                    XHTML ("<img src='a.png' alt='no'/>"), NULL),
          QORA_DOCUMENT_ERROR_EMPTY, "no text");
}

/* Wherever the file ends, there is an error or, at most, the book. */
static void
test_truncated (void)
{
  g_autoptr (GBytes) book = make_zip (BOOK, NULL);
  gsize length;
  const char *data = g_bytes_get_data (book, &length);

  for (gsize n = 1; n < length; n += 7)
    {
      g_autoptr (GBytes) part = g_bytes_new (data, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (QoraDocument) document = qora_document_read_bytes (part, "a.epub", NULL, &error);

      g_assert_true ((document == NULL) == (error != NULL));
    }
}

/* ---- traps ---- */

static void
test_zip_bomb (void)
{
  g_autofree char *zeros = g_strnfill (QORA_DOCUMENT_MAX_TEXT + 1, 'a');

  refuse (make_zip (BOOK, "1.xml", zeros, "2.xml", zeros, "3.xml", zeros, "4.xml", zeros, "5.xml",
                    zeros, "6.xml", zeros, "7.xml", zeros, "8.xml", zeros, NULL),
          QORA_DOCUMENT_ERROR_TOO_LARGE, "unpacked");
}

/* Paths that leave the archive name nothing, in it and in the files. */
static void
test_escape (void)
{
  refuse (
      make_zip (EPUB_MIMETYPE, EPUB_CONTAINER,
                OPF ("", PAGE ("a", "../../../../../../../etc/hostname"), "<itemref idref='a'/>"),
                "../../../../etc/hostname", XHTML ("<p>no</p>"), NULL),
      QORA_DOCUMENT_ERROR_DAMAGED, "what to read");
}

static void
test_external_entities (void)
{
  g_autofree char *path = NULL;
  g_autofree char *page = NULL;
  int file = g_file_open_tmp (NULL, &path, NULL);

  g_assert_cmpint (file, >=, 0);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, "secret", -1, NULL));
  page = g_strdup_printf ("<?xml version='1.0'?><!DOCTYPE html [<!ENTITY x SYSTEM 'file://%s'>"
                          "<!ENTITY y 'inner'>]><html xmlns='http://www.w3.org/1999/xhtml'><body>"
                          "<p>a&x;b</p></body></html>",
                          path);
  assert_book (make_zip (EPUB_MIMETYPE, EPUB_CONTAINER,
                         OPF ("", PAGE ("a", "a.xhtml"), "<itemref idref='a'/>"), "OEBPS/a.xhtml",
                         page, NULL),
               "p ab\n");
  g_remove (path);
}

/* Entities that stand for ten others each would be more than any memory holds. */
static void
test_entities_of_entities (void)
{
  g_autoptr (GString) page
      = g_string_new ("<?xml version='1.0'?><!DOCTYPE html [<!ENTITY e0 'ha'>");

  for (int i = 1; i < 12; i++)
    {
      g_string_append_printf (page, "<!ENTITY e%d '", i);
      for (int j = 0; j < 10; j++)
        g_string_append_printf (page, "&e%d;", i - 1);
      g_string_append (page, "'>");
    }
  g_string_append (page, "]><html xmlns='http://www.w3.org/1999/xhtml'><body><p title='&e11;'>a"
                         "&e11;b</p></body></html>");
  assert_book (make_zip (EPUB_MIMETYPE, EPUB_CONTAINER,
                         OPF ("", PAGE ("a", "a.xhtml"), "<itemref idref='a'/>"), "OEBPS/a.xhtml",
                         page->str, NULL),
               "p a&e11;b\n");
}

/* ---- size ---- */

#define N_CHAPTERS 30

static void
test_300_pages (void)
{
  g_autoptr (GBytes) book = make_book (N_CHAPTERS);
  g_autoptr (QoraDocument) document = qora_document_read_bytes (book, "a.epub", NULL, NULL);
  g_autofree char *printed = NULL;

  g_assert_nonnull (document);
  g_assert_cmpuint (document->chapters->len, ==, N_CHAPTERS);
  for (guint i = 0; i < N_CHAPTERS; i++)
    {
      const QoraChapter *chapter = document->chapters->pdata[i];
      g_autofree char *title = g_strdup_printf ("Chapter %u", i + 1);

      g_assert_cmpstr (chapter->title, ==, title);
      g_assert_cmpuint (chapter->parts->len, ==, BOOK_CHAPTER_PARAGRAPHS + 1);
    }
  printed = print_document (document);
  g_assert_null (strpbrk (printed, "<>&{}"));
  g_assert_null (strstr (printed, "class"));
  g_assert_nonnull (strstr (printed,
                            "p Paragraph 99 of chapter 30, which goes on for about as long "
                            "as such a paragraph"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/epub/3", test_epub3);
  g_test_add_func ("/epub/metadata", test_metadata);
  g_test_add_func ("/epub/2", test_epub2);
  g_test_add_func ("/epub/without-contents", test_without_contents);
  g_test_add_func ("/epub/title", test_title_from_name);
  g_test_add_func ("/epub/encodings", test_encodings_of_files);
  g_test_add_func ("/epub/broken-xhtml", test_broken_xhtml);
  g_test_add_func ("/epub/protected", test_protected);
  g_test_add_func ("/epub/damaged", test_damaged);
  g_test_add_func ("/epub/empty", test_empty);
  g_test_add_func ("/epub/truncated", test_truncated);
  g_test_add_func ("/epub/zip-bomb", test_zip_bomb);
  g_test_add_func ("/epub/escape", test_escape);
  g_test_add_func ("/epub/external-entities", test_external_entities);
  g_test_add_func ("/epub/entities-of-entities", test_entities_of_entities);
  g_test_add_func ("/epub/300-pages", test_300_pages);
  return g_test_run ();
}
