/* qora-plain-headings.c: lines of plain text that begin a chapter
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "qora-plain-headings.h"

#define MAX_HEADING 80 /* characters */

/* Numbers: digits, Roman numerals, and the words that books use. */
#define NUMBER "(?:\\d{1,4}|[ivxlc]{1,7}"
#define ENGLISH_NUMBER                                                                             \
  NUMBER "|(?:the )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"            \
         "thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"                          \
         "(?:twenty|thirty|forty|fifty|sixty)(?:[- ](?:one|two|three|four|five|six|seven|eight|"   \
         "nine))?|first|second|third|fourth|fifth|last))"
#define GERMAN_NUMBER NUMBER "|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)"
#define GERMAN_ORDINAL                                                                             \
  "(?:\\d{1,3}\\.|erstes|zweites|drittes|viertes|fünftes|sechstes|siebe?ntes|achtes|neuntes|"     \
  "zehntes|elftes|zwölftes|\\w{3,12}zehntes|\\w{3,20}zigstes|letztes)"
#define ROMANCE_NUMBER                                                                             \
  NUMBER "|premier|deuxième|second|troisième|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|"  \
         "primero?|segundo|tercero?|cuarto|quinto|sexto|séptimo|octavo|noveno|décimo|"           \
         "primeiro|terceiro|quarto|oitavo|nono|primo|secondo|terzo|sesto|settimo|ottavo)"
#define RUSSIAN_NUMBER                                                                                                                                         \
  NUMBER "|первая|вторая|третья|четв[её]ртая|пятая|шестая|седьмая|восьмая|девятая|десятая|" \
         "одиннадцатая|двенадцатая|\\w{3,12}надцатая|\\w{3,20}сят \\w+|последняя)"

#define WORD_AND_NUMBER                                                                            \
  "(?:chapter " ENGLISH_NUMBER "|kapitel " GERMAN_NUMBER "|" GERMAN_ORDINAL " kapitel"             \
  "|(?:chapitre|capítulo|capitulo|capitolo) " ROMANCE_NUMBER "|глава " RUSSIAN_NUMBER              \
  "|第 ?[0-9０-９〇零一二三四五六七八九十百千两]{1,9} ?[章回話话節节卷]"  \
  "|제 ?\\d{1,4} ?[장화부])"

/* Chapters that have no number stand beside those that have one. */
#define WORD_ALONE                                                                                                                                  \
  "(?:prologue|epilogue|preface|foreword|introduction|afterword|prolog|epilog|vorwort|einleitung|"                                                  \
  "nachwort|préface|avant-propos|épilogue|prólogo|epílogo|prefacio|prefácio|prologo|epilogo|"                                                  \
  "prefazione|пролог|эпилог|предисловие|послесловие|序章|終章|终章|楔子|プロローグ|エピローグ|" \
  "프롤로그|에필로그)"

/* Behind the number nothing, or a mark and the chapter's name. */
#define NAME "(?:\\s*[.:)：．—–-]+\\s*\\S.*|[ 　]+(?-i:[\\p{Lu}\\p{Lo}\\d\"“«»„『「]).*)"
#define TAIL "\\s*[.:]?\\s*"

static gboolean
matches (GRegex *regex, const char *line)
{
  return g_utf8_strlen (line, -1) <= MAX_HEADING && g_regex_match (regex, line, 0, NULL);
}

gboolean
qora_plain_is_heading (const char *line)
{
  static gsize compiled = 0;

  if (g_once_init_enter (&compiled))
    g_once_init_leave (&compiled,
                       (gsize) g_regex_new ("^(?:" WORD_AND_NUMBER "|" WORD_ALONE ")(?:" TAIL
                                            "|" NAME ")$",
                                            G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL));
  return matches ((GRegex *) compiled, line);
}

gboolean
qora_plain_is_bare_heading (const char *line)
{
  static gsize compiled = 0;

  if (g_once_init_enter (&compiled))
    g_once_init_leave (&compiled,
                       (gsize) g_regex_new ("^" WORD_AND_NUMBER TAIL "$",
                                            G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL));
  return matches ((GRegex *) compiled, line);
}
