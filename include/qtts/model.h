/* model.h: opening a voice model and asking what it can do
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#ifdef __cplusplus
extern "C"
{
#endif

  /* An open voice model: configuration, tokenizer, weights and a team of worker threads. Immutable
   * after opening; any number of threads may use it, but their work takes turns on the one team. */
  typedef struct qtts_model qtts_model;

  /* How the big matrices are held and multiplied. Smaller tensors may be kept finer. */
  typedef enum
  {
    QTTS_PRECISION_Q4,   /* 4-bit levels, groups of 32 inputs with one F16 scale: the fastest */
    QTTS_PRECISION_Q8,   /* 8-bit integers, groups of 32 inputs with one F16 scale */
    QTTS_PRECISION_F16,  /* IEEE half */
    QTTS_PRECISION_BF16, /* bfloat16, as released */
    QTTS_PRECISION_F32,  /* the reference: every product and state in float32 */
  } qtts_precision;

  typedef enum
  {
    QTTS_KIND_CUSTOM_VOICE, /* preset speakers */
    QTTS_KIND_VOICE_DESIGN, /* the voice is described in words */
  } qtts_kind;

  /* Called from the opening or saving thread with 0..1. Return false to give up
   * (QTTS_ERROR_CANCELLED). */
  typedef bool (*qtts_progress_func) (double fraction, void *user_data);

  typedef struct
  {
    qtts_precision
        precision; /* what to convert a safetensors folder to; a .qora-tts file has its own */
    int threads;   /* worker threads, 0: the number of physical cores */
    qtts_progress_func progress; /* NULL: none */
    void *progress_data;
  } qtts_model_options;

  typedef struct
  {
    const char *name;    /* as the configuration spells it, for example "uncle_fu" */
    const char *dialect; /* language that this speaker uses for Chinese text, or NULL */
    int id;              /* row of the codec embedding */
  } qtts_speaker;

  typedef struct
  {
    const char *name; /* for example "english" */
    bool is_dialect;  /* spoken through a speaker, not chosen from a list of languages */
    int id;           /* row of the codec embedding */
  } qtts_language;

  /* How one code is drawn from the talker's and the code predictor's scores (official semantics).
   */
  typedef struct
  {
    bool greedy;              /* take the best score, ignore the fields below except the penalty */
    float temperature;        /* > 0 */
    int top_k;                /* 0: off */
    float top_p;              /* 0 < p <= 1, 1: off */
    float repetition_penalty; /* >= 1, of the talker only; 1: off */
    bool predictor_greedy;    /* the same for the code predictor */
    float predictor_temperature;
    int predictor_top_k;
    float predictor_top_p;
  } qtts_sampling;

  /* Everything here belongs to the model and lives as long as it. */
  typedef struct
  {
    const char *name; /* last part of the path it was opened from */
    qtts_kind kind;
    const char *size;         /* the configuration's tts_model_size, for example "1b7" */
    qtts_precision precision; /* of the talker's matrices */
    int threads;
    const char *cpu;       /* instruction set in use, for example "avx512-vnni-bf16" */
    int sample_rate;       /* Hz */
    int samples_per_frame; /* PCM samples that one frame of codes stands for */
    int groups;            /* codes in a frame */
    int codebook_size;     /* codes are 0 .. codebook_size - 1 */
    bool honours_instruct; /* false: an instruct text is ignored, as the official program does */
    size_t n_speakers;
    const qtts_speaker *speakers; /* sorted by name */
    size_t n_languages;
    const qtts_language *languages; /* sorted by name; "auto" is not among them */
    qtts_sampling sampling;         /* the model's own defaults */
    int max_frames;                 /* the model's own limit for one request */
  } qtts_model_info;

  /* Options with precision Q4, physical cores, no progress. */
  QTTS_API qtts_model_options qtts_model_options_default (void);

  /* Opens `path`: a Hugging Face folder with config.json and safetensors, or a .qora-tts file. The
   * files must stay unchanged while the model is open (they are memory-mapped). On success *model
   * is the caller's, to be closed; on failure it is NULL. `options` may be NULL for the defaults.
   * Errors: FILE, FORMAT (naming the file and the key or tensor), UNSUPPORTED (a Base checkpoint),
   * MEMORY, CANCELLED. */
  QTTS_API qtts_status qtts_model_open (const char *path, const qtts_model_options *options,
                                        qtts_model **model, qtts_error *error);

  /* NULL is allowed. No synthesis of this model may be alive. */
  QTTS_API void qtts_model_close (qtts_model *model);

  QTTS_API const qtts_model_info *qtts_model_get_info (const qtts_model *model);

  /* Writes the open model to one self-contained .qora-tts file: under a temporary name in the same
   * folder, synced, then renamed, so that `path` is never half written. `progress` may be NULL.
   * Errors: FILE (also when the disk is full), CANCELLED; in both cases nothing is left behind. */
  QTTS_API qtts_status qtts_model_save (const qtts_model *model, const char *path,
                                        qtts_progress_func progress, void *progress_data,
                                        qtts_error *error);

  /* As qtts_model_save(), but for files that are to be small: weights that have more than 8 bits
   * (the speech decoder's, under Q4 and Q8) are stored with 8, and expanded in memory when the file
   * is opened. The sound is not exactly that of the open model. */
  QTTS_API qtts_status qtts_model_save_compact (const qtts_model *model, const char *path,
                                                qtts_progress_func progress, void *progress_data,
                                                qtts_error *error);

  /* Finds a speaker or language by name: case-insensitive, spaces, hyphens and underscores alike.
   * Returns an index into the info's array, or -1. */
  QTTS_API int qtts_model_find_speaker (const qtts_model *model, const char *name);
  QTTS_API int qtts_model_find_language (const qtts_model *model, const char *name);

  /* Text to token ids, the text alone without any template. With `parse_special`, strings such as
   * "<|im_end|>" become their special token; without, they are ordinary text. *ids[*n] is the
   * caller's, to be freed with free(). Errors: ARGUMENT (not UTF-8), MEMORY. */
  QTTS_API qtts_status qtts_model_tokenize (const qtts_model *model, const char *text,
                                            bool parse_special, int32_t **ids, size_t *n,
                                            qtts_error *error);

  /* "q4", "q8", "f16", "bf16", "f32", for both directions; parsing ignores case and returns false
   * for an unknown name. */
  QTTS_API const char *qtts_precision_name (qtts_precision precision);
  QTTS_API bool qtts_precision_parse (const char *name, qtts_precision *precision);

  /* Version of the library, for example "0.1.0". */
  QTTS_API const char *qtts_version (void);

#ifdef __cplusplus
}
#endif
