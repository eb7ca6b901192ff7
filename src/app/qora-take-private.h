/* qora-take-private.h: what a take consists of, shared by the files that make it up
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-take-file.h"
#include "qora-take.h"

G_BEGIN_DECLS

struct _QoraTake
{
  GObject parent_instance;

  char *folder;
  char *id;
  char *title;
  QoraTakeFile content;
  GPtrArray *dropped; /* the parts before their sound was dropped */

  gboolean saving;
  gboolean save_again;
};

G_END_DECLS
