/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#ifndef CM_APP_IMPLS_H_
#define CM_APP_IMPLS_H_

#include <zephyr/net/conn_mgr_connectivity_impl.h>

/* Odd connectivity implementations: without an API, and without any callback in it. */
#define NULLAPI_CTX_TYPE void *
#define BAREAPI_CTX_TYPE void *
CONN_MGR_CONN_DECLARE_PUBLIC(NULLAPI);
CONN_MGR_CONN_DECLARE_PUBLIC(BAREAPI);

#endif /* CM_APP_IMPLS_H_ */
