/* cpu.c: which instructions the machine has
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "cpu.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

/* From the most to the least: a machine is described by the first whose bits it all has. */
static const struct
{
  const char *name;
  unsigned features;
} levels[] = {
#if defined(__x86_64__)
  { "avx512-vnni-bf16",
    QTTS_CPU_AVX2 | QTTS_CPU_AVX512 | QTTS_CPU_AVX512_VNNI | QTTS_CPU_AVX512_BF16 },
  { "avx512-vnni", QTTS_CPU_AVX2 | QTTS_CPU_AVX512 | QTTS_CPU_AVX512_VNNI },
  { "avx512", QTTS_CPU_AVX2 | QTTS_CPU_AVX512 },
  { "avx2-vnni", QTTS_CPU_AVX2 | QTTS_CPU_AVX_VNNI },
  { "avx2", QTTS_CPU_AVX2 },
#elif defined(__aarch64__)
  { "neon-dotprod", QTTS_CPU_NEON | QTTS_CPU_NEON_DOTPROD },
  { "neon", QTTS_CPU_NEON },
#endif
  { "scalar", 0 },
};

enum
{
  N_LEVELS = sizeof levels / sizeof levels[0],
};

#if defined(__x86_64__)

/* The register state that the operating system saves: SSE and AVX, and for AVX-512 also opmask and
 * ZMM. */
static bool
system_saves (unsigned long long wanted)
{
  unsigned low, high;

  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((((unsigned long long) high << 32) | low) & wanted) == wanted;
}

static bool
all_set (unsigned value, unsigned bits)
{
  return (value & bits) == bits;
}

static unsigned
detect (void)
{
  const unsigned basic = bit_FMA | bit_OSXSAVE | bit_AVX | bit_F16C;
  const unsigned avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
  unsigned a, b, c, d, features = 0;
  unsigned a1 = 0, b1 = 0, c1 = 0, d1 = 0;

  if (!__get_cpuid (1, &a, &b, &c, &d) || !all_set (c, basic) || !system_saves (0x6))
    return 0;
  if (!__get_cpuid_count (7, 0, &a, &b, &c, &d) || !(b & bit_AVX2))
    return 0;
  if (a >= 1)
    __get_cpuid_count (7, 1, &a1, &b1, &c1, &d1);

  features |= QTTS_CPU_AVX2;
  if (a1 & (1u << 4))
    features |= QTTS_CPU_AVX_VNNI;
  if (all_set (b, avx512) && system_saves (0xE6))
    {
      features |= QTTS_CPU_AVX512;
      if (c & bit_AVX512VNNI)
        features |= QTTS_CPU_AVX512_VNNI;
      if (a1 & (1u << 5))
        features |= QTTS_CPU_AVX512_BF16;
    }
  return features;
}

#elif defined(__aarch64__)

static unsigned
detect (void)
{
  const unsigned long asimddp = 1ul << 20;

  return QTTS_CPU_NEON | ((getauxval (AT_HWCAP) & asimddp) ? QTTS_CPU_NEON_DOTPROD : 0);
}

#else

static unsigned
detect (void)
{
  return 0;
}

#endif

unsigned
qtts_cpu_features (void)
{
  unsigned features = detect ();
  const char *limit = getenv ("QTTS_CPU");

  for (int i = 0; limit != NULL && i < N_LEVELS; i++)
    if (strcmp (levels[i].name, limit) == 0)
      return features & levels[i].features;
  return features;
}

const char *
qtts_cpu_name (unsigned features)
{
  for (int i = 0; i < N_LEVELS; i++)
    if ((features & levels[i].features) == levels[i].features)
      return levels[i].name;
  return "scalar";
}

/* The lowest sibling in a core's list stands for the core. */
static bool
is_first_of_core (int cpu)
{
  char path[96];
  int first = cpu;
  FILE *file;

  snprintf (path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
  file = fopen (path, "re");
  if (file != NULL)
    {
      if (fscanf (file, "%d", &first) != 1)
        first = cpu;
      fclose (file);
    }
  return first == cpu;
}

int
qtts_cpu_cores (void)
{
  int allowed = 0, cores = 0;
  cpu_set_t set;

  CPU_ZERO (&set);
  if (sched_getaffinity (0, sizeof set, &set) != 0)
    return 1;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
    if (CPU_ISSET (cpu, &set))
      {
        allowed++;
        cores += is_first_of_core (cpu);
      }
  return cores > 0 ? cores : allowed > 0 ? allowed : 1;
}
