/* test-text-mutations.c: what anyone may send as a book, a page or subtitles, bent and cut
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "document-tools.h"
#include "mutations.h"

/* What means something to one of the formats. */
static const char *const pieces[] = {
  "<",
  ">",
  "</",
  "<p>",
  "<table><tr><td>",
  "</div>",
  "<sup>",
  "<a href='#x'>",
  "&",
  "&amp;",
  "&#x0;",
  "&#xD800;",
  "<!--",
  "-->",
  "<![CDATA[",
  "<?xml",
  "<!DOCTYPE x [<!ENTITY y 'z'>]>",
  "&y;",
  "%2e%2e/",
  "../",
  "#",
  "\"",
  "'",
  "*",
  "_",
  "[^1]",
  "```",
  "|",
  "---",
  "\n\n",
  "\n",
  " --> ",
  "99:99:99,999",
  "{\\an8}",
  "WEBVTT",
  "\xEF\xBB\xBF",
  "\xFF\xFE",
  "\x80",
  "\x1B$B",
  "\xE2\x80\xA8",
  "CHAPTER I",
  "第一章",
  "-\n",
  "\x1E",
  "\x1F",
  NULL,
};

static const char *name; /* of the file that is read; its ending is the format */

static void
check (GBytes *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QoraDocument) document = qora_document_read_bytes (bytes, name, NULL, &error);

  g_assert_true ((document == NULL) == (error != NULL));
  if (document == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  g_assert_cmpuint (document->chapters->len, >, 0);
  for (guint i = 0; i < document->chapters->len; i++)
    {
      QoraChapter *chapter = document->chapters->pdata[i];
      g_autofree char *text = qora_chapter_dup_text (chapter);

      g_assert_cmpuint (chapter->parts->len, >, 0);
      g_assert_true (g_utf8_validate (text, -1, NULL));
      g_assert_true (g_utf8_validate (chapter->title, -1, NULL));
    }
}

static void
read_file (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);

  check (bytes);
}

/* A package document, a table of contents and a page, each ended by a NUL, in a good archive. */
static void
read_book (const uint8_t *data, size_t size)
{
  g_autofree char *copy = g_malloc0 (size + 3);
  const char *texts[3];
  char *at = copy;
  g_autoptr (GBytes) book = NULL;

  if (size > 0)
    memcpy (copy, data, size);
  for (int i = 0; i < 3; i++)
    {
      texts[i] = at;
      if (at < copy + size)
        at += strlen (at) + 1;
    }
  book = make_zip (EPUB_MIMETYPE, EPUB_CONTAINER, "OEBPS/book.opf", texts[0], "OEBPS/nav.xhtml",
                   texts[1], "OEBPS/a.xhtml", texts[2], NULL);
  check (book);
}

static void
bend (FuzzTarget *target, const char *file, const char *bytes, gsize n)
{
  name = file;
  run_mutations (target, pieces, bytes, n, MIN (n, 200));
}

static const char plain[]
    = "CHAPTER I\n\nThe Mole had been working very hard all the morning, spring-clean-\n"
      "ing his little home. First with brooms, then with dusters; then on\n"
      "ladders and steps and chairs, with a brush and a pail of whitewash;\n\n"
      "CHAPTER II.\nThe Road\n\n\"Ratty,\" said the Mole suddenly, one bright summer "
      "mor\xE9ning.\n";

static const char markdown[]
    = "---\ntitle: A\n---\n# One\n\nSome *soft* `words`[^1] and [a link](http://a.b).\n\n- a\n  - "
      "b\n\n"
      "| a | b |\n|---|---|\n| c | d |\n\n<div>x<!-- y --></div>\n\n# Two\n\n[^1]: Note.\n";

static const char html[]
    = "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>T</title></head><body>"
      "<nav>n</nav><h1>A</h1><p>x<sup>2</sup> &eacute;<br>y<ruby>a<rt>b</rt></ruby></p><ul><li>c"
      "</ul><table><tr><td>d<td>e</table><pre>f\ng</pre><p hidden>h</p></body></html>";

static const char srt[] = "1\n00:00:01,000 --> 00:00:02,500\n{\\an8}<i>Hello</i>\n\n2\n"
                          "00:00:03,000 --> 00:00:04,000\n- You &amp; me.\n";

static const char vtt[]
    = "WEBVTT\n\nNOTE x\n\na\n00:01.000 --> 00:02.000 align:start\n<v A>Hello.\n";

static const char book[]
    = "<package><metadata><dc:title>T</dc:title></metadata><manifest><item id='n' "
      "href='nav.xhtml' properties='nav'/><item id='a' href='a.xhtml'/></manifest><spine>"
      "<itemref idref='a'/></spine></package>\0"
      "<html xmlns:epub='e'><nav epub:type='toc'><ol><li><a href='a.xhtml#x'>X</a></li></ol></nav>"
      "</html>\0"
      "<html><body><p>Front.</p><h1 id='x'>One</h1><p>Text&nbsp;<a epub:type='noteref' "
      "href='#n'>1</a></p></body></html>";

static void
test_plain (void)
{
  bend (read_file, "a.txt", plain, sizeof plain - 1);
}

static void
test_markdown (void)
{
  bend (read_file, "a.md", markdown, sizeof markdown - 1);
}

static void
test_html (void)
{
  bend (read_file, "a.html", html, sizeof html - 1);
}

static void
test_subtitles (void)
{
  bend (read_file, "a.srt", srt, sizeof srt - 1);
  bend (read_file, "a.vtt", vtt, sizeof vtt - 1);
}

static void
test_book (void)
{
  bend (read_book, "a.epub", book, sizeof book - 1);
}

static void
test_archive (void)
{
  g_autoptr (GBytes) zip
      = make_zip (EPUB_MIMETYPE, EPUB_CONTAINER, "OEBPS/book.opf", "<package/>", NULL);
  gsize n;
  const char *bytes = g_bytes_get_data (zip, &n);

  bend (read_file, "a.epub", bytes, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text-mutations/plain", test_plain);
  g_test_add_func ("/text-mutations/markdown", test_markdown);
  g_test_add_func ("/text-mutations/html", test_html);
  g_test_add_func ("/text-mutations/subtitles", test_subtitles);
  g_test_add_func ("/text-mutations/book", test_book);
  g_test_add_func ("/text-mutations/archive", test_archive);
  return g_test_run ();
}
