/* targets.h: the parsers of files from outside, fed with anything
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Parses the bytes, and where they are accepted reads all that the result points to. They may say
 * anything: the sanitizers are the judges. */
typedef void FuzzTarget (const uint8_t *bytes, size_t size);

FuzzTarget fuzz_safetensors, fuzz_container;

/* Three JSON texts, each ended by a NUL: config, generation, speech. */
FuzzTarget fuzz_config;
