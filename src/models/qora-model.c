/* qora-model.c: a voice model that is on this computer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-model.h"

#include <glib/gi18n.h>
#include <qtts/model.h>
#include <string.h>

#include "qora-folder.h"
#include "qora-json-file.h"

#define ENDING ".qora-tts"

struct _QoraModel
{
  GObject parent_instance;

  char *path;
  char *name;
  QoraModelPlace place;
  char *kind;
  char *size;
  gboolean packed;
  guint64 bytes;
  char **speakers;
};

G_DEFINE_FINAL_TYPE (QoraModel, qora_model, G_TYPE_OBJECT)

static void
qora_model_finalize (GObject *object)
{
  QoraModel *self = QORA_MODEL (object);

  g_free (self->path);
  g_free (self->name);
  g_free (self->kind);
  g_free (self->size);
  g_strfreev (self->speakers);
  G_OBJECT_CLASS (qora_model_parent_class)->finalize (object);
}

static void
qora_model_class_init (QoraModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_model_finalize;
}

static void
qora_model_init (QoraModel *self)
{
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
take_speakers (QoraModel *self, GPtrArray *names)
{
  g_ptr_array_sort (names, compare_strings);
  g_ptr_array_add (names, NULL);
  self->speakers = (char **) g_ptr_array_free (g_ptr_array_ref (names), FALSE);
}

/* A packed file is mapped, not read: this is quick also for a large one. */
static gboolean
look_into_packed (QoraModel *self, GError **error)
{
  qtts_model_options options = qtts_model_options_default ();
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const qtts_model_info *info;
  qtts_model *model;
  qtts_error reason;

  options.threads = 1;
  if (qtts_model_open (self->path, &options, &model, &reason) != QTTS_OK)
    {
      g_set_error (error, G_IO_ERROR,
                   reason.status == QTTS_ERROR_FILE ? G_IO_ERROR_FAILED : G_IO_ERROR_INVALID_DATA,
                   "%s", reason.message);
      return FALSE;
    }
  info = qtts_model_get_info (model);
  self->kind = g_strdup (info->kind == QTTS_KIND_VOICE_DESIGN ? "voice-design" : "custom-voice");
  self->size = g_strdup (info->size);
  for (size_t i = 0; i < info->n_speakers; i++)
    g_ptr_array_add (names, g_strdup (info->speakers[i].name));
  qtts_model_close (model);
  take_speakers (self, names);
  return TRUE;
}

static char *
read_string (JsonReader *reader, const char *key)
{
  char *value = NULL;

  if (json_reader_read_member (reader, key))
    value = g_strdup (json_reader_get_string_value (reader));
  json_reader_end_member (reader);
  return value;
}

static void
read_speakers (QoraModel *self, JsonReader *reader)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  if (json_reader_read_member (reader, "talker_config"))
    {
      if (json_reader_read_member (reader, "spk_id"))
        {
          g_auto (GStrv) members = json_reader_list_members (reader);

          for (char **name = members; name != NULL && *name != NULL; name++)
            g_ptr_array_add (names, g_strdup (*name));
        }
      json_reader_end_member (reader);
    }
  json_reader_end_member (reader);
  take_speakers (self, names);
}

static gboolean
read_config (QoraModel *self, const char *path, JsonNode *root, GError **error)
{
  g_autoptr (JsonReader) reader = json_reader_new (root);
  g_autofree char *kind = read_string (reader, "tts_model_type");

  if (kind == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _ ("%s: \"tts_model_type\" is missing: this is no voice model"), path);
      return FALSE;
    }
  self->kind = g_strdelimit (g_steal_pointer (&kind), "_", '-');
  self->size = read_string (reader, "tts_model_size");
  read_speakers (self, reader);
  return TRUE;
}

static gboolean
look_into_folder (QoraModel *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->path, "config.json", NULL);
  g_autoptr (JsonNode) root = NULL;

  if (!qora_model_search_is_checkpoint (self->path))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   _ ("%s: has no config.json with a model.safetensors"), self->path);
      return FALSE;
    }
  root = qora_json_file_load (path, error);
  return root != NULL && read_config (self, path, root, error);
}

QoraModel *
qora_model_new (const char *path, QoraModelPlace place, GError **error)
{
  g_autoptr (QoraModel) self = g_object_new (QORA_TYPE_MODEL, NULL);

  self->path = g_canonicalize_filename (path, NULL);
  self->name = g_path_get_basename (self->path);
  self->place = place;
  self->packed = !g_file_test (self->path, G_FILE_TEST_IS_DIR);
  if (!g_file_test (self->path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("%s: is not there"), self->path);
      return NULL;
    }
  if (self->packed ? !look_into_packed (self, error) : !look_into_folder (self, error))
    return NULL;
  if (self->packed && g_str_has_suffix (self->name, ENDING))
    self->name[strlen (self->name) - strlen (ENDING)] = '\0';
  if (self->size == NULL)
    self->size = g_strdup ("");
  self->bytes = qora_folder_measure (self->path);
  return g_steal_pointer (&self);
}

const char *
qora_model_get_path (QoraModel *self)
{
  return self->path;
}

const char *
qora_model_get_name (QoraModel *self)
{
  return self->name;
}

QoraModelPlace
qora_model_get_place (QoraModel *self)
{
  return self->place;
}

const char *
qora_model_get_kind (QoraModel *self)
{
  return self->kind;
}

const char *
qora_model_get_size (QoraModel *self)
{
  return self->size;
}

gboolean
qora_model_is_packed (QoraModel *self)
{
  return self->packed;
}

guint64
qora_model_get_bytes (QoraModel *self)
{
  return self->bytes;
}

const char *const *
qora_model_get_speakers (QoraModel *self)
{
  return (const char *const *) self->speakers;
}
