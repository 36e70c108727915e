/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The command "reach": whether packets come and go. It pings the first gateway that there is.
 */

#include <errno.h>

#include <zephyr/net/net_if.h>
#include <zephyr/net/net_ip.h>

#include <cm_probe/command.h>
#include <cm_probe/compat.h>

#define WAIT        K_MSEC(1000)
#define ECHO_LENGTH 8

static K_SEM_DEFINE(answered, 0, 1);

#if __has_include(<zephyr/net/icmp.h>)
/* Zephyr 3.5 and newer */
#include <zephyr/net/icmp.h>

typedef int (*init_t)(struct net_icmp_ctx *ctx, uint8_t type, uint8_t code,
		      net_icmp_handler_t handler);
typedef int (*init_family_t)(struct net_icmp_ctx *ctx, uint8_t family, uint8_t type, uint8_t code,
			     net_icmp_handler_t handler);

static int reply(struct net_icmp_ctx *ctx, struct net_pkt *pkt, struct net_icmp_ip_hdr *ip_hdr,
		 struct net_icmp_hdr *icmp_hdr, void *user_data)
{
	ARG_UNUSED(ctx);
	ARG_UNUSED(pkt);
	ARG_UNUSED(ip_hdr);
	ARG_UNUSED(icmp_hdr);
	ARG_UNUSED(user_data);
	k_sem_give(&answered);
	return 0;
}

static __maybe_unused int init(void *function, struct net_icmp_ctx *ctx)
{
	return ((init_t)function)(ctx, NET_ICMPV4_ECHO_REPLY, 0, reply);
}

static __maybe_unused int init_family(void *function, struct net_icmp_ctx *ctx)
{
	return ((init_family_t)function)(ctx, NET_AF_INET, NET_ICMPV4_ECHO_REPLY, 0, reply);
}

static int ping(struct net_if *iface, struct net_in_addr *address, uint16_t identifier)
{
	struct net_icmp_ctx ctx;
	struct net_sockaddr_in dst = {.sin_family = NET_AF_INET, .sin_addr = *address};
	struct net_icmp_ping_params params = {.identifier = identifier, .data_size = ECHO_LENGTH};
	int rc;

	/* Some release began to ask for the address family. */
	rc = _Generic(&net_icmp_init_ctx, init_t: init, default: init_family)(net_icmp_init_ctx,
									      &ctx);
	if (rc != 0) {
		return rc;
	}
	rc = net_icmp_send_echo_request(&ctx, iface, (struct net_sockaddr *)&dst, &params, NULL);
	if (rc == 0 && k_sem_take(&answered, WAIT) != 0) {
		rc = -ETIMEDOUT;
	}
	net_icmp_cleanup_ctx(&ctx);
	return rc;
}
#else
/* Private to the network stack before */
#include <icmpv4.h>

static enum net_verdict reply(struct net_pkt *pkt, struct net_ipv4_hdr *ip_hdr,
			      struct net_icmp_hdr *icmp_hdr)
{
	ARG_UNUSED(ip_hdr);
	ARG_UNUSED(icmp_hdr);
	k_sem_give(&answered);
	net_pkt_unref(pkt);
	return NET_OK;
}

static struct net_icmpv4_handler handler = {
	.type = NET_ICMPV4_ECHO_REPLY,
	.handler = reply,
};

static int ping(struct net_if *iface, struct net_in_addr *address, uint16_t identifier)
{
	int rc;

	net_icmpv4_register_handler(&handler);
	rc = net_icmpv4_send_echo_request(iface, address, identifier, 0, 0, 0, NULL, ECHO_LENGTH);
	if (rc == 0 && k_sem_take(&answered, WAIT) != 0) {
		rc = -ETIMEDOUT;
	}
	net_icmpv4_unregister_handler(&handler);
	return rc;
}
#endif

static void find_gateway(struct net_if *iface, void *user_data)
{
	struct net_if **found = user_data;
	struct net_if_ipv4 *ipv4 = iface->config.ip.ipv4;

	if (*found == NULL && ipv4 != NULL && !net_ipv4_is_addr_unspecified(&ipv4->gw)) {
		*found = iface;
	}
}

static int cm_probe_cmd_reach(struct cm_probe_call *call)
{
	struct net_if *iface = NULL;

	ARG_UNUSED(call);
	net_if_foreach(find_gateway, &iface);
	if (iface == NULL) {
		return -ENETUNREACH;
	}
	k_sem_reset(&answered);
	return ping(iface, &iface->config.ip.ipv4->gw, sys_rand32_get());
}
CM_PROBE_COMMAND_DEFINE(reach, "reach", 0, 0, "pings the first gateway that there is");
