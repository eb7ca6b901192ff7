/* sampler.c: from scores to one code
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sampler.h"

#include <limits.h>
#include <math.h>

#define CONTROL_IDS     1024 /* at the end of the codec vocabulary; only end of speech is a code */
#define MIN_TOKENS      2
#define BLOCK           4096 /* ids whose history is looked through at once */
#define UNIFORM_PER_BIT 0x1.0p-53

/* Sebastiano Vigna's splitmix64, which its author recommends for seeding. */
static uint64_t
splitmix64 (uint64_t *state)
{
  uint64_t z = (*state += UINT64_C (0x9E3779B97F4A7C15));

  z = (z ^ z >> 30) * UINT64_C (0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C (0x94D049BB133111EB);
  return z ^ z >> 31;
}

void
qtts_random_seed (qtts_random *random, uint64_t seed)
{
  for (int i = 0; i < 4; i++)
    random->state[i] = splitmix64 (&seed);
}

static uint64_t
rotate_left (uint64_t x, int bits)
{
  return x << bits | x >> (64 - bits);
}

/* xoshiro256** 1.0 by David Blackman and Sebastiano Vigna. */
static uint64_t
next_bits (qtts_random *random)
{
  uint64_t *s = random->state;
  uint64_t result = rotate_left (s[1] * 5, 7) * 9;
  uint64_t t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left (s[3], 45);
  return result;
}

double
qtts_random_uniform (qtts_random *random)
{
  return (double) (next_bits (random) >> 11) * UNIFORM_PER_BIT;
}

/* Each distinct token once, whichever way the history repeats it. */
static void
penalise (float *logits, int vocab, const int32_t *history, int n_history, float penalty)
{
  for (int start = 0; start < vocab; start += BLOCK)
    {
      uint64_t seen[BLOCK / 64] = { 0 };

      for (int i = 0; i < n_history; i++)
        {
          int32_t id = history[i];
          int offset = id - start;

          if (id < start || id >= vocab || offset >= BLOCK
              || (seen[offset / 64] >> (offset % 64) & 1) != 0)
            continue;
          seen[offset / 64] |= UINT64_C (1) << (offset % 64);
          logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
        }
    }
}

void
qtts_process_logits (float *logits, int vocab, const int32_t *history, int n_history,
                     float repetition_penalty, int eos)
{
  if (repetition_penalty != 1)
    penalise (logits, vocab, history, n_history, repetition_penalty);
  if (n_history < MIN_TOKENS && eos >= 0 && eos < vocab)
    logits[eos] = -INFINITY;
  for (int id = vocab > CONTROL_IDS ? vocab - CONTROL_IDS : 0; id < vocab; id++)
    if (id != eos)
      logits[id] = -INFINITY;
}

/* Which scores may be drawn, all divided by the temperature: those above `cut`, and those equal to
 * it except the first `equal_dropped` of them. */
typedef struct
{
  float cut;
  int equal_dropped;
  float largest; /* -INFINITY: nothing can be drawn */
} Kept;

/* True for each index that may be drawn, in order; *equal starts at 0. */
static bool
is_kept (const Kept *kept, float score, int *equal)
{
  return score > kept->cut || (score == kept->cut && ++*equal > kept->equal_dropped);
}

static void
sift_down (float *heap, int n, int i)
{
  float value = heap[i];

  for (;;)
    {
      int child = 2 * i + 1;

      if (child >= n)
        break;
      if (child + 1 < n && heap[child + 1] < heap[child])
        child++;
      if (heap[child] >= value)
        break;
      heap[i] = heap[child];
      i = child;
    }
  heap[i] = value;
}

/* The k-th largest of logits[n] above -INFINITY, or -INFINITY when they are fewer. heap[k] is
 * scratch: it holds the k largest so far, the smallest on top. Most scores fail at the top. */
static float
kth_largest (const float *logits, int n, int k, float *heap)
{
  int filled = 0;
  int i = 0;

  for (; i < n && filled < k; i++)
    if (logits[i] > -INFINITY)
      heap[filled++] = logits[i];
  if (filled < k)
    return -INFINITY;
  for (int parent = k / 2 - 1; parent >= 0; parent--)
    sift_down (heap, k, parent);
  for (; i < n; i++)
    if (logits[i] > heap[0])
      {
        heap[0] = logits[i];
        sift_down (heap, k, 0);
      }
  return heap[0];
}

static float
median (float a, float b, float c)
{
  return fmaxf (fminf (a, b), fminf (fmaxf (a, b), c));
}

/* Softmax without its division. */
static float
weight_of (float score, float largest)
{
  return score == largest ? 1 : expf (score - largest);
}

static double
sum_of_weights (const float *scores, int n, float largest)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += weight_of (scores[i], largest);
  return sum;
}

