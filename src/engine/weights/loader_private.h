/* loader_private.h: what the two halves of the loader share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "checkpoint.h"
#include "container.h"
#include "file_map.h"
#include "loader.h"

enum
{
  QTTS_LOADER_TEXTS = 7,
};

typedef struct
{
  const char *data; /* NULL: absent */
  size_t bytes;
  qtts_file_map map; /* in a folder: where the data is */
} qtts_loader_text;

/* One tensor that was asked for. */
typedef struct
{
  char *name;
  bool plain;              /* a vector or a codebook: float32, row-major */
  qtts_matrix view;        /* of the plain values too */
  qtts_format file_format; /* what a matrix is saved as */
  void *owned;             /* the allocation behind the view, or NULL */
} qtts_loader_item;

struct qtts_loader
{
  char *path;
  qtts_config config;
  qtts_precision precision;
  unsigned cpu;
  qtts_team *team;
  qtts_progress_func progress;
  void *progress_data;
  size_t done_bytes;
  size_t total_bytes;

  qtts_loader_text texts[QTTS_LOADER_TEXTS];
  qtts_checkpoint *model; /* of a folder */
  qtts_checkpoint *speech;
  qtts_file_map map; /* of a .qora-tts file */
  qtts_container *container;

  qtts_loader_item *items;
  size_t n_items;
  size_t capacity;
};
