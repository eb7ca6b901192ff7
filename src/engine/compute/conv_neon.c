/* conv_neon.c: the convolution kernels with NEON
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define CONV_KERNELS qtts_conv_kernels_neon

#include "conv_template.h"
