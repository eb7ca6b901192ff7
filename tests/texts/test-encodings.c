/* test-encodings.c: whatever encoding a text is in, the same is read
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gstdio.h>
#include <string.h>

#include "document-tools.h"
#include "qora-text-encoding.h"

#define ENGLISH "Plain “words” – and a dash. The café is naïve about its façade, isn’t it?"
#define GERMAN                                                                                          \
  "Über den Wäldern lag noch der Nebel, als die Brüder früh am Morgen aufbrachen. Die Straße war " \
  "naß, und in den Gärten fielen die ersten Äpfel. „Wir müssen über den Fluß“, sagte der Größere."
#define FRENCH                                                                                              \
  "À l’heure où le soleil se levait derrière les collines, l’élève était déjà réveillé. Où " \
  "était-il passé ? Il avait été très occupé, là-bas, près de la forêt, à chercher une clé."
#define SPANISH                                                                                             \
  "¿Dónde está el niño que llegó ayer por la mañana? Según su tía, salió muy temprano y todavía " \
  "no volvió. ¡Qué extraño! El corazón de la montaña está lejos, y el camino es difícil."
#define CZECH                                                                                                          \
  "Příliš žluťoučký kůň úpěl ďábelské ódy. Když se ráno probudil, bylo už světlo a všechno kolem " \
  "něj vypadalo jinak než včera. Šel tedy k řece a přemýšlel, co bude dělat."
#define RUSSIAN                                                                                                                                                               \
  "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. " \
  "Всё смешалось в доме Облонских. Жена узнала, что муж был в связи с бывшею в их доме "                     \
  "француженкою."
#define JAPANESE                                                                                                                                  \
  "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所で" \
  "ニャーニャー泣いてい"                                                                                                                \
  "た事だけは記憶している。吾輩はここで始めて人間というものを見た。"
#define CHINESE                                                                                                                                   \
  "我家的后面有一个很大的园，相传叫作百草园。现在是早已并屋子一起卖给朱文公的子孙了，连那最末次的" \
  "相见也已经隔了七八年"                                                                                                                \
  "，其中似乎确凿只有一些野草；但那时却是我的乐园。"
#define TAIWANESE                                                                                                                                 \
  "我家的後面有一個很大的園，相傳叫作百草園。現在是早已並屋子一起賣給朱文公的子孫了，連那最末次的" \
  "相見也已經隔了七八年"                                                                                                                \
  "，其中似乎確鑿只有一些野草；但那時卻是我的樂園。"
#define KOREAN                                                                                                                      \
  "산에는 꽃 피네 꽃이 피네 갈 봄 여름 없이 꽃이 피네. 산에 산에 피는 꽃은 저만치 혼자서 피어 " \
  "있네. "                                                                                                                        \
  "산에서 우는 작은 새여 꽃이 좋아 산에서 사노라네."

static void
assert_same (const char *bytes, gsize length, const char *expected)
{
  g_autoptr (QoraDocument) document = read_bytes (bytes, (gssize) length, "a.txt");
  g_autofree char *printed = print_document (document);
  g_autofree char *wanted = g_strconcat ("p ", expected, "\n", NULL);

  g_assert_cmpstr (printed, ==, wanted);
}

static void
test_found_out (void)
{
  static const char *const texts[][2] = {
    { "UTF-8", ENGLISH },       { "WINDOWS-1252", ENGLISH }, { "UTF-8", JAPANESE },
    { "WINDOWS-1252", GERMAN }, { "WINDOWS-1252", FRENCH },  { "ISO-8859-1", SPANISH },
    { "ISO-8859-2", CZECH },    { "WINDOWS-1250", CZECH },   { "WINDOWS-1251", RUSSIAN },
    { "KOI8-R", RUSSIAN },      { "ISO-8859-5", RUSSIAN },   { "IBM866", RUSSIAN },
    { "CP932", JAPANESE },      { "EUC-JP", JAPANESE },      { "ISO-2022-JP", JAPANESE },
    { "GB18030", CHINESE },     { "BIG5", TAIWANESE },       { "EUC-KR", KOREAN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize length;
      g_autofree char *bytes = NULL;
      gboolean has_quotes = strstr (texts[i][1], "’") != NULL || strstr (texts[i][1], "„") != NULL;

      g_assert_false (has_quotes && g_str_equal (texts[i][0], "ISO-8859-1"));
      bytes = g_convert (texts[i][1], -1, texts[i][0], "UTF-8", NULL, &length, &error);
      g_assert_no_error (error);
      g_test_message ("%s", texts[i][0]);
      assert_same (bytes, length, texts[i][1]);
    }
}

static void
test_unicode (void)
{
  static const char *const encodings[][2] = {
    { "UTF-16LE", "\xFF\xFE" },
    { "UTF-16BE", "\xFE\xFF" },
    { "UTF-8", "\xEF\xBB\xBF" },
  };
  static const char *const texts[] = { ENGLISH, CHINESE " 1\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (texts); j++)
      {
        g_autofree char *expected = g_strchomp (g_strdup (texts[j]));
        g_autoptr (GByteArray) marked = g_byte_array_new ();
        gsize length;
        g_autofree char *bytes
            = g_convert (texts[j], -1, encodings[i][0], "UTF-8", NULL, &length, NULL);

        g_byte_array_append (marked, (const guint8 *) encodings[i][1],
                             (guint) strlen (encodings[i][1]));
        g_byte_array_append (marked, (const guint8 *) bytes, (guint) length);
        g_test_message ("%s", encodings[i][0]);
        assert_same ((const char *) marked->data, marked->len, expected);
        assert_same (bytes, length, expected);
      }
}

static void
test_utf32 (void)
{
  gsize length;
  g_autofree char *bytes
      = g_convert ("\xEF\xBB\xBF" ENGLISH, -1, "UTF-32LE", "UTF-8", NULL, &length, NULL);

  assert_same (bytes, length, ENGLISH);
}

static void
test_declared (void)
{
  assert_reads_as ("<html><head><meta charset=\"windows-1251\"></head><body>\xcf\xf0</body></html>",
                   "a.html", "p Пр\n");
  assert_reads_as ("<html><meta http-equiv='Content-Type' content='text/html; charset=Shift_JIS'>"
                   "<p>\x94\x4c</html>",
                   "a.html", "p 猫\n");
  assert_reads_as ("<?xml version='1.0' encoding='ISO-8859-1'?><html><p>\xe9</p></html>", "a.xhtml",
                   "p é\n");
  /* A declaration that cannot be right does no harm, nor does one that nobody knows. */
  assert_reads_as ("<html><meta charset='utf-8'><p>caf\xe9 na\xefve</html>", "a.html",
                   "p café naïve\n");
  assert_reads_as ("<html><meta charset='klingon'><p>caf\xc3\xa9</html>", "a.html", "p café\n");
  assert_reads_as ("<html><meta charset='utf-16'><p>caf\xc3\xa9</html>", "a.html", "p café\n");
}

