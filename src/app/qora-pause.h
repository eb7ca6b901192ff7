/* qora-pause.h: how much silence lies between two parts
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Samples of silence before a part. What marks in the text say (`silence` seconds, < 0: nothing)
 * stands in place of the pause, which is `pause` seconds after a paragraph and half of that within
 * one. `at` samples are before it, for marks that say until when. */
gsize qora_pause_get_samples (double silence, gboolean after_paragraph, double pause, gsize at);

G_END_DECLS
