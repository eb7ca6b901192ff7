/* qora-preview.c: lets a voice say who it is, and remembers how that sounded
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-preview.h"

#include "qora-exporter.h"
#include "qora-player.h"
#include "qora-sound-loader.h"

#define SEED 42 /* any, but always the same */

struct _QoraPreview
{
  GObject parent_instance;

  QoraSynthesizer *synthesizer;
  QoraPlayer *player;
  char *folder;

  char *voice; /* empty: one without a name */
  char *text;
  char *language;
  char *path; /* of the file that remembers it; NULL: none */
  QoraSound *sound;
  GCancellable *cancellable;
};

enum
{
  PROP_0,
  PROP_VOICE,
  N_PROPS
};

enum
{
  SIGNAL_STARTED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraPreview, qora_preview, G_TYPE_OBJECT)

const char *
qora_preview_get_voice (QoraPreview *self)
{
  g_return_val_if_fail (QORA_IS_PREVIEW (self), NULL);
  return self->voice;
}

void
qora_preview_stop (QoraPreview *self)
{
  g_return_if_fail (QORA_IS_PREVIEW (self));

  if (self->voice == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  qora_player_set_sound (self->player, NULL);
  g_clear_object (&self->sound);
  g_clear_pointer (&self->voice, g_free);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VOICE]);
}

static void
fail (QoraPreview *self, const GError *error)
{
  qora_preview_stop (self);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static void
play (QoraPreview *self, QoraSound *sound)
{
  g_set_object (&self->sound, sound);
  qora_player_set_sound (self->player, sound);
  qora_player_play (self->player);
  g_signal_emit (self, signals[SIGNAL_STARTED], 0);
}

/* ---- making it ---- */

static void
on_sound (gsize request, const float *samples, gsize n_samples, gpointer user_data)
{
  qora_sound_append (user_data, samples, n_samples);
}

static void
on_restarted (gsize request, gpointer user_data)
{
  qora_sound_truncate (user_data, 0);
}

static void
on_finished (gsize request, QoraEnd end, guint64 seed, gpointer user_data)
{
}

static void
on_progress (const QoraProgress *progress, gpointer user_data)
{
}

static void
on_kept (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* It can be made again at any time: no reason to bother anybody. */
  qora_exporter_run_finish (QORA_EXPORTER (source), result, NULL);
}

typedef struct
{
  QoraPreview *preview;
  QoraSound *sound;
  GCancellable *cancellable;
  char *path;
} Making;

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Making *making = user_data;
  g_autoptr (QoraPreview) self = making->preview;
  g_autoptr (QoraSound) sound = making->sound;
  g_autoptr (GCancellable) cancellable = making->cancellable;
  g_autofree char *path = making->path;
  g_autoptr (GError) error = NULL;

  if (!qora_synthesizer_run_finish (QORA_SYNTHESIZER (source), result, &error))
    {
      if (!g_cancellable_is_cancelled (cancellable))
        fail (self, error);
      return;
    }
  qora_sound_seal (sound);
  if (path != NULL)
    {
      g_autofree char *folder = g_path_get_dirname (path);
      g_autoptr (QoraExporter) exporter = qora_exporter_new (sound, QORA_AUDIO_FORMAT_WAV, path);

      g_mkdir_with_parents (folder, 0700);
      qora_exporter_run_async (exporter, NULL, on_kept, NULL);
    }
}

static void
make (QoraPreview *self)
{
  static const QoraSynthesisEvents events = { on_sound, on_restarted, on_finished, on_progress };
  g_autoptr (QoraSound) sound = qora_sound_new ();
  QoraRequest request = { .text = self->text,
                          .voice = *self->voice != '\0' ? self->voice : NULL,
                          .language = self->language,
                          .seed = SEED };
  Making *making = g_new0 (Making, 1);

  making->preview = g_object_ref (self);
  making->sound = g_object_ref (sound);
  making->cancellable = g_object_ref (self->cancellable);
  making->path = g_strdup (self->path);
  qora_synthesizer_run_async (self->synthesizer, &request, 1, &events, sound, self->cancellable,
                              on_made, making);
  play (self, sound);
}

