/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The sample application's ifaces. Their identifiers sort behind those of board drivers and in the
 * order of the list, because the linker sorts ifaces, and so gives them their indexes, by name.
 */

#include <string.h>

#include <zephyr/device.h>
#include <zephyr/net/dummy.h>
#include <zephyr/net/net_if.h>
#include <zephyr/sys/util_macro.h>

#include <cm_probe/compat.h>
#include <cm_simconn/simconn.h>

#include "impls.h"
#include "l2.h"

#define MTU 1280

/* An iface's own data. */
struct iface_data {
	uint8_t number; /* the last byte of its link address */
	bool auto_start;
	bool simulated;
	bool addressed; /* has an address before the monitor starts */
	uint8_t link_address[6];
};

static int swallow(const struct device *dev, struct net_pkt *pkt)
{
	ARG_UNUSED(dev);
	ARG_UNUSED(pkt);
	return 0;
}

static void iface_init(struct net_if *iface)
{
	/* Locally administered; 00-00-5e-00-53-xx is for documentation (RFC 7042). */
	static const uint8_t prefix[] = {0x02, 0x00, 0x5e, 0x00, 0x53};
	struct iface_data *data = net_if_get_device(iface)->data;

	memcpy(data->link_address, prefix, sizeof(prefix));
	data->link_address[sizeof(prefix)] = data->number;
	net_if_set_link_addr(iface, data->link_address, sizeof(data->link_address),
			     NET_LINK_DUMMY);
	if (!data->auto_start) {
		net_if_flag_set(iface, NET_IF_NO_AUTO_START);
	}
	if (data->simulated) {
		simconn_iface_init(iface);
	}
#if defined(CONFIG_CM_APP_BOOT_READY)
	if (data->addressed) {
#if defined(CONFIG_NET_IPV4)
		struct net_in_addr addr = {{{192, 0, 2, 99}}};

		net_if_ipv4_addr_add(iface, &addr, NET_ADDR_MANUAL, 0);
#else
		struct net_in6_addr addr = {{{0x20, 0x01, 0x0d, 0xb8, [15] = 0x99}}};

		net_if_ipv6_addr_add(iface, &addr, NET_ADDR_MANUAL, 0);
#endif
	}
#endif
}

static const struct dummy_api api = {
	.iface_api.init = iface_init,
	.send = swallow,
};

/* IFACE(identifier, name, number, L2, ...): the rest are initialisers of struct iface_data. */
#define IFACE(_id, _name, _number, _l2, ...)                                                       \
	static struct iface_data _id##_data = {.number = _number, __VA_ARGS__};                    \
	NET_DEVICE_INIT(_id, _name, NULL, NULL, &_id##_data, NULL,                                 \
			CONFIG_KERNEL_INIT_PRIORITY_DEFAULT, &api, _l2, _l2##_CTX_TYPE, MTU)

IFACE(sim_iface_1_bound0, "bound0", 1, DUMMY_L2, .simulated = true);
CONN_MGR_BIND_CONN(sim_iface_1_bound0, SIMCONN);

#if !defined(CONFIG_CM_APP_ONE_IFACE)
IFACE(sim_iface_2_bound1, "bound1", 2, DUMMY_L2, .simulated = true);
CONN_MGR_BIND_CONN(sim_iface_2_bound1, SIMCONN);

IFACE(sim_iface_3_plain0, "plain0", 3, CM_TEST_L2, .simulated = true);
CONN_MGR_BIND_CONN(sim_iface_3_plain0, SIMCONN_PLAIN);

IFACE(sim_iface_4_free0, "free0", 4, DUMMY_L2);

IFACE(sim_iface_5_free1, "free1", 5, DUMMY_L2, .auto_start = IS_ENABLED(CONFIG_CM_APP_BOOT_READY),
      .addressed = true);

IFACE(sim_iface_6_auto0, "auto0", 6, DUMMY_L2, .simulated = true, .auto_start = true);
CONN_MGR_BIND_CONN(sim_iface_6_auto0, SIMCONN);
#endif

#if defined(CONFIG_CM_APP_NULL_API)
IFACE(sim_iface_7_null0, "null0", 7, DUMMY_L2);
CONN_MGR_BIND_CONN(sim_iface_7_null0, NULLAPI);
#endif

#if defined(CONFIG_CM_APP_BARE_API)
IFACE(sim_iface_8_bare0, "bare0", 8, DUMMY_L2);
CONN_MGR_BIND_CONN(sim_iface_8_bare0, BAREAPI);
#endif

#if defined(CONFIG_CM_APP_STUBBORN_L2)
IFACE(sim_iface_9_stubborn0, "stubborn0", 9, CM_STUBBORN_L2, .simulated = true);
CONN_MGR_BIND_CONN(sim_iface_9_stubborn0, SIMCONN);
#endif

#define FURTHER(_number, _)                                                                        \
	IFACE(sim_iface_further##_number, "further" #_number, 10 + _number, DUMMY_L2)

LISTIFY(CONFIG_CM_APP_FURTHER_IFACES, FURTHER, (;));
