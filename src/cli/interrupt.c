/* interrupt.c: stopping at the next frame when the user presses Ctrl+C
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "interrupt.h"

#include <signal.h>

static volatile sig_atomic_t signal_that_came;

static void
note_signal (int number)
{
  signal_that_came = number;
}

void
cli_interrupt_install (void)
{
  struct sigaction action = { .sa_handler = note_signal, .sa_flags = SA_RESETHAND | SA_RESTART };

  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGHUP, &action, NULL);

  action.sa_handler = SIG_IGN;
  action.sa_flags = 0;
  sigaction (SIGPIPE, &action, NULL);
}

int
cli_interrupted (void)
{
  return signal_that_came;
}
