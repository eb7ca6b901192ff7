/* options.c: what the command line asks for
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "errors.h"
#include "files.h"
#include "qora-subtitles.h"

#define DEFAULT_TEXT "Hello, how are you today?"

/* As GOption delivers it, before it is checked. Strings are bytes of the command line. */
typedef struct
{
  char *precision;
  gboolean f16;
  char *seed;
  char *text;
  char *speaker;
  char *language;
  char *instruct;
  char *text_mode;
  gboolean tokenize;
  gboolean list_speakers;
  gboolean list_languages;
  gboolean info;
  gboolean list_chapters;
  gboolean list_models;
  gboolean version;
  char **rest;
} RawOptions;

static void
raw_options_clear (RawOptions *raw)
{
  g_free (raw->precision);
  g_free (raw->seed);
  g_free (raw->text);
  g_free (raw->speaker);
  g_free (raw->language);
  g_free (raw->instruct);
  g_free (raw->text_mode);
  g_strfreev (raw->rest);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RawOptions, raw_options_clear)

#define FILE_ARG   G_OPTION_ARG_FILENAME
#define STRING_ARG G_OPTION_ARG_FILENAME /* bytes: GLib would refuse UTF-8 in the C locale */
#define INT_ARG    G_OPTION_ARG_INT
#define DOUBLE_ARG G_OPTION_ARG_DOUBLE
#define FLAG_ARG   G_OPTION_ARG_NONE

