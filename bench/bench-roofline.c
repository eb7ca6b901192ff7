/* bench-roofline.c: prints what the machine can read and multiply at most, as one line of JSON
 *
 *   bench-roofline [THREADS]
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>

#include "compute/cpu.h"
#include "roofline.h"

int
main (int argc, char **argv)
{
  const unsigned cpu = qtts_cpu_features ();
  qtts_team *team = qtts_team_new (argc > 1 ? atoi (argv[1]) : 0);
  const Roofline roofline = roofline_measure (team, cpu);

  printf ("{\"cpu\":\"%s\",\"threads\":%d,\"read_gbs\":%.1f,\"f32_gmacs\":%.0f,"
          "\"bf16_gmacs\":%.0f,\"int8_gmacs\":%.0f}\n",
          qtts_cpu_name (cpu), qtts_team_size (team), roofline.read_gbs, roofline.f32_gmacs,
          roofline.bf16_gmacs, roofline.int8_gmacs);
  qtts_team_free (team);
  return 0;
}
