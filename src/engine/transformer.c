/* transformer.c: a stack of decoder layers: the talker's, the code predictor's and the speech
 * decoder's
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "transformer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

enum
{
  MOST_NAME = 256,
  MOST_HEAD_DIM = 512,
  COLUMNS_ALONE = 3, /* columns up to which elementwise work is not worth sharing out */
};

/* Loading */

typedef struct
{
  qtts_loader *loader;
  const char *prefix;
  int layer;
  qtts_role role;
  qtts_error *error;
  qtts_status status; /* of the first tensor that failed */
} LayerLoad;

static void
name_of (const LayerLoad *load, const char *tensor, char name[MOST_NAME])
{
  snprintf (name, MOST_NAME, "%s.layers.%d.%s", load->prefix, load->layer, tensor);
}

static void
load_matrix (LayerLoad *load, const char *tensor, int rows, int cols, qtts_matrix *matrix)
{
  char name[MOST_NAME];

  name_of (load, tensor, name);
  if (load->status == QTTS_OK)
    load->status
        = qtts_loader_matrix (load->loader, name, rows, cols, load->role, matrix, load->error);
}

static void
load_vector (LayerLoad *load, const char *tensor, int n, const float **vector)
{
  char name[MOST_NAME];

  name_of (load, tensor, name);
  if (load->status == QTTS_OK)
    load->status = qtts_loader_vector (load->loader, name, n, vector, load->error);
}

static qtts_status
load_layer (LayerLoad *load, const qtts_stack_config *config,
            const qtts_transformer_options *options, qtts_transformer_layer *layer)
{
  const int hidden = config->hidden_size, wide = config->heads * config->head_dim;
  const int narrow = config->kv_heads * config->head_dim, mlp = config->intermediate_size;

  load_vector (load, "input_layernorm.weight", hidden, &layer->input_norm);
  load_matrix (load, "self_attn.q_proj.weight", wide, hidden, &layer->q);
  load_matrix (load, "self_attn.k_proj.weight", narrow, hidden, &layer->k);
  load_matrix (load, "self_attn.v_proj.weight", narrow, hidden, &layer->v);
  load_matrix (load, "self_attn.o_proj.weight", hidden, wide, &layer->o);
  load_vector (load, "post_attention_layernorm.weight", hidden, &layer->post_attention_norm);
  load_matrix (load, "mlp.gate_proj.weight", mlp, hidden, &layer->gate);
  load_matrix (load, "mlp.up_proj.weight", mlp, hidden, &layer->up);
  load_matrix (load, "mlp.down_proj.weight", hidden, mlp, &layer->down);
  if (options->qk_norm)
    {
      load_vector (load, "self_attn.q_norm.weight", config->head_dim, &layer->q_norm);
      load_vector (load, "self_attn.k_norm.weight", config->head_dim, &layer->k_norm);
    }
  if (options->layer_scale)
    {
      load_vector (load, "self_attn_layer_scale.scale", hidden, &layer->attention_scale);
      load_vector (load, "mlp_layer_scale.scale", hidden, &layer->mlp_scale);
    }
  return load->status;
}

static bool
make_inverse_frequencies (qtts_transformer *transformer)
{
  const int half = transformer->config.head_dim / 2;

  transformer->inverse_frequencies = malloc ((size_t) half * sizeof (float));
  if (transformer->inverse_frequencies == NULL)
    return false;
  for (int i = 0; i < half; i++)
    transformer->inverse_frequencies[i]
        = 1.0f / powf (transformer->config.rope_theta, (float) (2 * i) / (float) (2 * half));
  return true;
}

