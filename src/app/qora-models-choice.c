/* qora-models-choice.c: which voice model speaks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-models-choice.h"

#include <glib/gi18n.h>

#define DEMO "demo" /* in place of a path in the settings */

struct _QoraModelsChoice
{
  GObject parent_instance;

  QoraSynthesizer *synthesizer;
  QoraModelsLibrary *library;
  GSettings *settings;
  char *demo_voice;
  char *error;
};

enum
{
  PROP_0,
  PROP_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (QoraModelsChoice, qora_models_choice, G_TYPE_OBJECT)

const char *
qora_models_choice_get_error (QoraModelsChoice *self)
{
  g_return_val_if_fail (QORA_IS_MODELS_CHOICE (self), NULL);
  return self->error;
}

gboolean
qora_models_choice_is_demo (QoraModelsChoice *self)
{
  g_return_val_if_fail (QORA_IS_MODELS_CHOICE (self), FALSE);
  return self->demo_voice != NULL
         && g_strcmp0 (qora_synthesizer_get_path (self->synthesizer), self->demo_voice) == 0;
}

/* (transfer full), NULL: this installation has none. */
static char *
find_demo_voice (QoraModelsChoice *self)
{
  const char *data_folder
      = qora_model_store_get_data_folder (qora_models_library_get_store (self->library));
  g_autoptr (GPtrArray) models = qora_model_search (data_folder);
  const QoraFoundModel *last = models->len > 0 ? models->pdata[models->len - 1] : NULL;

  return last != NULL && last->place == QORA_MODEL_DEMO ? g_strdup (last->path) : NULL;
}

static void
set_error (QoraModelsChoice *self, const char *message)
{
  if (g_strcmp0 (self->error, message) == 0)
    return;
  g_free (self->error);
  self->error = g_strdup (message);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

static void
open_path (QoraModelsChoice *self, const char *path, GAsyncReadyCallback callback)
{
  qora_synthesizer_open_async (self->synthesizer, path,
                               g_settings_get_int (self->settings, "threads"), NULL, callback,
                               g_object_ref (self));
}

static void
on_demo_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraModelsChoice) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!qora_synthesizer_open_finish (QORA_SYNTHESIZER (source), result, &error)
      && self->error == NULL)
    set_error (self, error->message);
}

/* Whatever happened to the chosen model, there is a voice to speak with. */
static void
open_demo (QoraModelsChoice *self)
{
  if (self->demo_voice != NULL)
    open_path (self, self->demo_voice, on_demo_opened);
  else if (self->error == NULL)
    set_error (self, _ ("No voice model is installed"));
}

static void
on_default_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraModelsChoice) self = user_data;
  g_autoptr (GError) error = NULL;

  if (qora_synthesizer_open_finish (QORA_SYNTHESIZER (source), result, &error))
    return;
  if (self->error == NULL)
    set_error (self, error->message);
  open_demo (self);
}

static gboolean
can_speak (const QoraFoundModel *found)
{
  g_autoptr (QoraModel) model = NULL;

  if (found->place == QORA_MODEL_DEMO)
    return FALSE;
  /* What a packed file holds could always speak when it was made. */
  if (!g_file_test (found->path, G_FILE_TEST_IS_DIR))
    return TRUE;
  model = qora_model_new (found->path, found->place, NULL);
  return model != NULL && !g_str_equal (qora_model_get_kind (model), "base");
}

/* The first full voice that is installed, else the demo voice. */
static void
open_default (QoraModelsChoice *self)
{
  const char *data_folder
      = qora_model_store_get_data_folder (qora_models_library_get_store (self->library));
  g_autoptr (GPtrArray) models = qora_model_search (data_folder);

  for (guint i = 0; i < models->len; i++)
    {
      const QoraFoundModel *found = models->pdata[i];

      if (can_speak (found))
        {
          open_path (self, found->path, on_default_opened);
          return;
        }
    }
  open_demo (self);
}

static void
on_model_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QoraModelsChoice) self = user_data;
  g_autoptr (GError) error = NULL;

  if (qora_synthesizer_open_finish (QORA_SYNTHESIZER (source), result, &error))
    {
      const char *path = qora_synthesizer_get_path (self->synthesizer);

      g_settings_set_string (self->settings, "model-path", path);
      qora_models_library_add (self->library, path);
      set_error (self, NULL);
      return;
    }
  set_error (self, error->message);
  if (qora_synthesizer_get_path (self->synthesizer) == NULL
      && !qora_synthesizer_get_loading (self->synthesizer))
    open_default (self);
}

void
qora_models_choice_open (QoraModelsChoice *self, const char *path)
{
  g_return_if_fail (QORA_IS_MODELS_CHOICE (self));

  set_error (self, NULL);
  if (path != NULL)
    {
      open_path (self, path, on_model_opened);
      return;
    }
  g_settings_set_string (self->settings, "model-path", DEMO);
  open_demo (self);
}

void
qora_models_choice_remove (QoraModelsChoice *self, QoraModel *model)
{
  const char *path = qora_synthesizer_get_path (self->synthesizer);

  g_return_if_fail (QORA_IS_MODELS_CHOICE (self));

  if (g_strcmp0 (path, qora_model_get_path (model)) == 0)
    {
      qora_models_choice_open (self, NULL);
      g_settings_reset (self->settings, "model-path");
    }
  qora_models_library_remove (self->library, model);
}

void
qora_models_choice_open_first (QoraModelsChoice *self)
{
  g_autofree char *path = NULL;

  g_return_if_fail (QORA_IS_MODELS_CHOICE (self));

  path = g_settings_get_string (self->settings, "model-path");
  if (g_str_equal (path, DEMO))
    open_demo (self);
  else if (*path == '\0')
    open_default (self);
  else
    open_path (self, path, on_model_opened);
}

static void
qora_models_choice_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_ERROR:
      g_value_set_string (value, QORA_MODELS_CHOICE (object)->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_models_choice_finalize (GObject *object)
{
  QoraModelsChoice *self = QORA_MODELS_CHOICE (object);

  g_object_unref (self->synthesizer);
  g_object_unref (self->library);
  g_object_unref (self->settings);
  g_free (self->demo_voice);
  g_free (self->error);
  G_OBJECT_CLASS (qora_models_choice_parent_class)->finalize (object);
}

static void
qora_models_choice_class_init (QoraModelsChoiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = qora_models_choice_finalize;
  object_class->get_property = qora_models_choice_get_property;
  properties[PROP_ERROR]
      = g_param_spec_string ("error", NULL, NULL, NULL,
                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
qora_models_choice_init (QoraModelsChoice *self)
{
}

QoraModelsChoice *
qora_models_choice_new (QoraSynthesizer *synthesizer, QoraModelsLibrary *library,
                        GSettings *settings)
{
  QoraModelsChoice *self = g_object_new (QORA_TYPE_MODELS_CHOICE, NULL);

  self->synthesizer = g_object_ref (synthesizer);
  self->library = g_object_ref (library);
  self->settings = g_object_ref (settings);
  self->demo_voice = find_demo_voice (self);
  return self;
}
