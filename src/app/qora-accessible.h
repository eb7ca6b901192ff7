/* qora-accessible.h: names for what the toolkit leaves without one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Names the arrow of a split button after its tooltip. */
void qora_accessible_name_arrow (AdwSplitButton *button);

/* Names the close buttons of the toasts that are shown. */
void qora_accessible_name_toasts (AdwToastOverlay *overlay);

/* Gives a widget a name that qora_accessible_name_window() leaves alone. */
void qora_accessible_name (GtkWidget *widget, const char *name);

/* Names what a preferences, shortcuts or about window makes by itself: after the group or row that
 * they belong to, or else `title`. */
void qora_accessible_name_window (GtkWindow *window, const char *title);

G_END_DECLS
