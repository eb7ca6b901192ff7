/* inform.c: answers about the model and the text, on standard output
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "inform.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>

#include "errors.h"
#include "script.h"

void
cli_list_speakers (CliSession *session)
{
  const qtts_model_info *info = session->info;

  if (info->n_speakers == 0)
    cli_session_say (session, _ ("this model has no preset voices; describe one with --instruct"));
  for (size_t i = 0; i < info->n_speakers; i++)
    printf ("%s\n", info->speakers[i].name);
}

void
cli_list_languages (CliSession *session)
{
  const qtts_model_info *info = session->info;

  printf ("auto\n");
  for (size_t i = 0; i < info->n_languages; i++)
    printf ("%s\n", info->languages[i].name);
}

static const char *
describe_kind (qtts_kind kind)
{
  return kind == QTTS_KIND_VOICE_DESIGN ? _ ("voices designed by description")
                                        : _ ("preset voices");
}

static void
print_speakers (const qtts_model_info *info)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (size_t i = 0; i < info->n_speakers; i++)
    {
      const qtts_speaker *speaker = &info->speakers[i];

      g_string_append (list, i == 0 ? "" : ", ");
      if (speaker->dialect != NULL)
        g_string_append_printf (list, _ ("%s (Chinese in %s)"), speaker->name, speaker->dialect);
      else
        g_string_append (list, speaker->name);
    }
  printf (_ ("Speakers: %s\n"), info->n_speakers == 0 ? _ ("none") : list->str);
}

static void
print_languages (const qtts_model_info *info)
{
  g_autoptr (GString) list = g_string_new ("auto");

  for (size_t i = 0; i < info->n_languages; i++)
    g_string_append_printf (list, ", %s", info->languages[i].name);
  printf (_ ("Languages: %s\n"), list->str);
}

void
cli_print_info (CliSession *session)
{
  const qtts_model_info *info = session->info;
  const qtts_sampling *sampling = &info->sampling;

  printf (_ ("Name: %s\n"), session->is_demo ? _ ("Demo voice") : info->name);
  printf (_ ("Kind: %s\n"), describe_kind (info->kind));
  printf (_ ("Size: %s\n"), info->size);
  printf (_ ("Precision: %s\n"), qtts_precision_name (info->precision));
  printf (_ ("Threads: %d\n"), info->threads);
  printf (_ ("Instructions: %s\n"), info->cpu);
  printf (_ ("Sound: %d Hz, %.1f frames a second, %d codes a frame, each one of %d values\n"),
          info->sample_rate, (double) info->sample_rate / info->samples_per_frame, info->groups,
          info->codebook_size);
  printf (_ ("Style by --instruct: %s\n"), info->honours_instruct ? _ ("yes") : _ ("no"));
  print_speakers (info);
  print_languages (info);
  printf (_ ("Sampling: temperature %g, top-k %d, top-p %g, repetition penalty %g\n"),
          sampling->temperature, sampling->top_k, sampling->top_p, sampling->repetition_penalty);
  printf (_ ("Longest speech: %d frames, %.0f s\n"), info->max_frames,
          (double) info->max_frames * info->samples_per_frame / info->sample_rate);
}

gboolean
cli_print_tokens (CliSession *session, GError **error)
{
  const CliOptions *options = session->options;
  g_autofree char *text = cli_script_read_text (options, error);
  qtts_error engine_error;
  int32_t *ids;
  size_t n;

  if (text == NULL)
    return FALSE;
  if (qtts_model_tokenize (session->model, text, options->parse_special, &ids, &n, &engine_error)
      != QTTS_OK)
    return cli_take_engine_error (error, &engine_error, NULL);
  printf ("[");
  for (size_t i = 0; i < n; i++)
    printf ("%s%d", i == 0 ? "" : ",", ids[i]);
  printf ("]\n");
  free (ids);
  return TRUE;
}
