/* qora-accessible.c: names for what the toolkit leaves without one
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-accessible.h"

#include <glib/gi18n.h>

#define OWN_NAME "qora-accessible-name"

void
qora_accessible_name_arrow (AdwSplitButton *button)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (button));

  while (child != NULL && !GTK_IS_MENU_BUTTON (child))
    child = gtk_widget_get_next_sibling (child);
  if (child != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    adw_split_button_get_dropdown_tooltip (button), -1);
}

static void
name_icon_buttons (GtkWidget *widget)
{
  if (GTK_IS_BUTTON (widget) && gtk_button_get_icon_name (GTK_BUTTON (widget)) != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    _ ("Dismiss"), -1);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    name_icon_buttons (child);
}

void
qora_accessible_name_toasts (AdwToastOverlay *overlay)
{
  GtkWidget *content = adw_toast_overlay_get_child (overlay);

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (overlay)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (child != content)
      name_icon_buttons (child);
}

void
qora_accessible_name (GtkWidget *widget, const char *name)
{
  g_object_set_data (G_OBJECT (widget), OWN_NAME, widget);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* Without the marks of mnemonics: "_Save", and "保存(_S)" where letters are not Latin. */
static void
set_label (GtkWidget *widget, const char *label)
{
  g_autoptr (GRegex) mark = g_regex_new ("\\(_\\w\\)|_", 0, 0, NULL);
  g_autofree char *plain = g_regex_replace_literal (mark, label, -1, 0, "", 0, NULL);

  if (g_object_get_data (G_OBJECT (widget), OWN_NAME) != NULL)
    return;
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, plain,
                                  -1);
}

/* The title of a group or row that encloses others, else the one from outside. */
static const char *
get_inner_title (GtkWidget *widget, const char *title)
{
  const char *own = NULL;

  if (ADW_IS_PREFERENCES_GROUP (widget))
    own = adw_preferences_group_get_title (ADW_PREFERENCES_GROUP (widget));
  else if (ADW_IS_PREFERENCES_PAGE (widget))
    own = adw_preferences_page_get_title (ADW_PREFERENCES_PAGE (widget));
  else if (ADW_IS_PREFERENCES_ROW (widget))
    own = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget));
  return own != NULL && *own != '\0' ? own : title;
}

/* After its words, or its icon. */
static void
name_button (GtkButton *button, const char *title)
{
  const char *label = gtk_button_get_label (button);
  const char *icon = gtk_button_get_icon_name (button);

  if (label != NULL)
    set_label (GTK_WIDGET (button), label);
  else if (g_strcmp0 (icon, "edit-find-symbolic") == 0)
    set_label (GTK_WIDGET (button), _ ("Search"));
  else if (g_strcmp0 (icon, "go-previous-symbolic") == 0)
    set_label (GTK_WIDGET (button), _ ("Back"));
  else
    set_label (GTK_WIDGET (button), title);
}

static void
name_inner (GtkWidget *widget, const char *title)
{
  title = get_inner_title (widget, title);
  if (GTK_IS_LIST_BOX (widget) || GTK_IS_LIST_BOX_ROW (widget) || GTK_IS_SWITCH (widget)
      || GTK_IS_MENU_BUTTON (widget) || GTK_IS_TEXT_VIEW (widget) || GTK_IS_TEXT (widget))
    set_label (widget, title);
  else if (GTK_IS_SEARCH_ENTRY (widget))
    set_label (widget, _ ("Search"));
  else if (GTK_IS_BUTTON (widget) && !GTK_IS_WINDOW_CONTROLS (gtk_widget_get_parent (widget)))
    name_button (GTK_BUTTON (widget), title);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    name_inner (child, title);
}

void
qora_accessible_name_window (GtkWindow *window, const char *title)
{
  name_inner (GTK_WIDGET (window), title);
}
