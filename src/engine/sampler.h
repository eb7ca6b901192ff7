/* sampler.h: from scores to one code
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Small seeded generator, the same on every machine. */
typedef struct
{
  uint64_t state[4];
} qtts_random;

void qtts_random_seed (qtts_random *random, uint64_t seed);
double qtts_random_uniform (qtts_random *random); /* 0 <= u < 1 */

typedef struct
{
  bool greedy;
  float temperature; /* > 0 */
  int top_k;         /* 0: off */
  float top_p;       /* 1: off */
} qtts_draw;

/* Before drawing a talker code, in the official order: repetition penalty once for each distinct
 * token of history[n_history]; end of speech impossible while fewer than two tokens are in the
 * history; control ids [vocab - 1024, vocab) except `eos` impossible. Changes logits[vocab] in
 * place; impossible is -INFINITY. */
void qtts_process_logits (float *logits, int vocab, const int32_t *history, int n_history,
                          float repetition_penalty, int eos);

/* Draws from logits[n]: temperature, top-k (ties kept), top-p, softmax, one uniform number. Greedy
 * takes the first largest and uses no random number. scratch[n] is the caller's. NaN scores count
 * as impossible; where all are, 0. */
int qtts_sample (const float *logits, int n, const qtts_draw *draw, qtts_random *random,
                 float *scratch);

/* The distribution that qtts_sample() draws from, into probabilities[n]; for tests. */
void qtts_sample_probabilities (const float *logits, int n, const qtts_draw *draw,
                                float *probabilities);
