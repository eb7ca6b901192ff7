/* all_tensors.c: asks a loader for everything that the engine would
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "all_tensors.h"

#include <glib.h>

typedef struct
{
  qtts_loader *loader;
  const TensorVisitor *visitor;
  qtts_error *error;
  qtts_status status;
} Walk;

static void
visit (Walk *walk, const char *name, const qtts_matrix *view)
{
  if (walk->status == QTTS_OK && walk->visitor != NULL)
    walk->visitor->visit (name, view, walk->visitor->data);
}

static void
matrix (Walk *walk, qtts_role role, int rows, int cols, char *name)
{
  qtts_matrix view;

  if (walk->status == QTTS_OK)
    walk->status = qtts_loader_matrix (walk->loader, name, rows, cols, role, &view, walk->error);
  visit (walk, name, &view);
  g_free (name);
}

static void
conv (Walk *walk, bool transposed, int out, int in, int taps, char *name)
{
  qtts_matrix view;

  if (walk->status == QTTS_OK)
    walk->status = qtts_loader_conv (walk->loader, name, out, in, taps, transposed,
                                     QTTS_ROLE_DECODER_CONV, &view, walk->error);
  visit (walk, name, &view);
  g_free (name);
}

static void
vector (Walk *walk, int n, char *name)
{
  qtts_matrix view = { .format = QTTS_FORMAT_F32, .rows = 1, .cols = n };
  const float *values = NULL;

  if (walk->status == QTTS_OK)
    walk->status = qtts_loader_vector (walk->loader, name, n, &values, walk->error);
  view.data = values;
  visit (walk, name, &view);
  g_free (name);
}

static void
codebook (Walk *walk, int entries, int dim, char *name)
{
  qtts_matrix view = { .format = QTTS_FORMAT_F32, .rows = entries, .cols = dim };
  const float *values = NULL;

  if (walk->status == QTTS_OK)
    walk->status = qtts_loader_codebook (walk->loader, name, entries, dim, &values, walk->error);
  view.data = values;
  visit (walk, name, &view);
  g_free (name);
}

#define NAME(...) g_strdup_printf (__VA_ARGS__)

/* The seven matrices and two norms that all three stacks have in a layer. */
static void
layer (Walk *walk, const qtts_stack_config *stack, qtts_role role, const char *prefix)
{
  const int hidden = stack->hidden_size, ffn = stack->intermediate_size;
  const int q = stack->heads * stack->head_dim, kv = stack->kv_heads * stack->head_dim;

  matrix (walk, role, q, hidden, NAME ("%s.self_attn.q_proj.weight", prefix));
  matrix (walk, role, kv, hidden, NAME ("%s.self_attn.k_proj.weight", prefix));
  matrix (walk, role, kv, hidden, NAME ("%s.self_attn.v_proj.weight", prefix));
  matrix (walk, role, hidden, q, NAME ("%s.self_attn.o_proj.weight", prefix));
  matrix (walk, role, ffn, hidden, NAME ("%s.mlp.gate_proj.weight", prefix));
  matrix (walk, role, ffn, hidden, NAME ("%s.mlp.up_proj.weight", prefix));
  matrix (walk, role, hidden, ffn, NAME ("%s.mlp.down_proj.weight", prefix));
  vector (walk, hidden, NAME ("%s.input_layernorm.weight", prefix));
  vector (walk, hidden, NAME ("%s.post_attention_layernorm.weight", prefix));
}

static void
stack (Walk *walk, const qtts_stack_config *config, qtts_role role, const char *prefix)
{
  for (int i = 0; i < config->layers; i++)
    {
      g_autofree char *name = NAME ("%s.layers.%d", prefix, i);

      layer (walk, config, role, name);
      vector (walk, config->head_dim, NAME ("%s.self_attn.q_norm.weight", name));
      vector (walk, config->head_dim, NAME ("%s.self_attn.k_norm.weight", name));
    }
  vector (walk, config->hidden_size, NAME ("%s.norm.weight", prefix));
}

static void
talker (Walk *walk, const qtts_config *config)
{
  const int hidden = config->talker.hidden_size, text = config->text_hidden_size;
  const char *fc = "talker.text_projection.linear_fc";

  matrix (walk, QTTS_ROLE_TEXT_EMBEDDING, config->text_vocab_size, text,
          NAME ("talker.model.text_embedding.weight"));
  matrix (walk, QTTS_ROLE_CODEC_EMBEDDING, config->codec_vocab_size, hidden,
          NAME ("talker.model.codec_embedding.weight"));
  matrix (walk, QTTS_ROLE_PROJECTION, text, text, NAME ("%s1.weight", fc));
  vector (walk, text, NAME ("%s1.bias", fc));
  matrix (walk, QTTS_ROLE_PROJECTION, hidden, text, NAME ("%s2.weight", fc));
  vector (walk, hidden, NAME ("%s2.bias", fc));
  stack (walk, &config->talker, QTTS_ROLE_TALKER, "talker.model");
  matrix (walk, QTTS_ROLE_TALKER_HEAD, config->codec_vocab_size, hidden,
          NAME ("talker.codec_head.weight"));
}

