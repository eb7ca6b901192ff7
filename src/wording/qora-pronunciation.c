/* qora-pronunciation.c: words that are spoken in another way than they are written
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-pronunciation.h"

#include <glib/gi18n.h>
#include <string.h>

struct _QoraPronunciation
{
  GObject parent_instance;
  GPtrArray *pairs; /* of QoraPair */
};

G_DEFINE_FINAL_TYPE (QoraPronunciation, qora_pronunciation, G_TYPE_OBJECT)

/* ---- pairs ---- */

QoraPair *
qora_pair_new (const char *find, const char *replace, const char *language, gboolean in_words,
               gboolean match_case)
{
  QoraPair *pair = g_new0 (QoraPair, 1);

  pair->find = g_strdup (find);
  pair->replace = g_strdup (replace);
  pair->language = g_strdup (language);
  pair->in_words = in_words;
  pair->match_case = match_case;
  return pair;
}

QoraPair *
qora_pair_copy (const QoraPair *pair)
{
  return qora_pair_new (pair->find, pair->replace, pair->language, pair->in_words,
                        pair->match_case);
}

void
qora_pair_free (QoraPair *pair)
{
  g_free (pair->find);
  g_free (pair->replace);
  g_free (pair->language);
  g_free (pair);
}

/* ---- finding ---- */

/* A letter or digit of a script that parts its words. */
static gboolean
is_word_character (gunichar c)
{
  if (!g_unichar_isalnum (c) && !g_unichar_ismark (c))
    return FALSE;
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_HANGUL: /* its particles are written to the word */
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
      return FALSE;
    default:
      return TRUE;
    }
}

/* Whether a word may end between the character before `at` and the one there. */
static gboolean
is_border (const char *text, const char *at)
{
  return at == text || *at == '\0' || !is_word_character (g_utf8_get_char (at))
         || !is_word_character (g_utf8_get_char (g_utf8_prev_char (at)));
}

/* Bytes of the text that the pair takes at `at`, or 0. */
static gsize
match (const QoraPair *pair, const char *text, const char *at)
{
  const char *end = at;

  for (const char *find = pair->find; *find != '\0'; find = g_utf8_next_char (find))
    {
      gunichar wanted = g_utf8_get_char (find);
      gunichar there = *end != '\0' ? g_utf8_get_char (end) : 0;

      if (wanted != there
          && (pair->match_case || g_unichar_tolower (wanted) != g_unichar_tolower (there)))
        return 0;
      end = g_utf8_next_char (end);
    }
  if (!pair->in_words && (!is_border (text, at) || !is_border (text, end)))
    return 0;
  return (gsize) (end - at);
}

static gboolean
applies (const QoraPair *pair, const char *language)
{
  return pair->language == NULL
         || (language != NULL && g_ascii_strcasecmp (pair->language, language) == 0);
}

static gboolean
is_blank (const char *text)
{
  while (*text != '\0' && g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  return *text == '\0';
}

char *
qora_pronunciation_apply (QoraPronunciation *self, const char *text, const char *language)
{
  GString *spoken;

  if (self == NULL || self->pairs->len == 0)
    return g_strdup (text);
  spoken = g_string_new (NULL);
  for (const char *at = text; *at != '\0';)
    {
      const QoraPair *best = NULL;
      gsize longest = 0;

      for (guint i = 0; i < self->pairs->len; i++)
        {
          const QoraPair *pair = self->pairs->pdata[i];
          gsize length = applies (pair, language) ? match (pair, text, at) : 0;

          if (length > longest)
            {
              best = pair;
              longest = length;
            }
        }
      if (best == NULL)
        longest = (gsize) (g_utf8_next_char (at) - at);
      g_string_append_len (spoken, best != NULL ? best->replace : at,
                           best != NULL ? -1 : (gssize) longest);
      at += longest;
    }
  if (is_blank (spoken->str))
    g_string_assign (spoken, text);
  return g_string_free (spoken, FALSE);
}

/* ---- as text ---- */

static void
append_escaped (GString *out, const char *text)
{
  for (; *text != '\0'; text++)
    switch (*text)
      {
      case '\t':
        g_string_append (out, "\\t");
        break;
      case '\n':
        g_string_append (out, "\\n");
        break;
      case '#':
      case '\\':
        g_string_append_c (out, '\\');
        g_string_append_c (out, *text);
        break;
      default:
        g_string_append_c (out, *text);
      }
}

static void
unescape (char *text)
{
  char *out = text;

  for (; *text != '\0'; text++)
    if (*text == '\\' && text[1] != '\0')
      {
        text++;
        *out++ = *text == 't' ? '\t' : *text == 'n' ? '\n' : *text;
      }
    else
      *out++ = *text;
  *out = '\0';
}

char *
qora_pronunciation_format (QoraPronunciation *self)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < self->pairs->len; i++)
    {
      const QoraPair *pair = self->pairs->pdata[i];

      append_escaped (out, pair->find);
      g_string_append_c (out, '\t');
      append_escaped (out, pair->replace);
      g_string_append_printf (out, "\t%s\t%s%s%s\n", pair->language != NULL ? pair->language : "*",
                              pair->in_words ? "part" : "",
                              pair->in_words && pair->match_case ? "," : "",
                              pair->match_case ? "case" : "");
    }
  return g_string_free (out, FALSE);
}

