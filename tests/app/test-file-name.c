/* test-file-name.c: names of saved files are what the pattern says, and can be written anywhere
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "qora-file-name.h"

/* Noon of a day is on that day in every time zone that has people. */
#define NOON 1795348800 /* 2026-11-22 12:00 UTC */

static void
assert_name (const char *pattern, const char *title, const char *voice, guint number,
             const char *expected)
{
  const QoraFileName fields = { title, voice, NOON, number };
  g_autofree char *name = qora_file_name_format (pattern, &fields, "wav");

  g_assert_cmpstr (name, ==, expected);
}

static void
test_fields (void)
{
  assert_name ("{title}", "The Mole", "Ryan", 0, "The Mole.wav");
  assert_name ("{number} {title} ({voice})", "The Mole", "Ryan", 7, "07 The Mole (Ryan).wav");
  assert_name ("{date} {title}", "The Mole", NULL, 0, "2026-11-22 The Mole.wav");
  assert_name ("{number}", "The Mole", NULL, 123, "123.wav");
  assert_name ("{name} {title}{", "The Mole", NULL, 0, "{name} The Mole{.wav");
}

static void
test_empty_fields_leave_no_separators (void)
{
  assert_name ("{number} - {title}", "The Mole", NULL, 0, "The Mole.wav");
  assert_name ("{title} – {voice}", "The Mole", NULL, 0, "The Mole.wav");
  assert_name ("{voice}", "The Mole", NULL, 0, "Speech.wav");
  assert_name ("", "The Mole", NULL, 0, "Speech.wav");
}

static void
test_what_cannot_be_written (void)
{
  assert_name ("{title}", "a/b\\c:d*e?f\"g<h>i|j\nk\tl\x01m", NULL, 0,
               "a b c d e f g h i j k l m.wav");
  assert_name ("../{title}", "../../etc/passwd", NULL, 0, "etc passwd.wav");
  assert_name ("{title}", ".hidden", NULL, 0, "hidden.wav");
  assert_name ("{title}", "  wide \n\n open  ", NULL, 0, "wide open.wav");
  assert_name ("{title}", "{voice}", "Ryan", 0, "{voice}.wav");
}

static void
test_length (void)
{
  g_autofree char *long_title = g_strnfill (5000, 'x');
  g_autoptr (GString) wide = g_string_new (NULL);
  const QoraFileName fields = { long_title, NULL, NOON, 0 };
  g_autofree char *name = qora_file_name_format ("{title}", &fields, "flac");
  g_autofree char *repeated = NULL;

  g_assert_cmpuint (strlen (name), ==, 60 + 5);
  for (int i = 0; i < 300; i++)
    g_string_append (wide, "語");
  repeated = qora_file_name_format (wide->str, &fields, "flac");
  g_assert_cmpuint (strlen (repeated), <=, 205);
  g_assert_true (g_utf8_validate (repeated, -1, NULL));
  g_assert_true (g_str_has_suffix (repeated, "語.flac"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-name/fields", test_fields);
  g_test_add_func ("/file-name/empty-fields", test_empty_fields_leave_no_separators);
  g_test_add_func ("/file-name/what-cannot-be-written", test_what_cannot_be_written);
  g_test_add_func ("/file-name/length", test_length);
  return g_test_run ();
}