static void
add_model_options (GOptionContext *context, CliOptions *o, RawOptions *raw)
{
  const GOptionEntry entries[] = {
    { "load", 0, 0, FILE_ARG, &o->load, N_ ("Speak with a .qora-tts file"), N_ ("FILE") },
    { "model-path", 0, 0, FILE_ARG, &o->model_path, N_ ("Speak with a Hugging Face checkpoint"),
      N_ ("DIR") },
    { "precision", 0, 0, STRING_ARG, &raw->precision,
      N_ ("Weights of a checkpoint: q4, q8, f16, bf16 or f32 (q4)"), N_ ("NAME") },
    { "f16", 0, 0, FLAG_ARG, &raw->f16, N_ ("The same as --precision f16"), NULL },
    { "save", 0, 0, FILE_ARG, &o->save,
      N_ ("Write the model to a .qora-tts file; without a text, that is all"), N_ ("FILE") },
    { "compact", 0, 0, FLAG_ARG, &o->compact,
      N_ ("Save with at most 8 bits a weight, for the smallest file"), NULL },
    { "download", 0, 0, STRING_ARG, &o->download,
      N_ ("Fetch, verify and convert a model of the catalogue, and stop; the only option that uses "
          "the network"),
      N_ ("NAME") },
    { "mirror", 0, 0, STRING_ARG, &o->mirror,
      N_ ("Download from another server that has the same repositories"), N_ ("URL") },
    { "list-models", 0, 0, FLAG_ARG, &raw->list_models,
      N_ ("Print the models that are installed or can be downloaded"), NULL },
    { "threads", 0, 0, INT_ARG, &o->threads, N_ ("Worker threads (0: one for each core)"),
      N_ ("N") },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_text_options (GOptionContext *context, CliOptions *o, RawOptions *raw)
{
  const GOptionEntry entries[] = {
    { "text", 0, 0, STRING_ARG, &raw->text,
      N_ ("Text to speak, in one go (\"Hello, how are you today?\")"), N_ ("TEXT") },
    { "text-file", 0, 0, FILE_ARG, &o->text_file,
      N_ ("File to read aloud sentence by sentence: text, Markdown, HTML, EPUB or subtitles; - is "
          "standard input"),
      N_ ("FILE") },
    { "chapter", 0, 0, INT_ARG, &o->chapter, N_ ("Speak only this chapter of the file, from 1"),
      N_ ("N") },
    { "list-chapters", 0, 0, FLAG_ARG, &raw->list_chapters,
      N_ ("Print the chapters of the file: number, characters and title"), NULL },
    { "speaker", 0, 0, STRING_ARG, &raw->speaker, N_ ("Preset voice (ryan)"), N_ ("NAME") },
    { "language", 0, 0, STRING_ARG, &raw->language, N_ ("Language of the text, or auto (english)"),
      N_ ("NAME") },
    { "instruct", 0, 0, STRING_ARG, &raw->instruct,
      N_ ("Style, or description of a designed voice"), N_ ("TEXT") },
    { "pronunciation", 0, 0, FILE_ARG, &o->pronunciation,
      N_ ("Speak the words of this list as it says, not as they are written"), N_ ("FILE") },
    { "text-mode", 0, 0, STRING_ARG, &raw->text_mode,
      N_ ("How the model reads the text: streaming or non-streaming (non-streaming)"),
      N_ ("MODE") },
    { "special-tokens", 0, 0, FLAG_ARG, &o->parse_special,
      N_ ("Strings such as <|im_end|> in the text are the model's special tokens"), NULL },
    { "batch", 0, 0, INT_ARG, &o->batch, N_ ("Sentences made together (0: choose)"), N_ ("N") },
    { "pause", 0, 0, DOUBLE_ARG, &o->pause,
      N_ ("Silence between sentences, threefold between paragraphs (0.2)"), N_ ("SECONDS") },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_sampling_options (GOptionContext *context, CliOptions *o, RawOptions *raw)
{
  const GOptionEntry entries[] = {
    { "seed", 0, 0, STRING_ARG, &raw->seed, N_ ("Same seed, same speech (0)"), N_ ("SEED") },
    { "max-codes", 0, 0, INT_ARG, &o->max_codes,
      N_ ("At most N frames of 80 ms for each text (500)"), N_ ("N") },
    { "temperature", 0, 0, DOUBLE_ARG, &o->temperature, N_ ("Variety (the model's own, often 0.9)"),
      N_ ("T") },
    { "top-k", 0, 0, INT_ARG, &o->top_k,
      N_ ("Draw from the K best codes; 0: all (the model's own, often 50)"), N_ ("K") },
    { "top-p", 0, 0, DOUBLE_ARG, &o->top_p,
      N_ ("Draw from the best codes of probability P (the model's own, often 1.0)"), N_ ("P") },
    { "repetition-penalty", 0, 0, DOUBLE_ARG, &o->repetition_penalty,
      N_ ("Penalty for codes that were there before (the model's own, often 1.05)"), N_ ("R") },
    { "greedy", 0, 0, FLAG_ARG, &o->greedy, N_ ("Always take the best code"), NULL },
    { "no-runaway-guard", 0, 0, FLAG_ARG, &o->no_runaway_guard,
      N_ ("Do not stop speech that is far longer than its text can need"), NULL },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_file_options (GOptionContext *context, CliOptions *o, RawOptions *raw)
{
  const GOptionEntry entries[] = {
    { "output", 0, 0, FILE_ARG, &o->output,
      N_ ("Sound file, .wav, .flac, .opus, .ogg or .mp3 (output.wav); - writes raw 16-bit samples "
          "to "
          "standard output"),
      N_ ("FILE") },
    { "subtitles", 0, 0, FILE_ARG, &o->subtitles,
      N_ ("Write the text with its times, to .srt, .vtt or .lrc"), N_ ("FILE") },
    { "codes-out", 0, 0, FILE_ARG, &o->codes_out, N_ ("Write the codes as JSON"), N_ ("FILE") },
    { "codes-in", 0, 0, FILE_ARG, &o->codes_in, N_ ("Turn such codes into sound, no text"),
      N_ ("FILE") },
    { "stats", 0, 0, FILE_ARG, &o->stats, N_ ("Write sizes and times as JSON"), N_ ("FILE") },
    { "tokenize", 0, 0, FLAG_ARG, &raw->tokenize, N_ ("Print the text's token ids as JSON"), NULL },
    { "list-speakers", 0, 0, FLAG_ARG, &raw->list_speakers, N_ ("Print the model's voices"), NULL },
    { "list-languages", 0, 0, FLAG_ARG, &raw->list_languages, N_ ("Print its languages"), NULL },
    { "info", 0, 0, FLAG_ARG, &raw->info, N_ ("Print what is known of the model"), NULL },
    { "quiet", 'q', 0, FLAG_ARG, &o->quiet, N_ ("Only errors"), NULL },
    { "version", 0, 0, FLAG_ARG, &raw->version, N_ ("Print the version"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->rest, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void
add_description (GOptionContext *context)
{
  g_autofree char *description = g_strconcat (
      _ ("Without --load and --model-path the model is the current folder if it holds a\n"
         "checkpoint, else the first installed voice, else the demo voice."),
      "\n\n",
      _ ("A text file is spoken sentence by sentence; sentence k, counted from 0, has the\n"
         "seed SEED + 1000 k."),
      "\n\n",
      _ ("Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted (what was made until\n"
         "then is kept)."),
      "\n", NULL);

  g_option_context_set_description (context, description);
}

static gboolean
parse_command_line (CliOptions *o, RawOptions *raw, char **argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("- text to speech"));
  g_autoptr (GError) reason = NULL;
  g_auto (GStrv) arguments = g_strdupv (argv);

  add_description (context);
  add_model_options (context, o, raw);
  add_text_options (context, o, raw);
  add_sampling_options (context, o, raw);
  add_file_options (context, o, raw);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_group_set_translation_domain (g_option_context_get_main_group (context),
                                         GETTEXT_PACKAGE);
  if (g_option_context_parse_strv (context, &arguments, &reason))
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, _ ("%s; see qora-tts --help"), reason->message);
  return FALSE;
}

static gboolean
usage (GError **error, const char *message)
{
  g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "%s", message);
  return FALSE;
}

static gboolean
check_precision (CliOptions *o, const RawOptions *raw, GError **error)
{
  o->precision_given = raw->precision != NULL || raw->f16;
  if (raw->f16)
    o->precision = QTTS_PRECISION_F16;
  if (raw->precision == NULL)
    return TRUE;

  if (!qtts_precision_parse (raw->precision, &o->precision))
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   _ ("--precision %s: must be q4, q8, f16, bf16 or f32"), raw->precision);
      return FALSE;
    }
  if (raw->f16 && o->precision != QTTS_PRECISION_F16)
    return usage (error, _ ("--f16 contradicts --precision"));
  return TRUE;
}

static gboolean
check_seed (CliOptions *o, const RawOptions *raw, GError **error)
{
  if (raw->seed == NULL
      || g_ascii_string_to_unsigned (raw->seed, 10, 0, G_MAXUINT64, &o->seed, NULL))
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
               _ ("--seed %s: must be a whole number from 0 to 18446744073709551615"), raw->seed);
  return FALSE;
}

static gboolean
check_numbers (const CliOptions *o, GError **error)
{
  if (o->threads < 0 || o->threads > 1024)
    return usage (error, _ ("--threads: must be 0 to 1024, 0 means one for each core"));
  if (o->batch < 0 || o->batch > 1024)
    return usage (error, _ ("--batch: must be 0 to 1024, 0 lets the program choose"));
  if (!(o->pause >= 0 && o->pause <= 60))
    return usage (error, _ ("--pause: must be 0 to 60 seconds"));
  if (o->chapter < 0)
    return usage (error, _ ("--chapter: must be 1 or more"));
  if (o->max_codes < 1)
    return usage (error, _ ("--max-codes: must be 1 or more"));
  if (!isnan (o->temperature) && !(o->temperature > 0 && o->temperature <= 100))
    return usage (error,
                  _ ("--temperature: must be above 0 and at most 100; --greedy leaves nothing "
                     "to chance"));
  if (o->top_k != G_MININT && o->top_k < 0)
    return usage (error, _ ("--top-k: must be 0 or more, 0 turns it off"));
  if (!isnan (o->top_p) && !(o->top_p > 0 && o->top_p <= 1))
    return usage (error, _ ("--top-p: must be above 0 and at most 1, which turns it off"));
  if (!isnan (o->repetition_penalty)
      && !(o->repetition_penalty >= 1 && o->repetition_penalty <= 100))
    return usage (error, _ ("--repetition-penalty: must be 1 to 100, 1 turns it off"));
  return TRUE;
}

static gboolean
check_text_mode (CliOptions *o, const RawOptions *raw, GError **error)
{
  o->streaming_text = raw->text_mode != NULL && strcmp (raw->text_mode, "streaming") == 0;
  if (o->streaming_text || raw->text_mode == NULL || strcmp (raw->text_mode, "non-streaming") == 0)
    return TRUE;
  g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
               _ ("--text-mode %s: must be streaming or non-streaming"), raw->text_mode);
  return FALSE;
}

static gboolean
take_string (const char *bytes, const char *option, char **string, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (bytes == NULL)
    return TRUE;
  *string = cli_to_utf8 (bytes, strlen (bytes), option, &reason);
  return *string != NULL || usage (error, reason->message);
}

static gboolean
take_strings (CliOptions *o, const RawOptions *raw, GError **error)
{
  if (!take_string (raw->text, "--text", &o->text, error)
      || !take_string (raw->speaker, "--speaker", &o->speaker, error)
      || !take_string (raw->language, "--language", &o->language, error)
      || !take_string (raw->instruct, "--instruct", &o->instruct, error))
    return FALSE;
  if (o->text == NULL && o->text_file == NULL)
    o->text = g_strdup (DEFAULT_TEXT);
  if (o->output == NULL)
    o->output = g_strdup ("output.wav");
  return TRUE;
}

static gboolean
choose_action (CliOptions *o, const RawOptions *raw, GError **error)
{
  const struct
  {
    gboolean asked;
    CliAction action;
  } others[] = {
    { raw->version, CLI_ACTION_VERSION },
    { raw->list_speakers, CLI_ACTION_LIST_SPEAKERS },
    { raw->list_languages, CLI_ACTION_LIST_LANGUAGES },
    { raw->info, CLI_ACTION_INFO },
    { raw->list_chapters, CLI_ACTION_LIST_CHAPTERS },
    { raw->list_models, CLI_ACTION_LIST_MODELS },
    { o->download != NULL, CLI_ACTION_DOWNLOAD },
    { raw->tokenize, CLI_ACTION_TOKENIZE },
    { o->codes_in != NULL, CLI_ACTION_DECODE },
  };
  int n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (others[i].asked && n++ == 0)
      o->action = others[i].action;
  if (n > 1)
    return usage (error,
                  _ ("only one of --codes-in, --tokenize, --list-speakers, --list-languages, "
                     "--list-chapters, --list-models, --download, --info and --version can be done "
                     "at a time"));
  if (n == 0 && o->save != NULL && raw->text == NULL && o->text_file == NULL)
    o->action = CLI_ACTION_CONVERT;
  return TRUE;
}

static gboolean
check_combinations (const CliOptions *o, const RawOptions *raw, GError **error)
{
  QoraSubtitleFormat format;

  if (raw->rest != NULL && raw->rest[0] != NULL)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   _ ("unexpected argument \"%s\": options begin with --, and a text with spaces "
                      "stands in quotes behind --text"),
                   raw->rest[0]);
      return FALSE;
    }
  if (o->load != NULL && o->model_path != NULL)
    return usage (error, _ ("--load and --model-path exclude each other: there is one model"));
  if (o->mirror != NULL && o->download == NULL)
    return usage (error, _ ("--mirror has no effect without --download"));
  if (o->compact && o->save == NULL)
    return usage (error, _ ("--compact has no effect without --save"));
  if (raw->text != NULL && o->text_file != NULL)
    return usage (error, _ ("--text and --text-file exclude each other"));
  if (o->text_file == NULL && (o->chapter != 0 || raw->list_chapters))
    return usage (error, _ ("--chapter and --list-chapters ask for a --text-file"));
  if (o->codes_in != NULL && (raw->text != NULL || o->text_file != NULL))
    return usage (error, _ ("--codes-in takes its speech from the codes: leave out the text"));
  if (o->codes_in != NULL && o->codes_out != NULL)
    return usage (error,
                  _ ("--codes-in and --codes-out exclude each other: they are the same codes"));
  if (o->codes_in != NULL && o->subtitles != NULL)
    return usage (error, _ ("--codes-in and --subtitles exclude each other: codes have no text"));
  if (o->subtitles != NULL && !qora_subtitle_format_from_name (o->subtitles, &format))
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE,
                   _ ("--subtitles %s: the name must end in .srt, .vtt or .lrc"), o->subtitles);
      return FALSE;
    }
  return TRUE;
}

gboolean
cli_options_parse (CliOptions *options, char **argv, GError **error)
{
  g_auto (RawOptions) raw = { 0 };

  *options = (CliOptions){
    .precision = QTTS_PRECISION_Q4,
    .max_codes = 500,
    .temperature = NAN,
    .top_k = G_MININT,
    .top_p = NAN,
    .repetition_penalty = NAN,
    .pause = 0.2,
  };
  return parse_command_line (options, &raw, argv, error)
         && check_combinations (options, &raw, error) && check_precision (options, &raw, error)
         && check_seed (options, &raw, error) && check_numbers (options, error)
         && check_text_mode (options, &raw, error) && take_strings (options, &raw, error)
         && choose_action (options, &raw, error);
}

void
cli_options_clear (CliOptions *options)
{
  g_free (options->load);
  g_free (options->model_path);
  g_free (options->save);
  g_free (options->download);
  g_free (options->mirror);
  g_free (options->text);
  g_free (options->text_file);
  g_free (options->speaker);
  g_free (options->language);
  g_free (options->instruct);
  g_free (options->pronunciation);
  g_free (options->output);
  g_free (options->codes_out);
  g_free (options->codes_in);
  g_free (options->stats);
  g_free (options->subtitles);
}
