/* conv.c: choosing convolution kernels and sharing a convolution among workers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "conv.h"

#include "cpu.h"
#include "near.h"

enum
{
  /* Weights and inputs that one piece of work touches, so that both stay in a core's cache. */
  PIECE_WEIGHT_BYTES = 256 << 10,
  PIECE_INPUT_BYTES = 128 << 10,
  /* Pieces are whole tiles of every kernel: 3 strips by 8 or 6 time steps. */
  PIECE_STRIPS = 3,
  PIECE_TIMES = 24,
};

typedef struct
{
  const qtts_conv *conv;
  qtts_conv_kernel kernel;
  int times;
  int strips_per_piece;
  int times_per_piece;
  int strip_pieces;
  int time_pieces;
  bool by_strips; /* neighbouring pieces have the same strips, otherwise the same times */
} shared_conv;

const qtts_conv_kernels *
qtts_conv_kernels_for (unsigned cpu)
{
#if defined(__x86_64__)
  if (cpu & QTTS_CPU_AVX512_BF16)
    return &qtts_conv_kernels_avx512_bf16;
  if (cpu & QTTS_CPU_AVX512)
    return &qtts_conv_kernels_avx512;
  if (cpu & QTTS_CPU_AVX2)
    return &qtts_conv_kernels_avx2;
#elif defined(__aarch64__)
  if (cpu & QTTS_CPU_NEON)
    return &qtts_conv_kernels_neon;
#endif
  return &qtts_conv_kernels_scalar;
}

static int
min_int (int a, int b)
{
  return a < b ? a : b;
}

/* How many times `step`, which costs `bytes`, fits `budget`: at least once. */
static int
fit (int step, size_t bytes, size_t budget)
{
  size_t n = budget / (bytes > 0 ? bytes : 1);

  return step * (n > 1000 ? 1000 : n > 1 ? (int) n : 1);
}

static void
run_pieces (void *data, int worker, int begin, int end)
{
  const shared_conv *shared = data;
  const qtts_conv *conv = shared->conv;

  for (int piece = begin; piece < end; piece++)
    {
      const int strip_piece
          = shared->by_strips ? piece / shared->time_pieces : piece % shared->strip_pieces;
      const int time_piece
          = shared->by_strips ? piece % shared->time_pieces : piece / shared->strip_pieces;
      const int strip = strip_piece * shared->strips_per_piece;
      const int time = time_piece * shared->times_per_piece;

      shared->kernel (conv, strip, min_int (conv->strips, strip + shared->strips_per_piece), time,
                      min_int (shared->times, time + shared->times_per_piece));
    }
}

void
qtts_conv_run (const qtts_conv_kernels *kernels, qtts_team *team, const qtts_conv *conv, int times)
{
  shared_conv shared = {
    .conv = conv,
    .kernel = conv->x_bf16         ? kernels->bf16
              : conv->weights_bf16 ? kernels->bf16_weights
                                   : kernels->f32,
    .times = times,
  };
  const size_t weight_bytes = conv->weights_bf16 ? sizeof (short) : sizeof (float);
  const size_t input_bytes = conv->x_bf16 ? sizeof (short) : sizeof (float);

  shared.strips_per_piece
      = fit (PIECE_STRIPS, PIECE_STRIPS * 16 * weight_bytes * conv->taps * conv->inputs,
             PIECE_WEIGHT_BYTES);
  shared.times_per_piece
      = fit (PIECE_TIMES, PIECE_TIMES * input_bytes * conv->inputs, PIECE_INPUT_BYTES);
  shared.time_pieces = (times + shared.times_per_piece - 1) / shared.times_per_piece;
  shared.strip_pieces = (conv->strips + shared.strips_per_piece - 1) / shared.strips_per_piece;
  /* What there is more of is read by one worker only. */
  shared.by_strips = weight_bytes * conv->strips * 16 * conv->taps > input_bytes * times;
  qtts_team_for_near (team, shared.strip_pieces * shared.time_pieces, run_pieces, &shared);
}
