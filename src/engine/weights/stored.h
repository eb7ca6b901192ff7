/* stored.h: values of tensors as a checkpoint stores them, in any float type, at any alignment
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stdbool.h>

#include "../compute/matrix.h"
#include "safetensors.h"

/* All of these want a tensor of F32, F16 or BF16. */

size_t qtts_stored_count (const qtts_tensor *tensor);

/* Value `index` in row-major order. */
float qtts_stored_value (const qtts_tensor *tensor, size_t index);

/* Whether the shape is dims[n_dims], apart from further dimensions of 1 at its end. */
bool qtts_stored_has_shape (const qtts_tensor *tensor, const uint64_t *dims, int n_dims);

/* The tensor's bytes as a matrix that is not packed. */
qtts_matrix qtts_stored_matrix (const qtts_tensor *tensor, int rows, int cols);

/* Size of the matrix that a convolution becomes (see qtts_loader_conv). */
void qtts_conv_size (int out, int in, int taps, bool transposed, int *rows, int *cols);

/* Its values, float matrix[rows][cols], which are zero before. */
void qtts_stored_conv (const qtts_tensor *tensor, int out, int in, int taps, bool transposed,
                       float *matrix);
