/* qora-locale.h: the user's language, and where its catalogue is
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/* Takes the locale from the environment and the program's catalogues from beside the program (a
 * build tree, or a prefix that was moved), else from where they are installed. For the beginning of
 * main(), before there are threads. */
void qora_locale_init (void);
