/* speak.c: from a text or from codes to a sound file
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "speak.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "codes.h"
#include "errors.h"
#include "files.h"
#include "interrupt.h"
#include "output.h"
#include "qora-pronunciation.h"
#include "qora-silence.h"
#include "qora-subtitles.h"
#include "qora-text-language.h"
#include "script.h"
#include "stats.h"

#define DEFAULT_SPEAKER  "ryan"
#define DEFAULT_LANGUAGE "english"
#define PARAGRAPH_PAUSES 3   /* pauses between two paragraphs */
#define MAX_TITLE        80  /* characters */
#define LATE             0.1 /* seconds that nobody hears between a picture and its words */

/* Where a sentence lies in the output, in samples. */
typedef struct
{
  guint64 start;
  guint64 end;
} Span;

/* One run, as the engine's callbacks see it. */
typedef struct
{
  CliSession *session;
  GArray *script;      /* CliSentence; NULL while decoding codes */
  GPtrArray *spoken;   /* the script's texts as the engine is given them; NULL while decoding */
  const char *speaker; /* NULL: none */
  CliOutput *output;
  size_t sentence;        /* the one that is being delivered; SIZE_MAX: none yet */
  guint64 sentence_start; /* in samples of the output */
  GArray *spans;          /* Span of each sentence; NULL while decoding codes */
  guint n_late;           /* sentences that began later than the text says */
  CliStats stats;
  GError *error; /* why a callback stopped the run, or NULL */
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->script, g_array_unref);
  g_clear_pointer (&run->spoken, g_ptr_array_unref);
  g_clear_pointer (&run->spans, g_array_unref);
  g_clear_pointer (&run->output, cli_output_free);
  g_clear_error (&run->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static const CliSentence *
nth_sentence (const Run *run, size_t i)
{
  return &g_array_index (run->script, CliSentence, i);
}

static double
seconds (const Run *run, guint64 samples)
{
  return (double) samples / run->session->info->sample_rate;
}

static gboolean
write_silence (Run *run, double pause)
{
  return cli_output_write_silence (
      run->output, (guint64) lround (pause * run->session->info->sample_rate), &run->error);
}

/* Seconds of silence before a sentence. */
static double
get_pause (const Run *run, size_t sentence)
{
  double pause = run->session->options->pause;
  double silence = nth_sentence (run, sentence)->silence_before;

  if (silence >= 0)
    return qora_silence_resolve (silence, seconds (run, cli_output_tell (run->output)));
  if (sentence == 0)
    return 0;
  return nth_sentence (run, sentence - 1)->ends_paragraph ? PARAGRAPH_PAUSES * pause : pause;
}

/* The pause before the sentence whose sound comes now. */
static gboolean
begin_sentence (Run *run, size_t sentence)
{
  if (run->script == NULL || sentence == run->sentence)
    return TRUE;
  run->sentence = sentence;
  if (!write_silence (run, get_pause (run, sentence)))
    return FALSE;
  run->sentence_start = cli_output_tell (run->output);
  if (nth_sentence (run, sentence)->silence_before >= QORA_SILENCE_UNTIL)
    run->n_late += seconds (run, run->sentence_start)
                   > nth_sentence (run, sentence)->silence_before - QORA_SILENCE_UNTIL + LATE;
  return TRUE;
}

static bool
take_audio (size_t sentence, const float *pcm, size_t n, void *data)
{
  Run *run = data;

  if (!begin_sentence (run, sentence) || !cli_output_write (run->output, pcm, n, &run->error))
    return false;
  if (run->spans != NULL)
    g_array_index (run->spans, Span, sentence)
        = (Span){ run->sentence_start, cli_output_tell (run->output) };
  return !cli_interrupted ();
}

static bool
take_progress (const qtts_progress *progress, void *data)
{
  Run *run = data;
  const qtts_model_info *info = run->session->info;

  cli_progress_speech (run->session->progress, progress,
                       (double) info->samples_per_frame / info->sample_rate);
  return !cli_interrupted ();
}

static void
take_restart (size_t sentence, void *data)
{
  Run *run = data;

  if (sentence == run->sentence && run->error == NULL)
    cli_output_truncate (run->output, run->sentence_start, &run->error);
}

static const char *
choose_speaker (CliSession *session)
{
  const qtts_model_info *info = session->info;
  const char *speaker = session->options->speaker;

  if (speaker != NULL)
    return *speaker != '\0' ? speaker : NULL;
  if (info->n_speakers == 0)
    return NULL;
  if (qtts_model_find_speaker (session->model, DEFAULT_SPEAKER) >= 0)
    return DEFAULT_SPEAKER;
  cli_session_say (session, _ ("this model has no speaker %s; speaking as %s"), DEFAULT_SPEAKER,
                   info->speakers[0].name);
  return info->speakers[0].name;
}

static const char *
choose_language (CliSession *session)
{
  const char *language = session->options->language;

  if (language != NULL)
    return language;
  return qtts_model_find_language (session->model, DEFAULT_LANGUAGE) >= 0 ? DEFAULT_LANGUAGE : NULL;
}

/* The sentences with the words of --pronunciation in place of their own. */
static gboolean
make_spoken (Run *run, GError **error)
{
  const char *path = run->session->options->pronunciation;
  const char *language = choose_language (run->session);
  g_autoptr (QoraPronunciation) list = NULL;
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (path != NULL)
    {
      text = cli_read_file (path, &length, error);
      if (text == NULL)
        return FALSE;
      list = qora_pronunciation_parse (text, path, &reason);
      if (list == NULL)
        {
          g_set_error_literal (error, CLI_ERROR, CLI_ERROR_FAILED, reason->message);
          return FALSE;
        }
    }
  if (language != NULL && g_ascii_strcasecmp (language, "auto") == 0)
    language = NULL;
  run->spoken = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < run->script->len; i++)
    g_ptr_array_add (run->spoken,
                     qora_pronunciation_apply (list, nth_sentence (run, i)->text, language));
  return TRUE;
}