qtts_status
qtts_transformer_load (qtts_transformer *transformer, qtts_loader *loader, const char *prefix,
                       const qtts_stack_config *config, const qtts_transformer_options *options,
                       unsigned cpu, qtts_error *error)
{
  LayerLoad load = { .loader = loader, .prefix = prefix, .role = options->role, .error = error };
  char name[MOST_NAME];
  qtts_status status = QTTS_OK;

  *transformer = (qtts_transformer){ .config = *config, .kernels = qtts_kernels_for (cpu) };
  transformer->layers = calloc ((size_t) config->layers, sizeof *transformer->layers);
  if (transformer->layers == NULL || !make_inverse_frequencies (transformer))
    status = qtts_fail_memory (error);
  for (load.layer = 0; status == QTTS_OK && load.layer < config->layers; load.layer++)
    status = load_layer (&load, config, options, &transformer->layers[load.layer]);

  snprintf (name, sizeof name, "%s.norm.weight", prefix);
  if (status == QTTS_OK)
    status = qtts_loader_vector (loader, name, config->hidden_size, &transformer->norm, error);
  if (status != QTTS_OK)
    qtts_transformer_clear (transformer);
  return status;
}

void
qtts_transformer_clear (qtts_transformer *transformer)
{
  free (transformer->layers);
  free (transformer->inverse_frequencies);
  *transformer = (qtts_transformer){ 0 };
}

/* Scratch */

void
qtts_transformer_scratch_clear (qtts_transformer_scratch *scratch)
{
  qtts_columns_clear (&scratch->hidden);
  qtts_columns_clear (&scratch->attention);
  qtts_columns_clear (&scratch->mlp);
  free (scratch->q);
  free (scratch->k);
  free (scratch->v);
  free (scratch->up);
  free (scratch->y);
  free (scratch->rotated);
  free (scratch->cosines);
  free (scratch->sines);
  free (scratch->scores);
  *scratch = (qtts_transformer_scratch){ 0 };
}

static int
padded_head_dim (const qtts_stack_config *config)
{
  return (config->head_dim + 15) / 16 * 16;
}

static float *
allocate_columns (int n, int dim)
{
  return calloc ((size_t) n * (size_t) qtts_stride (dim), sizeof (float));
}

static bool
reserve_columns (qtts_transformer_scratch *scratch, const qtts_stack_config *config, int n)
{
  const int wide = config->heads * config->head_dim, narrow = config->kv_heads * config->head_dim;

  if (n <= scratch->capacity)
    return true;
  qtts_transformer_scratch_clear (scratch);
  scratch->q = allocate_columns (n, wide);
  scratch->k = allocate_columns (n, narrow);
  scratch->v = allocate_columns (n, narrow);
  scratch->up = allocate_columns (n, config->intermediate_size);
  scratch->y = allocate_columns (n, config->hidden_size);
  scratch->rotated = allocate_columns (n, config->heads * padded_head_dim (config));
  scratch->cosines = allocate_columns (n, config->head_dim / 2);
  scratch->sines = allocate_columns (n, config->head_dim / 2);
  if (!qtts_columns_reserve (&scratch->hidden, config->hidden_size, n)
      || !qtts_columns_reserve (&scratch->attention, wide, n)
      || !qtts_columns_reserve (&scratch->mlp, config->intermediate_size, n) || !scratch->q
      || !scratch->k || !scratch->v || !scratch->up || !scratch->y || !scratch->rotated
      || !scratch->cosines || !scratch->sines)
    return false;
  scratch->capacity = n;
  return true;
}

static size_t
scores_per_worker (const qtts_column *columns, int n)
{
  int most = 0;

  for (int c = 0; c < n; c++)
    if (columns[c].cache->capacity > most)
      most = columns[c].cache->capacity;
  return 2 * (size_t) most;
}

static bool
reserve_scores (qtts_transformer_scratch *scratch, size_t wanted)
{
  if (wanted > scratch->n_scores)
    {
      free (scratch->scores);
      scratch->scores = malloc (wanted * sizeof (float));
      scratch->n_scores = scratch->scores != NULL ? wanted : 0;
    }
  return scratch->scores != NULL;
}

/* One pass */

typedef struct
{
  const qtts_transformer *transformer;
  qtts_transformer_scratch *scratch;
  qtts_team *team;
  const qtts_column *columns;
  int n;
  float *x;
  size_t scores_per_worker;
  bool one_column_each; /* no two columns belong to the same sequence */

  const qtts_transformer_layer *layer;
  int layer_index;
  bool quantized; /* the layers' matrices take quantised inputs, which are made where the inputs are
                   */
  const float *norm;  /* weight of the next norm */
  const float *scale; /* of the branch that is added, or NULL */
} Pass;

