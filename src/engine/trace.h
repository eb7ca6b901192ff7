/* trace.h: a look at intermediate values, for tests against the official implementation
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/* Receives float values[rows][cols] of the stage `name`; called on the computing thread, values
 * valid during the call. */
typedef struct
{
  void (*record) (void *data, const char *name, const float *values, int rows, int cols);
  void *data;
} qtts_trace;
