/* qora-script.c: the text in the window as a list of parts that keep their sound through edits
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-script.h"

#include <string.h>

#include "qora-pause.h"
#include "qora-silence.h"
#include "qora-splitter.h"

#define LATE 0.1 /* seconds that nobody hears between a picture and its words */

struct _QoraScript
{
  GObject parent_instance;

  GPtrArray *parts;
  QoraPronunciation *pronunciation;
  GHashTable *spares; /* text -> QoraRendering of a part that went away */
  gboolean splitting; /* the parts are in motion: nobody must look at them */
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GType
get_item_type (GListModel *model)
{
  return QORA_TYPE_PART;
}

static guint
get_n_items (GListModel *model)
{
  return QORA_SCRIPT (model)->parts->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  QoraScript *self = QORA_SCRIPT (model);

  return position < self->parts->len ? g_object_ref (self->parts->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QoraScript, qora_script, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
on_part_notify (QoraScript *self)
{
  if (!self->splitting)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* Arrays of parts have holes while parts move from one to the other. */
static void
unref_part (gpointer part)
{
  g_clear_object ((GObject **) &part);
}

static QoraPart *
adopt (QoraScript *self, QoraPart *part)
{
  g_signal_connect_swapped (part, "notify", G_CALLBACK (on_part_notify), self);
  return part;
}

static void
keep_spare (QoraScript *self, QoraPart *part)
{
  QoraRendering *rendering = qora_part_get_rendering (part);

  if (rendering != NULL && rendering->sound != NULL)
    g_hash_table_replace (self->spares, rendering->text, qora_rendering_ref (rendering));
}

static void
drop (QoraScript *self, QoraPart *part)
{
  g_signal_handlers_disconnect_by_func (part, on_part_notify, self);
  keep_spare (self, part);
}

static QoraPart *
make_part (QoraScript *self, const char *text)
{
  QoraPart *part = adopt (self, qora_part_new (text));
  QoraRendering *spare = g_hash_table_lookup (self->spares, text);

  qora_part_set_pronunciation (part, self->pronunciation);
  if (spare != NULL)
    {
      qora_part_set_rendering (part, spare);
      g_hash_table_remove (self->spares, text);
    }
  return part;
}

/* ---- finding parts again ---- */

static gboolean
says (QoraPart *part, const char *text)
{
  return g_str_equal (qora_part_get_text (part), text);
}

/* Among old parts that nobody took yet, one with the same text. Sets its place to NULL. */
static QoraPart *
take_same (GPtrArray *old, guint from, guint to, const char *text)
{
  for (guint i = from; i < to; i++)
    if (old->pdata[i] != NULL && says (old->pdata[i], text))
      return g_steal_pointer (&old->pdata[i]);
  return NULL;
}

/* Fills parts[first, new_end) from old[first, old_end): the same text first, then, where as many
 * parts are left as before, the edited ones in their order. */
static void
match_middle (QoraScript *self, GPtrArray *old, guint first, guint old_end, GPtrArray *spans,
              GPtrArray *parts, guint new_end)
{
  guint next = first;
  guint n_new = 0;
  guint n_old = 0;

  for (guint i = first; i < new_end; i++)
    {
      const QoraSpan *span = spans->pdata[i];

      parts->pdata[i] = take_same (old, first, old_end, span->text);
      n_new += parts->pdata[i] == NULL;
    }
  for (guint i = first; i < old_end; i++)
    n_old += old->pdata[i] != NULL;

  for (guint i = first; i < new_end; i++)
    {
      const QoraSpan *span = spans->pdata[i];

      if (parts->pdata[i] != NULL)
        continue;
      while (next < old_end && old->pdata[next] == NULL)
        next++;
      if (n_new == n_old && next < old_end && !g_hash_table_contains (self->spares, span->text))
        {
          parts->pdata[i] = g_steal_pointer (&old->pdata[next++]);
          qora_part_set_text (parts->pdata[i], span->text);
        }
      else
        parts->pdata[i] = make_part (self, span->text);
    }
}

void
qora_script_set_text (QoraScript *self, const char *text, guint max_length)
{
  g_autoptr (GPtrArray) spans = NULL;
  GPtrArray *old;
  GPtrArray *parts;
  guint same_head = 0;
  guint same_tail = 0;

  g_return_if_fail (QORA_IS_SCRIPT (self));

  spans = qora_split_text (text, max_length);
  self->splitting = TRUE;
  old = self->parts;
  parts = g_ptr_array_new_with_free_func (unref_part);
  g_ptr_array_set_size (parts, (int) spans->len);

  while (same_head < MIN (spans->len, old->len)
         && says (old->pdata[same_head], ((QoraSpan *) spans->pdata[same_head])->text))
    same_head++;
  while (same_tail < MIN (spans->len, old->len) - same_head
         && says (old->pdata[old->len - 1 - same_tail],
                  ((QoraSpan *) spans->pdata[spans->len - 1 - same_tail])->text))
    same_tail++;

  for (guint i = 0; i < same_head; i++)
    parts->pdata[i] = g_steal_pointer (&old->pdata[i]);
  for (guint i = 0; i < same_tail; i++)
    parts->pdata[spans->len - 1 - i] = g_steal_pointer (&old->pdata[old->len - 1 - i]);
  match_middle (self, old, same_head, old->len - same_tail, spans, parts, spans->len - same_tail);

  for (guint i = 0; i < old->len; i++)
    if (old->pdata[i] != NULL)
      drop (self, old->pdata[i]);
  for (guint i = 0; i < parts->len; i++)
    {
      const QoraSpan *span = spans->pdata[i];

      qora_part_set_range (parts->pdata[i], span->start, span->end);
      qora_part_set_ends_paragraph (parts->pdata[i], span->ends_paragraph);
      qora_part_set_silence (parts->pdata[i], span->silence_before, span->silence_after);
    }

  self->parts = parts;
  self->splitting = FALSE;
  g_list_model_items_changed (G_LIST_MODEL (self), same_head, old->len - same_head - same_tail,
                              parts->len - same_head - same_tail);
  g_ptr_array_unref (old);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
qora_script_set_pronunciation (QoraScript *self, QoraPronunciation *pronunciation)
{
  g_return_if_fail (QORA_IS_SCRIPT (self));

  if (!g_set_object (&self->pronunciation, pronunciation))
    return;
  self->splitting = TRUE;
  for (guint i = 0; i < self->parts->len; i++)
    qora_part_set_pronunciation (self->parts->pdata[i], pronunciation);
  self->splitting = FALSE;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* ---- asking ---- */

guint
qora_script_get_n_parts (QoraScript *self)
{
  g_return_val_if_fail (QORA_IS_SCRIPT (self), 0);
  return self->parts->len;
}

QoraPart *
qora_script_get_part (QoraScript *self, guint index)
{
  g_return_val_if_fail (QORA_IS_SCRIPT (self), NULL);
  g_return_val_if_fail (index < self->parts->len, NULL);
  return self->parts->pdata[index];
}

guint
qora_script_get_n_stale (QoraScript *self)
{
  guint n = 0;

  g_return_val_if_fail (QORA_IS_SCRIPT (self), 0);
  for (guint i = 0; i < self->parts->len; i++)
    n += qora_part_is_stale (self->parts->pdata[i]);
  return n;
}

int
qora_script_find_offset (QoraScript *self, guint offset)
{
  int found = -1;

  g_return_val_if_fail (QORA_IS_SCRIPT (self), -1);
  for (guint i = 0; i < self->parts->len; i++)
    {
      guint start;
      guint end;

      qora_part_get_range (self->parts->pdata[i], &start, &end);
      if (found < 0 || start <= offset)
        found = (int) i;
    }
  return found;
}

int
qora_script_find_sample (QoraScript *self, QoraSound *sound, gsize sample)
{
  int found = -1;

  g_return_val_if_fail (QORA_IS_SCRIPT (self), -1);
  for (guint i = 0; i < self->parts->len; i++)
    {
      QoraRendering *rendering = qora_part_get_rendering (self->parts->pdata[i]);

      if (rendering != NULL && rendering->sound == sound && sound != NULL
          && rendering->start <= sample)
        found = (int) i;
    }
  return found;
}

gboolean
qora_script_is_arranged (QoraScript *self, QoraSound *sound, double pause)
{
  gboolean after_paragraph = FALSE;
  double after = -1;
  gsize at = 0;

  g_return_val_if_fail (QORA_IS_SCRIPT (self), FALSE);
  for (guint i = 0; i < self->parts->len; i++)
    {
      QoraRendering *rendering = qora_part_get_rendering (self->parts->pdata[i]);
      double before;

      qora_part_get_silence (self->parts->pdata[i], &before, &after);
      at += qora_pause_get_samples (before, after_paragraph, i > 0 ? pause : 0, at);
      if (rendering == NULL || rendering->sound != sound || rendering->start != at)
        return FALSE;
      at += rendering->n_samples;
      after_paragraph = qora_part_get_ends_paragraph (self->parts->pdata[i]);
    }
  at += qora_pause_get_samples (after, FALSE, 0, at);
  return sound != NULL && qora_sound_get_n_samples (sound) == at;
}

guint
qora_script_count_late (QoraScript *self, QoraSound *sound)
{
  guint n = 0;

  g_return_val_if_fail (QORA_IS_SCRIPT (self), 0);
  for (guint i = 0; i < self->parts->len; i++)
    {
      QoraRendering *rendering = qora_part_get_rendering (self->parts->pdata[i]);
      double before;
      double after;

      qora_part_get_silence (self->parts->pdata[i], &before, &after);
      n += rendering != NULL && rendering->sound == sound && before >= QORA_SILENCE_UNTIL
           && qora_rendering_get_begin (rendering) > before - QORA_SILENCE_UNTIL + LATE;
    }
  return n;
}

void
qora_script_clear_renderings (QoraScript *self)
{
  g_return_if_fail (QORA_IS_SCRIPT (self));
  for (guint i = 0; i < self->parts->len; i++)
    qora_part_set_rendering (self->parts->pdata[i], NULL);
  g_hash_table_remove_all (self->spares);
}

static void
qora_script_finalize (GObject *object)
{
  QoraScript *self = QORA_SCRIPT (object);

  for (guint i = 0; i < self->parts->len; i++)
    g_signal_handlers_disconnect_by_func (self->parts->pdata[i], on_part_notify, self);
  g_ptr_array_unref (self->parts);
  g_clear_object (&self->pronunciation);
  g_hash_table_unref (self->spares);
  G_OBJECT_CLASS (qora_script_parent_class)->finalize (object);
}

static void
qora_script_class_init (QoraScriptClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qora_script_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", QORA_TYPE_SCRIPT, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
qora_script_init (QoraScript *self)
{
  self->parts = g_ptr_array_new_with_free_func (unref_part);
  self->spares = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                        (GDestroyNotify) qora_rendering_unref);
}

QoraScript *
qora_script_new (void)
{
  return g_object_new (QORA_TYPE_SCRIPT, NULL);
}
