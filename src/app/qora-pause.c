/* qora-pause.c: how much silence lies between two parts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-pause.h"

#include <math.h>

#include "qora-silence.h"
#include "qora-sound.h"

gsize
qora_pause_get_samples (double silence, gboolean after_paragraph, double pause, gsize at)
{
  silence = qora_silence_resolve (silence, at / (double) QORA_SOUND_RATE);
  if (silence < 0)
    silence = after_paragraph ? pause : pause / 2;
  return (gsize) lround (silence * QORA_SOUND_RATE);
}