/* ---- remembering it ---- */

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraPreview) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QoraSound) sound = qora_sound_load_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->voice == NULL)
    return;
  if (sound != NULL)
    play (self, sound);
  else
    make (self);
}

static char *
make_path (QoraPreview *self, const char *voice)
{
  g_autofree char *key = g_strconcat (qora_synthesizer_get_path (self->synthesizer), "\n", voice,
                                      "\n", self->text, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  g_autofree char *name = g_strdup_printf ("preview-%.16s.wav", hash);

  return g_build_filename (self->folder, name, NULL);
}

static gboolean
speaks_only_english (QoraSynthesizer *synthesizer)
{
  const QoraModelInfo *info = qora_synthesizer_get_info (synthesizer);

  return info != NULL && g_strv_length (info->languages) <= 1;
}

void
qora_preview_toggle (QoraPreview *self, QoraVoice *voice)
{
  gboolean same;

  g_return_if_fail (QORA_IS_PREVIEW (self));

  same = g_strcmp0 (self->voice, qora_voice_get_id (voice)) == 0;
  qora_preview_stop (self);
  if (same || qora_synthesizer_get_path (self->synthesizer) == NULL)
    return;

  self->voice = g_strdup (qora_voice_get_id (voice));
  g_clear_pointer (&self->language, g_free);
  g_free (self->text);
  self->text = qora_voice_make_sample (voice, speaks_only_english (self->synthesizer));
  g_free (self->path);
  self->path = make_path (self, self->voice);
  self->cancellable = g_cancellable_new ();
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VOICE]);
  if (g_file_test (self->path, G_FILE_TEST_EXISTS))
    qora_sound_load_async (self->path, self->cancellable, on_loaded, g_object_ref (self));
  else
    make (self);
}

void
qora_preview_say (QoraPreview *self, const char *text, const char *voice, const char *language)
{
  g_return_if_fail (QORA_IS_PREVIEW (self));

  qora_preview_stop (self);
  if (qora_synthesizer_get_path (self->synthesizer) == NULL)
    return;
  self->voice = g_strdup (voice != NULL ? voice : "");
  g_free (self->text);
  self->text = g_strdup (text);
  g_free (self->language);
  self->language = g_strdup (language);
  g_clear_pointer (&self->path, g_free);
  self->cancellable = g_cancellable_new ();
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VOICE]);
  make (self);
}

/* ---- the object ---- */

static void
qora_preview_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_VOICE:
      g_value_set_string (value, QORA_PREVIEW (object)->voice);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_preview_dispose (GObject *object)
{
  QoraPreview *self = QORA_PREVIEW (object);

  qora_preview_stop (self);
  if (self->player != NULL)
    g_signal_handlers_disconnect_by_data (self->player, self);
  g_clear_object (&self->player);
  g_clear_object (&self->synthesizer);
  G_OBJECT_CLASS (qora_preview_parent_class)->dispose (object);
}

static void
qora_preview_finalize (GObject *object)
{
  QoraPreview *self = QORA_PREVIEW (object);

  g_free (self->folder);
  g_free (self->text);
  g_free (self->language);
  g_free (self->path);
  G_OBJECT_CLASS (qora_preview_parent_class)->finalize (object);
}

static void
qora_preview_class_init (QoraPreviewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = qora_preview_dispose;
  object_class->finalize = qora_preview_finalize;
  object_class->get_property = qora_preview_get_property;
  properties[PROP_VOICE]
      = g_param_spec_string ("voice", NULL, NULL, NULL,
                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_STARTED] = g_signal_new ("started", QORA_TYPE_PREVIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", QORA_TYPE_PREVIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
qora_preview_init (QoraPreview *self)
{
  self->player = qora_player_new ();
  g_signal_connect_swapped (self->player, "finished", G_CALLBACK (qora_preview_stop), self);
}

QoraPreview *
qora_preview_new (QoraSynthesizer *synthesizer, const char *folder)
{
  QoraPreview *self = g_object_new (QORA_TYPE_PREVIEW, NULL);

  self->synthesizer = g_object_ref (synthesizer);
  self->folder = g_strdup (folder);
  return self;
}
