/* test-html.c: of a web page the text is read, and nothing else
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "document-tools.h"

#define PAGE(body) "<!DOCTYPE html><html><head><title>T</title></head><body>" body "</body></html>"

static void
test_blocks (void)
{
  assert_reads_as (PAGE ("<h1>The  Title</h1>\n<p>One <b>bold</b>\nline &amp; more.</p>loose text"
                         "<div>In a <span>box</span><div>and another</div>behind</div>"),
                   "a.html",
                   "= The Title\nh The Title\np One bold line & more.\np loose text\np In a box\n"
                   "p and another\np behind\n");
}

static void
test_unread (void)
{
  assert_reads_as (
      PAGE (
          "<nav><a href='/'>Home</a></nav><script>a ();</script><style>p {}</style>"
          "<p hidden>no</p><p aria-hidden='true'>no</p><p style='color: red; DISPLAY : none'>no</p>"
          "<p>yes<img src='a.png' alt='not read'><svg><text>no</text></svg>.</p>"
          "<noscript>no</noscript><button>no</button><pre><code>int i;</code></pre>"
          "<ul role='navigation'><li>no</li></ul><!-- no --><template><p>no</p></template>"),
      "a.htm", "p yes.\n");
}

static void
test_footnotes (void)
{
  assert_reads_as (
      PAGE ("<p>A claim.<sup><a href='#fn1'>1</a></sup> Another<a href='#n2'>[2]</a>, a third"
            "<sup>3</sup>, a fourth<a class='footnote-ref' href='#f4'>4</a>.</p>"
            "<section role='doc-endnotes'><p>no</p></section>"),
      "a.html", "p A claim. Another, a third, a fourth.\n");
}

static void
test_exponents_and_ordinals (void)
{
  assert_reads_as (PAGE ("<p>20 m<sup>2</sup>, 10<sup>-3</sup>, the 1<sup>st</sup> of "
                         "(a + b)<sup>2</sup></p>"),
                   "a.html", "p 20 m², 10⁻³, the 1st of (a + b)²\n");
}

static void
test_breaks (void)
{
  assert_reads_as (
      PAGE ("<p>Home is the sailor,<br>Home from the sea.</p>"
            "<p>a line that goes<br/>on in the next</p><h2>Chapter 1<br>The Sea</h2>"
            "<pre>One line.\nAnother line.</pre>"),
      "a.html",
      "p Home is the sailor,\np Home from the sea.\np a line that goes on in the next\n"
      "h Chapter 1 The Sea\np One line.\np Another line.\n");
}

static void
test_lists (void)
{
  assert_reads_as (PAGE ("<ul><li>One<li>Two<ul><li>Inner</li></ul></ul><ol><li><p>First.</p>"
                         "<p>Second.</p></li></ol><dl><dt>Term</dt><dd>Meaning</dd></dl>"),
                   "a.html", "- One\n- Two\n- Inner\n- First.\n- Second.\n- Term\n- Meaning\n");
}

static void
test_tables (void)
{
  assert_reads_as (
      PAGE (
          "<table><caption>Ages</caption><thead><tr><th>Name<th>Age</tr></thead>"
          "<tr><td><p>Ann</p></td><td>7</td><tr><td>Really?</td><td></td><td>Yes!</td></tr></table>"
          "<table><tr><td>名前</td><td>年齢</td></tr></table>"),
      "a.html", "p Ages\np Name. Age.\np Ann. 7.\np Really? Yes!\np 名前。 年齢。\n");
}

/* A table that lays out a page has no rows to be read. */
static void
test_tables_for_layout (void)
{
  assert_reads_as (PAGE ("<table><tr><td><h2>News</h2><p>One.</p></td><td><p>Two.</p><ul><li>Three"
                         "</ul></td></tr></table>"),
                   "a.html", "= News\nh News\np One.\np Two.\n- Three\n");
}

static void
test_ruby (void)
{
  assert_reads_as (
      PAGE ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>を\n読む。</p>"),
      "a.html", "p 漢字を読む。\n");
}

static void
test_quotations_and_entities (void)
{
  assert_reads_as (
      PAGE ("<p>She said <q>Caf&eacute;&nbsp;&#233;&#xE9; &hellip;</q> sof&shy;tly.</p>"), "a.html",
      "p She said “Café éé …” softly.\n");
}

static void
test_main_is_read_alone (void)
{
  assert_reads_as (PAGE ("<header>Site</header><main><p>Text.</p></main><footer>Imprint</footer>"),
                   "a.html", "p Text.\n");
}

static void
test_head (void)
{
  g_autoptr (QoraDocument) document = read_string (
      "<html lang='pt-BR'><head><meta name='Author' content='A. Writer'><title>\nThe\n Title "
      "</title></head><body><p>Text.</body></html>",
      "a.html");

  g_assert_cmpstr (document->title, ==, "The Title");
  g_assert_cmpstr (document->author, ==, "A. Writer");
  g_assert_cmpstr (document->language, ==, "pt-BR");
}

static void
test_broken_markup (void)
{
  assert_reads_as ("<p>One <b>two <i>three</b> four</p><p>five < six & seven</p", "a.html",
                   "p One two three four\np five < six & seven\n");
}

/* A page is one text; a book that somebody saved as a page has chapters. */
static void
test_long_pages_have_chapters (void)
{
  g_autofree char *filler = g_strnfill (25000, 'a');
  g_autofree char *html
      = g_strconcat ("<h1>Book</h1><h2>One</h2><p>", filler, "</p><h2>Two</h2><p>End.</p>", NULL);
  g_autoptr (QoraDocument) document = read_string (html, "a.html");
  g_autoptr (QoraDocument) page
      = read_string ("<h1>Page</h1><h2>One</h2><p>a</p><h2>Two</h2><p>b</p>", "a.html");

  g_assert_cmpuint (document->chapters->len, ==, 2);
  g_assert_cmpstr (((QoraChapter *) document->chapters->pdata[1])->title, ==, "Two");
  g_assert_cmpuint (page->chapters->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/html/blocks", test_blocks);
  g_test_add_func ("/html/unread", test_unread);
  g_test_add_func ("/html/footnotes", test_footnotes);
  g_test_add_func ("/html/exponents", test_exponents_and_ordinals);
  g_test_add_func ("/html/breaks", test_breaks);
  g_test_add_func ("/html/lists", test_lists);
  g_test_add_func ("/html/tables", test_tables);
  g_test_add_func ("/html/layout-tables", test_tables_for_layout);
  g_test_add_func ("/html/ruby", test_ruby);
  g_test_add_func ("/html/quotations", test_quotations_and_entities);
  g_test_add_func ("/html/main", test_main_is_read_alone);
  g_test_add_func ("/html/head", test_head);
  g_test_add_func ("/html/broken", test_broken_markup);
  g_test_add_func ("/html/long", test_long_pages_have_chapters);
  return g_test_run ();
}
