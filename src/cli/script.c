/* script.c: the texts that are spoken one after another
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script.h"

#include <glib/gi18n.h>
#include <qtts/text.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "errors.h"
#include "qora-silence.h"

/* Where the text comes from, for messages. */
static const char *
name_source (const CliOptions *options)
{
  if (options->text_file == NULL)
    return "--text";
  return strcmp (options->text_file, "-") == 0 ? _ ("standard input") : options->text_file;
}

char *
cli_script_read_text (const CliOptions *options, GError **error)
{
  if (options->text_file == NULL)
    return g_strdup (options->text);
  return cli_document_read (options, name_source (options), error);
}

static void
clear_sentence (gpointer data)
{
  CliSentence *sentence = data;

  g_free (sentence->text);
}

static gboolean
is_blank (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (!g_unichar_isspace (g_utf8_get_char (text)))
      return FALSE;
  return TRUE;
}

/* The next sentence; its text is taken over. */
static CliSentence *
add_sentence (GArray *script, char *text, const CliOptions *options)
{
  CliSentence sentence = { .text = text,
                           .seed = options->seed + script->len * CLI_SEED_STEP,
                           .ends_paragraph = TRUE,
                           .silence_before = -1,
                           .silence_after = -1 };

  g_array_append_val (script, sentence);
  return &g_array_index (script, CliSentence, script->len - 1);
}

static gboolean
add_segments (GArray *script, const char *text, gsize length, const CliOptions *options,
              GError **error)
{
  qtts_error engine_error;
  qtts_segment *segments;
  size_t n;

  if (qtts_segment_text (text, length, NULL, &segments, &n, &engine_error) != QTTS_OK)
    return cli_take_engine_error (error, &engine_error, name_source (options));
  for (size_t i = 0; i < n; i++)
    {
      char *sentence = g_strndup (text + segments[i].start, segments[i].end - segments[i].start);

      add_sentence (script, sentence, options)->ends_paragraph = segments[i].ends_paragraph;
    }
  free (segments);
  return TRUE;
}

/* What lies between two marks, with the silence before it. */
static gboolean
add_piece (GArray *script, const char *text, const QoraSpokenPiece *piece,
           const CliOptions *options, GError **error)
{
  gsize length = piece->end - piece->start;
  guint first = script->len;

  if (options->text_file == NULL)
    add_sentence (script, g_strndup (text + piece->start, length), options);
  else if (!add_segments (script, text + piece->start, length, options, error))
    return FALSE;
  if (script->len > first)
    g_array_index (script, CliSentence, first).silence_before = piece->silence;
  return TRUE;
}

static gboolean
add_pieces (GArray *script, const char *text, const CliOptions *options, GError **error)
{
  double trailing;
  g_autoptr (GArray) pieces = qora_silence_cut (text, strlen (text), &trailing);
  gboolean marked = trailing >= 0;

  for (guint i = 0; i < pieces->len; i++)
    marked = marked || g_array_index (pieces, QoraSpokenPiece, i).silence >= 0;
  if (!marked && options->text_file == NULL)
    {
      /* As the official program takes it, white space and all. */
      add_sentence (script, g_strdup (text), options);
      return TRUE;
    }
  for (guint i = 0; i < pieces->len; i++)
    if (!add_piece (script, text, &g_array_index (pieces, QoraSpokenPiece, i), options, error))
      return FALSE;
  if (script->len > 0)
    g_array_index (script, CliSentence, script->len - 1).silence_after = trailing;
  return TRUE;
}

GArray *
cli_script_new (const CliOptions *options, GError **error)
{
  g_autoptr (GArray) script = g_array_new (FALSE, FALSE, sizeof (CliSentence));
  g_autofree char *text = cli_script_read_text (options, error);

  g_array_set_clear_func (script, clear_sentence);
  if (text == NULL || (!is_blank (text) && !add_pieces (script, text, options, error)))
    return NULL;
  if (script->len == 0)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED, _ ("%s: the text is empty, nothing to say"),
                   name_source (options));
      return NULL;
    }
  return g_steal_pointer (&script);
}