static gboolean
check_voice (CliSession *session, GError **error)
{
  const CliOptions *options = session->options;
  const qtts_model_info *info = session->info;

  if (info->n_speakers == 0 && options->speaker != NULL && *options->speaker != '\0')
    {
      g_set_error (
          error, CLI_ERROR, CLI_ERROR_FAILED,
          _ ("--speaker %s: this model has no preset voices; describe one with --instruct"),
          options->speaker);
      return FALSE;
    }
  if (options->instruct != NULL && *options->instruct != '\0' && !info->honours_instruct)
    cli_session_say (session, _ ("this model knows no styles; --instruct has no effect"));
  return TRUE;
}

/* Marks for silence that are none after all, and will be read aloud. */
static void
say_bad_marks (Run *run)
{
  for (guint i = 0; i < run->script->len; i++)
    {
      const char *text = nth_sentence (run, i)->text;
      QoraSilenceMark mark = { 0 };

      while (qora_silence_find (text, mark.end, strlen (text), &mark))
        cli_session_say (
            run->session,
            /* translators: %.*s is a piece of the text; keep {silence 0.8s} */
            _ ("\"%.*s\" is read aloud: silence is written {silence 0.8s} and lasts at "
               "most %d seconds"),
            (int) (mark.end - mark.start), text + mark.start, (int) QORA_SILENCE_LONGEST);
    }
}

/* A text in a language that the model never learned becomes noise. */
static void
say_foreign_text (Run *run)
{
  const qtts_model_info *info = run->session->info;
  g_autofree const char **known = g_new0 (const char *, info->n_languages + 1);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *list = NULL;
  const char *foreign;

  for (size_t i = 0; i < info->n_languages; i++)
    known[i] = info->languages[i].name;
  for (guint i = 0; i < run->script->len; i++)
    g_string_append_printf (text, "%s ", nth_sentence (run, i)->text);
  foreign = qora_text_language_find_foreign (text->str, known);
  if (foreign == NULL)
    return;
  list = g_strjoinv (", ", (char **) known);
  cli_session_say (run->session, _ ("the text seems to be %s, but this voice speaks only: %s"),
                   foreign, list);
}

