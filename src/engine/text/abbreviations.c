/* abbreviations.c: words whose full stop does not end a sentence
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "abbreviations.h"

#include <string.h>
#include <utf8proc.h>

#include "unicode.h"

#define LONGEST_WORD 16 /* bytes of UTF-8 with the final zero */

/* In lower case. */
static const char *const before_anything[] = {
  /* English */
  "mr",
  "mrs",
  "ms",
  "messrs",
  "dr",
  "prof",
  "rev",
  "hon",
  "gen",
  "col",
  "sgt",
  "capt",
  "cpt",
  "lt",
  "cpl",
  "cmdr",
  "gov",
  "sen",
  "supt",
  "vs",
  "approx",
  "cf",
  "viz",
  /* German */
  "hr",
  "fr",
  "frl",
  "med",
  "phil",
  "dipl",
  "ing",
  "bzw",
  "ca",
  "evtl",
  "ggf",
  "vgl",
  "inkl",
  "exkl",
  "zzgl",
  "sog",
  "geb",
  "gest",
  "verh",
  "österr",
  "dt",
  "str",
  "einschl",
  /* French */
  "mm",
  "mme",
  "mmes",
  "mlle",
  "mlles",
  "mgr",
  "ste",
  "éd",
  "env",
  /* Spanish and Portuguese */
  "sr",
  "sra",
  "sres",
  "srta",
  "dña",
  "dra",
  "ud",
  "uds",
  "vd",
  "vds",
  "lic",
  "avda",
  "excmo",
  "profa",
  "exmo",
  "exma",
  "eng",
  /* Italian */
  "sig",
  "sigg",
  "sigra",
  "dott",
  "avv",
  "geom",
  "arch",
  "cfr",
  "egr",
  "spett",
  /* Russian */
  "ул",
  "пер",
  "просп",
  "проф",
  "акад",
  "тов",
  "доц",
  "гр",
  "см",
  "ср",
  "св",
  "обл",
  "пос",
};

/* In lower case; abbreviations before a number, words or sentence ends before anything else. */
static const char *const before_number[] = {
  "no",   "nos",  "nr",   "nrn", "num",  "núm", "nº",   "p",   "pp",  "s",    "pag",
  "pagg", "pág",  "págs", "fig", "figs", "abb", "tab",  "eq",  "vol", "vols", "bd",
  "ch",   "chap", "cap",  "kap", "sec",  "art", "abs",  "tel", "op",  "jan",  "feb",
  "mar",  "apr",  "jun",  "jul", "aug",  "sep", "sept", "oct", "nov", "dec",  "okt",
  "dez",  "стр",  "рис",  "гл",  "табл", "тел", "ст",   "п",   "№",
};

/* With a capital only: in lower case they are other words. */
static const char *const capitalised[] = { "St", "Mt", "Ft", "Me", "Av", "Rep", "Pres", "Bros" };

/* Behind a number they are centimetres and grams. */
static const char *const units[] = { "см", "гр" };

/* Before the ordinal of a date or a noun in German: "der 2. Weltkrieg". */
static const char *const german_articles[]
    = { "der", "die", "das", "dem", "den", "des", "vom", "zum", "zur", "beim", "im" };

static const char *const german_months[]
    = { "januar", "jänner", "februar",   "märz",    "april",    "mai",     "juni",
        "juli",   "august", "september", "oktober", "november", "dezember" };

/* Sentences that begin so do not go on with the acronym before them: "in the U.S. The". */
static const char *const openings[]
    = { "the", "he", "she",  "it",   "they",  "we",    "you",    "but",
        "and", "in", "this", "that", "these", "there", "however" };

#define IS_IN(word, list) is_in (word, list, sizeof (list) / sizeof *(list))

static bool
is_in (const char *word, const char *const *list, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (strcmp (word, list[i]) == 0)
      return true;
  return false;
}

/* UTF-8 of [start, end), empty when it is too long for any list. */
static void
copy_word (const int32_t *text, size_t start, size_t end, bool lower, char word[LONGEST_WORD])
{
  size_t length = 0;

  for (size_t i = start; i < end; i++)
    {
      if (length + 4 >= LONGEST_WORD)
        {
          length = 0;
          break;
        }
      length += (size_t) utf8proc_encode_char (lower ? utf8proc_tolower (text[i]) : text[i],
                                               (utf8proc_uint8_t *) word + length);
    }
  word[length] = '\0';
}

static bool
is_digit (int32_t c)
{
  return utf8proc_category (c) == UTF8PROC_CATEGORY_ND;
}

