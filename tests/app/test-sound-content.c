/* test-sound-content.c: what is dragged out of the window is a file with the take's sound
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib/gstdio.h>
#include <math.h>

#include "qora-sound-content.h"
#include "qora-sound-loader.h"

#define N_SAMPLES 12345

static QoraSound *
make_sound (void)
{
  float samples[N_SAMPLES];

  for (int i = 0; i < N_SAMPLES; i++)
    samples[i] = (float) (0.8 * sin (i * 0.05));
  return qora_sound_new_for_samples (samples, N_SAMPLES);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  gdk_content_provider_write_mime_type_finish (GDK_CONTENT_PROVIDER (source), result, &error);
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("qora-dragged-XXXXXX", NULL);
  g_autofree char *inner = g_build_filename (folder, "made when asked for", NULL);
  g_autofree char *path = g_build_filename (inner, "A title.wav", NULL);
  g_autoptr (QoraSound) sound = make_sound ();
  g_autoptr (GdkContentProvider) provider = qora_sound_content_new (sound, path, "A title", NULL);
  g_autoptr (GdkContentFormats) formats = gdk_content_provider_ref_formats (provider);
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) uris = NULL;
  g_autofree char *written = NULL;
  g_autoptr (QoraSound) loaded = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  g_assert_true (gdk_content_formats_contain_mime_type (formats, "text/uri-list"));
  g_assert_false (g_file_test (inner, G_FILE_TEST_EXISTS));
  gdk_content_provider_write_mime_type_async (provider, "text/uri-list", stream, G_PRIORITY_DEFAULT,
                                              NULL, on_written, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);

  g_output_stream_close (stream, NULL, NULL);
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  uris = g_uri_list_extract_uris (text);
  g_assert_cmpuint (g_strv_length (uris), ==, 1);
  written = g_filename_from_uri (uris[0], NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (written, ==, path);

  loaded = qora_sound_load (written, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (qora_sound_get_n_samples (loaded), ==, N_SAMPLES);
  for (gsize i = 0; i < N_SAMPLES; i++)
    {
      float before;
      float after;

      qora_sound_read (sound, i, &before, 1);
      qora_sound_read (loaded, i, &after, 1);
      g_assert_cmpfloat_with_epsilon (before, after, 1.0f / 16384);
    }
  g_unlink (path);
  g_rmdir (inner);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound-content/file", test_file);
  return g_test_run ();
}
