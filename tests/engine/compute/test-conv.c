/* test-conv.c: the convolution kernels of every instruction set, against sums in double
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "compute/conv.h"
#include "compute/half.h"
#include "compute/matrix.h"
#include "conv_levels.h"
#include "fixture.h"
#include "random.h"

enum
{
  STRIP = QTTS_STRIP_ROWS,
};

typedef enum
{
  ALL_FLOAT,
  BF16_WEIGHTS,
  ALL_BF16,
} Form;

/* A convolution in float, [out][tap][in], and all that follows it. */
typedef struct
{
  int out, in, taps, dilation, times;
  float *weights; /* [out][taps][in] */
  float *x;       /* [history + times][in] */
  float *bias, *scale, *alpha, *inverse_beta;
  float *residual; /* [times][out] */
} Case;

static float
rounded (float value, gboolean bf16)
{
  return bf16 ? qtts_bf16_to_float (qtts_float_to_bf16 (value)) : value;
}

static Case
random_case (int out, int in, int taps, int dilation, int times, Form form)
{
  const gsize history = (gsize) (taps - 1) * dilation;
  Case c = { .out = out, .in = in, .taps = taps, .dilation = dilation, .times = times };

  c.weights = random_values ((gsize) out * taps * in, 1);
  c.x = random_values ((history + times) * in, 1);
  for (gsize i = 0; i < (gsize) out * taps * in; i++)
    c.weights[i] = rounded (c.weights[i], form != ALL_FLOAT);
  for (gsize i = 0; i < (history + times) * in; i++)
    c.x[i] = rounded (c.x[i], form == ALL_BF16);
  c.bias = random_values (out, 1);
  c.scale = random_values (out, 1);
  c.alpha = random_values (out, 1);
  c.inverse_beta = random_values (out, 1);
  c.residual = random_values ((gsize) times * out, 1);
  return c;
}

static void
case_clear (Case *c)
{
  g_free (c->weights);
  g_free (c->x);
  g_free (c->bias);
  g_free (c->scale);
  g_free (c->alpha);
  g_free (c->inverse_beta);
  g_free (c->residual);
}

/* The sum of output o at time t. */
static double
reference_sum (const Case *c, int o, int t)
{
  double sum = 0;

  for (int tap = 0; tap < c->taps; tap++)
    for (int i = 0; i < c->in; i++)
      sum += (double) c->weights[(o * c->taps + tap) * c->in + i]
             * c->x[(t + tap * c->dilation) * c->in + i];
  return sum;
}

static int
padded (int channels)
{
  return (channels + STRIP - 1) / STRIP * STRIP;
}

/* Rows of `channels` values as rows of `row`, zeros behind them. */
static float *
pad_rows (const float *values, int rows, int channels, int row)
{
  float *wide = g_new0 (float, (gsize) rows *row);

  for (int t = 0; t < rows; t++)
    memcpy (wide + t * row, values + t * channels, channels * sizeof *wide);
  return wide;
}

static void *
as_bf16 (const float *values, gsize n)
{
  guint16 *narrow = g_new (guint16, n);

  for (gsize i = 0; i < n; i++)
    narrow[i] = qtts_float_to_bf16 (values[i]);
  return narrow;
}

/* Strips of 16 rows: per input 16 floats, or per pair of inputs 16 pairs of bfloat16. */
static void *
pack (const Case *c, gboolean bf16, int in_even)
{
  const int rows = padded (c->out), cols = c->taps * in_even;
  g_autofree float *strips = g_new0 (float, (gsize) rows *cols);

  for (int o = 0; o < c->out; o++)
    for (int tap = 0; tap < c->taps; tap++)
      for (int i = 0; i < c->in; i++)
        {
          const int col = tap * in_even + i;
          float *strip = strips + (gsize) (o / STRIP) * STRIP * cols;
          const float weight = c->weights[(o * c->taps + tap) * c->in + i];

          if (bf16)
            strip[col / 2 * 2 * STRIP + o % STRIP * 2 + col % 2] = weight;
          else
            strip[col * STRIP + o % STRIP] = weight;
        }
  return bf16 ? as_bf16 (strips, (gsize) rows * cols) : g_steal_pointer (&strips);
}

/* What a kernel reads and writes for a case. */
typedef struct
{
  qtts_conv conv;
  void *owned[10];
  float *values;
  float *activated;
} Packed;

