/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Commands about an iface: admin state, carrier, dormant, addresses, state.
 */

#include <errno.h>

#include "probe.h"

static int cm_probe_cmd_up(struct cm_probe_call *call)
{
	struct net_if *iface;

	return cm_probe_arg_iface(call, 1, &iface) ? net_if_up(iface) : -EINVAL;
}
CM_PROBE_COMMAND_DEFINE(up, "up", 1, 1, "I: net_if_up");

static int cm_probe_cmd_down(struct cm_probe_call *call)
{
	struct net_if *iface;

	return cm_probe_arg_iface(call, 1, &iface) ? net_if_down(iface) : -EINVAL;
}
CM_PROBE_COMMAND_DEFINE(down, "down", 1, 1, "I: net_if_down");

static int set_flag(struct cm_probe_call *call, void (*on)(struct net_if *iface),
		    void (*off)(struct net_if *iface))
{
	struct net_if *iface;
	bool value;

	if (!cm_probe_arg_iface(call, 1, &iface) ||
	    !cm_probe_arg_choice(call, 2, "on", "off", &value)) {
		return -EINVAL;
	}
	cm_probe_reset_touched(iface);
	(value ? on : off)(iface);
	return 0;
}

static int cm_probe_cmd_carrier(struct cm_probe_call *call)
{
	return set_flag(call, net_if_carrier_on, net_if_carrier_off);
}
CM_PROBE_COMMAND_DEFINE(carrier, "carrier", 2, 2, "I on|off: net_if_carrier_on, _off");

static int cm_probe_cmd_dormant(struct cm_probe_call *call)
{
	return set_flag(call, net_if_dormant_on, net_if_dormant_off);
}
CM_PROBE_COMMAND_DEFINE(dormant, "dormant", 2, 2, "I on|off: net_if_dormant_on, _off");

static int change_address(struct cm_probe_call *call, net_sa_family_t family, bool supported)
{
	struct net_if *iface;
	int64_t lifetime = 0;
	bool add;
	int rc;

	if (!cm_probe_arg_iface(call, 1, &iface) ||
	    !cm_probe_arg_choice(call, 2, "add", "del", &add)) {
		return -EINVAL;
	}
	if (call->argc > 4 && !cm_probe_arg_int(call, 4, 1, UINT16_MAX, &lifetime)) {
		return -EINVAL;
	}
	if (!supported) {
		return cm_probe_command_bad(call, "unsupported");
	}
	rc = cm_probe_address_change(iface, family, call->argv[3], add, lifetime);
	return rc == -EBADMSG ? cm_probe_command_bad(call, "value") : rc;
}

static int cm_probe_cmd_addr4(struct cm_probe_call *call)
{
	return change_address(call, NET_AF_INET, IS_ENABLED(CONFIG_NET_IPV4));
}
CM_PROBE_COMMAND_DEFINE(addr4, "addr4", 3, 3, "I add|del ADDRESS: manual IPv4 address");

static int cm_probe_cmd_addr6(struct cm_probe_call *call)
{
	return change_address(call, NET_AF_INET6, IS_ENABLED(CONFIG_NET_IPV6));
}
CM_PROBE_COMMAND_DEFINE(addr6, "addr6", 3, 4, "I add|del ADDRESS [SECONDS]: manual IPv6 address");

static int cm_probe_cmd_state(struct cm_probe_call *call)
{
	struct net_if *iface;

	if (call->argc > 1) {
		if (!cm_probe_arg_iface(call, 1, &iface)) {
			return -EINVAL;
		}
		cm_probe_iface_send_state(iface);
		return 0;
	}
	for (int index = 1; (iface = net_if_get_by_index(index)) != NULL; index++) {
		cm_probe_iface_send_state(iface);
	}
	return 0;
}
CM_PROBE_COMMAND_DEFINE(state, "state", 0, 1, "[I]: what net_if and the monitor know");
