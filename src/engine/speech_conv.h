/* speech_conv.h: one causal convolution of the speech decoder, with what it remembers of its input
 *
 * Rows of activations are padded to whole strips of 16 channels. A convolution that looks back
 * keeps the last rows of its input in the stream's state, and puts them in front of the next
 * block's rows; so buffers that are inputs have room for them before their first row.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "compute/conv.h"
#include "compute/filter.h"
#include "trace.h"
#include "weights/loader.h"

/* What all layers are loaded with. */
typedef struct
{
  qtts_loader *loader;
  const qtts_conv_kernels *kernels;
  bool exact;         /* float32 throughout */
  size_t state_bytes; /* of a stream, for all layers so far */
  size_t front;       /* activations that any layer puts before its first input row */
  size_t scratch;     /* floats that any layer needs for each worker */
} qtts_speech_build;

/* A stretch of time on its way through the layers. */
typedef struct
{
  qtts_team *team;
  char *state;   /* the stream's */
  int times;     /* steps at the current rate */
  float *values; /* the signal: rows of float */
  void *input;   /* what the next convolution reads, in the form it wants */
  void *output;  /* where it leaves the input of the one after it */
  void *spare;   /* once the next output, instead of the input, which then stays as it is */
  float *scratch;
  const qtts_trace *trace;
} qtts_speech_block;

typedef struct
{
  qtts_matrix matrix;
  const qtts_conv_kernels *kernels;
  bool x_bf16; /* its input rows are bfloat16, otherwise float */
  int in, out;
  int taps; /* of one output: a transposed convolution's are shared among its phases */
  int dilation;
  int stride; /* outputs per input */
  int history;
  size_t state;       /* where the history lies in a stream's state */
  float *bias;        /* [stride][padded out], or NULL before loading */
  qtts_filter filter; /* in use where it has weights */
} qtts_speech_conv;

/* Parameters of a snake activation, padded and repeated like the rows of the convolution before it.
 */
typedef struct
{
  float *alpha, *inverse_beta;
} qtts_snake;

/* Channels rounded up to whole strips. */
static inline size_t
qtts_padded_channels (int channels)
{
  return ((size_t) channels + QTTS_STRIP_ROWS - 1) / QTTS_STRIP_ROWS * QTTS_STRIP_ROWS;
}

/* Loads `name`.weight and, where `has_bias`, `name`.bias: a convolution of `taps` taps. The struct
 * is empty or loaded before and after; errors as qtts_loader_conv(). */
qtts_status qtts_speech_conv_load (qtts_speech_build *build, const char *name, int out, int in,
                                   int taps, int dilation, bool has_bias, qtts_speech_conv *conv,
                                   qtts_error *error);

/* The same, by minimal filtering where that pays and the build is not exact. The layer makes
 * `period` steps per codec frame. */
qtts_status qtts_speech_conv_load_filtered (qtts_speech_build *build, const char *name, int out,
                                            int in, int dilation, int period,
                                            qtts_speech_conv *conv, qtts_error *error);

/* The same for a transposed convolution whose `taps` are a multiple of `stride`. */
qtts_status qtts_speech_conv_load_transposed (qtts_speech_build *build, const char *name, int out,
                                              int in, int taps, int stride, qtts_speech_conv *conv,
                                              qtts_error *error);
void qtts_speech_conv_clear (qtts_speech_conv *conv);

/* Loads `name`.alpha and `name`.beta, which are logarithms, for `channels`, repeated `stride`
 * times. */
qtts_status qtts_snake_load (qtts_speech_build *build, const char *name, int channels, int stride,
                             qtts_snake *snake, qtts_error *error);
void qtts_snake_clear (qtts_snake *snake);

/* A vector of the checkpoint in rows of padded channels, repeated; free with free(). */
qtts_status qtts_speech_vector (qtts_speech_build *build, const char *name, int channels,
                                int repeats, float **vector, qtts_error *error);

/* Bytes of one row of the input. */
size_t qtts_speech_conv_row_bytes (const qtts_speech_conv *conv);

/* Convolves block->input. What is to become of the sums is said by `output`, except for bias, row
 * and activated, which are filled in here: the activated values go to block->output. That becomes
 * block->input, what was the input becomes the next output, and block->times grows by the
 * stride. */
void qtts_speech_conv_run (const qtts_speech_conv *conv, qtts_speech_block *block,
                           qtts_conv_output output);

/* Copies what lies in the state before the first row at x, and keeps the last `history` rows of the
 * block for the next one. */
void qtts_speech_recall (const char *state, void *x, size_t row_bytes, int history);
void qtts_speech_remember (char *state, const void *x, size_t row_bytes, int history, int times);

/* Makes bfloat16 of n floats, in their place, front to back. */
void qtts_speech_narrow (void *values, size_t n);

/* Records the block's values, or its input, as the stage that printf-like arguments name. Without a
 * trace, nothing. */
void qtts_speech_trace_values (const qtts_speech_block *block, int channels, const char *format,
                               ...) __attribute__ ((format (printf, 3, 4)));
void qtts_speech_trace_input (const qtts_speech_block *block, int channels, bool bf16,
                              const char *format, ...) __attribute__ ((format (printf, 4, 5)));
