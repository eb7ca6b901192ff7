/* libfuzzer.c: one target for clang's coverage-guided fuzzer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "targets.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  FUZZ_TARGET (bytes, size);
  return 0;
}
