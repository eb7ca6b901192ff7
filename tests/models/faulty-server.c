/* faulty-server.c: an HTTP server on the loopback device that misbehaves as it is told
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "faulty-server.h"

#include <string.h>

#define BLOCK   4096
#define STALL_S 60

struct _FaultyServer
{
  GSocketService *service;
  char *address;

  GMutex mutex;
  GCond stop; /* ends stalls */
  gboolean stopping;
  GBytes *content;
  char *version;
  const Fault *faults;
  guint n_faults;
  gboolean for_ever;
  GArray *requests; /* Request */
};

/* One answer in the making, on a thread of its own. */
typedef struct
{
  FaultyServer *server;
  GOutputStream *out;
  Fault fault;
  GBytes *content;
  char *version;
  guint index; /* of the request */
} Answer;

static gboolean
send_all (Answer *answer, const void *data, gsize n)
{
  return g_output_stream_write_all (answer->out, data, n, NULL, NULL, NULL);
}

static void
stall (FaultyServer *self)
{
  gint64 end = g_get_monotonic_time () + STALL_S * G_TIME_SPAN_SECOND;

  g_mutex_lock (&self->mutex);
  while (!self->stopping && g_cond_wait_until (&self->stop, &self->mutex, end))
    continue;
  g_mutex_unlock (&self->mutex);
}

static void
send_body (Answer *answer, gsize first)
{
  gsize size;
  const char *data = g_bytes_get_data (answer->content, &size);
  gsize end = size;
  gsize step = answer->fault.pace > 0 ? answer->fault.pace : BLOCK;

  if (answer->fault.drop_after > 0)
    end = MIN (end, first + answer->fault.drop_after);
  if (answer->fault.stall_after > 0)
    end = MIN (end, first + answer->fault.stall_after);
  for (gsize at = first; at < end; at += step)
    {
      gsize n = MIN (step, end - at);

      g_mutex_lock (&answer->server->mutex);
      if (answer->index < answer->server->requests->len)
        g_array_index (answer->server->requests, Request, answer->index).sent += n;
      g_mutex_unlock (&answer->server->mutex);
      if (!send_all (answer, data + at, n))
        return;
      if (answer->fault.pace > 0)
        g_usleep (G_USEC_PER_SEC / 100);
    }
  if (answer->fault.stall_after > 0)
    stall (answer->server);
}

static void
send_status (Answer *answer)
{
  g_autoptr (GString) head = g_string_new (NULL);

  g_string_printf (head, "HTTP/1.1 %u Fault\r\nConnection: close\r\nContent-Length: 0\r\n",
                   answer->fault.status);
  if (answer->fault.location != NULL)
    g_string_append_printf (head, "Location: %s\r\n", answer->fault.location);
  if (answer->fault.retry_after != NULL)
    g_string_append_printf (head, "Retry-After: %s\r\n", answer->fault.retry_after);
  g_string_append (head, "\r\n");
  send_all (answer, head->str, head->len);
}

static void
send_file (Answer *answer, const Request *request, const char *if_range)
{
  g_autoptr (GString) head = g_string_new ("HTTP/1.1 ");
  gsize size = g_bytes_get_size (answer->content);
  gsize first = 0;
  gboolean same = if_range == NULL || strcmp (if_range, answer->version) == 0;

  if (request->has_range && !answer->fault.ignores_range
      && (same || answer->fault.ignores_if_range))
    first = request->first;
  if (first > 0 && first >= size)
    {
      answer->fault.status = 416;
      send_status (answer);
      return;
    }
  if (first > 0)
    g_string_append_printf (head,
                            "206 Partial Content\r\nContent-Range: bytes %" G_GSIZE_FORMAT
                            "-%" G_GSIZE_FORMAT "/%" G_GSIZE_FORMAT "\r\n",
                            first, size - 1, size);
  else
    g_string_append (head, "200 OK\r\n");
  if (!answer->fault.hides_length)
    g_string_append_printf (head, "Content-Length: %" G_GSIZE_FORMAT "\r\n", size - first);
  g_string_append_printf (head, "ETag: %s\r\nConnection: close\r\n\r\n", answer->version);
  if (send_all (answer, head->str, head->len))
    send_body (answer, first);
}

