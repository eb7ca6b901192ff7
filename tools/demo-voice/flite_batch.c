/* flite_batch.c: speaks a file of sentences with one flite voice and keeps the phone times.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Build: cc -O2 flite_batch.c -o flite_batch -lflite_cmu_us_slt -lflite_cmu_us_rms \
 *        -lflite_cmu_us_awb -lflite_cmu_us_kal16 -lflite_usenglish -lflite_cmulex -lflite -lm
 */

#include <flite/flite.h>
#include <stdio.h>
#include <string.h>

cst_voice *register_cmu_us_awb (const char *);
cst_voice *register_cmu_us_kal16 (const char *);
cst_voice *register_cmu_us_rms (const char *);
cst_voice *register_cmu_us_slt (const char *);

static cst_voice *
find_voice (const char *name)
{
  if (!strcmp (name, "awb"))
    return register_cmu_us_awb (NULL);
  if (!strcmp (name, "kal16"))
    return register_cmu_us_kal16 (NULL);
  if (!strcmp (name, "rms"))
    return register_cmu_us_rms (NULL);
  if (!strcmp (name, "slt"))
    return register_cmu_us_slt (NULL);
  return NULL;
}

/* Index of the whitespace-separated word that a segment belongs to, -1 in a pause. */
static int
word_of_segment (const cst_item *segment)
{
  const cst_item *token;

  if (!strcmp (item_feat_string (segment, "name"), "pau"))
    return -1;
  token = path_to_item (segment, "R:SylStructure.parent.parent.R:Token.parent");
  return token ? item_feat_int (token, "word_index") : -1;
}

/* Appends the samples to AUDIO and one line to INDEX:
 * line, first sample, samples, rate, then "phone:end_in_seconds:word" for every segment. */
static long
write_utterance (cst_utterance *utterance, long line, long offset, FILE *audio, FILE *index)
{
  cst_wave *wave = utt_wave (utterance);
  cst_item *item;
  int word = 0;
  int samples = wave ? cst_wave_num_samples (wave) : 0;

  if (samples <= 0)
    return 0;
  fwrite (cst_wave_samples (wave), sizeof (short), samples, audio);
  fprintf (index, "%ld\t%ld\t%d\t%d\t", line, offset, samples, cst_wave_sample_rate (wave));
  for (item = relation_head (utt_relation (utterance, "Token")); item; item = item_next (item))
    item_set_int (item, "word_index", word++);
  for (item = relation_head (utt_relation (utterance, "Segment")); item; item = item_next (item))
    fprintf (index, "%s:%.3f:%d ", item_feat_string (item, "name"), item_feat_float (item, "end"),
             word_of_segment (item));
  fputc ('\n', index);
  return samples;
}

int
main (int argc, char **argv)
{
  char text[4096];
  long line = -1;
  long offset = 0;
  cst_voice *voice;
  FILE *sentences;
  FILE *audio;
  FILE *index;

  if (argc != 5)
    {
      fprintf (stderr, "usage: flite_batch awb|kal16|rms|slt SENTENCES AUDIO.s16 INDEX.tsv\n");
      return 2;
    }
  flite_init ();
  voice = find_voice (argv[1]);
  if (!voice)
    {
      fprintf (stderr, "flite_batch: no voice named %s\n", argv[1]);
      return 2;
    }
  sentences = fopen (argv[2], "r");
  audio = fopen (argv[3], "wb");
  index = fopen (argv[4], "w");
  if (!sentences || !audio || !index)
    {
      perror ("flite_batch");
      return 1;
    }
  while (fgets (text, sizeof text, sentences))
    {
      cst_utterance *utterance;

      line++;
      text[strcspn (text, "\r\n")] = 0;
      if (!text[0])
        continue;
      utterance = flite_synth_text (text, voice);
      if (!utterance)
        continue;
      offset += write_utterance (utterance, line, offset, audio, index);
      delete_utterance (utterance);
    }
  fclose (sentences);
  return fclose (audio) || fclose (index) ? 1 : 0;
}
