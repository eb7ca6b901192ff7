/* qora-model-search.h: where voice models lie on this computer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  QORA_MODEL_OWN,    /* in the program's own folder of models: the program may delete it */
  QORA_MODEL_ADDED,  /* where the user has it: the program may only forget it */
  QORA_MODEL_SYSTEM, /* came with a package */
  QORA_MODEL_DEMO,   /* the small voice that comes with the program */
} QoraModelPlace;

typedef struct
{
  char *path; /* a .qora-tts file or a checkpoint's folder */
  QoraModelPlace place;
} QoraFoundModel;

/* The user's data folder of the program: $XDG_DATA_HOME/qora-tts. */
char *qora_model_search_get_data_folder (void);

/* All that looks like a model, in the order in which they are to be preferred: the folders in
 * DATA_FOLDER/models by name, what DATA_FOLDER/models.list names, then those of the system, then
 * the demo voice. In a folder, a .qora-tts file serves before the checkpoint that it was made from.
 * Looks at names alone, in any thread. (transfer full) QoraFoundModel, which it frees. */
GPtrArray *qora_model_search (const char *data_folder);

/* Whether the folder has a config.json with safetensors files. */
gboolean qora_model_search_is_checkpoint (const char *folder);

/* The paths in DATA_FOLDER/models.list. (transfer full), never NULL. */
char **qora_model_search_read_list (const char *data_folder);

/* Path of DATA_FOLDER/models.list. (transfer full) */
char *qora_model_search_get_list_path (const char *data_folder);

G_END_DECLS
