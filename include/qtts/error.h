/* error.h: how the engine reports that something went wrong
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#ifdef __cplusplus
extern "C"
{
#endif

/* Symbols that belong to the library's interface; everything else is hidden. */
#if defined(__GNUC__)
#define QTTS_API __attribute__ ((visibility ("default")))
#else
#define QTTS_API
#endif

  typedef enum
  {
    QTTS_OK = 0,
    QTTS_ERROR_ARGUMENT, /* a value of the caller's: an unknown speaker, an empty text, a bad range
                          */
    QTTS_ERROR_FILE,     /* a file is missing, unreadable or cannot be written */
    QTTS_ERROR_FORMAT,   /* a file is there, but is not what it claims to be */
    QTTS_ERROR_UNSUPPORTED, /* well formed, but not something this engine speaks with */
    QTTS_ERROR_MEMORY,      /* the system has no memory left */
    QTTS_ERROR_CANCELLED,   /* the caller asked to stop */
  } qtts_status;

  /* Filled by every function that takes one when it does not return QTTS_OK. The message is one
   * English sentence without a full stop that names the file, key or value at fault and what would
   * be right. May be NULL where the caller does not care. */
  typedef struct
  {
    qtts_status status;
    char message[1024]; /* UTF-8, always terminated */
  } qtts_error;

#ifdef __cplusplus
}
#endif
