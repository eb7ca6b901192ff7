/* interrupt.h: stopping at the next frame when the user presses Ctrl+C
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

/* From now on SIGINT, SIGTERM and SIGHUP only leave a note, once each: a second one ends the
 * process at once. A closed pipe becomes an ordinary write error. */
void cli_interrupt_install (void);

/* The signal that came, or 0. */
int cli_interrupted (void);
