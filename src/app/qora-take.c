/* qora-take.c: one rendering of a text, with its parts and their sound, kept in a folder of its own
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-take.h"

#include <glib/gi18n.h>

#include "qora-pause.h"
#include "qora-silence.h"
#include "qora-take-loader.h"
#include "qora-take-private.h"
#include "qora-time.h"
#include "qora-voice.h"

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_DETAILS,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QoraTake, qora_take, G_TYPE_OBJECT)

#define TITLE_LENGTH 60

/* The one it was given, or the first line, cut at a word. */
static char *
make_title (const QoraTakeFile *content)
{
  g_autofree char *start = NULL;
  g_autofree char *cut = NULL;
  char *space;

  if (content->title != NULL)
    return g_strdup (content->title);
  start = g_strstrip (qora_silence_strip (content->text));
  start[strcspn (start, "\r\n")] = '\0';
  if (*start == '\0')
    return g_strdup (_ ("Untitled"));
  if (g_utf8_strlen (start, -1) <= TITLE_LENGTH)
    return g_steal_pointer (&start);
  cut = g_utf8_substring (start, 0, TITLE_LENGTH);
  space = strrchr (cut, ' ');
  if (space != NULL && space > cut + TITLE_LENGTH / 2)
    *space = '\0';
  return g_strconcat (cut, "…", NULL);
}

static QoraTakePart *
get_part (QoraTake *self, guint index)
{
  return self->content.parts->pdata[index];
}

void
qora_take_emit_changed (QoraTake *self)
{
  self->counted = FALSE;
  g_free (self->title);
  self->title = make_title (&self->content);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETAILS]);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* ---- asking ---- */

const char *
qora_take_get_id (QoraTake *self)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), NULL);
  return self->id;
}

const char *
qora_take_get_folder (QoraTake *self)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), NULL);
  return self->folder;
}

const char *
qora_take_get_title (QoraTake *self)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), NULL);
  return self->title;
}

const char *
qora_take_get_text (QoraTake *self)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), NULL);
  return self->content.text;
}

QoraRendering *
qora_take_get_rendering (QoraTake *self)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), NULL);
  for (guint i = 0; i < self->content.parts->len; i++)
    if (get_part (self, i)->rendering != NULL)
      return get_part (self, i)->rendering;
  return NULL;
}

const char *
qora_take_get_voice (QoraTake *self)
{
  QoraRendering *rendering = qora_take_get_rendering (self);

  return rendering != NULL ? rendering->voice : NULL;
}

gint64
qora_take_get_created (QoraTake *self)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), 0);
  return self->content.created;
}

double
qora_take_get_pause (QoraTake *self)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), 0);
  return self->content.pause;
}

gboolean
qora_take_has_sound (QoraTake *self)
{
  return qora_take_get_rendering (self) != NULL;
}

guint
qora_take_get_n_parts (QoraTake *self)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), 0);
  return self->content.parts->len;
}

double
qora_take_get_duration (QoraTake *self)
{
  gsize n_samples = 0;

  g_return_val_if_fail (QORA_IS_TAKE (self), 0);
  for (guint i = 0; i < self->content.parts->len; i++)
    {
      const QoraTakePart *part = get_part (self, i);

      if (part->rendering == NULL)
        continue;
      if (i == 0)
        n_samples += qora_pause_get_samples (part->silence_before, FALSE, 0, n_samples);
      else if (n_samples > 0)
        n_samples
            += qora_pause_get_samples (part->silence_before, get_part (self, i - 1)->ends_paragraph,
                                       self->content.pause, n_samples);
      n_samples += part->rendering->n_samples;
      n_samples += qora_pause_get_samples (part->silence_after, FALSE, 0, n_samples);
    }
  return n_samples / (double) QORA_SOUND_RATE;
}

char *
qora_take_dup_details (QoraTake *self)
{
  const char *id = qora_take_get_voice (self);
  g_autoptr (QoraVoice) voice = id != NULL ? qora_voice_new (id) : NULL;
  g_autofree char *duration = qora_time_format (qora_take_get_duration (self));
  g_autofree char *day = qora_time_format_day (self->content.created);

  if (!qora_take_has_sound (self))
    /* translators: %s is a day, for example "today" */
    return g_strdup_printf (_ ("Text only · %s"), day);
  if (voice == NULL)
    return g_strdup_printf ("%s · %s", duration, day);
  return g_strdup_printf ("%s · %s · %s", qora_voice_get_name (voice), duration, day);
}

gboolean
qora_take_matches (QoraTake *self, const char *words)
{
  const char *id;
  g_autofree char *haystack = NULL;
  g_autofree char *needles = NULL;
  g_auto (GStrv) list = NULL;

  g_return_val_if_fail (QORA_IS_TAKE (self), FALSE);
  if (*words == '\0')
    return TRUE;

  id = qora_take_get_voice (self);
  {
    g_autofree char *all = g_strconcat (self->content.text, "\n", self->title, "\n", id, NULL);

    haystack = g_utf8_casefold (all, -1);
  }
  needles = g_utf8_casefold (words, -1);
  list = g_strsplit_set (needles, " \t\n", -1);
  for (char **needle = list; *needle != NULL; needle++)
    if (strstr (haystack, *needle) == NULL)
      return FALSE;
  return TRUE;
}

/* ---- content ---- */

