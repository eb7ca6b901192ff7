/* loader.h: tensors by name, in the format the engine computes with, from a checkpoint folder or a
 * .qora-tts file
 *
 * The one place that knows where weights come from. From a folder, a matrix is packed into its
 * format as it is asked for (or used as stored, where no conversion is wanted); from a .qora-tts
 * file it is a view of the mapped bytes. Everything that is asked for is remembered under its name,
 * so that saving writes exactly what was loaded.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "../compute/matrix.h"
#include "../compute/threads.h"
#include "config.h"

typedef struct qtts_loader qtts_loader;

/* What a matrix is for: decides its format under a precision (see qtts_format_for). */
typedef enum
{
  QTTS_ROLE_TALKER,           /* the talker's layers */
  QTTS_ROLE_PREDICTOR,        /* the code predictor's layers */
  QTTS_ROLE_NARROW_PREDICTOR, /* the same of a model where they have few inputs */
  QTTS_ROLE_TALKER_HEAD,
  QTTS_ROLE_PREDICTOR_HEAD,
  QTTS_ROLE_PROJECTION, /* text projection, small_to_mtp_projection */
  QTTS_ROLE_TEXT_EMBEDDING,
  QTTS_ROLE_CODEC_EMBEDDING,
  QTTS_ROLE_DECODER_LINEAR, /* the speech decoder's transformer and pointwise layers */
  QTTS_ROLE_DECODER_CONV,   /* its convolutions */
} qtts_role;

/* Format of a role under a precision: the table of what stays finer, with its reasons. */
qtts_format qtts_format_for (qtts_precision precision, qtts_role role);

/* Role of the layers of the code predictor of such a model. */
qtts_role qtts_predictor_role (const qtts_config *config);

/* Opens a folder or a .qora-tts file, checks headers and configuration. The team (may be NULL)
 * packs; it and the progress function must outlive the loader's use for loading. Errors as
 * qtts_model_open(). */
qtts_status qtts_loader_open (const char *path, const qtts_model_options *options, unsigned cpu,
                              qtts_team *team, qtts_loader **loader, qtts_error *error);

/* Releases mappings and packed tensors: every view handed out dies. */
void qtts_loader_close (qtts_loader *loader);

const qtts_config *qtts_loader_config (const qtts_loader *loader);

/* The precision that the tensors have: the option's for a folder, the file's own for a .qora-tts
 * file. */
qtts_precision qtts_loader_precision (const qtts_loader *loader);

/* The team that packs, or NULL. */
qtts_team *qtts_loader_team (const qtts_loader *loader);

/* The matrix has been turned into another form and will hardly be read again: where it is a view of
 * a mapped file, its pages need not stay in memory. */
void qtts_loader_release (const qtts_loader *loader, const qtts_matrix *matrix);

/* Contents of a text file of the checkpoint ("vocab.json", "merges.txt", "tokenizer_config.json",
 * "tokenizer.json"), mapped or owned by the loader; NULL in *text when there is none. */
qtts_status qtts_loader_file (qtts_loader *loader, const char *name, const char **text,
                              size_t *length, qtts_error *error);

/* Tensor [rows][cols] of the checkpoint's name. Speech decoder names start with "decoder." and come
 * from speech_tokenizer/. From a folder, these are used as stored: everything under precision F32,
 * embeddings unless they are quantised, and what is stored in its format already; all of them
 * without a copy. Errors: FORMAT naming tensor and file (missing, wrong shape, wrong dtype),
 * MEMORY, CANCELLED. */
qtts_status qtts_loader_matrix (qtts_loader *loader, const char *name, int rows, int cols,
                                qtts_role role, qtts_matrix *matrix, qtts_error *error);

/* A convolution as a packed matrix of `out` rows and taps x in inputs, tap-major: input index = tap
 * * in_padded + channel, where in_padded is `in` rounded up to an even number. Stored
 * [out][in][taps], or [in][out][taps] where `transposed`: then the matrix has taps x out_padded
 * rows of `in` inputs, row = tap * out_padded + channel, out_padded a multiple of 16. Rows and
 * inputs that pad are zero. With one tap the tensor may also be a linear layer's [out][in]. Never
 * "as stored". */
qtts_status qtts_loader_conv (qtts_loader *loader, const char *name, int out, int in, int taps,
                              bool transposed, qtts_role role, qtts_matrix *matrix,
                              qtts_error *error);

/* Tensor of n values (any shape with that product) as float[n]. */
qtts_status qtts_loader_vector (qtts_loader *loader, const char *name, int n, const float **vector,
                                qtts_error *error);

/* Codebook `prefix`._codebook as float[entries][dim] = embedding_sum / max (cluster_usage, 1e-5).
 */
qtts_status qtts_loader_codebook (qtts_loader *loader, const char *prefix, int entries, int dim,
                                  const float **table, qtts_error *error);

/* Writes everything that was loaded to a .qora-tts file, as qtts_model_save() says, or where
 * `compact` as qtts_model_save_compact() does. */
qtts_status qtts_loader_save (const qtts_loader *loader, const char *path, bool compact,
                              qtts_progress_func progress, void *progress_data, qtts_error *error);