/* The silence that the text ends with. */
static void
write_end (Run *run)
{
  double silence = nth_sentence (run, run->script->len - 1)->silence_after;

  if (silence >= 0)
    write_silence (run,
                   qora_silence_resolve (silence, seconds (run, cli_output_tell (run->output))));
}

static void
say_how_many_were_late (Run *run)
{
  guint n_timed = 0;

  for (guint i = 0; i < run->script->len; i++)
    n_timed += nth_sentence (run, i)->silence_before >= QORA_SILENCE_UNTIL;
  if (run->n_late > 0)
    cli_session_say (
        run->session,
        ngettext ("%u of %u subtitle began late: the speech before it took longer than its time",
                  "%u of %u subtitles began late: the speech before them took longer than its time",
                  n_timed),
        run->n_late, n_timed);
}

static qtts_sampling
choose_sampling (CliSession *session)
{
  const CliOptions *options = session->options;
  qtts_sampling sampling = session->info->sampling;

  if (options->greedy)
    sampling.greedy = sampling.predictor_greedy = true;
  if (!isnan (options->temperature))
    sampling.temperature = (float) options->temperature;
  if (options->top_k != G_MININT)
    sampling.top_k = options->top_k;
  if (!isnan (options->top_p))
    sampling.top_p = (float) options->top_p;
  if (!isnan (options->repetition_penalty))
    sampling.repetition_penalty = (float) options->repetition_penalty;
  return sampling;
}

static qtts_synthesis *
prepare (Run *run, GError **error)
{
  CliSession *session = run->session;
  const CliOptions *options = session->options;
  g_autofree qtts_request *requests = g_new (qtts_request, run->script->len);
  qtts_request common = qtts_request_default (session->model);
  /* Greedy codes do not depend on the seed: a second try would be the first again. */
  qtts_synthesis_options how = {
    .batch = options->batch,
    .no_retry = options->greedy,
    .no_runaway_guard = options->no_runaway_guard || options->greedy,
  };
  qtts_synthesis *synthesis = NULL;
  qtts_error engine_error;

  common.speaker = run->speaker = choose_speaker (session);
  common.language = choose_language (session);
  common.instruct = options->instruct;
  common.streaming_text = options->streaming_text;
  common.parse_special = options->parse_special;
  common.sampling = choose_sampling (session);
  common.max_frames = options->max_codes;
  for (guint i = 0; i < run->script->len; i++)
    {
      requests[i] = common;
      requests[i].text = run->spoken->pdata[i];
      requests[i].seed = nth_sentence (run, i)->seed;
    }
  if (qtts_synthesis_new (session->model, requests, run->script->len, &how, &synthesis,
                          &engine_error)
      != QTTS_OK)
    cli_take_engine_error (error, &engine_error, NULL);
  return synthesis;
}

static void
say_how_speech_ended (Run *run, const qtts_result *result)
{
  CliSession *session = run->session;

  if (result->end == QTTS_END_LIMIT)
    cli_session_say (session, _ ("the speech was cut at --max-codes %d"),
                     session->options->max_codes);
  else if (result->end == QTTS_END_RUNAWAY)
    cli_session_say (session, _ ("the speech was stopped: far longer than its text can need; "
                                 "another --seed may help"));
  else if (result->retries > 0)
    cli_session_say (session,
                     _ ("the speech was made again with seed %llu: the first try did not come to "
                        "an end"),
                     (unsigned long long) result->seed);
}

static void
say_how_sentence_ended (Run *run, size_t i, const qtts_result *result)
{
  CliSession *session = run->session;
  const char *text = nth_sentence (run, i)->text;
  g_autofree char *start = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), 40));

  if (result->end == QTTS_END_LIMIT)
    cli_session_say (session, _ ("sentence %zu (\"%s\") was cut at --max-codes %d"), i + 1, start,
                     session->options->max_codes);
  else if (result->end == QTTS_END_RUNAWAY)
    cli_session_say (session,
                     _ ("sentence %zu (\"%s\") was stopped: far longer than its text can need; "
                        "another --seed may help"),
                     i + 1, start);
  else if (result->retries > 0)
    cli_session_say (session,
                     _ ("sentence %zu (\"%s\") was made again with seed %llu: the first try did "
                        "not come to an end"),
                     i + 1, start, (unsigned long long) result->seed);
}

