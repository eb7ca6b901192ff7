/* conv_avx512_bf16.c: the convolution kernels with AVX-512 and its bfloat16 products
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define CONV_KERNELS qtts_conv_kernels_avx512_bf16

#include "conv_template.h"