static float *
row (float *base, int c, int dim)
{
  return base + (size_t) c * (size_t) qtts_stride (dim);
}

static void
for_columns (Pass *pass, qtts_team_func func)
{
  qtts_team_for (pass->team, pass->n, pass->n <= COLUMNS_ALONE ? pass->n : 1, func, pass);
}

static void
rotation_angles (Pass *pass)
{
  const int half = pass->transformer->config.head_dim / 2;

  for (int c = 0; c < pass->n; c++)
    for (int i = 0; i < half; i++)
      {
        const float angle
            = (float) pass->columns[c].position * pass->transformer->inverse_frequencies[i];

        row (pass->scratch->cosines, c, half)[i] = cosf (angle);
        row (pass->scratch->sines, c, half)[i] = sinf (angle);
      }
}

static void
norm_columns (void *data, int worker, int begin, int end)
{
  const Pass *pass = data;
  const qtts_stack_config *config = &pass->transformer->config;
  const qtts_kernels *kernels = pass->transformer->kernels;
  qtts_columns *to = &pass->scratch->hidden;

  for (int c = begin; c < end; c++)
    {
      kernels->rms_norm (row (pass->x, c, config->hidden_size), pass->norm, config->hidden_size,
                         config->rms_norm_eps, qtts_column_at (to, c));
      if (pass->quantized)
        qtts_columns_quantize (to, kernels, c, 0, to->stride);
    }
}

/* x += y, times the branch's scale, then the next norm. */
static void
add_and_norm_columns (void *data, int worker, int begin, int end)
{
  const Pass *pass = data;
  const int hidden = pass->transformer->config.hidden_size;

  for (int c = begin; c < end; c++)
    {
      float *restrict x = row (pass->x, c, hidden);
      const float *restrict y = row (pass->scratch->y, c, hidden);

      if (pass->scale != NULL)
        for (int i = 0; i < hidden; i++)
          x[i] += pass->scale[i] * y[i];
      else
        for (int i = 0; i < hidden; i++)
          x[i] += y[i];
    }
  norm_columns (data, worker, begin, end);
}

static void
silu_columns (void *data, int worker, int begin, int end)
{
  const Pass *pass = data;
  const int mlp = pass->transformer->config.intermediate_size;
  const qtts_kernels *kernels = pass->transformer->kernels;
  qtts_columns *to = &pass->scratch->mlp;

  for (int c = begin; c < end; c++)
    {
      kernels->silu_multiply (qtts_column_at (to, c), row (pass->scratch->up, c, mlp), mlp);
      if (pass->quantized)
        qtts_columns_quantize (to, kernels, c, 0, to->stride);
    }
}

/* Norm (where the model has one) and rotate-half rotation of one head; out has the padded size. */
static void
rotate_head (const Pass *pass, int c, const float *head, const float *norm, float *restrict out)
{
  const qtts_stack_config *config = &pass->transformer->config;
  const int half = config->head_dim / 2;
  const float *restrict cosines = row (pass->scratch->cosines, c, half);
  const float *restrict sines = row (pass->scratch->sines, c, half);
  float normed[MOST_HEAD_DIM];

  if (norm != NULL)
    pass->transformer->kernels->rms_norm (head, norm, config->head_dim, config->rms_norm_eps,
                                          normed);
  else
    memcpy (normed, head, (size_t) config->head_dim * sizeof (float));
  for (int i = 0; i < half; i++)
    {
      out[i] = normed[i] * cosines[i] - normed[i + half] * sines[i];
      out[i + half] = normed[i + half] * cosines[i] + normed[i] * sines[i];
    }
}

