/* qora-encode.c: encodes samples to a file that is there whole or not at all
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-encode.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <gst/app/gstappsrc.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "qora-sound.h"

#define BLOCK_SAMPLES (QORA_SOUND_RATE / 2)

/* How often a run looks whether it was cancelled and tells how far it is. */
#define POLL_INTERVAL (20 * GST_MSECOND)

#define FLAC_BLOCK          4608 /* samples, as flacenc has them by itself */
#define SMALLEST_FLAC_BLOCK 16

/* The encoder's thread has it to itself, but for out_at, until the pipeline is down. */
typedef struct
{
  const QoraEncoding *encoding;
  GError *error;        /* of the reading */
  atomic_size_t out_at; /* samples handed to the encoder; for progress, from the other thread */
} Feed;

static GstClockTime
to_time (guint64 n_samples)
{
  return gst_util_uint64_scale_int (n_samples, GST_SECOND, QORA_SOUND_RATE);
}

static void
on_need_data (GstAppSrc *source, guint length, gpointer user_data)
{
  Feed *feed = user_data;
  g_autofree float *samples = g_new (float, BLOCK_SAMPLES);
  gsize n = 0;
  GstBuffer *buffer;

  if (feed->error == NULL)
    n = feed->encoding->read (samples, BLOCK_SAMPLES, feed->encoding->user_data, &feed->error);
  if (feed->error != NULL)
    {
      gst_element_post_message (GST_ELEMENT (source),
                                gst_message_new_error (GST_OBJECT (source), feed->error, NULL));
      return;
    }
  if (n == 0)
    {
      gst_app_src_end_of_stream (source);
      return;
    }
  buffer = gst_buffer_new_memdup (samples, n * sizeof *samples);
  GST_BUFFER_PTS (buffer) = to_time (feed->out_at);
  feed->out_at += n;
  GST_BUFFER_DURATION (buffer) = to_time (feed->out_at) - GST_BUFFER_PTS (buffer);
  gst_app_src_push_buffer (source, buffer);
}

GstTagList *
qora_encode_create_tags (const char *title, const char *artist)
{
  GstTagList *tags;

  gst_init_check (NULL, NULL, NULL);
  tags = gst_tag_list_new (GST_TAG_COMMENT, _ ("Synthetic speech, made with QORA-TTS"),
                           GST_TAG_APPLICATION_NAME, "QORA-TTS", NULL);
  if (title != NULL && *title != '\0')
    gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_TITLE, title, NULL);
  if (artist != NULL && *artist != '\0')
    gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, GST_TAG_ARTIST, artist, NULL);
  return tags;
}

static void
set_tags_on (const GValue *item, gpointer user_data)
{
  gst_tag_setter_merge_tags (g_value_get_object (item), user_data, GST_TAG_MERGE_REPLACE);
}

/* flacenc tells its caps with the first block. With none before the end it would be too late, and
 * the pipeline would complain: a short sound gets shorter blocks. */
static void
fit_blocks (GstElement *pipeline, guint64 n_total)
{
  GstIterator *encoders
      = gst_bin_iterate_all_by_element_factory_name (GST_BIN (pipeline), "flacenc");
  g_auto (GValue) item = G_VALUE_INIT;

  if (n_total < 2 * FLAC_BLOCK && gst_iterator_next (encoders, &item) == GST_ITERATOR_OK)
    g_object_set (g_value_get_object (&item), "blocksize",
                  (guint) MAX (n_total / 2, SMALLEST_FLAC_BLOCK), NULL);
  gst_iterator_free (encoders);
}

