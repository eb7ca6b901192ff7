/* faulty-server.h: an HTTP server on the loopback device that misbehaves as it is told
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is done with one request. Zero in a field means: as a good server does. */
typedef struct
{
  guint status;              /* an answer without a file */
  const char *location;      /* header of it */
  const char *retry_after;   /* header of it */
  gboolean ignores_range;    /* the whole file for a request of its rest */
  gboolean ignores_if_range; /* the rest, also of another version */
  gboolean hides_length;     /* no Content-Length: the end of the connection ends the file */
  gsize drop_after;          /* bytes of the body after which the connection is closed */
  gsize stall_after;         /* bytes of the body after which nothing more comes */
  gsize pace;                /* bytes of the body in a hundredth of a second */
  const char *version;       /* the file's entity tag from this request on */
  GBytes *content;           /* the file from this request on */
} Fault;

/* What came. */
typedef struct
{
  gsize first;        /* byte asked for */
  gboolean has_range; /* 0 otherwise */
  gsize sent;         /* bytes of the body */
} Request;

typedef struct _FaultyServer FaultyServer;

FaultyServer *faulty_server_new (void);
void faulty_server_free (FaultyServer *self);

/* http://127.0.0.1:PORT */
const char *faulty_server_get_address (FaultyServer *self);

/* What all paths are, with the entity tag "1". */
void faulty_server_set_content (FaultyServer *self, GBytes *content);

/* Requests 0 ... n - 1 meet with faults[0 ... n - 1], later ones with the last of them if
 * `for_ever`, else with a good server. The array must stay. */
void faulty_server_set_faults (FaultyServer *self, const Fault *faults, guint n, gboolean for_ever);

guint faulty_server_count (FaultyServer *self);
Request faulty_server_get_request (FaultyServer *self, guint i);
/* Bytes of all bodies. */
gsize faulty_server_get_sent (FaultyServer *self);

G_END_DECLS
