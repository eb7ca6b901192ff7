/* example.c: speaks one sentence, as 32-bit floating-point samples on standard output
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <qtts/qtts.h>
#include <stdio.h>

static bool
write_samples (size_t request, const float *pcm, size_t n, void *file)
{
  (void) request;
  return fwrite (pcm, sizeof *pcm, n, file) == n;
}

int
main (int argc, char **argv)
{
  const qtts_callbacks callbacks = { .audio = write_samples };
  qtts_error error = { QTTS_ERROR_ARGUMENT, "usage: example MODEL TEXT >samples" };
  qtts_model *model = NULL;
  qtts_synthesis *synthesis = NULL;
  qtts_request request;
  bool done = false;

  if (argc == 3 && qtts_model_open (argv[1], NULL, &model, &error) == QTTS_OK)
    {
      request = qtts_request_default (model);
      request.text = argv[2];
      request.speaker = qtts_model_get_info (model)->speakers[0].name;
      done = qtts_synthesis_new (model, &request, 1, NULL, &synthesis, &error) == QTTS_OK
             && qtts_synthesis_run (synthesis, &callbacks, stdout, &error) == QTTS_OK;
    }
  if (!done)
    fprintf (stderr, "%s\n", error.message);

  qtts_synthesis_free (synthesis);
  qtts_model_close (model);
  return done ? 0 : 1;
}
