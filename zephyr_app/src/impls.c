/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#include <cm_probe/command.h>

#include "impls.h"

#if defined(CONFIG_CM_APP_NULL_API)
CONN_MGR_CONN_DEFINE(NULLAPI, NULL);
CM_PROBE_IMPL_DEFINE(NULLAPI, false);
#endif

#if defined(CONFIG_CM_APP_BARE_API)
static struct conn_mgr_conn_api bare_api;

CONN_MGR_CONN_DEFINE(BAREAPI, &bare_api);
CM_PROBE_IMPL_DEFINE(BAREAPI, false);
#endif