static void
test_damaged_utf8 (void)
{
  g_autofree char *damaged = g_strconcat (RUSSIAN, "\xd0", " ", JAPANESE, NULL);

  assert_same (damaged, strlen (damaged), RUSSIAN " " JAPANESE);
}

static void
test_no_text (void)
{
  static const struct
  {
    const char *bytes;
    gsize length;
    const char *name;
  } files[] = {
    { "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16, "picture.png" },
    { "%PDF-1.7\n%text\n", 15, "paper.pdf" },
    { "{\\rtf1 text}", 12, "paper.rtf" },
    { "\177ELF\2\1\1\0\0\0", 10, "program" },
    { "a\0b\1\2\3\4\5\6\7", 10, "data.txt" },
    { "\1\2\3\4\5\6\7\x0e\x0f\x10\x11", 11, "controls.txt" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (files[i].bytes, files[i].length);

      assert_refused (bytes, files[i].name, QORA_DOCUMENT_ERROR_NO_TEXT, "is not a text");
    }
}

static void
test_empty (void)
{
  static const char *const texts[] = { "", " \n\t\r\n", "\xEF\xBB\xBF", "***\n---\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (gsize j = 0; j < 3; j++)
      {
        static const char *const names[] = { "a.txt", "a.md", "a.html" };
        g_autoptr (GBytes) bytes = g_bytes_new_static (texts[i], strlen (texts[i]));

        assert_refused (bytes, names[j], QORA_DOCUMENT_ERROR_EMPTY, "has no text in it");
      }
}

static void
test_too_large (void)
{
  g_autofree char *text = g_strnfill (QORA_DOCUMENT_MAX_TEXT + 1, 'a');
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, QORA_DOCUMENT_MAX_TEXT + 1);

  assert_refused (bytes, "a.txt", QORA_DOCUMENT_ERROR_TOO_LARGE, "32 MB");
}

/* A hole in a file is read no further than the limit. */
static void
test_files (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, "large.txt", NULL);
  g_autoptr (GFile) directory = g_file_new_for_path (folder);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) missing = g_file_get_child (directory, "missing.txt");
  g_autoptr (GFileIOStream) stream = g_file_create_readwrite (file, 0, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (qora_document_read_file (directory, NULL, &error));
  g_assert_error (error, QORA_DOCUMENT_ERROR, QORA_DOCUMENT_ERROR_NO_TEXT);
  g_clear_error (&error);
  g_assert_null (qora_document_read_file (missing, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (g_seekable_truncate (G_SEEKABLE (stream), 200 * 1000 * 1000, NULL, NULL));
  g_assert_null (qora_document_read_file (file, NULL, &error));
  g_assert_error (error, QORA_DOCUMENT_ERROR, QORA_DOCUMENT_ERROR_TOO_LARGE);
  g_assert_true (g_file_delete (file, NULL, NULL));
  g_assert_true (g_file_delete (directory, NULL, NULL));
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_async (void)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("XXXXXX.md", &path, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (QoraDocument) document = NULL;

  g_assert_true (g_close (fd, NULL));
  g_assert_true (g_file_set_contents (path, "# Title\n\nText.\n", -1, NULL));
  qora_document_read_async (file, NULL, on_read, &result);
  g_cancellable_cancel (cancellable);
  qora_document_read_async (file, cancellable, on_read, &cancelled);
  while (result == NULL || cancelled == NULL)
    g_main_context_iteration (NULL, TRUE);
  document = qora_document_read_finish (file, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (document->title, ==, "Title");
  g_assert_null (qora_document_read_finish (file, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_file_delete (file, NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encodings/found-out", test_found_out);
  g_test_add_func ("/encodings/unicode", test_unicode);
  g_test_add_func ("/encodings/utf-32", test_utf32);
  g_test_add_func ("/encodings/declared", test_declared);
  g_test_add_func ("/encodings/damaged-utf-8", test_damaged_utf8);
  g_test_add_func ("/encodings/no-text", test_no_text);
  g_test_add_func ("/encodings/empty", test_empty);
  g_test_add_func ("/encodings/too-large", test_too_large);
  g_test_add_func ("/encodings/files", test_files);
  g_test_add_func ("/encodings/async", test_async);
  return g_test_run ();
}