/* Puts one key-value head of a column into its cache. */
static void
store_head (const Pass *pass, int c, int head)
{
  const qtts_stack_config *config = &pass->transformer->config;
  const int narrow = config->kv_heads * config->head_dim;
  const float *k = row (pass->scratch->k, c, narrow) + head * config->head_dim;
  const float *v = row (pass->scratch->v, c, narrow) + head * config->head_dim;
  float key[MOST_HEAD_DIM] = { 0 }, value[MOST_HEAD_DIM] = { 0 };

  rotate_head (pass, c, k, pass->layer->k_norm, key);
  memcpy (value, v, (size_t) config->head_dim * sizeof (float));
  qtts_kv_cache_store (pass->columns[c].cache, pass->transformer->kernels, pass->layer_index, head,
                       pass->columns[c].position, key, value);
}

/* The query heads that share one key-value head. */
static void
attend_head (const Pass *pass, int worker, int c, int head)
{
  const qtts_stack_config *config = &pass->transformer->config;
  const int shared = config->heads / config->kv_heads, dim = config->head_dim;
  const int padded = padded_head_dim (config);
  const qtts_attention_head view = qtts_kv_cache_head (
      pass->columns[c].cache, pass->layer_index, head, pass->columns[c].position,
      config->sliding_window, 1.0f / sqrtf ((float) dim));
  const float *q = row (pass->scratch->q, c, config->heads * dim) + head * shared * dim;
  float *rotated = row (pass->scratch->rotated, c, config->heads * padded) + head * shared * padded;
  float *out = qtts_column_at (&pass->scratch->attention, c) + head * shared * dim;

  for (int i = 0; i < shared; i++)
    rotate_head (pass, c, q + i * dim, pass->layer->q_norm, rotated + i * padded);
  pass->transformer->kernels->attend (&view, rotated, shared, rotated,
                                      pass->scratch->scores
                                          + (size_t) worker * pass->scores_per_worker);
  for (int i = 0; i < shared; i++)
    memcpy (out + i * dim, rotated + i * padded, (size_t) dim * sizeof (float));
  if (pass->scratch->attention.prequantized)
    qtts_columns_quantize (&pass->scratch->attention, pass->transformer->kernels, c,
                           head * shared * dim, shared * dim);
}

/* Items are the key-value heads of all columns. */
static void
store_heads (void *data, int worker, int begin, int end)
{
  const Pass *pass = data;
  const int kv_heads = pass->transformer->config.kv_heads;

  for (int item = begin; item < end; item++)
    store_head (pass, item / kv_heads, item % kv_heads);
}

static void
attend_heads (void *data, int worker, int begin, int end)
{
  const Pass *pass = data;
  const int kv_heads = pass->transformer->config.kv_heads;

  for (int item = begin; item < end; item++)
    attend_head (pass, worker, item / kv_heads, item % kv_heads);
}

static void
store_and_attend_heads (void *data, int worker, int begin, int end)
{
  store_heads (data, worker, begin, end);
  attend_heads (data, worker, begin, end);
}

static void
attention (Pass *pass)
{
  const int items = pass->n * pass->transformer->config.kv_heads;

  if (pass->one_column_each)
    qtts_team_for (pass->team, items, 1, store_and_attend_heads, pass);
  else
    {
      qtts_team_for (pass->team, items, 4, store_heads, pass);
      qtts_team_for (pass->team, items, 1, attend_heads, pass);
    }
}

static void
multiply (Pass *pass, qtts_columns *x, const qtts_product *products, int n_products)
{
  qtts_multiply (pass->transformer->kernels, pass->team, x, pass->n, products, n_products);
}

