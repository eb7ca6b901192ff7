/* options.h: what the command line asks for
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>
#include <qtts/model.h>

typedef enum
{
  CLI_ACTION_SPEAK,
  CLI_ACTION_DECODE,  /* --codes-in */
  CLI_ACTION_CONVERT, /* --save without a text */
  CLI_ACTION_TOKENIZE,
  CLI_ACTION_LIST_SPEAKERS,
  CLI_ACTION_LIST_LANGUAGES,
  CLI_ACTION_INFO,
  CLI_ACTION_LIST_CHAPTERS,
  CLI_ACTION_LIST_MODELS,
  CLI_ACTION_DOWNLOAD,
  CLI_ACTION_VERSION,
} CliAction;

typedef struct
{
  CliAction action;

  char *load;       /* a .qora-tts file, or NULL */
  char *model_path; /* a folder, or NULL */
  qtts_precision precision;
  gboolean precision_given;
  int threads;
  char *save; /* NULL: not */
  gboolean compact;
  char *download; /* name of a model of the catalogue; NULL: not */
  char *mirror;   /* base address of the server to download from; NULL: the usual one */

  char *text;      /* UTF-8; the sample sentence when none was given; NULL with text_file */
  char *text_file; /* NULL: not */
  int chapter;     /* of the file, from 1; 0: all */
  gboolean parse_special;
  char *speaker;       /* UTF-8; NULL: the model's usual one */
  char *language;      /* UTF-8; NULL: English where the model has it */
  char *instruct;      /* UTF-8; NULL: none */
  char *pronunciation; /* a file; NULL: none */
  gboolean streaming_text;

  guint64 seed;
  int max_codes;
  gboolean greedy;
  double temperature; /* NaN: the model's own; likewise the next three */
  int top_k;          /* G_MININT: the model's own */
  double top_p;
  double repetition_penalty;
  gboolean no_runaway_guard;
  int batch;
  double pause; /* seconds */

  char *output;
  char *codes_out; /* NULL: not */
  char *codes_in;  /* NULL: not */
  char *stats;     /* NULL: not */
  char *subtitles; /* NULL: not; ends in .srt, .vtt or .lrc */
  gboolean quiet;
} CliOptions;

/* Parses argv (NULL-terminated) and checks everything that can be checked without a model. --help
 * prints and exits. Errors: CLI_ERROR_USAGE, naming the option. The caller clears *options in any
 * case. */
gboolean cli_options_parse (CliOptions *options, char **argv, GError **error);
void cli_options_clear (CliOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliOptions, cli_options_clear)