void
qora_take_set_content (QoraTake *self, const char *text, GPtrArray *parts, double pause)
{
  g_return_if_fail (QORA_IS_TAKE (self));

  g_free (self->content.text);
  self->content.text = g_strdup (text);
  self->content.pause = pause;
  g_ptr_array_set_size (self->content.parts, 0);
  for (guint i = 0; i < parts->len; i++)
    {
      QoraPart *part = parts->pdata[i];
      QoraTakePart *kept
          = qora_take_part_new (qora_part_get_text (part), qora_part_get_ends_paragraph (part),
                                qora_part_get_rendering (part));

      qora_part_get_silence (part, &kept->silence_before, &kept->silence_after);
      g_ptr_array_add (self->content.parts, kept);
    }
  qora_take_emit_changed (self);
}

void
qora_take_apply (QoraTake *self, QoraScript *script)
{
  guint next = 0;

  g_return_if_fail (QORA_IS_TAKE (self));

  for (guint i = 0; i < qora_script_get_n_parts (script); i++)
    {
      QoraPart *part = qora_script_get_part (script, i);

      for (guint j = next; j < self->content.parts->len; j++)
        if (g_str_equal (get_part (self, j)->text, qora_part_get_text (part)))
          {
            qora_part_set_rendering (part, get_part (self, j)->rendering);
            next = j + 1;
            break;
          }
    }
}

void
qora_take_drop_sound (QoraTake *self)
{
  g_return_if_fail (QORA_IS_TAKE (self));

  g_clear_pointer (&self->dropped, g_ptr_array_unref);
  self->dropped = self->content.parts;
  self->content.parts = g_ptr_array_new_with_free_func ((GDestroyNotify) qora_take_part_free);
  for (guint i = 0; i < self->dropped->len; i++)
    {
      QoraTakePart *part = qora_take_part_copy (self->dropped->pdata[i]);

      g_clear_pointer (&part->rendering, qora_rendering_unref);
      g_ptr_array_add (self->content.parts, part);
    }
  qora_take_emit_changed (self);
  qora_take_save (self);
}

void
qora_take_restore_sound (QoraTake *self)
{
  g_return_if_fail (QORA_IS_TAKE (self));
  if (self->dropped == NULL)
    return;
  g_ptr_array_unref (self->content.parts);
  self->content.parts = g_steal_pointer (&self->dropped);
  qora_take_emit_changed (self);
  qora_take_save (self);
}

void
qora_take_purge_sound (QoraTake *self)
{
  g_return_if_fail (QORA_IS_TAKE (self));
  g_clear_pointer (&self->dropped, g_ptr_array_unref);
  qora_take_save (self);
}

/* ---- loading ---- */

void
qora_take_load_sound_async (QoraTake *self, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (QORA_IS_TAKE (self));
  task = g_task_new (self, cancellable, callback, user_data);
  qora_take_loader_run (task, self->folder, self->content.pause, self->content.parts);
}

QoraSound *
qora_take_load_sound_finish (QoraTake *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return qora_take_loader_finish (G_TASK (result), error);
}

static void
set_folder (QoraTake *self, const char *folder)
{
  self->folder = g_strdup (folder);
  self->id = g_path_get_basename (folder);
}

QoraTake *
qora_take_load (const char *folder, GError **error)
{
  g_autoptr (QoraTake) self = g_object_new (QORA_TYPE_TAKE, NULL);
  g_autofree char *path = g_build_filename (folder, QORA_TAKE_FILE_NAME, NULL);
  g_autofree char *json = NULL;
  QoraTakeFile content;
  gsize length;

  if (!g_file_get_contents (path, &json, &length, error)
      || !qora_take_file_parse (json, length, path, &content, error))
    return NULL;
  set_folder (self, folder);
  qora_take_file_clear (&self->content);
  self->content = content;
  self->title = make_title (&self->content);
  return g_steal_pointer (&self);
}

QoraTake *
qora_take_new (const char *parent)
{
  QoraTake *self = g_object_new (QORA_TYPE_TAKE, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *name = g_strdup_printf ("%s-%.4s", stamp, uuid);
  g_autofree char *folder = g_build_filename (parent, name, NULL);

  set_folder (self, folder);
  self->content.created = g_date_time_to_unix (now);
  return self;
}

/* ---- the object ---- */

static void
qora_take_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  QoraTake *self = QORA_TAKE (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_DETAILS:
      g_value_take_string (value, qora_take_dup_details (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_take_finalize (GObject *object)
{
  QoraTake *self = QORA_TAKE (object);

  g_free (self->folder);
  g_free (self->id);
  g_free (self->title);
  qora_take_file_clear (&self->content);
  g_clear_pointer (&self->dropped, g_ptr_array_unref);
  g_ptr_array_unref (self->unwanted);
  G_OBJECT_CLASS (qora_take_parent_class)->finalize (object);
}

static void
qora_take_class_init (QoraTakeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = qora_take_finalize;
  object_class->get_property = qora_take_get_property;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_DETAILS] = g_param_spec_string ("details", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", QORA_TYPE_TAKE, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("part-made", QORA_TYPE_TAKE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_UINT);
  g_signal_new ("save-failed", QORA_TYPE_TAKE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                1, G_TYPE_ERROR);
}

static void
qora_take_init (QoraTake *self)
{
  self->content.text = g_strdup ("");
  self->content.parts = g_ptr_array_new_with_free_func ((GDestroyNotify) qora_take_part_free);
  self->unwanted = g_ptr_array_new_with_free_func (g_object_unref);
}