static Packed
pack_case (const Case *c, Form form, qtts_activation activation)
{
  const int history = (c->taps - 1) * c->dilation, row = padded (c->out), x_row = padded (c->in);
  const int in_even = (c->in + 1) / 2 * 2;
  g_autofree float *wide = pad_rows (c->x, history + c->times, c->in, x_row);
  Packed p = { 0 };
  void **own = p.owned;

  p.conv = (qtts_conv){
    .weights = own[0] = pack (c, form != ALL_FLOAT, in_even),
    .weights_bf16 = form != ALL_FLOAT,
    .strip_step = (gsize) c->taps * in_even * STRIP * (form == ALL_FLOAT ? 4 : 2),
    .tap_step = (gsize) in_even * STRIP * (form == ALL_FLOAT ? 4 : 2),
    .strips = row / STRIP,
    .taps = c->taps,
    .inputs = in_even,
    .x = own[1] = form == ALL_BF16 ? as_bf16 (wide, (gsize) (history + c->times) * x_row)
                                   : g_memdup2 (wide, (gsize) (history + c->times) * x_row * 4),
    .x_bf16 = form == ALL_BF16,
    .x_time = x_row,
    .x_tap = x_row * c->dilation,
    .output = {
      .bias = own[2] = pad_rows (c->bias, 1, c->out, row),
      .scale = own[3] = pad_rows (c->scale, 1, c->out, row),
      .residual = own[4] = pad_rows (c->residual, c->times, c->out, row),
      .values = own[5] = g_new0 (float, (gsize) c->times * row),
      .activation = activation,
      .alpha = own[6] = pad_rows (c->alpha, 1, c->out, row),
      .inverse_beta = own[7] = pad_rows (c->inverse_beta, 1, c->out, row),
      .activated = own[8] = g_new0 (float, (gsize) c->times * row),
      .row = (gsize) row,
    },
  };
  p.values = own[5];
  p.activated = own[8];
  return p;
}

static void
packed_clear (Packed *p)
{
  for (gsize i = 0; i < G_N_ELEMENTS (p->owned); i++)
    g_free (p->owned[i]);
}

static double
reference_activation (const Case *c, qtts_activation activation, int o, double y)
{
  switch (activation)
    {
    case QTTS_ACTIVATION_SNAKE:
      return y + pow (sin (c->alpha[o] * y), 2) * c->inverse_beta[o];
    case QTTS_ACTIVATION_GELU:
      return y * (1 + erf (y / sqrt (2))) / 2;
    default:
      return y;
    }
}

static void
assert_right (const Case *c, const Packed *p, qtts_activation activation, const char *where)
{
  const int row = padded (c->out);
  const double bound = 2e-6 * (c->taps * c->in + 16);

  for (int t = 0; t < c->times; t++)
    for (int o = 0; o < row; o++)
      {
        double y = 0, activated = 0;

        if (o < c->out)
          {
            y = (reference_sum (c, o, t) + c->bias[o]) * c->scale[o] + c->residual[t * c->out + o];
            activated = reference_activation (c, activation, o, y);
          }
        if (!(fabs (p->values[t * row + o] - y) <= bound)
            || !(fabs (p->activated[t * row + o] - activated) <= 2 * bound))
          g_error ("%s: %d <- %d, %d taps, time %d of %d, output %d: %g and %g, not %g and %g",
                   where, c->out, c->in, c->taps, t, c->times, o, p->values[t * row + o],
                   p->activated[t * row + o], y, activated);
      }
}

static qtts_conv_kernel
kernel_of (const qtts_conv_kernels *kernels, Form form)
{
  return form == ALL_FLOAT      ? kernels->f32
         : form == BF16_WEIGHTS ? kernels->bf16_weights
                                : kernels->bf16;
}

/* Runs func for every kernel that the machine has. */
static void
for_each_kernel (void (*func) (const qtts_conv_kernels *kernels, Form form, const char *name))
{
  const unsigned machine = qtts_cpu_features ();

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    for (Form form = ALL_FLOAT; form <= ALL_BF16; form++)
      {
        const qtts_conv_kernels *kernels = qtts_conv_kernels_for (levels[i].features);

        if ((levels[i].features & machine) != levels[i].features)
          g_test_message ("skipped: this machine has no %s", levels[i].name);
        else if (kernel_of (kernels, form) != NULL)
          func (kernels, form, levels[i].name);
      }
}

static void
check_odd_shapes (const qtts_conv_kernels *kernels, Form form, const char *name)
{
  static const int outs[] = { 1, 3, 16, 20, 48, 75, 96 }, ins[] = { 1, 3, 6, 20, 33 };
  static const int kernel_sizes[][2]
      = { { 1, 1 }, { 2, 1 }, { 3, 1 }, { 7, 1 }, { 7, 3 }, { 7, 9 } };

  for (int times = 1; times <= 70; times++)
    {
      const int out = outs[times % G_N_ELEMENTS (outs)], in = ins[times % G_N_ELEMENTS (ins)];
      const int *size = kernel_sizes[times % G_N_ELEMENTS (kernel_sizes)];
      const qtts_activation activation = times % 3;
      Case c = random_case (out, in, size[0], size[1], times, form);
      Packed p = pack_case (&c, form, activation);

      qtts_conv_run (kernels, NULL, &p.conv, times);
      assert_right (&c, &p, activation, name);
      packed_clear (&p);
      case_clear (&c);
    }
}

static void
test_odd_shapes (void)
{
  for_each_kernel (check_odd_shapes);
}

