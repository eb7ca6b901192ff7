/* conv_scalar.c: the convolution kernels without vector instructions
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define QTTS_SIMD_SCALAR
#define CONV_KERNELS qtts_conv_kernels_scalar

#include "conv_template.h"
