/* work.h: what a model must read and multiply, whatever the engine does
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "model.h"

/* Of one step, attention left out. */
typedef struct
{
  double bytes; /* of packed weights, each pass over them counted, for any number of sequences */
  double macs;  /* multiply-adds of one sequence */
} Work;

Work work_of_talker (const qtts_model *model);           /* layers and head, one position */
Work work_of_predictor (const qtts_model *model);        /* one frame: groups - 1 passes */
double work_of_speech_decoder (const qtts_model *model); /* multiply-adds of a frame */
