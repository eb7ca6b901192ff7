/* test-markdown.c: Markdown is read without its marks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "document-tools.h"

static void
test_marks (void)
{
  assert_reads_as (
      "Some *soft*, **strong** and `code` words, ~~gone~~ and a [link](http://a.b/c \"t\").\n"
      "The next line of it.\n\n"
      "> A quotation with &amp; and &eacute;.\n\n"
      "![Not read](picture.png)\n\n***\n\nThe end.\n",
      "a.md",
      "p Some soft, strong and code words, gone and a link. The next line of it.\n"
      "p A quotation with & and é.\n"
      "p The end.\n");
}

static void
test_code_and_comments (void)
{
  assert_reads_as ("Before.\n\n```c\nint main (void);\n```\n\n    indented code\n\n"
                   "<!-- a comment -->\n\nBetween <!-- another --> them,<br>in lines.\n\n"
                   "<div><p>From <b>HTML</b>.</p><script>no ();</script></div>\n\nAfter.\n",
                   "a.md", "p Before.\np Between them, in lines.\np From HTML.\np After.\n");
}

static void
test_lists (void)
{
  assert_reads_as ("Buy:\n\n- milk\n- [x] bread\n  - rye\n  - wheat\n\n1. Go there.\n\n"
                   "   Go fast.\n2. Come back.\n\nDone.\n",
                   "a.markdown",
                   "p Buy:\n- milk\n- bread\n- rye\n- wheat\n- Go there.\n- Go fast.\n"
                   "- Come back.\np Done.\n");
}

static void
test_tables (void)
{
  assert_reads_as ("| Name | Age |\n|------|----:|\n| Ann  | 7 |\n| Bob | |\n", "a.md",
                   "p Name. Age.\np Ann. 7.\np Bob\n");
}

static void
test_addresses (void)
{
  assert_reads_as ("See <https://www.example.org/a/b?c=d> or https://example.com/x.\n", "a.md",
                   "p See www.example.org or example.com.\n");
}

static void
test_footnotes (void)
{
  assert_reads_as (
      "A claim[^1] and another[^two].\n\n[^1]: Its source.\n[^two]: Long\n    text.\n\n"
      "The end.\n",
      "a.md", "p A claim and another.\np The end.\n");
}

static void
test_chapters (void)
{
  assert_reads_as ("# My Book\n\n## One\n\nText.\n\n### Detail\n\nMore.\n\n## Two\n\nText.\n",
                   "a.md",
                   "= One\nh My Book\nh One\np Text.\nh Detail\np More.\n"
                   "= Two\nh Two\np Text.\n");
  assert_reads_as ("Foreword.\n\nOne\n===\n\nText.\n\nTwo\n===\n\nText.\n", "a.md",
                   "p Foreword.\n= One\nh One\np Text.\n= Two\nh Two\np Text.\n");
  assert_reads_as ("# Title\n\nText.\n\n## Only one\n\nText.\n", "a.md",
                   "= Title\nh Title\np Text.\nh Only one\np Text.\n");
}

static void
test_settings (void)
{
  g_autoptr (QoraDocument) document
      = read_string ("---\ntitle: \"The Title\"\nauthor: Somebody\nlang: de-DE\ntags:\n  - a\n---\n"
                     "Text.\n",
                     "a.md");
  g_autofree char *printed = print_document (document);

  g_assert_cmpstr (printed, ==, "p Text.\n");
  g_assert_cmpstr (document->title, ==, "The Title");
  g_assert_cmpstr (document->author, ==, "Somebody");
  g_assert_cmpstr (document->language, ==, "de-DE");
}

/* The rule above the first text is no settings. */
static void
test_rule_is_no_settings (void)
{
  assert_reads_as ("---\n\nText: one.\n\n---\n\nMore.\n", "a.md", "p Text: one.\np More.\n");
}

static void
test_title (void)
{
  g_autoptr (QoraDocument) document = read_string ("# The Title\n\nText.\n", "a.md");

  g_assert_cmpstr (document->title, ==, "The Title");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/markdown/marks", test_marks);
  g_test_add_func ("/markdown/code-and-comments", test_code_and_comments);
  g_test_add_func ("/markdown/lists", test_lists);
  g_test_add_func ("/markdown/tables", test_tables);
  g_test_add_func ("/markdown/addresses", test_addresses);
  g_test_add_func ("/markdown/footnotes", test_footnotes);
  g_test_add_func ("/markdown/chapters", test_chapters);
  g_test_add_func ("/markdown/settings", test_settings);
  g_test_add_func ("/markdown/rule", test_rule_is_no_settings);
  g_test_add_func ("/markdown/title", test_title);
  return g_test_run ();
}
