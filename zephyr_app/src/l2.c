/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Two L2s: CM_TEST behaves like the dummy L2; CM_STUBBORN may refuse to be enabled or disabled.
 */

#include <errno.h>

#include <zephyr/net/net_if.h>
#include <zephyr/net/net_pkt.h>

#include <cm_probe/command.h>

#include "l2.h"

/* What the stubborn L2 answers. */
static int enable_rc;
static int disable_rc;

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

static int stubborn_enable(struct net_if *iface, bool up)
{
	ARG_UNUSED(iface);
	return up ? enable_rc : disable_rc;
}

static enum net_l2_flags flags(struct net_if *iface)
{
	ARG_UNUSED(iface);
	return NET_L2_MULTICAST;
}

NET_L2_INIT(CM_TEST, drop, swallow, NULL, flags);
NET_L2_INIT(CM_STUBBORN, drop, swallow, stubborn_enable, flags);

CM_PROBE_L2_DEFINE(CM_TEST);
CM_PROBE_L2_DEFINE(CM_STUBBORN);

static int set_answer(struct cm_probe_call *call, int *answer)
{
	struct net_if *iface;
	int64_t rc;

	if (!cm_probe_arg_iface(call, 1, &iface) ||
	    !cm_probe_arg_int(call, 2, INT32_MIN, INT32_MAX, &rc)) {
		return -EINVAL;
	}
	if (net_if_l2(iface) != &NET_L2_GET_NAME(CM_STUBBORN)) {
		return cm_probe_command_bad(call, "iface");
	}
	*answer = rc;
	return 0;
}

static int cm_probe_cmd_l2_enable(struct cm_probe_call *call)
{
	return set_answer(call, &enable_rc);
}
CM_PROBE_COMMAND_DEFINE(l2_enable, "l2-enable", 2, 2,
			"I RC: what the stubborn L2 answers when it is enabled");

static int cm_probe_cmd_l2_disable(struct cm_probe_call *call)
{
	return set_answer(call, &disable_rc);
}
CM_PROBE_COMMAND_DEFINE(l2_disable, "l2-disable", 2, 2,
			"I RC: what the stubborn L2 answers when it is disabled");

static void reset_stubborn(void)
{
	enable_rc = 0;
	disable_rc = 0;
}
CM_PROBE_RESET_DEFINE(reset_stubborn);
