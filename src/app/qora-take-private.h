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
  gboolean chapter;
  gboolean counted; /* `count` is true */
  QoraTakeCount count;
  GPtrArray *unwanted; /* of QoraSound, to be let go of once it is on disk */

  gboolean saving;
  gboolean save_again;
};

/* To be called for every change of what is shown. */
void qora_take_emit_changed (QoraTake *self);

/* Lets go of the rendering's sound, if that was asked for and it is on disk. */
void qora_take_release_rendering (QoraTake *self, QoraRendering *rendering);

G_END_DECLS
