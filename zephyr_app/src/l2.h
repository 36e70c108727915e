/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#ifndef CM_APP_L2_H_
#define CM_APP_L2_H_

#include <zephyr/net/net_l2.h>

/* L2s of our own, to have ifaces that "ignore all ifaces of this L2" must tell apart. */
#define CM_TEST_L2              CM_TEST
#define CM_TEST_L2_CTX_TYPE     void *
#define CM_STUBBORN_L2          CM_STUBBORN
#define CM_STUBBORN_L2_CTX_TYPE void *
NET_L2_DECLARE_PUBLIC(CM_TEST);
NET_L2_DECLARE_PUBLIC(CM_STUBBORN);

#endif /* CM_APP_L2_H_ */
