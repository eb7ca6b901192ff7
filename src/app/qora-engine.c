/* qora-engine.c: what all engines share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include "qora-engine.h"

G_DEFINE_QUARK (qora_engine_error, qora_engine_error)

void
qora_model_info_free (QoraModelInfo *info)
{
  g_free (info->name);
  g_strfreev (info->voices);
  g_strfreev (info->languages);
  g_free (info);
}

const QoraEngine *
qora_engine_get_default (void)
{
  return g_strcmp0 (g_getenv ("QORA_ENGINE"), "fake") == 0 ? &qora_fake_engine : &qora_qtts_engine;
}
