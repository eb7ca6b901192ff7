/* roofline.c: the most that a machine can read and multiply
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "roofline.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"
#include "compute/cpu.h"

enum
{
  READ_BYTES = 512 << 20,
  READ_CHUNK = 1 << 20,
  READ_TRIES = 25,
  PAGE_BYTES = 2 << 20, /* large pages, as the page cache holds a file in */
  ROUNDS = 1 << 21,     /* of the arithmetic loops */
  TRIES = 5,
  CHAINS = 12, /* independent accumulators: latency times throughput */
};

/* What keeps the loops from being optimised away. */
static volatile uint64_t sink;

static double
best_time (qtts_team *team, int n, int tries, qtts_team_func func, void *data)
{
  double best = 1e9;

  for (int i = 0; i < tries; i++)
    {
      const double start = qtts_seconds ();
      double time;

      qtts_team_for (team, n, 1, func, data);
      time = qtts_seconds () - start;
      best = time < best ? time : best;
    }
  return best;
}

#if defined(__x86_64__)

#include <immintrin.h>

__attribute__ ((target ("avx2"))) static void
read_chunks (void *data, int worker, int begin, int end)
{
  const char *at = (const char *) data + (size_t) begin * READ_CHUNK;
  const char *const stop = (const char *) data + (size_t) end * READ_CHUNK;
  __m256i a = _mm256_setzero_si256 (), b = a;

  for (; at < stop; at += 64)
    {
      _mm_prefetch (at + 4096, _MM_HINT_T0);
      a = _mm256_xor_si256 (a, _mm256_load_si256 ((const __m256i *) at));
      b = _mm256_xor_si256 (b, _mm256_load_si256 ((const __m256i *) (at + 32)));
    }
  a = _mm256_xor_si256 (a, b);
  sink = (uint64_t) _mm256_extract_epi64 (a, 0);
}

__attribute__ ((target ("avx2,fma"))) static void
multiply_f32_256 (void *data, int worker, int begin, int end)
{
  __m256 sum[CHAINS], w = _mm256_set1_ps (0.5f);

  for (int k = 0; k < CHAINS; k++)
    sum[k] = _mm256_set1_ps ((float) k);
  for (int i = 0; i < ROUNDS; i++)
    {
      for (int k = 0; k < CHAINS; k++)
        sum[k] = _mm256_fmadd_ps (sum[k], w, w);
      __asm__ volatile("" : "+x"(w));
    }
  for (int k = 1; k < CHAINS; k++)
    sum[0] = _mm256_add_ps (sum[0], sum[k]);
  sink = (uint64_t) _mm256_cvtss_f32 (sum[0]);
}

/* Without a dot product instruction: products of bytes summed in pairs of 16, then of 32 bits. */
__attribute__ ((target ("avx2"))) static void
multiply_int8_256 (void *data, int worker, int begin, int end)
{
  const __m256i ones = _mm256_set1_epi16 (1);
  __m256i sum[CHAINS], w = _mm256_set1_epi8 (1);

  for (int k = 0; k < CHAINS; k++)
    sum[k] = _mm256_set1_epi8 ((char) k);
  for (int i = 0; i < ROUNDS; i++)
    {
      for (int k = 0; k < CHAINS; k++)
        {
          __m256i pairs = _mm256_maddubs_epi16 (w, w);

          __asm__ volatile("" : "+x"(pairs));
          sum[k] = _mm256_add_epi32 (sum[k], _mm256_madd_epi16 (pairs, ones));
        }
      __asm__ volatile("" : "+x"(w));
    }
  for (int k = 1; k < CHAINS; k++)
    sum[0] = _mm256_add_epi32 (sum[0], sum[k]);
  sink = (uint64_t) _mm256_extract_epi64 (sum[0], 0);
}

