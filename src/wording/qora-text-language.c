/* qora-text-language.c: which language a text is clearly not meant to be spoken in
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-text-language.h"

#include <string.h>

#define LOOKED_AT 2000 /* characters of a text */

enum
{
  LEAST_WORDS = 2,  /* that speak for a language before it is guessed */
  SCRIPT_SHARE = 4, /* one in so many letters of another script decides */
};

/* Words that are frequent in one language and rare in the others here. What several share, such as
 * "a", "la" or "in", says nothing and is left out. */
typedef struct
{
  const char *name;
  const char *words; /* with a space around each */
} LittleWords;

static const LittleWords little_words[] = {
  { "english",
    " the and of to is that it was for with are this have not you be at they from but what"
    " how by she we his her which will hello " },
  { "german", " der das und ist nicht ein eine zu den von mit sich auf ich auch dem wie wir sie für"
              " wird sind aber einen heute guten tag " },
  { "french", " les des et est une dans pour qui je pas vous au sur avec il elle ce cette nous mais"
              " sont être très bonjour c'est " },
  { "spanish", " el los las y es una por con para del al su más como pero está muy qué hoy hola"
               " buenos días usted " },
  { "italian", " il di che è per gli della sono anche ma ci come più questo nella alla degli oggi"
               " ciao buongiorno perché " },
  { "portuguese", " o os do da em um uma não com para mais ao dos das são também você está muito"
                  " olá hoje " },
};

typedef struct
{
  guint letters;
  guint han;
  guint kana;
  guint hangul;
  guint cyrillic;
} Scripts;

static Scripts
count_scripts (const char *text)
{
  Scripts count = { 0 };
  guint seen = 0;

  for (const char *p = text; *p != '\0' && seen < LOOKED_AT; p = g_utf8_next_char (p), seen++)
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_isalpha (c))
        continue;
      count.letters++;
      switch (g_unichar_get_script (c))
        {
        case G_UNICODE_SCRIPT_HAN:
          count.han++;
          break;
        case G_UNICODE_SCRIPT_HIRAGANA:
        case G_UNICODE_SCRIPT_KATAKANA:
          count.kana++;
          break;
        case G_UNICODE_SCRIPT_HANGUL:
          count.hangul++;
          break;
        case G_UNICODE_SCRIPT_CYRILLIC:
          count.cyrillic++;
          break;
        default:
          break;
        }
    }
  return count;
}

static const char *
guess_by_script (const char *text)
{
  const Scripts count = count_scripts (text);
  const guint enough = MAX (1, count.letters / SCRIPT_SHARE);

  if (count.letters == 0)
    return NULL;
  if (count.kana > 0 && count.kana + count.han >= enough)
    return "japanese";
  if (count.han >= enough)
    return "chinese";
  if (count.hangul >= enough)
    return "korean";
  return count.cyrillic >= enough ? "russian" : NULL;
}

/* How many of the words[] speak for a language. */
static guint
count_little_words (const LittleWords *language, char **words)
{
  guint n = 0;

  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      {
        g_autofree char *spaced = g_strconcat (" ", *word, " ", NULL);

        n += strstr (language->words, spaced) != NULL;
      }
  return n;
}

static const char *
guess_by_words (const char *text)
{
  g_autofree char *start = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), LOOKED_AT));
  g_autofree char *lower = g_utf8_strdown (start, -1);
  g_auto (GStrv) words = g_strsplit_set (lower, " \t\r\n.,;:!?\"()-", -1);
  const char *best = NULL;
  guint most = 0, second = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (little_words); i++)
    {
      guint n = count_little_words (&little_words[i], words);

      if (n > most)
        {
          second = most;
          most = n;
          best = little_words[i].name;
        }
      else
        second = MAX (second, n);
    }
  return most >= LEAST_WORDS && most >= 2 * second ? best : NULL;
}

const char *
qora_text_language_guess (const char *text)
{
  const char *language;

  g_return_val_if_fail (text != NULL, NULL);

  if (!g_utf8_validate (text, -1, NULL))
    return NULL;
  language = guess_by_script (text);
  return language != NULL ? language : guess_by_words (text);
}

const char *
qora_text_language_find_foreign (const char *text, const char *const *languages)
{
  const char *language;

  if (languages == NULL || languages[0] == NULL)
    return NULL;
  language = qora_text_language_guess (text);
  for (const char *const *known = languages; language != NULL && *known != NULL; known++)
    if (g_ascii_strcasecmp (*known, language) == 0)
      return NULL;
  return language;
}
