/* qora-pronunciation.h: words that are spoken in another way than they are written
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is found in a text is replaced in what the voice model is given, and nowhere else. */
typedef struct
{
  char *find;    /* not empty */
  char *replace; /* may be empty: it is not spoken */
  char
      *language; /* the model's name for the only one that it is for, such as "german"; NULL: all */
  gboolean in_words;   /* also inside of words */
  gboolean match_case; /* only in the case as given */
} QoraPair;

QoraPair *qora_pair_new (const char *find, const char *replace, const char *language,
                         gboolean in_words, gboolean match_case);
QoraPair *qora_pair_copy (const QoraPair *pair);
void qora_pair_free (QoraPair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QoraPair, qora_pair_free)

/* A list of pairs that does not change any more, and may be used by several threads. */
#define QORA_TYPE_PRONUNCIATION (qora_pronunciation_get_type ())
G_DECLARE_FINAL_TYPE (QoraPronunciation, qora_pronunciation, QORA, PRONUNCIATION, GObject)

/* Copies pairs[n_pairs]. */
QoraPronunciation *qora_pronunciation_new (const QoraPair *const *pairs, gsize n_pairs);
guint qora_pronunciation_get_n_pairs (QoraPronunciation *self);
const QoraPair *qora_pronunciation_get_pair (QoraPronunciation *self, guint index);

/* The text as it is to be spoken. At each place the longest pair that fits is taken, of those alike
 * the first; what was put in is not searched again. Only pairs for all languages are used where
 * `language` is NULL, and none where `self` is. A whole word ends where letters and digits do; in
 * scripts that do not part words by spaces, anywhere. A text of which nothing would be left is
 * spoken as it is. (transfer full) */
char *qora_pronunciation_apply (QoraPronunciation *self, const char *text, const char *language);

/* A list as text: a line for each pair, with tabs between what to find, its replacement, the
 * language (empty or * for all) and options, "part" and "case", of which the last two may be
 * missing. A backslash before t, n, # or itself stands for a tab, a line break and themselves;
 * lines that are empty or begin with # are passed over. Errors: G_IO_ERROR_INVALID_DATA, naming
 * `name` and the line. (transfer full) */
QoraPronunciation *qora_pronunciation_parse (const char *text, const char *name, GError **error);
char *qora_pronunciation_format (QoraPronunciation *self); /* (transfer full) */

G_END_DECLS