static void
gather_results (Run *run, qtts_synthesis *synthesis)
{
  run->stats.run = *qtts_synthesis_get_stats (synthesis);
  run->stats.sentences = (int) run->script->len;
  for (guint i = 0; i < run->script->len; i++)
    {
      const qtts_result *result = qtts_synthesis_get_result (synthesis, i);

      run->stats.retries += result->retries;
      run->stats.runaways += result->end == QTTS_END_RUNAWAY;
      run->stats.limited += result->end == QTTS_END_LIMIT;
      if (run->script->len > 1)
        say_how_sentence_ended (run, i, result);
      else
        say_how_speech_ended (run, result);
    }
  say_how_many_were_late (run);
}

/* The codes of all sentences, one after another. */
static gboolean
write_codes (Run *run, qtts_synthesis *synthesis, GError **error)
{
  const char *path = run->session->options->codes_out;
  int groups = run->session->info->groups;
  g_autoptr (GArray) codes = g_array_new (FALSE, FALSE, sizeof (gint32));

  if (path == NULL)
    return TRUE;
  for (guint i = 0; i < run->script->len; i++)
    {
      const qtts_result *result = qtts_synthesis_get_result (synthesis, i);

      if (result->frames > 0)
        g_array_append_vals (codes, result->codes, (guint) (result->frames * groups));
    }
  return cli_codes_write (path, (const gint32 *) codes->data, (int) codes->len / groups, groups,
                          error);
}

/* The beginning of the text, up to the end of a word. */
static char *
make_title (Run *run)
{
  g_autofree char *title = g_strdup (nth_sentence (run, 0)->text);
  g_autofree char *cut = NULL;
  char *space;

  g_strstrip (g_strdelimit (title, "\r\n\t", ' '));
  if (g_utf8_strlen (title, -1) <= MAX_TITLE)
    return g_steal_pointer (&title);
  cut = g_utf8_substring (title, 0, MAX_TITLE);
  space = strrchr (cut, ' ');
  if (space != NULL)
    *space = '\0';
  return g_strconcat (cut, "…", NULL);
}

static gboolean
write_subtitles (Run *run, GError **error)
{
  const char *path = run->session->options->subtitles;
  g_autofree QoraCue *cues = g_new0 (QoraCue, run->script->len);
  g_autofree char *title = make_title (run);
  const QoraSubtitleInfo info = { .title = title, .artist = run->speaker };
  g_autoptr (GError) reason = NULL;
  QoraSubtitleFormat format;
  gsize n = 0;

  if (path == NULL || !qora_subtitle_format_from_name (path, &format))
    return TRUE;
  for (guint i = 0; i < run->script->len; i++)
    {
      const Span *span = &g_array_index (run->spans, Span, i);

      /* An interrupted run has not come to all of them. */
      if (span->end > span->start)
        cues[n++] = (QoraCue){ .text = nth_sentence (run, i)->text,
                               .start = seconds (run, span->start),
                               .end = seconds (run, span->end) };
    }
  if (qora_subtitles_write (path, format, cues, n, &info, &reason))
    return TRUE;
  g_set_error_literal (error, CLI_ERROR, CLI_ERROR_FAILED, reason->message);
  return FALSE;
}

static gboolean
write_stats (Run *run, GError **error)
{
  const char *path = run->session->options->stats;

  if (path == NULL)
    return TRUE;
  run->stats.info = run->session->info;
  run->stats.load_s = run->session->load_s;
  return cli_stats_write (path, &run->stats, error);
}

