/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * An application that knows nothing of connmgr-hil: two ifaces, "lan0", which nobody controls, and
 * "wan0", with a connectivity implementation of its own that connects after half a second.
 */

#include <zephyr/device.h>
#include <zephyr/kernel.h>
#include <zephyr/net/conn_mgr_connectivity.h>
#include <zephyr/net/conn_mgr_connectivity_impl.h>
#include <zephyr/net/dummy.h>
#include <zephyr/net/net_if.h>

#include "network.h"

#define MTU 1280
#define ASSOCIATION_TIME K_MSEC(500)

static struct net_if *wan;
static bool in_reach = true;

static void associated(struct k_work *work);
static void given_up(struct k_work *work);
static K_WORK_DELAYABLE_DEFINE(association, associated);
static K_WORK_DELAYABLE_DEFINE(deadline, given_up);

static void associated(struct k_work *work)
{
	ARG_UNUSED(work);
	if (!in_reach) {
		k_work_schedule(&association, ASSOCIATION_TIME);
		return;
	}
	k_work_cancel_delayable(&deadline);
	net_if_dormant_off(wan);
}

static void given_up(struct k_work *work)
{
	ARG_UNUSED(work);
	k_work_cancel_delayable(&association);
	net_mgmt_event_notify(NET_EVENT_CONN_IF_TIMEOUT, wan);
}

static int wan_connect(struct conn_mgr_conn_binding *const binding)
{
	/* A second request changes nothing about an attempt that is under way. */
	if (!net_if_flag_is_set(binding->iface, NET_IF_DORMANT) ||
	    k_work_delayable_is_pending(&association)) {
		return 0;
	}
	k_work_schedule(&association, ASSOCIATION_TIME);
	if (binding->timeout > CONN_MGR_IF_NO_TIMEOUT) {
		k_work_schedule(&deadline, K_SECONDS(binding->timeout));
	}
	return 0;
}

/* Without its network the iface loses its association; a persistent one looks for it again. */
void network_set_in_reach(bool reach)
{
	struct conn_mgr_conn_binding *binding = conn_mgr_if_get_binding(wan);

	in_reach = reach;
	if (reach || net_if_flag_is_set(wan, NET_IF_DORMANT)) {
		return;
	}
	net_if_dormant_on(wan);
	if (conn_mgr_if_get_flag(wan, CONN_MGR_IF_PERSISTENT)) {
		wan_connect(binding);
	}
}

static int wan_disconnect(struct conn_mgr_conn_binding *const binding)
{
	ARG_UNUSED(binding);
	k_work_cancel_delayable(&association);
	k_work_cancel_delayable(&deadline);
	net_if_dormant_on(wan);
	return 0;
}

/* 32 bits before Zephyr 4.2, 64 since */
typedef __typeof__(((struct net_mgmt_event_callback *)NULL)->event_mask) event_mask_t;

/* Admin-down ends an attempt and a connection; what comes up again associates anew. */
static void admin_down(struct net_mgmt_event_callback *callback, event_mask_t event,
		       struct net_if *iface)
{
	ARG_UNUSED(callback);
	/* A callback gets others of its layer, too. */
	if (event == NET_EVENT_IF_ADMIN_DOWN && iface == wan) {
		wan_disconnect(NULL);
	}
}

static void wan_init(struct conn_mgr_conn_binding *const binding)
{
	static struct net_mgmt_event_callback callback;

	wan = binding->iface;
	net_if_dormant_on(wan);
	net_mgmt_init_event_callback(&callback, admin_down, NET_EVENT_IF_ADMIN_DOWN);
	net_mgmt_add_event_callback(&callback);
}

static struct conn_mgr_conn_api wan_api = {
	.init = wan_init,
	.connect = wan_connect,
	.disconnect = wan_disconnect,
};

#define WAN_CTX_TYPE void *
CONN_MGR_CONN_DEFINE(WAN, &wan_api);

static int drop(const struct device *dev, struct net_pkt *pkt)
{
	ARG_UNUSED(dev);
	ARG_UNUSED(pkt);
	return 0;
}

static void iface_init(struct net_if *iface)
{
	/* Locally administered; 00-00-5e-00-53-xx is for documentation (RFC 7042). */
	static uint8_t address[2][6] = {
		{0x02, 0x00, 0x5e, 0x00, 0x53, 0x21},
		{0x02, 0x00, 0x5e, 0x00, 0x53, 0x22},
	};
	static int number;

	net_if_set_link_addr(iface, address[number], sizeof(address[number]), NET_LINK_DUMMY);
	number++;
	net_if_flag_set(iface, NET_IF_NO_AUTO_START);
}

static const struct dummy_api api = {
	.iface_api.init = iface_init,
	.send = drop,
};

NET_DEVICE_INIT(minimal_lan, "lan0", NULL, NULL, NULL, NULL, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT,
		&api, DUMMY_L2, NET_L2_GET_CTX_TYPE(DUMMY_L2), MTU);

NET_DEVICE_INIT(minimal_wan, "wan0", NULL, NULL, NULL, NULL, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT,
		&api, DUMMY_L2, NET_L2_GET_CTX_TYPE(DUMMY_L2), MTU);
CONN_MGR_BIND_CONN(minimal_wan, WAN);

int main(void)
{
	return 0;
}
