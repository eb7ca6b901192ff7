/* script.h: the texts that are spoken one after another
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

#include "options.h"

typedef struct
{
  char *text;
  guint64 seed;
  gboolean ends_paragraph;
  double silence_before; /* seconds that the text asks for in place of a pause; < 0: none */
  double silence_after;  /* the same at the end of the text; < 0 elsewhere */
} CliSentence;

/* Array of CliSentence: --text is one whatever it holds, as the official program takes it;
 * --text-file is split. Marks for silence cut either.
 * Sentence k has the seed `options->seed` + CLI_SEED_STEP k, far enough from its neighbours for the
 * next seeds that a retry takes. Errors: nothing but white space, a file that cannot be read. Free
 * with g_array_unref(). */
#define CLI_SEED_STEP 1000
GArray *cli_script_new (const CliOptions *options, GError **error);

/* The whole text of --text or --text-file. Free with g_free(). */
char *cli_script_read_text (const CliOptions *options, GError **error);
