/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * An iface of every kind that Zephyr has, without hardware. Nothing is known of them to the harness but
 * what holds for every iface.
 */

#include <string.h>

#include <zephyr/device.h>
#include <zephyr/net/ethernet.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_offload.h>
#include <zephyr/net/net_pkt.h>
#include <zephyr/net/offloaded_netdev.h>
#include <zephyr/net/ppp.h>
#include <zephyr/net/virtual.h>

#include <cm_probe/compat.h>

#define MTU      1280
#define PRIORITY CONFIG_KERNEL_INIT_PRIORITY_DEFAULT

static void give_link_address(struct net_if *iface, uint8_t number, enum net_link_type type)
{
	/* Locally administered; 00-00-5e-00-53-xx is for documentation (RFC 7042). */
	static uint8_t addresses[5][6];
	uint8_t *address = addresses[number];

	memcpy(address, (uint8_t[]){0x02, 0x00, 0x5e, 0x00, 0x53, 0xf0 + number}, 6);
	net_if_set_link_addr(iface, address, 6, type);
}

static int take(const struct device *dev, struct net_pkt *pkt)
{
	ARG_UNUSED(dev);
	ARG_UNUSED(pkt);
	return 0;
}

/* Ethernet, with a link from the start; with CONFIG_NET_VLAN also an iface for each VLAN */

static void eth_init(struct net_if *iface)
{
	give_link_address(iface, 0, NET_LINK_ETHERNET);
	ethernet_init(iface);
}

CM_PROBE_DRIVER_FUNCTION_DEFINE(eth_capabilities, enum ethernet_hw_caps,
				IS_ENABLED(CONFIG_NET_VLAN) ? ETHERNET_HW_VLAN : 0)
CM_PROBE_DRIVER_FUNCTION_DEFINE(eth_send, int, 0, struct net_pkt *pkt)

#define ETHERNET(_member, _name) CM_PROBE_DRIVER_FUNCTION(struct ethernet_api, _member, _name)

static const struct ethernet_api eth_api = {
	.iface_api.init = eth_init,
	.get_capabilities = ETHERNET(get_capabilities, eth_capabilities),
	.send = ETHERNET(send, eth_send),
};

ETH_NET_DEVICE_INIT(kind_eth0, "eth0", NULL, NULL, NULL, NULL, PRIORITY, &eth_api, NET_ETH_MTU);

/* PPP, whose link never comes */

static void ppp_init(struct net_if *iface)
{
	give_link_address(iface, 1, NET_LINK_UNKNOWN);
	net_if_carrier_off(iface);
}

static int ppp_switch(const struct device *dev)
{
	ARG_UNUSED(dev);
	return 0;
}

static const struct ppp_api ppp_api = {
	.iface_api.init = ppp_init,
	.start = ppp_switch,
	.stop = ppp_switch,
	.send = take,
};

NET_DEVICE_INIT(kind_ppp0, "ppp0", NULL, NULL, NULL, NULL, PRIORITY, &ppp_api, PPP_L2,
		NET_L2_GET_CTX_TYPE(PPP_L2), MTU);

/* Offloaded */

static void offloaded_init(struct net_if *iface)
{
	static struct net_offload offload;

	give_link_address(iface, 2, NET_LINK_UNKNOWN);
	iface->if_dev->offload = &offload;
}

static int offloaded_enable(const struct net_if *iface, bool up)
{
	ARG_UNUSED(iface);
	ARG_UNUSED(up);
	return 0;
}

static const struct offloaded_if_api offloaded_api = {
	.iface_api.init = offloaded_init,
	.enable = offloaded_enable,
};

NET_DEVICE_OFFLOAD_INIT(kind_off0, "off0", NULL, NULL, NULL, NULL, PRIORITY, &offloaded_api, MTU);

/* Virtual, attached to nothing */

static void virtual_init(struct net_if *iface)
{
	give_link_address(iface, 3, NET_LINK_UNKNOWN);
}

static enum virtual_interface_caps virtual_capabilities(struct net_if *iface)
{
	ARG_UNUSED(iface);
	return 0;
}

static int virtual_send(struct net_if *iface, struct net_pkt *pkt)
{
	ARG_UNUSED(iface);
	net_pkt_unref(pkt);
	return 0;
}

static enum net_verdict virtual_recv(struct net_if *iface, struct net_pkt *pkt)
{
	ARG_UNUSED(iface);
	ARG_UNUSED(pkt);
	return NET_DROP;
}

static int virtual_attach(struct net_if *virtual_iface, struct net_if *iface)
{
	ARG_UNUSED(virtual_iface);
	ARG_UNUSED(iface);
	return 0;
}

static const struct virtual_interface_api virtual_api = {
	.iface_api.init = virtual_init,
	.get_capabilities = virtual_capabilities,
	.send = virtual_send,
	.recv = virtual_recv,
	.attach = virtual_attach,
};

NET_VIRTUAL_INTERFACE_INIT(kind_virt0, "virt0", NULL, NULL, NULL, NULL, PRIORITY, &virtual_api,
			   MTU);

/* One whose L2 the probe has no name for */

static enum net_verdict drop(struct net_if *iface, struct net_pkt *pkt)
{
	ARG_UNUSED(iface);
	ARG_UNUSED(pkt);
	return NET_DROP;
}

static int swallow(struct net_if *iface, struct net_pkt *pkt)
{
	int len = net_pkt_get_len(pkt);

	ARG_UNUSED(iface);
	net_pkt_unref(pkt);
	return len;
}

#define CM_NAMELESS_CTX_TYPE void *
NET_L2_DECLARE_PUBLIC(CM_NAMELESS);
NET_L2_INIT(CM_NAMELESS, drop, swallow, NULL, NULL);

static void nameless_init(struct net_if *iface)
{
	give_link_address(iface, 4, NET_LINK_DUMMY);
}

static const struct net_if_api nameless_api = {
	.init = nameless_init,
};

NET_DEVICE_INIT(kind_other0, "other0", NULL, NULL, NULL, NULL, PRIORITY, &nameless_api, CM_NAMELESS,
		CM_NAMELESS_CTX_TYPE, MTU);
