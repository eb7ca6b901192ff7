/* qora-settings.h: values of the settings schema's enumerations
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

typedef enum
{
  QORA_SEED_RANDOM,
  QORA_SEED_FIXED,
} QoraSeedMode;
