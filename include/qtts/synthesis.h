/* synthesis.h: from requests to speech
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "model.h"

#ifdef __cplusplus
extern "C"
{
#endif

  /* One text to speak. All strings are UTF-8 and are copied when the synthesis is created. */
  typedef struct
  {
    const char *text;
    const char *speaker;  /* a name of the model's; NULL for VoiceDesign or for no speaker row */
    const char *language; /* a name of the model's, or NULL or "auto" */
    const char *instruct; /* style or voice description; NULL or "": none */
    bool
        streaming_text; /* feed the text along with the speech instead of all of it in the prompt */
    bool parse_special; /* special-token strings inside `text` act as tokens */
    qtts_sampling sampling;
    uint64_t seed;
    int max_frames; /* at most so many frames are kept, >= 1 */
  } qtts_request;

  typedef enum
  {
    QTTS_END_NONE,      /* not finished yet */
    QTTS_END_OF_SPEECH, /* the model said so */
    QTTS_END_LIMIT,     /* max_frames reached */
    QTTS_END_RUNAWAY,   /* far longer than its text can need, also after a retry: stopped */
    QTTS_END_CANCELLED,
  } qtts_end;

  /* What became of one request. Belongs to the synthesis. */
  typedef struct
  {
    qtts_end end;
    uint64_t seed;     /* the one that made the codes: differs from the request's after a retry */
    int retries;       /* 0 or 1 */
    int prompt_tokens; /* rows of the prompt */
    int frames;
    const int32_t *codes; /* [frames][groups] */
  } qtts_result;

  typedef struct
  {
    int prompt_tokens; /* sums over all requests */
    int frames;        /* generated, retries included */
    int batch;         /* sequences that went together */
    double prefill_s;  /* seconds of wall time in each stage */
    double talker_s;
    double predictor_s;
    double decoder_s;
    double
        first_audio_s; /* from the start of the run to the first samples delivered; < 0: none yet */
    double total_s;
    uint64_t samples; /* delivered */
  } qtts_stats;

  typedef struct
  {
    size_t request;      /* the one whose audio comes next */
    int frames;          /* generated so far, of all requests */
    int expected_frames; /* estimate for all requests together, at least `frames` */
    uint64_t samples;    /* delivered so far */
    double elapsed_s;
  } qtts_progress;

  /* All callbacks come from the thread that runs the synthesis, while no lock is held. Any may be
   * NULL. */
  typedef struct
  {
    /* float pcm[n]: mono, the model's sample rate, -1..1. Requests are delivered strictly in order,
     * each without a gap; the array is only valid during the call. Return false to cancel. */
    bool (*audio) (size_t request, const float *pcm, size_t n, void *user_data);
    /* After each frame. Return false to cancel. */
    bool (*progress) (const qtts_progress *progress, void *user_data);
    /* The request ended; all of its audio has been delivered. */
    void (*finished) (size_t request, const qtts_result *result, void *user_data);
    /* The request ran away and begins anew with the next seed: audio delivered for it is void.
     * Where this is NULL, a request that has already delivered audio is stopped instead of retried.
     */
    void (*restarted) (size_t request, void *user_data);
  } qtts_callbacks;

  typedef struct
  {
    int batch;     /* sequences that go through the model together, 0: choose */
    bool live;     /* the sound is heard while it is made: only as many sequences go together as
                    leave the one that is heard faster than speech, as far as the machine can */
    bool no_retry; /* a runaway sequence is stopped without a second try */
    bool no_runaway_guard; /* only max_frames and the model itself end a sequence */
  } qtts_synthesis_options;

  /* One run over one or many requests. Used by one thread at a time, except for cancelling. */
  typedef struct qtts_synthesis qtts_synthesis;

  /* A request with the model's defaults: its sampling, its frame limit, seed 0, no texts. */
  QTTS_API qtts_request qtts_request_default (const qtts_model *model);

  /* Checks and copies requests[n], n >= 1. `options` may be NULL. Errors: ARGUMENT, naming the
   * request (when there are several) and the value: an unknown speaker or language (the message
   * lists the known ones), text that is not UTF-8, numbers out of range, a text too long for the
   * model; MEMORY. An empty text is accepted, as the official program does: what the model says to
   * it is undefined, so programs for people refuse it first. */
  QTTS_API qtts_status qtts_synthesis_new (const qtts_model *model, const qtts_request *requests,
                                           size_t n, const qtts_synthesis_options *options,
                                           qtts_synthesis **synthesis, qtts_error *error);

  /* Runs to the end on the calling thread; may be called once. QTTS_OK when all requests ended;
   * CANCELLED when stopped (what was delivered before stays valid, results say what was made);
   * MEMORY. */
  QTTS_API qtts_status qtts_synthesis_run (qtts_synthesis *synthesis,
                                           const qtts_callbacks *callbacks, void *user_data,
                                           qtts_error *error);

  /* From any thread, at any time: the run ends within one frame. */
  QTTS_API void qtts_synthesis_cancel (qtts_synthesis *synthesis);

  /* After the run (also a cancelled one). */
  QTTS_API const qtts_result *qtts_synthesis_get_result (const qtts_synthesis *synthesis,
                                                         size_t request);
  QTTS_API const qtts_stats *qtts_synthesis_get_stats (const qtts_synthesis *synthesis);

  QTTS_API void qtts_synthesis_free (qtts_synthesis *synthesis);

  /* Codes to sound without any text: int32_t codes[frames][groups] of the model. `audio` receives
   * request 0, in blocks of `block` frames (0: choose); the samples do not depend on it. It may be
   * followed by reading *decoder_s, the seconds of work (NULL allowed).
   * Errors: ARGUMENT (a code outside the codebook, named with its frame and group), CANCELLED,
   * MEMORY. */
  QTTS_API qtts_status qtts_model_decode (const qtts_model *model, const int32_t *codes, int frames,
                                          int block,
                                          bool (*audio) (size_t request, const float *pcm, size_t n,
                                                         void *user_data),
                                          void *user_data, double *decoder_s, qtts_error *error);

#ifdef __cplusplus
}
#endif
