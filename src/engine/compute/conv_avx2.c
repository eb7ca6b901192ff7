/* conv_avx2.c: the convolution kernels with AVX2 and FMA
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define CONV_KERNELS qtts_conv_kernels_avx2

#include "conv_template.h"