/* Notes the request and finds out what is to happen with it. */
static void
take_request (Answer *answer, const Request *request)
{
  FaultyServer *self = answer->server;

  g_mutex_lock (&self->mutex);
  answer->index = self->requests->len;
  g_array_append_val (self->requests, *request);
  if (answer->index < self->n_faults)
    answer->fault = self->faults[answer->index];
  else if (self->for_ever && self->n_faults > 0)
    answer->fault = self->faults[self->n_faults - 1];
  if (answer->fault.content != NULL)
    {
      g_bytes_unref (self->content);
      self->content = g_bytes_ref (answer->fault.content);
    }
  if (answer->fault.version != NULL)
    {
      g_free (self->version);
      self->version = g_strdup (answer->fault.version);
    }
  answer->content = g_bytes_ref (self->content);
  answer->version = g_strdup (self->version);
  g_mutex_unlock (&self->mutex);
}

static char *
read_head (GInputStream *in, Request *request)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (in);
  char *if_range = NULL;

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  g_data_input_stream_set_newline_type (lines, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

      if (line == NULL || line[0] == '\0')
        return if_range;
      if (g_ascii_strncasecmp (line, "Range: bytes=", 13) == 0)
        {
          request->has_range = TRUE;
          request->first = g_ascii_strtoull (line + 13, NULL, 10);
        }
      else if (g_ascii_strncasecmp (line, "If-Range: ", 10) == 0)
        if_range = g_strdup (line + 10);
    }
}

static gboolean
on_connection (GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
               gpointer data)
{
  Answer answer = { .server = data };
  Request request = { 0 };
  g_autofree char *if_range = NULL;

  if_range = read_head (g_io_stream_get_input_stream (G_IO_STREAM (connection)), &request);
  answer.out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  take_request (&answer, &request);
  if (answer.fault.status != 0)
    send_status (&answer);
  else
    send_file (&answer, &request, if_range);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  g_bytes_unref (answer.content);
  g_free (answer.version);
  return TRUE;
}

FaultyServer *
faulty_server_new (void)
{
  FaultyServer *self = g_new0 (FaultyServer, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->stop);
  self->version = g_strdup ("\"1\"");
  self->content = g_bytes_new (NULL, 0);
  self->requests = g_array_new (FALSE, TRUE, sizeof (Request));
  self->service = g_threaded_socket_service_new (-1);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), any_port, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &address, &error);
  g_assert_no_error (error);
  self->address = g_strdup_printf (
      "http://127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  g_signal_connect (self->service, "run", G_CALLBACK (on_connection), self);
  g_socket_service_start (self->service);
  return self;
}

void
faulty_server_free (FaultyServer *self)
{
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_broadcast (&self->stop);
  g_mutex_unlock (&self->mutex);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  /* Answers under way hold references to the service. */
  while (G_OBJECT (self->service)->ref_count > 1)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
  g_object_unref (self->service);
  g_bytes_unref (self->content);
  g_free (self->version);
  g_free (self->address);
  g_array_unref (self->requests);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->stop);
  g_free (self);
}

const char *
faulty_server_get_address (FaultyServer *self)
{
  return self->address;
}

void
faulty_server_set_content (FaultyServer *self, GBytes *content)
{
  g_mutex_lock (&self->mutex);
  g_bytes_unref (self->content);
  self->content = g_bytes_ref (content);
  g_mutex_unlock (&self->mutex);
}

void
faulty_server_set_faults (FaultyServer *self, const Fault *faults, guint n, gboolean for_ever)
{
  g_mutex_lock (&self->mutex);
  self->faults = faults;
  self->n_faults = n;
  self->for_ever = for_ever;
  g_mutex_unlock (&self->mutex);
}

guint
faulty_server_count (FaultyServer *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->requests->len;
  g_mutex_unlock (&self->mutex);
  return n;
}

Request
faulty_server_get_request (FaultyServer *self, guint i)
{
  Request request;

  g_mutex_lock (&self->mutex);
  g_assert_cmpuint (i, <, self->requests->len);
  request = g_array_index (self->requests, Request, i);
  g_mutex_unlock (&self->mutex);
  return request;
}

gsize
faulty_server_get_sent (FaultyServer *self)
{
  gsize sent = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->requests->len; i++)
    sent += g_array_index (self->requests, Request, i).sent;
  g_mutex_unlock (&self->mutex);
  return sent;
}
