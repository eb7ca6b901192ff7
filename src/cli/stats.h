/* stats.h: sizes and times of a run as JSON
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>
#include <qtts/synthesis.h>

typedef struct
{
  const qtts_model_info *info;
  double load_s;
  qtts_stats run;
  int sentences;
  int retries;
  int runaways;     /* stopped as far too long, also after a retry */
  int limited;      /* cut at --max-codes */
  gboolean partial; /* interrupted */
} CliStats;

/* Writes one object to the file, or to standard output for "-". Times are seconds of wall time;
 * audio_s is speech without the pauses between sentences; rtf = total_s / audio_s; codes_per_s
 * counts frames per second of talker and predictor; a value that does not exist is null. */
gboolean cli_stats_write (const char *path, const CliStats *stats, GError **error);
