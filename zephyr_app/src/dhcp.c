/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Starts DHCP on the board's own Ethernet ifaces. It waits for the link by itself.
 */

#include <zephyr/init.h>
#include <zephyr/net/net_if.h>

/* Wants net_if.h before it. */
#include <zephyr/net/dhcpv4.h>

static void start(struct net_if *iface, void *user_data)
{
	ARG_UNUSED(user_data);
	if (net_if_l2(iface) == &NET_L2_GET_NAME(ETHERNET)) {
		net_dhcpv4_start(iface);
	}
}

static int start_dhcp(void)
{
	net_if_foreach(start, NULL);
	return 0;
}

SYS_INIT(start_dhcp, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);
