/* script.c: the texts that are spoken one after another
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script.h"

#include <glib/gi18n.h>
#include <qtts/text.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "files.h"

/* Where the text comes from, for messages. */
static const char *
name_source (const CliOptions *options)
{
  if (options->text_file == NULL)
    return "--text";
  return strcmp (options->text_file, "-") == 0 ? "standard input" : options->text_file;
}

char *
cli_script_read_text (const CliOptions *options, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize length;

  if (options->text_file == NULL)
    return g_strdup (options->text);
  bytes = cli_read_file (options->text_file, &length, error);
  if (bytes == NULL)
    return NULL;
  return cli_to_utf8 (bytes, length, name_source (options), error);
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

static gboolean
add_segments (GArray *script, const char *text, const CliOptions *options, GError **error)
{
  qtts_error engine_error;
  qtts_segment *segments;
  size_t n;

  if (qtts_segment_text (text, strlen (text), NULL, &segments, &n, &engine_error) != QTTS_OK)
    return cli_take_engine_error (error, &engine_error, name_source (options));
  for (size_t i = 0; i < n; i++)
    {
      CliSentence sentence = {
        .text = g_strndup (text + segments[i].start, segments[i].end - segments[i].start),
        .seed = options->seed + i * CLI_SEED_STEP,
        .ends_paragraph = segments[i].ends_paragraph,
      };

      g_array_append_val (script, sentence);
    }
  free (segments);
  return TRUE;
}

GArray *
cli_script_new (const CliOptions *options, GError **error)
{
  g_autoptr (GArray) script = g_array_new (FALSE, FALSE, sizeof (CliSentence));
  g_autofree char *text = cli_script_read_text (options, error);

  g_array_set_clear_func (script, clear_sentence);
  if (text == NULL)
    return NULL;
  if (is_blank (text))
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_FAILED, _ ("%s: the text is empty, nothing to say"),
                   name_source (options));
      return NULL;
    }
  if (options->text_file != NULL)
    {
      if (!add_segments (script, text, options, error))
        return NULL;
    }
  else
    {
      CliSentence sentence = { g_steal_pointer (&text), options->seed, TRUE };

      g_array_append_val (script, sentence);
    }
  return g_steal_pointer (&script);
}
