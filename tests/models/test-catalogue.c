/* test-catalogue.c: the catalogue that comes with the program, and broken ones
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-catalogue.h"

#include <glib/gstdio.h>
#include <string.h>

#define SUM      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define REVISION "0123456789abcdef0123456789abcdef01234567"

/* Sizes of the released repositories without what no program reads; every hash is of one file at
 * one revision. */
static void
test_ours (void)
{
  static const struct
  {
    const char *name, *kind, *config;
    guint64 size;
  } models[] = {
    { "1.7B-CustomVoice", "custom-voice",
      "https://huggingface.co/Qwen/Qwen3-TTS-12Hz-1.7B-CustomVoice/resolve/"
      "0c0e3051f131929182e2c023b9537f8b1c68adfe/config.json",
      G_GUINT64_CONSTANT (4520159586) },
    { "0.6B-CustomVoice", "custom-voice",
      "https://huggingface.co/Qwen/Qwen3-TTS-12Hz-0.6B-CustomVoice/resolve/"
      "85e237c12c027371202489a0ec509ded67b5e4b5/config.json",
      G_GUINT64_CONSTANT (2498383610) },
    { "1.7B-VoiceDesign", "voice-design",
      "https://huggingface.co/Qwen/Qwen3-TTS-12Hz-1.7B-VoiceDesign/resolve/"
      "5ecdb67327fd37bb2e042aab12ff7391903235d3/config.json",
      G_GUINT64_CONSTANT (4520159099) },
  };
  g_autofree char *path = g_build_filename (g_getenv ("QTTS_DATA"), "models.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) catalogue = qora_catalogue_load (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (catalogue), ==, G_N_ELEMENTS (models));
  g_assert_null (qora_catalogue_find (catalogue, "1.7b"));
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autoptr (QoraCatalogueEntry) entry = qora_catalogue_find (catalogue, models[i].name);
      g_autofree char *uri = NULL;

      g_assert_nonnull (entry);
      g_assert_cmpstr (qora_catalogue_entry_get_kind (entry), ==, models[i].kind);
      g_assert_cmpuint (qora_catalogue_entry_get_n_files (entry), ==, 11);
      g_assert_cmpuint (qora_catalogue_entry_get_size (entry), ==, models[i].size);
      uri = qora_catalogue_entry_get_uri (entry, 0);
      g_assert_cmpstr (uri, ==, models[i].config);
    }
}

static void
test_mirror (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("QTTS_DATA"), "models.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) catalogue = qora_catalogue_load (path, "https://example.org/hub/", &error);
  g_autoptr (QoraCatalogueEntry) entry = qora_catalogue_find (catalogue, "1.7b-customvoice");
  g_autofree char *uri = qora_catalogue_entry_get_uri (entry, 0);

  g_assert_true (g_str_has_prefix (uri, "https://example.org/hub/Qwen/"));
  g_assert_null (qora_catalogue_load (path, "example.org", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

static void
test_broken (void)
{
  const struct
  {
    const char *name, *repository, *revision, *packed, *file, *size, *sum;
    const char *mentions;
  } cases[] = {
    { "..", "a/b", REVISION, "1", "f", "1", SUM, "\"name\"" },
    { "a/b", "a/b", REVISION, "1", "f", "1", SUM, "\"name\"" },
    { "n", "../b", REVISION, "1", "f", "1", SUM, "\"repository\"" },
    { "n", "a/b", "main", "1", "f", "1", SUM, "\"revision\"" },
    { "n", "a/b", REVISION, "0", "f", "1", SUM, "\"packed_size\"" },
    { "n", "a/b", REVISION, "1", "/f", "1", SUM, "\"path\"" },
    { "n", "a/b", REVISION, "1", "a/../../f", "1", SUM, "\"path\"" },
    { "n", "a/b", REVISION, "1", "f?x", "1", SUM, "\"path\"" },
    { "n", "a/b", REVISION, "1", "f", "0", SUM, "\"size\"" },
    { "n", "a/b", REVISION, "1", "f", "-1", SUM, "\"size\"" },
    { "n", "a/b", REVISION, "1", "f", "\"1\"", SUM, "\"size\"" },
    { "n", "a/b", REVISION, "1", "f", "1", "abc", "\"sha256\"" },
  };
  g_autofree char *folder = g_dir_make_tmp ("qora-catalogue-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "models.json", NULL);
  const char *const others[] = { "", "[]", "{}", "{\"server\": \"https://a.org\"}", "{" };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = g_strdup_printf (
          "{\"server\": \"https://a.org\", \"models\": [{\"name\": \"%s\", \"title\": \"T\", "
          "\"kind\": \"custom-voice\", \"repository\": \"%s\", \"revision\": \"%s\", "
          "\"packed_size\": %s, "
          "\"files\": [{\"path\": \"%s\", \"size\": %s, \"sha256\": \"%s\"}]}]}",
          cases[i].name, cases[i].repository, cases[i].revision, cases[i].packed, cases[i].file,
          cases[i].size, cases[i].sum);

      g_file_set_contents (path, text, -1, NULL);
      g_assert_null (qora_catalogue_load (path, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, path));
      g_assert_nonnull (strstr (error->message, cases[i].mentions));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (GError) error = NULL;

      g_file_set_contents (path, others[i], -1, NULL);
      g_assert_null (qora_catalogue_load (path, NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/models/catalogue/ours", test_ours);
  g_test_add_func ("/models/catalogue/mirror", test_mirror);
  g_test_add_func ("/models/catalogue/broken", test_broken);
  return g_test_run ();
}
