/* qora-book-export-page.c: asks how a book is to be exported
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-book-export-page.h"

#include <glib/gi18n.h>

#include "qora-book-exporter.h"

struct _QoraBookExportPage
{
  AdwBin parent_instance;

  AdwComboRow *files;
  AdwComboRow *format;
  GtkLabel *hint;

  GSettings *settings;
  QoraAudioFormat formats[QORA_N_AUDIO_FORMATS]; /* of the row's items */
};

G_DEFINE_FINAL_TYPE (QoraBookExportPage, qora_book_export_page, ADW_TYPE_BIN)

gboolean
qora_book_export_page_get_whole (QoraBookExportPage *self)
{
  g_return_val_if_fail (QORA_IS_BOOK_EXPORT_PAGE (self), FALSE);
  return adw_combo_row_get_selected (self->files) == 1;
}

QoraAudioFormat
qora_book_export_page_get_format (QoraBookExportPage *self)
{
  g_return_val_if_fail (QORA_IS_BOOK_EXPORT_PAGE (self), QORA_AUDIO_FORMAT_WAV);
  return self->formats[adw_combo_row_get_selected (self->format)];
}

static void
on_changed (QoraBookExportPage *self)
{
  gboolean whole = qora_book_export_page_get_whole (self);
  QoraAudioFormat format = qora_book_export_page_get_format (self);
  const char *hint;

  if (!whole)
    hint = _ ("Each chapter becomes a numbered file in a folder.");
  else if (qora_book_exporter_get_marks (format) == QORA_CHAPTER_MARKS_INSIDE)
    hint = _ ("Players can go from chapter to chapter: the file has marks.");
  else
    hint = _ ("This format has no marks for chapters: they go into a cue sheet beside the file.");
  gtk_label_set_label (self->hint, hint);
  g_settings_set_boolean (self->settings, "book-whole", whole);
  g_settings_set_enum (self->settings, "format", (int) format);
}

static void
fill (QoraBookExportPage *self)
{
  const char *files[] = { _ ("One for Each Chapter"), _ ("One for the Whole Book"), NULL };
  g_autoptr (GtkStringList) file_list = gtk_string_list_new (files);
  g_autoptr (GtkStringList) format_list = gtk_string_list_new (NULL);
  QoraAudioFormat chosen = (QoraAudioFormat) g_settings_get_enum (self->settings, "format");
  guint selected = 0;
  guint n = 0;

  for (QoraAudioFormat format = 0; format < QORA_N_AUDIO_FORMATS; format++)
    if (qora_audio_format_is_available (format, NULL))
      {
        if (format == chosen)
          selected = n;
        self->formats[n++] = format;
        gtk_string_list_append (format_list, qora_audio_format_get_name (format));
      }
  adw_combo_row_set_model (self->files, G_LIST_MODEL (file_list));
  adw_combo_row_set_model (self->format, G_LIST_MODEL (format_list));
  adw_combo_row_set_selected (self->files,
                              g_settings_get_boolean (self->settings, "book-whole") ? 1 : 0);
  adw_combo_row_set_selected (self->format, selected);
}

static void
qora_book_export_page_dispose (GObject *object)
{
  g_clear_object (&QORA_BOOK_EXPORT_PAGE (object)->settings);
  G_OBJECT_CLASS (qora_book_export_page_parent_class)->dispose (object);
}

static void
qora_book_export_page_class_init (QoraBookExportPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qora_book_export_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               QORA_RESOURCES "qora-book-export-page.ui");
  gtk_widget_class_bind_template_child (widget_class, QoraBookExportPage, files);
  gtk_widget_class_bind_template_child (widget_class, QoraBookExportPage, format);
  gtk_widget_class_bind_template_child (widget_class, QoraBookExportPage, hint);
}

static void
qora_book_export_page_init (QoraBookExportPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
qora_book_export_page_new (GSettings *settings)
{
  QoraBookExportPage *self = g_object_new (QORA_TYPE_BOOK_EXPORT_PAGE, NULL);

  self->settings = g_object_ref (settings);
  fill (self);
  g_signal_connect_swapped (self->files, "notify::selected", G_CALLBACK (on_changed), self);
  g_signal_connect_swapped (self->format, "notify::selected", G_CALLBACK (on_changed), self);
  on_changed (self);
  return GTK_WIDGET (self);
}
