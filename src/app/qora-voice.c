/* qora-voice.c: what is known about the speakers and languages of the released models
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-voice.h"

#include <glib/gi18n.h>

struct _QoraVoice
{
  GObject parent_instance;

  char *id;
  char *name;
  int known; /* row of `speakers`, or -1 */
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (QoraVoice, qora_voice, G_TYPE_OBJECT)

/* Characters and native languages as the makers of the models describe them. */
static const struct
{
  const char *id;
  const char *name;
  const char *description;
  const char *language;
  const char *origin;
} speakers[] = {
  { "vivian", "Vivian", N_ ("Bright, slightly edgy young woman"), "chinese", N_ ("Chinese") },
  { "serena", "Serena", N_ ("Warm, gentle young woman"), "chinese", N_ ("Chinese") },
  { "uncle_fu", "Uncle Fu", N_ ("Seasoned man with a low, mellow voice"), "chinese",
    N_ ("Chinese") },
  { "dylan", "Dylan", N_ ("Youthful man with a clear, natural voice"), "chinese",
    N_ ("Beijing dialect") },
  { "eric", "Eric", N_ ("Lively man with a slightly husky voice"), "chinese",
    N_ ("Sichuan dialect") },
  { "ryan", "Ryan", N_ ("Dynamic man with a strong rhythm"), "english", N_ ("English") },
  { "aiden", "Aiden", N_ ("Sunny American man with a clear voice"), "english", N_ ("English") },
  { "ono_anna", "Ono Anna", N_ ("Playful woman with a light, nimble voice"), "japanese",
    N_ ("Japanese") },
  { "sohee", "Sohee", N_ ("Warm woman with rich emotion"), "korean", N_ ("Korean") },
};

static const struct
{
  const char *id;
  const char *name;
} languages[] = {
  { "chinese", N_ ("Chinese") },   { "english", N_ ("English") },
  { "japanese", N_ ("Japanese") }, { "korean", N_ ("Korean") },
  { "german", N_ ("German") },     { "french", N_ ("French") },
  { "russian", N_ ("Russian") },   { "portuguese", N_ ("Portuguese") },
  { "spanish", N_ ("Spanish") },   { "italian", N_ ("Italian") },
};

/* Spoken by the voice, so not translated. */
static const struct
{
  const char *language;
  const char *before; /* the speaker's name */
  const char *after;
} samples[] = {
  { "english", "Hello, my name is ", ". This is how I sound." },
  { "chinese", "你好，我是", "。这就是我的声音。" },
  { "japanese", "こんにちは、", "です。これが私の声です。" },
  { "korean", "안녕하세요, 저는 ", "입니다. 이것이 제 목소리예요." },
};

/* "some_name" to "Some Name". */
static char *
make_name (const char *id)
{
  g_auto (GStrv) words = g_strsplit_set (id, "_-", -1);

  for (char **word = words; *word != NULL; word++)
    (*word)[0] = g_ascii_toupper ((*word)[0]);
  return g_strjoinv (" ", words);
}

char *
qora_language_get_name (const char *id)
{
  if (id == NULL || *id == '\0')
    return g_strdup (_ ("Automatic"));
  for (gsize i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_ascii_strcasecmp (languages[i].id, id) == 0)
      return g_strdup (_ (languages[i].name));
  return make_name (id);
}

const char *
qora_voice_get_id (QoraVoice *self)
{
  g_return_val_if_fail (QORA_IS_VOICE (self), NULL);
  return self->id;
}

const char *
qora_voice_get_name (QoraVoice *self)
{
  g_return_val_if_fail (QORA_IS_VOICE (self), NULL);
  return self->name;
}

const char *
qora_voice_get_description (QoraVoice *self)
{
  g_return_val_if_fail (QORA_IS_VOICE (self), NULL);
  return self->known < 0 ? NULL : _ (speakers[self->known].description);
}

const char *
qora_voice_get_language (QoraVoice *self)
{
  g_return_val_if_fail (QORA_IS_VOICE (self), NULL);
  return self->known < 0 ? NULL : speakers[self->known].language;
}

const char *
qora_voice_get_origin (QoraVoice *self)
{
  g_return_val_if_fail (QORA_IS_VOICE (self), NULL);
  return self->known < 0 ? NULL : _ (speakers[self->known].origin);
}

char *
qora_voice_make_sample (QoraVoice *self, gboolean only_english)
{
  gsize row = 0;

  g_return_val_if_fail (QORA_IS_VOICE (self), NULL);
  if (!only_english && self->known >= 0)
    for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
      if (g_str_equal (samples[i].language, speakers[self->known].language))
        row = i;
  return g_strjoin (NULL, samples[row].before, self->name, samples[row].after, NULL);
}

static void
qora_voice_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  QoraVoice *self = QORA_VOICE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
qora_voice_finalize (GObject *object)
{
  QoraVoice *self = QORA_VOICE (object);

  g_free (self->id);
  g_free (self->name);
  G_OBJECT_CLASS (qora_voice_parent_class)->finalize (object);
}

static void
qora_voice_class_init (QoraVoiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = qora_voice_finalize;
  object_class->get_property = qora_voice_get_property;
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
qora_voice_init (QoraVoice *self)
{
  self->known = -1;
}

QoraVoice *
qora_voice_new (const char *id)
{
  QoraVoice *self = g_object_new (QORA_TYPE_VOICE, NULL);

  self->id = g_strdup (id);
  for (gsize i = 0; i < G_N_ELEMENTS (speakers); i++)
    if (g_ascii_strcasecmp (speakers[i].id, id) == 0)
      self->known = (int) i;
  self->name = self->known < 0 ? make_name (id) : g_strdup (speakers[self->known].name);
  return self;
}
