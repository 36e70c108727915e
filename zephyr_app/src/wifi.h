/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#ifndef CM_APP_WIFI_H_
#define CM_APP_WIFI_H_

#include <zephyr/net/conn_mgr_connectivity_impl.h>

/*
 * The name to which Zephyr's Wi-Fi drivers bind themselves (CONNECTIVITY_WIFI_MGMT_BIND). Releases
 * that have the name have it in a header of its own; in older ones, such as 3.4.99, no driver binds
 * and the name is ours alone. The implementation is the application's in either case.
 */
#if __has_include(<zephyr/net/conn_mgr/connectivity_wifi_mgmt.h>)
#include <zephyr/net/conn_mgr/connectivity_wifi_mgmt.h>
#else
#define CONNECTIVITY_WIFI_MGMT_CTX_TYPE void *
#endif

CONN_MGR_CONN_DECLARE_PUBLIC(CONNECTIVITY_WIFI_MGMT);

/** Options of the implementation: the network's name, and its password, which cannot be read. */
enum cm_wifi_option {
	CM_WIFI_SSID = 1,
	CM_WIFI_PSK = 2,
};

#endif /* CM_APP_WIFI_H_ */
