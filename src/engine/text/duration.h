/* duration.h: how long a text is likely to be when spoken
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/* Seconds of speech of a UTF-8 text at an unhurried pace, at least 0.3: about 14 letters a
 * second, 4.5 ideographs or syllables, digits as whole words. Broken UTF-8 counts as letters. */
double qtts_expected_seconds (const char *text);