static gboolean
parse_options (const char *text, QoraPair *pair)
{
  g_auto (GStrv) words = g_strsplit_set (text, ", ", -1);

  for (char **word = words; *word != NULL; word++)
    if (g_str_equal (*word, "part"))
      pair->in_words = TRUE;
    else if (g_str_equal (*word, "case"))
      pair->match_case = TRUE;
    else if (**word != '\0')
      return FALSE;
  return TRUE;
}

/* NULL where the line is none of ours. */
static QoraPair *
parse_line (const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, "\t", -1);
  guint n = g_strv_length (fields);
  g_autoptr (QoraPair) pair = NULL;

  if (n < 2 || n > 4)
    return NULL;
  unescape (fields[0]);
  unescape (fields[1]);
  if (fields[0][0] == '\0')
    return NULL;
  pair = qora_pair_new (fields[0], fields[1], NULL, FALSE, FALSE);
  if (n > 2)
    g_strstrip (fields[2]);
  if (n > 2 && fields[2][0] != '\0' && !g_str_equal (fields[2], "*"))
    pair->language = g_ascii_strdown (fields[2], -1);
  if (n > 3 && !parse_options (fields[3], pair))
    return NULL;
  return g_steal_pointer (&pair);
}

QoraPronunciation *
qora_pronunciation_parse (const char *text, const char *name, GError **error)
{
  g_autoptr (QoraPronunciation) self = g_object_new (QORA_TYPE_PRONUNCIATION, NULL);
  g_auto (GStrv) lines = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    {
      /* translators: %s is a file name */
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("%s is not UTF-8"), name);
      return NULL;
    }
  if (g_str_has_prefix (text, "\xef\xbb\xbf"))
    text += 3;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      gsize length = strlen (lines[i]);
      QoraPair *pair;

      if (length > 0 && lines[i][length - 1] == '\r')
        lines[i][length - 1] = '\0';
      if (lines[i][0] == '#' || is_blank (lines[i]))
        continue;
      pair = parse_line (lines[i]);
      if (pair == NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       /* translators: a file name and the number of a line in it */
                       _ ("%s: line %u is not two to four fields with tabs between them, the "
                          "first of them not empty"),
                       name, i + 1);
          return NULL;
        }
      g_ptr_array_add (self->pairs, pair);
    }
  return g_steal_pointer (&self);
}

/* ---- the object ---- */

guint
qora_pronunciation_get_n_pairs (QoraPronunciation *self)
{
  g_return_val_if_fail (QORA_IS_PRONUNCIATION (self), 0);
  return self->pairs->len;
}

const QoraPair *
qora_pronunciation_get_pair (QoraPronunciation *self, guint index)
{
  g_return_val_if_fail (QORA_IS_PRONUNCIATION (self), NULL);
  g_return_val_if_fail (index < self->pairs->len, NULL);
  return self->pairs->pdata[index];
}

static void
qora_pronunciation_finalize (GObject *object)
{
  g_ptr_array_unref (QORA_PRONUNCIATION (object)->pairs);
  G_OBJECT_CLASS (qora_pronunciation_parent_class)->finalize (object);
}

static void
qora_pronunciation_class_init (QoraPronunciationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_pronunciation_finalize;
}

static void
qora_pronunciation_init (QoraPronunciation *self)
{
  self->pairs = g_ptr_array_new_with_free_func ((GDestroyNotify) qora_pair_free);
}

QoraPronunciation *
qora_pronunciation_new (const QoraPair *const *pairs, gsize n_pairs)
{
  QoraPronunciation *self = g_object_new (QORA_TYPE_PRONUNCIATION, NULL);

  for (gsize i = 0; i < n_pairs; i++)
    g_ptr_array_add (self->pairs, qora_pair_copy (pairs[i]));
  return self;
}
