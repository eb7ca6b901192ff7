/* all_tensors.h: asks a loader for everything that the engine would
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "weights/loader.h"

typedef struct
{
  /* Called for each tensor: plain values have the format F32 and are not packed. May be NULL. */
  void (*visit) (const char *name, const qtts_matrix *view, void *data);
  void *data;
} TensorVisitor;

/* Stops at the first error, which is the loader's. */
qtts_status load_all_tensors (qtts_loader *loader, const TensorVisitor *visitor, qtts_error *error);

/* A loader that has been asked for all of them; aborts the test when it cannot be. Free with
 * qtts_loader_close(). */
qtts_loader *open_with_all_tensors (const char *path, qtts_precision precision,
                                    const TensorVisitor *visitor);