static void
predictor (Walk *walk, const qtts_config *config)
{
  const int hidden = config->predictor.hidden_size, vocab = config->predictor_vocab_size;
  const char *prefix = "talker.code_predictor";

  stack (walk, &config->predictor, qtts_predictor_role (config), "talker.code_predictor.model");
  for (int g = 0; g < config->groups - 1; g++)
    {
      matrix (walk, QTTS_ROLE_CODEC_EMBEDDING, vocab, config->talker.hidden_size,
              NAME ("%s.model.codec_embedding.%d.weight", prefix, g));
      matrix (walk, QTTS_ROLE_PREDICTOR_HEAD, vocab, hidden,
              NAME ("%s.lm_head.%d.weight", prefix, g));
    }
  if (hidden != config->talker.hidden_size)
    {
      matrix (walk, QTTS_ROLE_PROJECTION, hidden, config->talker.hidden_size,
              NAME ("%s.small_to_mtp_projection.weight", prefix));
      vector (walk, hidden, NAME ("%s.small_to_mtp_projection.bias", prefix));
    }
}

static void
quantizers_and_transformer (Walk *walk, const qtts_speech_decoder_config *config)
{
  const qtts_stack_config *transformer = &config->transformer;
  const int dim = config->codebook_dim / 2, hidden = transformer->hidden_size;
  const char *prefix = "decoder.pre_transformer";

  codebook (walk, config->codebook_size, dim, NAME ("decoder.quantizer.rvq_first.vq.layers.0"));
  for (int i = 0; i < config->quantizers - 1; i++)
    codebook (walk, config->codebook_size, dim,
              NAME ("decoder.quantizer.rvq_rest.vq.layers.%d", i));
  matrix (walk, QTTS_ROLE_DECODER_LINEAR, config->codebook_dim, dim,
          NAME ("decoder.quantizer.rvq_first.output_proj.weight"));
  matrix (walk, QTTS_ROLE_DECODER_LINEAR, config->codebook_dim, dim,
          NAME ("decoder.quantizer.rvq_rest.output_proj.weight"));
  conv (walk, false, config->latent_dim, config->codebook_dim, 3,
        NAME ("decoder.pre_conv.conv.weight"));
  vector (walk, config->latent_dim, NAME ("decoder.pre_conv.conv.bias"));
  matrix (walk, QTTS_ROLE_DECODER_LINEAR, hidden, config->latent_dim,
          NAME ("%s.input_proj.weight", prefix));
  matrix (walk, QTTS_ROLE_DECODER_LINEAR, config->latent_dim, hidden,
          NAME ("%s.output_proj.weight", prefix));
  for (int i = 0; i < transformer->layers; i++)
    {
      g_autofree char *name = NAME ("%s.layers.%d", prefix, i);

      layer (walk, transformer, QTTS_ROLE_DECODER_LINEAR, name);
      vector (walk, hidden, NAME ("%s.self_attn_layer_scale.scale", name));
      vector (walk, hidden, NAME ("%s.mlp_layer_scale.scale", name));
    }
}

static void
upsampling (Walk *walk, const qtts_speech_decoder_config *config)
{
  const int latent = config->latent_dim;
  int channels = config->decoder_dim;

  for (int i = 0; i < config->n_upsampling_ratios; i++)
    {
      g_autofree char *prefix = NAME ("decoder.upsample.%d", i);

      conv (walk, true, latent, latent, config->upsampling_ratios[i],
            NAME ("%s.0.conv.weight", prefix));
      vector (walk, latent * 7, NAME ("%s.1.dwconv.conv.weight", prefix));
      matrix (walk, QTTS_ROLE_DECODER_LINEAR, 4 * latent, latent,
              NAME ("%s.1.pwconv1.weight", prefix));
      matrix (walk, QTTS_ROLE_DECODER_LINEAR, latent, 4 * latent,
              NAME ("%s.1.pwconv2.weight", prefix));
    }
  conv (walk, false, channels, latent, 7, NAME ("decoder.decoder.0.conv.weight"));
  for (int i = 1; i <= config->n_upsample_rates; i++, channels /= 2)
    {
      conv (walk, true, channels / 2, channels, 2 * config->upsample_rates[i - 1],
            NAME ("decoder.decoder.%d.block.1.conv.weight", i));
      for (int unit = 2; unit <= 4; unit++)
        {
          conv (walk, false, channels / 2, channels / 2, 7,
                NAME ("decoder.decoder.%d.block.%d.conv1.conv.weight", i, unit));
          conv (walk, false, channels / 2, channels / 2, 1,
                NAME ("decoder.decoder.%d.block.%d.conv2.conv.weight", i, unit));
        }
    }
  conv (walk, false, 1, channels, 7,
        NAME ("decoder.decoder.%d.conv.weight", config->n_upsample_rates + 2));
}

qtts_status
load_all_tensors (qtts_loader *loader, const TensorVisitor *visitor, qtts_error *error)
{
  const qtts_config *config = qtts_loader_config (loader);
  Walk walk = { loader, visitor, error, QTTS_OK };

  talker (&walk, config);
  predictor (&walk, config);
  quantizers_and_transformer (&walk, &config->speech_decoder);
  upsampling (&walk, &config->speech_decoder);
  return walk.status;
}

qtts_loader *
open_with_all_tensors (const char *path, qtts_precision precision, const TensorVisitor *visitor)
{
  qtts_model_options options = { .precision = precision };
  qtts_loader *loader;
  qtts_error error;

  if (qtts_loader_open (path, &options, 0, NULL, &loader, &error) != QTTS_OK
      || load_all_tensors (loader, visitor, &error) != QTTS_OK)
    g_error ("%s", error.message);
  return loader;
}