static gboolean
finish_output (Run *run, GError **error)
{
  const char *path = run->session->options->output;
  guint64 samples = cli_output_tell (run->output);
  double total_s = run->stats.run.total_s;

  /* Interrupted before the first sound: an older file of that name is worth more than none. */
  if (samples == 0)
    return TRUE;
  if (!cli_output_finish (run->output, error))
    return FALSE;
  cli_session_say (run->session, _ ("%s: %.2f s of speech in %.2f s, %.2f times real time"),
                   strcmp (path, "-") == 0 ? _ ("standard output") : path, seconds (run, samples),
                   total_s, total_s > 0 ? seconds (run, samples) / total_s : 0);
  return TRUE;
}

/* What a run that came to its end, or was stopped, means for the program. */
static gboolean
conclude (Run *run, qtts_status status, const qtts_error *engine_error, GError **error)
{
  cli_progress_clear (run->session->progress);
  if (run->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&run->error));
      return FALSE;
    }
  run->stats.partial = status == QTTS_ERROR_CANCELLED;
  if (status != QTTS_OK && status != QTTS_ERROR_CANCELLED)
    return cli_take_engine_error (error, engine_error, NULL);
  return finish_output (run, error) && write_stats (run, error);
}

static gboolean
interrupted (Run *run, GError **error)
{
  if (run->stats.partial)
    g_set_error (error, CLI_ERROR, CLI_ERROR_INTERRUPTED, _ ("interrupted after %.2f s of speech"),
                 seconds (run, cli_output_tell (run->output)));
  return run->stats.partial;
}

gboolean
cli_speak (CliSession *session, GError **error)
{
  g_auto (Run) run = { .session = session, .sentence = SIZE_MAX };
  qtts_callbacks callbacks = { .audio = take_audio, .progress = take_progress };
  g_autofree char *title = NULL;
  qtts_synthesis *synthesis;
  qtts_error engine_error;
  qtts_status status;
  gboolean done;

  run.script = cli_script_new (session->options, error);
  if (run.script == NULL || !check_voice (session, error))
    return FALSE;
  say_bad_marks (&run);
  say_foreign_text (&run);
  if (!make_spoken (&run, error))
    return FALSE;
  synthesis = prepare (&run, error);
  if (synthesis == NULL)
    return FALSE;
  run.output = cli_output_open (session->options->output, session->info->sample_rate, error);
  if (run.output == NULL)
    {
      qtts_synthesis_free (synthesis);
      return FALSE;
    }

  title = make_title (&run);
  cli_output_set_tags (run.output, title, run.speaker);
  run.spans = g_array_new (FALSE, TRUE, sizeof (Span));
  g_array_set_size (run.spans, run.script->len);
  if (cli_output_can_truncate (run.output))
    callbacks.restarted = take_restart;
  status = qtts_synthesis_run (synthesis, &callbacks, &run, &engine_error);
  if (status == QTTS_OK)
    write_end (&run);
  gather_results (&run, synthesis);
  done = conclude (&run, status, &engine_error, error) && write_codes (&run, synthesis, error)
         && write_subtitles (&run, error) && !interrupted (&run, error);
  qtts_synthesis_free (synthesis);
  return done;
}

gboolean
cli_decode (CliSession *session, GError **error)
{
  g_auto (Run) run = { .session = session };
  const CliOptions *options = session->options;
  g_autofree gint32 *codes = NULL;
  qtts_error engine_error;
  gint64 start;
  qtts_status status;
  int frames;

  codes = cli_codes_read (options->codes_in, session->info, &frames, error);
  if (codes == NULL)
    return FALSE;
  run.output = cli_output_open (options->output, session->info->sample_rate, error);
  if (run.output == NULL)
    return FALSE;

  start = g_get_monotonic_time ();
  status = qtts_model_decode (session->model, codes, frames, 0, take_audio, &run,
                              &run.stats.run.decoder_s, &engine_error);
  run.stats.run.total_s = (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;
  run.stats.run.samples = cli_output_tell (run.output);
  run.stats.run.frames = frames;
  run.stats.run.first_audio_s = -1;
  return conclude (&run, status, &engine_error, error) && !interrupted (&run, error);
}
