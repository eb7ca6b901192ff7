/* qora-sound-content.h: a take that is dragged out of the window, as a file for other programs
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <gtk/gtk.h>

#include "qora-audio-format.h"
#include "qora-sound.h"

G_BEGIN_DECLS

/* The file is made when, and only if, the other program asks for it. */
#define QORA_TYPE_SOUND_CONTENT (qora_sound_content_get_type ())
G_DECLARE_FINAL_TYPE (QoraSoundContent, qora_sound_content, QORA, SOUND_CONTENT, GdkContentProvider)

/* `path` is where to put it; its ending names the format. `title` and `voice` (may be NULL) are
 * for the tags. */
GdkContentProvider *qora_sound_content_new (QoraSound *sound, const char *path, const char *title,
                                            const char *voice);

G_END_DECLS
