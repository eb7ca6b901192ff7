/* conv_avx512.c: the convolution kernels with AVX-512
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define CONV_KERNELS qtts_conv_kernels_avx512

#include "conv_template.h"