/* Divides scores[n] into those below the pivot, equal to it and, from *above on, above it. */
static void
divide (float *scores, int n, float pivot, int *below, int *above)
{
  *below = 0;
  *above = n;
  for (int i = 0; i < *above;)
    {
      float score = scores[i];

      if (score < pivot)
        {
          scores[i++] = scores[*below];
          scores[(*below)++] = score;
        }
      else if (score > pivot)
        {
          scores[i] = scores[--*above];
          scores[*above] = score;
        }
      else
        i++;
    }
}

/* Drops the lowest of scores[n] while the sum of their weights is at most `budget`, the first of
 * equal ones first, but never all. Divides around pivots as a quick select does instead of
 * sorting; the scores change their places. */
static void
drop_tail (float *scores, int n, double budget, Kept *kept)
{
  for (;;)
    {
      float pivot = median (scores[0], scores[n / 2], scores[n - 1]);
      double each = weight_of (pivot, kept->largest);
      double sum_below;
      int below, above, equal;

      divide (scores, n, pivot, &below, &above);
      equal = above - below;
      sum_below = sum_of_weights (scores, below, kept->largest);
      if (below > 0 && sum_below > budget)
        {
          n = below;
          continue;
        }
      budget -= sum_below;
      if (above < n && each * equal <= budget)
        {
          budget -= each * equal;
          scores += above;
          n -= above;
          continue;
        }
      kept->cut = pivot;
      kept->equal_dropped = 0;
      while (kept->equal_dropped < equal - 1 && each * (kept->equal_dropped + 1) <= budget)
        kept->equal_dropped++;
      return;
    }
}

/* scratch[n] */
static Kept
choose_kept (const float *logits, int n, const qtts_draw *draw, float *scratch)
{
  Kept kept = { .cut = -INFINITY, .equal_dropped = INT_MAX, .largest = -INFINITY };
  int candidates = 0;
  int equal = 0;

  if (draw->top_k > 0 && draw->top_k < n)
    {
      float lowest = kth_largest (logits, n, draw->top_k, scratch);

      if (lowest > -INFINITY)
        kept = (Kept){ .cut = lowest / draw->temperature, .largest = -INFINITY };
    }
  for (int i = 0; i < n; i++)
    {
      float score = logits[i] / draw->temperature;

      if (is_kept (&kept, score, &equal))
        {
          scratch[candidates++] = score;
          if (score > kept.largest)
            kept.largest = score;
        }
    }
  if (draw->top_p < 1 && candidates > 0)
    drop_tail (scratch, candidates,
               (1 - (double) draw->top_p) * sum_of_weights (scratch, candidates, kept.largest),
               &kept);
  return kept;
}

static int
first_largest (const float *logits, int n)
{
  int best = 0;

  for (int i = 1; i < n; i++)
    if (logits[i] > logits[best] || (isnan (logits[best]) && !isnan (logits[i])))
      best = i;
  return isnan (logits[best]) ? 0 : best;
}

int
qtts_sample (const float *logits, int n, const qtts_draw *draw, qtts_random *random, float *scratch)
{
  Kept kept;
  double sum = 0;
  double left;
  int equal = 0;
  int weights = 0;
  int last = 0;

  if (draw->greedy)
    return first_largest (logits, n);
  kept = choose_kept (logits, n, draw, scratch);
  if (kept.largest == -INFINITY)
    return 0;

  for (int i = 0; i < n; i++)
    {
      float score = logits[i] / draw->temperature;

      if (is_kept (&kept, score, &equal))
        {
          scratch[weights] = weight_of (score, kept.largest);
          sum += scratch[weights++];
        }
    }
  left = qtts_random_uniform (random) * sum;
  equal = 0;
  weights = 0;
  for (int i = 0; i < n; i++)
    if (is_kept (&kept, logits[i] / draw->temperature, &equal))
      {
        left -= scratch[weights++];
        last = i;
        if (left < 0)
          break;
      }
  return last;
}

void
qtts_sample_probabilities (const float *logits, int n, const qtts_draw *draw, float *probabilities)
{
  double sum = 0;
  int equal = 0;
  Kept kept;

  if (draw->greedy)
    {
      int best = first_largest (logits, n);

      for (int i = 0; i < n; i++)
        probabilities[i] = i == best;
      return;
    }
  kept = choose_kept (logits, n, draw, probabilities);
  for (int i = 0; i < n; i++)
    {
      float score = logits[i] / draw->temperature;

      probabilities[i] = is_kept (&kept, score, &equal) ? weight_of (score, kept.largest) : 0;
      sum += probabilities[i];
    }
  for (int i = 0; i < n && sum > 0; i++)
    probabilities[i] = (float) (probabilities[i] / sum);
}