/* From normed hidden columns to x with this layer's result added, and the norm of what follows. */
static void
run_layer (Pass *pass, const float *next_norm)
{
  const qtts_stack_config *config = &pass->transformer->config;
  const qtts_transformer_layer *layer = pass->layer;
  qtts_transformer_scratch *s = pass->scratch;
  const int wide = qtts_stride (config->heads * config->head_dim);
  const int narrow = qtts_stride (config->kv_heads * config->head_dim);
  const int hidden = qtts_stride (config->hidden_size),
            mlp = qtts_stride (config->intermediate_size);
  const qtts_product qkv[] = { { &layer->q, NULL, s->q, wide },
                               { &layer->k, NULL, s->k, narrow },
                               { &layer->v, NULL, s->v, narrow } };
  const qtts_product o = { &layer->o, NULL, s->y, hidden };
  const qtts_product gate_up[]
      = { { &layer->gate, NULL, s->mlp.x, mlp }, { &layer->up, NULL, s->up, mlp } };
  const qtts_product down = { &layer->down, NULL, s->y, hidden };

  multiply (pass, &s->hidden, qkv, 3);
  attention (pass);
  multiply (pass, &s->attention, &o, 1);
  pass->norm = layer->post_attention_norm;
  pass->scale = layer->attention_scale;
  for_columns (pass, add_and_norm_columns);

  multiply (pass, &s->hidden, gate_up, 2);
  for_columns (pass, silu_columns);
  multiply (pass, &s->mlp, &down, 1);
  pass->norm = next_norm;
  pass->scale = layer->mlp_scale;
  for_columns (pass, add_and_norm_columns);
}

static void
record (const Pass *pass, const qtts_trace *trace, const char *name)
{
  const int hidden = pass->transformer->config.hidden_size;
  float *compact = malloc ((size_t) pass->n * (size_t) hidden * sizeof (float));

  if (compact == NULL)
    return;
  for (int c = 0; c < pass->n; c++)
    memcpy (compact + (size_t) c * (size_t) hidden, row (pass->x, c, hidden),
            (size_t) hidden * sizeof (float));
  trace->record (trace->data, name, compact, pass->n, hidden);
  free (compact);
}

static bool
one_column_each (const qtts_column *columns, int n)
{
  for (int c = 1; c < n; c++)
    if (columns[c].cache == columns[c - 1].cache)
      return false;
  return true;
}

/* Attention writes a column in pieces, which can be quantised as they come where they are whole
 * groups. */
static void
share_out_quantizing (Pass *pass)
{
  const qtts_stack_config *config = &pass->transformer->config;
  const int piece = config->heads / config->kv_heads * config->head_dim;

  pass->quantized = qtts_is_quantized (&pass->transformer->layers[0].q);
  pass->scratch->hidden.prequantized = pass->quantized;
  pass->scratch->mlp.prequantized = pass->quantized;
  pass->scratch->attention.prequantized = pass->quantized && piece % QTTS_GROUP_INPUTS == 0;
}

static void
run_layers (Pass *pass, const qtts_trace *trace)
{
  const qtts_transformer *transformer = pass->transformer;
  char name[32];

  pass->norm = transformer->layers[0].input_norm;
  for_columns (pass, norm_columns);
  for (int l = 0; l < transformer->config.layers; l++)
    {
      const bool last = l + 1 == transformer->config.layers;

      pass->layer = &transformer->layers[l];
      pass->layer_index = l;
      run_layer (pass, last ? transformer->norm : transformer->layers[l + 1].input_norm);
      if (trace != NULL)
        {
          snprintf (name, sizeof name, "layers.%d", l);
          record (pass, trace, name);
        }
    }
}

qtts_status
qtts_transformer_forward (const qtts_transformer *transformer, qtts_transformer_scratch *scratch,
                          qtts_team *team, const qtts_column *columns, int n, float *x,
                          const qtts_trace *trace, qtts_error *error)
{
  const int hidden = transformer->config.hidden_size;
  Pass pass = { .transformer = transformer,
                .scratch = scratch,
                .team = team,
                .columns = columns,
                .n = n,
                .x = x,
                .scores_per_worker = scores_per_worker (columns, n),
                .one_column_each = one_column_each (columns, n) };

  if (!reserve_columns (scratch, &transformer->config, n)
      || !reserve_scores (scratch, pass.scores_per_worker * (size_t) qtts_team_size (team)))
    return qtts_fail_memory (error);
  share_out_quantizing (&pass);
  rotation_angles (&pass);
  run_layers (&pass, trace);
  for (int c = 0; c < n; c++)
    memcpy (row (x, c, hidden), qtts_column_at (&scratch->hidden, c),
            (size_t) hidden * sizeof (float));
  if (trace != NULL)
    record (&pass, trace, "norm");
  return QTTS_OK;
}