/* The pipeline from `feed` to the open file `fd`, with tags set. */
static GstElement *
build_pipeline (Feed *feed, int fd, GError **error)
{
  static const GstAppSrcCallbacks callbacks = { .need_data = on_need_data };
  const QoraEncoding *encoding = feed->encoding;
  g_autofree char *encoder = qora_audio_format_get_encoder (encoding->format, encoding->quality);
  /* No dither: the same sound gives the same file. */
  g_autofree char *description = g_strdup_printf (
      "appsrc name=source format=time max-bytes=0 caps=audio/x-raw,format=F32LE,layout=interleaved,"
      "rate=%d,channels=1 ! audioconvert dithering=none ! audioresample ! %s ! fdsink fd=%d",
      QORA_SOUND_RATE, encoder, fd);
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, error);
  g_autoptr (GstElement) source = NULL;
  GstIterator *setters;

  if (pipeline == NULL)
    return NULL;
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  gst_app_src_set_callbacks (GST_APP_SRC (source), (GstAppSrcCallbacks *) &callbacks, feed, NULL);
  setters = gst_bin_iterate_all_by_interface (GST_BIN (pipeline), GST_TYPE_TAG_SETTER);
  gst_iterator_foreach (setters, set_tags_on, (gpointer) encoding->tags);
  gst_iterator_free (setters);
  fit_blocks (pipeline, encoding->n_total);
  return g_steal_pointer (&pipeline);
}

/* The pipeline's own words name a file descriptor; what the user needs is the reason. */
static void
set_error_from_message (GstMessage *message, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *details = NULL;
  int code = G_IO_ERROR_FAILED;

  gst_message_parse_error (message, &cause, &details);
  if (g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT))
    code = G_IO_ERROR_NO_SPACE;
  if (g_error_matches (cause, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE))
    {
      /* fdsink ends its details with the system's reason: "… descriptor 7: File too large". */
      char *colon = details != NULL ? strrchr (details, ':') : NULL;

      g_set_error (error, G_IO_ERROR, code, "%s",
                   colon != NULL ? g_strstrip (colon + 1) : cause->message);
      return;
    }
  g_set_error_literal (error, G_IO_ERROR, code, cause->message);
}

/* Runs the pipeline to its end, in the calling thread. */
static gboolean
run_pipeline (GstElement *pipeline, Feed *feed, GCancellable *cancellable, GError **error)
{
  const QoraEncoding *encoding = feed->encoding;
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      g_autoptr (GstMessage) message
          = gst_bus_timed_pop_filtered (bus, POLL_INTERVAL, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

      if (message == NULL)
        {
          if (encoding->progress != NULL)
            encoding->progress (feed->out_at / (encoding->n_total + 1.0), encoding->user_data);
          continue;
        }
      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
        return TRUE;
      set_error_from_message (message, error);
      return FALSE;
    }
  return FALSE;
}

static gboolean
encode (const QoraEncoding *encoding, int fd, GCancellable *cancellable, GError **error)
{
  Feed feed = { .encoding = encoding };
  g_autoptr (GstElement) pipeline = build_pipeline (&feed, fd, error);
  gboolean done;

  if (pipeline == NULL)
    return FALSE;
  done = run_pipeline (pipeline, &feed, cancellable, error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (feed.error == NULL)
    return done;
  if (error != NULL)
    g_clear_error (error);
  g_propagate_error (error, feed.error);
  return FALSE;
}

static gboolean
set_error_from_errno (GError **error)
{
  int saved = errno;

  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (saved), g_strerror (saved));
  return FALSE;
}

/* Without this a crash of the system could leave a file that is in its folder, but empty. */
static gboolean
sync_and_rename (int fd, const char *temporary, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int folder_fd;

  if (fsync (fd) != 0 || g_rename (temporary, path) != 0)
    return set_error_from_errno (error);
  folder_fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder_fd >= 0)
    {
      (void) fsync (folder_fd);
      close (folder_fd);
    }
  return TRUE;
}

gboolean
qora_encode (const QoraEncoding *encoding, const char *path, GCancellable *cancellable,
             GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *temporary = g_build_filename (folder, ".qora-export-XXXXXX", NULL);
  const char *package = NULL;
  gboolean done;
  int fd;

  if (!qora_audio_format_is_available (encoding->format, &package))
    {
      /* translators: a file format, then a Debian package */
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _ ("no %s encoder on this system, install %s"),
                   qora_audio_format_get_name (encoding->format), package);
      return FALSE;
    }
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      errno = EISDIR;
      return set_error_from_errno (error);
    }
  fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    return set_error_from_errno (error);
  done = encode (encoding, fd, cancellable, error) && sync_and_rename (fd, temporary, path, error);
  close (fd);
  if (!done)
    g_unlink (temporary);
  return done;
}
