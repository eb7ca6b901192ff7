/* error.h: filling a qtts_error
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <qtts/error.h>

/* Writes status and message (cut at the end if too long, never inside a UTF-8 character) and
 * returns the status. `error` may be NULL. */
qtts_status qtts_fail (qtts_error *error, qtts_status status, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));

/* The usual message for an allocation that failed. */
qtts_status qtts_fail_memory (qtts_error *error);
