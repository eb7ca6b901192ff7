/* checkpoint.h: the tensors of a folder, in one safetensors file or in shards listed by an index
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "safetensors.h"

typedef struct qtts_checkpoint qtts_checkpoint;

/* Maps model.safetensors of `folder`, or where there is none the shards that
 * model.safetensors.index.json names, which must lie in the same folder. Errors: FILE (nothing
 * there, a shard missing), FORMAT naming file and tensor, MEMORY. *checkpoint is NULL after an
 * error. */
qtts_status qtts_checkpoint_open (const char *folder, qtts_checkpoint **checkpoint,
                                  qtts_error *error);
void qtts_checkpoint_close (qtts_checkpoint *checkpoint);

/* NULL: none of that name. */
const qtts_tensor *qtts_checkpoint_find (const qtts_checkpoint *checkpoint, const char *name);

/* What a message calls the checkpoint: the path of its file or index. */
const char *qtts_checkpoint_path (const qtts_checkpoint *checkpoint);

/* Bytes of all tensors whose name begins with `prefix`. */
size_t qtts_checkpoint_bytes (const qtts_checkpoint *checkpoint, const char *prefix);