#define MULTIPLY_512(name, isa, type, zero, one, step)                                             \
  __attribute__ ((target (isa))) static void name (void *data, int worker, int begin, int end)     \
  {                                                                                                \
    type sum[CHAINS];                                                                              \
    __m512i w = _mm512_set1_epi32 (one);                                                           \
                                                                                                   \
    for (int k = 0; k < CHAINS; k++)                                                               \
      sum[k] = zero;                                                                               \
    for (int i = 0; i < ROUNDS; i++)                                                               \
      {                                                                                            \
        for (int k = 0; k < CHAINS; k++)                                                           \
          sum[k] = step;                                                                           \
        __asm__ volatile("" : "+v"(w));                                                            \
      }                                                                                            \
    for (int k = 0; k < CHAINS; k++)                                                               \
      {                                                                                            \
        uint64_t first;                                                                            \
                                                                                                   \
        memcpy (&first, &sum[k], sizeof first);                                                    \
        sink = first;                                                                              \
      }                                                                                            \
  }

MULTIPLY_512 (multiply_f32_512, "avx512f", __m512, _mm512_setzero_ps (), 0x3F000000,
              _mm512_fmadd_ps (_mm512_castsi512_ps (w), _mm512_castsi512_ps (w), sum[k]))
MULTIPLY_512 (multiply_bf16_512, "avx512f,avx512bf16", __m512, _mm512_setzero_ps (), 0x3F003F00,
              _mm512_dpbf16_ps (sum[k], (__m512bh) w, (__m512bh) w))
MULTIPLY_512 (multiply_int8_512, "avx512f,avx512vnni", __m512i, _mm512_setzero_si512 (), 0x01010101,
              _mm512_dpbusd_epi32 (sum[k], w, w))

static double
gmacs (qtts_team *team, qtts_team_func func, int macs_per_instruction)
{
  const int workers = qtts_team_size (team);
  const double macs = (double) ROUNDS * CHAINS * macs_per_instruction * workers;

  return macs / best_time (team, workers, TRIES, func, NULL) / 1e9;
}

static void
measure_arithmetic (qtts_team *team, unsigned cpu, Roofline *roofline)
{
  if (cpu & QTTS_CPU_AVX512)
    roofline->f32_gmacs = gmacs (team, multiply_f32_512, 16);
  else if (cpu & QTTS_CPU_AVX2)
    roofline->f32_gmacs = gmacs (team, multiply_f32_256, 8);
  if (cpu & QTTS_CPU_AVX512_BF16)
    roofline->bf16_gmacs = gmacs (team, multiply_bf16_512, 32);
  if (cpu & QTTS_CPU_AVX512_VNNI)
    roofline->int8_gmacs = gmacs (team, multiply_int8_512, 64);
  else if (cpu & QTTS_CPU_AVX2)
    roofline->int8_gmacs = gmacs (team, multiply_int8_256, 32);
}

#else

static void
read_chunks (void *data, int worker, int begin, int end)
{
  const uint64_t *at = (const uint64_t *) data + (size_t) begin * READ_CHUNK / 8;
  const uint64_t *const stop = (const uint64_t *) data + (size_t) end * READ_CHUNK / 8;
  uint64_t sum = 0;

  while (at < stop)
    sum ^= *at++;
  sink = sum;
}

static void
measure_arithmetic (qtts_team *team, unsigned cpu, Roofline *roofline)
{
}

#endif

Roofline
roofline_measure (qtts_team *team, unsigned cpu_features)
{
  Roofline roofline = { 0 };
  char *memory = aligned_alloc (PAGE_BYTES, READ_BYTES + PAGE_BYTES);

  if (memory == NULL)
    abort ();
  madvise (memory, READ_BYTES, MADV_HUGEPAGE); /* only a hint */
  memset (memory, 1, READ_BYTES + PAGE_BYTES);
  roofline.read_gbs = READ_BYTES
                      / best_time (team, READ_BYTES / READ_CHUNK, READ_TRIES, read_chunks, memory)
                      / 1e9;
  free (memory);
  measure_arithmetic (team, cpu_features, &roofline);
  return roofline;
}
