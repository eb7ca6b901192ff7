/* qora-window-private.h: the window's parts, shared by the files that make it up
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once

#include "qora-draft.h"
#include "qora-notice.h"
#include "qora-player-bar.h"
#include "qora-preview.h"
#include "qora-project.h"
#include "qora-script-view.h"
#include "qora-takes-pane.h"
#include "qora-voice-bar.h"
#include "qora-window.h"

G_BEGIN_DECLS

struct _QoraWindow
{
  AdwApplicationWindow parent_instance;

  AdwToastOverlay *toasts;
  AdwFlap *flap;
  QoraTakesPane *takes_pane;
  AdwWindowTitle *title;
  GtkWidget *new_button;
  GtkStack *generate_stack;
  AdwSplitButton *generate_button;
  GtkButton *stop_button;
  QoraNotice *notice;
  GMenu *models_menu;
  QoraScriptView *script_view;
  GtkWidget *placeholder;
  QoraVoiceBar *voice_bar;
  QoraPlayerBar *player_bar;

  QoraApplication *app;
  QoraSynthesizer *synthesizer;
  QoraTakeList *takes;
  QoraBookList *books;
  QoraQueue *queue;
  QoraProject *project;
  QoraPreview *preview;
  QoraDraft *draft;
  GSettings *settings;
  guint number;

  gboolean narrow;
  gboolean low;
  guint fit_source;
  gboolean restoring;          /* the text comes from a take or a file: not an edit */
  gboolean start_playing;      /* as soon as the run has something to hear */
  int play_part;               /* with it, or -1: with the first one that is made */
  char *speech;                /* a text to be spoken, until the window shows it */
  gboolean speak_soon;         /* it shows it: to be spoken when that is possible */
  char *opened_text;           /* of a file, until the window shows it */
  QoraDocument *read_document; /* until it is known which take the window's text belongs to */
  guint inhibit_cookie;
  char *resume_take; /* id of the draft's take, until the takes have been read */
  char *saved_path;  /* where this sound was saved to; NULL: not yet */
  GCancellable *saving;
};

/* Shows what is true now: title, buttons, status. */
void qora_window_update (QoraWindow *self);

void qora_window_add_toast (QoraWindow *self, AdwToast *toast); /* (transfer full) */

/* Actions on files. qora-window-files.c */
void qora_window_add_file_actions (QoraWindow *self);

/* Reads a text, a book or subtitles, and shows it or adds it to the books. What the window has and
 * nothing was made of yet is kept. Errors are shown. qora-window-texts.c */
void qora_window_read_file (QoraWindow *self, GFile *file);
/* Keeps what the window has and no take has yet, since another text is going to be shown: edits of
 * a chapter in the chapter, any other text as a take of its own, which is said. */
void qora_window_keep_text (QoraWindow *self);
/* Shows what was read before the takes were; nothing, if that is nothing. */
void qora_window_show_read_document (QoraWindow *self);

/* Actions on takes. qora-window-takes.c */
void qora_window_add_take_actions (QoraWindow *self);

/* Actions on books. qora-window-books.c */
void qora_window_add_book_actions (QoraWindow *self);
/* Exports of books. qora-window-export.c */
void qora_window_add_export_actions (QoraWindow *self);
/* Where the last file was saved. (transfer full) */
GFile *qora_window_dup_export_folder (QoraWindow *self);
/* Makes a book of a document with several chapters; it is in the list soon. Errors are shown. */
void qora_window_add_book (QoraWindow *self, QoraDocument *document);
/* With a way back. */
void qora_window_drop_book_sound (QoraWindow *self, QoraBook *book);
/* Among takes and chapters; NULL: there is none. (transfer none) */
QoraTake *qora_window_find_take (QoraWindow *self, const char *id);
/* Edits in a chapter are kept when another take is going to be shown. */
void qora_window_keep_chapter (QoraWindow *self);

/* Actions of the run and of the player. qora-window-run.c */
void qora_window_add_run_actions (QoraWindow *self);
/* Speaks what another program asked for, if that is possible now. */
void qora_window_speak_soon (QoraWindow *self);
/* How far a run is, in words. (transfer full) */
char *qora_window_describe_run (QoraWindow *self);

G_END_DECLS