static bool
has_case (int32_t c)
{
  utf8proc_category_t category = utf8proc_category (c);

  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL;
}

static bool
is_letter (int32_t c)
{
  utf8proc_category_t category = utf8proc_category (c);

  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

static void
word_from (const int32_t *text, size_t n, size_t start, char word[LONGEST_WORD])
{
  size_t end = start;

  while (end < n && is_letter (text[end]))
    end++;
  copy_word (text, start, end, true, word);
}

/* The word that ends before `end`, spaces left out; returns where it starts. */
static size_t
word_before (const int32_t *text, size_t end, char word[LONGEST_WORD])
{
  size_t start;

  while (end > 0 && qtts_is_white_space (text[end - 1]))
    end--;
  start = end;
  while (start > 0 && !qtts_is_white_space (text[start - 1]))
    start--;
  copy_word (text, start, end, true, word);
  return start;
}

/* "J. R. R. Tolkien", "z. B. Berlin", "p. ex."; but "vitamin C. The", "1990 г. Он", "и т. д.
 * Потом", "and I. Then". */
static bool
letter_is_abbreviation (const int32_t *text, size_t n, size_t start, size_t next)
{
  char before[LONGEST_WORD];
  char following[LONGEST_WORD];
  size_t before_start = word_before (text, start, before);

  if (before[0] == '\0')
    return true;
  if (utf8proc_category (text[start]) == UTF8PROC_CATEGORY_LU)
    {
      word_from (text, n, next, following);
      return !IS_IN (following, openings)
             && (text[start] != 'I'
                 || utf8proc_category (text[before_start]) != UTF8PROC_CATEGORY_LL);
    }
  return !is_digit (text[before_start])
         && (strcmp (before, "т.") != 0 || text[start] == 0x0435); /* т. е. */
}

/* A number of one or two digits: a list mark at the start of a line, a German ordinal. */
static bool
number_is_ordinal (const int32_t *text, size_t n, size_t start, size_t end, size_t next)
{
  size_t line = start;
  char word[LONGEST_WORD];

  if (end - start > 2)
    return false;
  while (line > 0 && (text[line - 1] == ' ' || text[line - 1] == '\t'))
    line--;
  if (line == 0 || text[line - 1] == '\n' || text[line - 1] == '\r' || text[line - 1] == 0x2029)
    return true;
  word_from (text, n, next, word);
  if (IS_IN (word, german_months))
    return true;
  word_before (text, start, word);
  return IS_IN (word, german_articles);
}

/* With stops inside: "e.g.", "U.S.", "Ph.D.", not "example.com."; those that follow a time of day
 * or a list may end the sentence. */
static bool
dotted_is_abbreviation (const int32_t *text, size_t n, size_t start, size_t end, size_t next)
{
  static const char *const may_end[] = { "a.m", "p.m", "т.д", "т.п", "o.k" };
  char word[LONGEST_WORD];
  char following[LONGEST_WORD];
  size_t letters = 0;

  for (size_t i = start; i < end; i++)
    {
      letters = text[i] == '.' ? 0 : letters + 1;
      if (letters > 2 || (text[i] != '.' && !has_case (text[i])))
        return false;
    }
  copy_word (text, start, end, true, word);
  if (IS_IN (word, may_end))
    return false;
  word_from (text, n, next, following);
  return utf8proc_category (text[start]) != UTF8PROC_CATEGORY_LU || !IS_IN (following, openings);
}

bool
qtts_is_abbreviation (const int32_t *text, size_t n, size_t start, size_t end, size_t next)
{
  char lower[LONGEST_WORD];
  char exact[LONGEST_WORD];
  char before[LONGEST_WORD];
  size_t before_start;

  if (start == end)
    return false;
  if (is_digit (text[start]))
    return number_is_ordinal (text, n, start, end, next);
  for (size_t i = start; i < end; i++)
    if (text[i] == '.')
      return dotted_is_abbreviation (text, n, start, end, next);
  copy_word (text, start, end, true, lower);
  if (is_digit (text[next]) && IS_IN (lower, before_number))
    return true;
  if (end - start == 1)
    return has_case (text[start]) && letter_is_abbreviation (text, n, start, next);

  before_start = word_before (text, start, before);
  if (IS_IN (lower, units) && before_start < start && is_digit (text[before_start]))
    return false;
  copy_word (text, start, end, false, exact);
  return IS_IN (lower, before_anything) || IS_IN (exact, capitalised)
         || ((strcmp (lower, "ej") == 0 || strcmp (lower, "ex") == 0)
             && strcmp (before, "p.") == 0);
}