/* However strips and times are cut, and whoever works on them, the bits are the same. */
static void
check_cuts (const qtts_conv_kernels *kernels, Form form, const char *name)
{
  Case c = random_case (112, 38, 7, 3, 61, form);
  Packed whole = pack_case (&c, form, QTTS_ACTIVATION_SNAKE);
  Packed cut = pack_case (&c, form, QTTS_ACTIVATION_SNAKE);
  Packed shared = pack_case (&c, form, QTTS_ACTIVATION_SNAKE);
  const gsize bytes = (gsize) c.times * padded (c.out) * sizeof (float);
  qtts_team *team = qtts_team_new (3);

  kernel_of (kernels, form) (&whole.conv, 0, whole.conv.strips, 0, c.times);
  for (int strip = 0; strip < cut.conv.strips; strip += 2)
    for (int time = 0; time < c.times; time += 5)
      kernel_of (kernels, form) (&cut.conv, strip, MIN (strip + 2, cut.conv.strips), time,
                                 MIN (time + 5, c.times));
  qtts_conv_run (kernels, team, &shared.conv, c.times);

  g_assert_cmpmem (cut.values, bytes, whole.values, bytes);
  g_assert_cmpmem (cut.activated, bytes, whole.activated, bytes);
  g_assert_cmpmem (shared.values, bytes, whole.values, bytes);
  g_assert_cmpmem (shared.activated, bytes, whole.activated, bytes);

  qtts_team_free (team);
  packed_clear (&whole);
  packed_clear (&cut);
  packed_clear (&shared);
  case_clear (&c);
}

static void
test_cuts (void)
{
  for_each_kernel (check_cuts);
}

/* The next layer's input in bfloat16 is the float one, rounded. */
static void
check_bf16_output (const qtts_conv_kernels *kernels, Form form, const char *name)
{
  Case c = random_case (33, 12, 3, 1, 19, form);
  Packed wide = pack_case (&c, form, QTTS_ACTIVATION_SNAKE);
  Packed narrow = pack_case (&c, form, QTTS_ACTIVATION_SNAKE);
  const gsize n = (gsize) c.times * padded (c.out);

  if (kernels->bf16 != NULL)
    {
      narrow.conv.output.activated_bf16 = true;
      qtts_conv_run (kernels, NULL, &wide.conv, c.times);
      qtts_conv_run (kernels, NULL, &narrow.conv, c.times);
      for (gsize i = 0; i < n; i++)
        g_assert_cmpuint (((const guint16 *) narrow.conv.output.activated)[i], ==,
                          qtts_float_to_bf16 (wide.activated[i]));
    }
  packed_clear (&wide);
  packed_clear (&narrow);
  case_clear (&c);
}

static void
test_bf16_output (void)
{
  for_each_kernel (check_bf16_output);
}

/* sin^2 and erf over all the arguments that matter: a product of nothing but a bias of y. */
static void
check_activations (const qtts_conv_kernels *kernels, Form form, const char *name)
{
  enum
  {
    N = 4000,
  };
  static const double most[] = { 1, 8, 1000 };
  static const float zero_weight[64], zero_row[64];

  for (gsize range = 0; range < G_N_ELEMENTS (most); range++)
    for (qtts_activation activation = QTTS_ACTIVATION_SNAKE; activation <= QTTS_ACTIVATION_GELU;
         activation++)
      {
        g_autofree float *y = g_new (float, N);
        g_autofree float *ones = g_new (float, N);
        g_autofree float *out = g_new (float, N);
        qtts_conv conv = { .weights = zero_weight,
                           .weights_bf16 = form != ALL_FLOAT,
                           .strips = N / STRIP,
                           .taps = 1,
                           .inputs = 2,
                           .x = zero_row,
                           .x_bf16 = form == ALL_BF16,
                           .output = { .bias = y,
                                       .activation = activation,
                                       .alpha = ones,
                                       .inverse_beta = ones,
                                       .activated = out,
                                       .row = N } };

        for (int i = 0; i < N; i++)
          {
            y[i] = (float) ((2.0 * i / (N - 1) - 1) * most[range]);
            ones[i] = 1;
          }
        kernel_of (kernels, form) (&conv, 0, conv.strips, 0, 1);
        for (int i = 0; i < N; i++)
          {
            const double exact = activation == QTTS_ACTIVATION_SNAKE
                                     ? y[i] + pow (sin (y[i]), 2)
                                     : (double) y[i] * (1 + erf (y[i] / sqrt (2))) / 2;

            g_assert_cmpfloat (fabs (out[i] - exact), <=, 1e-6 + 1.2e-7 * fabs (y[i]));
          }
      }
}

static void
test_activations (void)
{
  for_each_kernel (check_activations);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conv/odd-shapes", test_odd_shapes);
  g_test_add_func ("/conv/cuts", test_cuts);
  g_test_add_func ("/conv/bf16-output", test_bf16_output);
  g_test_add_func ("/conv/activations", test_activations);
  return g_test_run ();
}
