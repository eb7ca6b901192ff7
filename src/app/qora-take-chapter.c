/* qora-take-chapter.c: a take as a chapter of a book, which is made part by part
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-pause.h"
#include "qora-take-private.h"

static QoraTakePart *
get_part (QoraTake *self, guint index)
{
  return self->content.parts->pdata[index];
}

gboolean
qora_take_is_chapter (QoraTake *self)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), FALSE);
  return self->chapter;
}

void
qora_take_set_chapter (QoraTake *self)
{
  g_return_if_fail (QORA_IS_TAKE (self));
  self->chapter = TRUE;
}

const char *
qora_take_get_part_text (QoraTake *self, guint index)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), NULL);
  g_return_val_if_fail (index < self->content.parts->len, NULL);
  return get_part (self, index)->text;
}

QoraRendering *
qora_take_get_part_rendering (QoraTake *self, guint index)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), NULL);
  g_return_val_if_fail (index < self->content.parts->len, NULL);
  return get_part (self, index)->rendering;
}

gsize
qora_take_get_silence_before (QoraTake *self, guint index, gsize at)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), 0);
  g_return_val_if_fail (index < self->content.parts->len, 0);
  if (index == 0)
    return qora_pause_get_samples (get_part (self, index)->silence_before, FALSE, 0, at);
  return qora_pause_get_samples (get_part (self, index)->silence_before,
                                 get_part (self, index - 1)->ends_paragraph, self->content.pause,
                                 at);
}

gsize
qora_take_get_silence_after (QoraTake *self, guint index, gsize at)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), 0);
  g_return_val_if_fail (index < self->content.parts->len, 0);
  return qora_pause_get_samples (get_part (self, index)->silence_after, FALSE, 0, at);
}

static gboolean
is_made (const QoraTakePart *part)
{
  return part->rendering != NULL && part->rendering->end != QORA_END_STOPPED;
}

gboolean
qora_take_is_part_missing (QoraTake *self, guint index)
{
  g_return_val_if_fail (QORA_IS_TAKE (self), FALSE);
  g_return_val_if_fail (index < self->content.parts->len, FALSE);
  return !is_made (get_part (self, index)) && !get_part (self, index)->failed;
}

void
qora_take_set_part (QoraTake *self, guint index, QoraRendering *rendering)
{
  QoraTakePart *part;

  g_return_if_fail (QORA_IS_TAKE (self));
  g_return_if_fail (index < self->content.parts->len);

  part = get_part (self, index);
  g_clear_pointer (&part->rendering, qora_rendering_unref);
  part->rendering = qora_rendering_ref (rendering);
  self->counted = FALSE;
  g_signal_emit_by_name (self, "part-made", index);
  qora_take_emit_changed (self);
}

void
qora_take_fail_part (QoraTake *self, guint index)
{
  g_return_if_fail (QORA_IS_TAKE (self));
  g_return_if_fail (index < self->content.parts->len);
  get_part (self, index)->failed = TRUE;
  qora_take_emit_changed (self);
}

void
qora_take_retry (QoraTake *self)
{
  gboolean any = FALSE;

  g_return_if_fail (QORA_IS_TAKE (self));
  for (guint i = 0; i < self->content.parts->len; i++)
    {
      any |= get_part (self, i)->failed;
      get_part (self, i)->failed = FALSE;
    }
  if (any)
    qora_take_emit_changed (self);
}

/* A book is counted several times a second, and its texts are long. */
static void
count_parts (QoraTake *self)
{
  QoraTakeCount *count = &self->count;

  *count = (QoraTakeCount){ .parts = self->content.parts->len };
  for (guint i = 0; i < self->content.parts->len; i++)
    {
      const QoraTakePart *part = get_part (self, i);
      glong length = g_utf8_strlen (part->text, -1);

      count->characters += length;
      if (is_made (part))
        {
          count->made++;
          count->made_characters += length;
        }
      else if (part->failed)
        count->failed++;
    }
  self->counted = TRUE;
}

void
qora_take_count (QoraTake *self, QoraTakeCount *count)
{
  g_return_if_fail (QORA_IS_TAKE (self));
  if (!self->counted)
    count_parts (self);
  *count = self->count;
}

/* ---- memory ---- */

void
qora_take_release_rendering (QoraTake *self, QoraRendering *rendering)
{
  if (rendering->file != NULL && rendering->sound != NULL
      && g_ptr_array_find (self->unwanted, rendering->sound, NULL))
    g_clear_object (&rendering->sound);
}

void
qora_take_release_sound (QoraTake *self, QoraSound *sound)
{
  g_return_if_fail (QORA_IS_TAKE (self));

  g_ptr_array_add (self->unwanted, g_object_ref (sound));
  for (guint i = 0; i < self->content.parts->len; i++)
    if (get_part (self, i)->rendering != NULL)
      qora_take_release_rendering (self, get_part (self, i)->rendering);
  if (!self->saving)
    g_ptr_array_set_size (self->unwanted, 0);
}
