/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Names of net_mgmt events.
 */

#include <string.h>

#include "probe.h"

#define EVENT(_name) {.name = #_name, .code = NET_EVENT_##_name}

const struct cm_probe_event_name cm_probe_event_names[] = {
	EVENT(IF_DOWN),
	EVENT(IF_UP),
	EVENT(IF_ADMIN_DOWN),
	EVENT(IF_ADMIN_UP),
	EVENT(IPV4_ADDR_ADD),
	EVENT(IPV4_ADDR_DEL),
	EVENT(IPV4_MADDR_ADD),
	EVENT(IPV4_MADDR_DEL),
	EVENT(IPV4_MCAST_JOIN),
	EVENT(IPV4_MCAST_LEAVE),
	EVENT(IPV4_ROUTER_ADD),
	EVENT(IPV4_ROUTER_DEL),
	EVENT(IPV4_DHCP_START),
	EVENT(IPV4_DHCP_BOUND),
	EVENT(IPV4_DHCP_STOP),
#if defined(NET_EVENT_IPV4_ACD_SUCCEED)
	EVENT(IPV4_ACD_SUCCEED),
	EVENT(IPV4_ACD_FAILED),
#endif
	EVENT(IPV6_ADDR_ADD),
	EVENT(IPV6_ADDR_DEL),
	EVENT(IPV6_MADDR_ADD),
	EVENT(IPV6_MADDR_DEL),
	EVENT(IPV6_MCAST_JOIN),
	EVENT(IPV6_MCAST_LEAVE),
	EVENT(IPV6_PREFIX_ADD),
	EVENT(IPV6_PREFIX_DEL),
	EVENT(IPV6_ROUTER_ADD),
	EVENT(IPV6_ROUTER_DEL),
	EVENT(IPV6_ROUTE_ADD),
	EVENT(IPV6_ROUTE_DEL),
	EVENT(IPV6_DAD_SUCCEED),
	EVENT(IPV6_DAD_FAILED),
	EVENT(L4_CONNECTED),
	EVENT(L4_DISCONNECTED),
#if defined(NET_EVENT_L4_IPV4_CONNECTED)
	EVENT(L4_IPV4_CONNECTED),
	EVENT(L4_IPV4_DISCONNECTED),
	EVENT(L4_IPV6_CONNECTED),
	EVENT(L4_IPV6_DISCONNECTED),
#endif
	EVENT(DNS_SERVER_ADD),
	EVENT(DNS_SERVER_DEL),
	EVENT(CONN_IF_TIMEOUT),
	EVENT(CONN_IF_FATAL_ERROR),
#if defined(NET_EVENT_CONN_IF_IDLE_TIMEOUT)
	EVENT(CONN_IF_IDLE_TIMEOUT),
#endif
#if defined(NET_EVENT_CONN_IF_NO_CONFIGURATION)
	EVENT(CONN_IF_NO_CONFIGURATION),
#endif
};

const size_t cm_probe_event_name_count = ARRAY_SIZE(cm_probe_event_names);

const char *cm_probe_event_name(cm_probe_event_t code)
{
	for (size_t i = 0; i < cm_probe_event_name_count; i++) {
		if (cm_probe_event_names[i].code == code) {
			return cm_probe_event_names[i].name;
		}
	}
	return "-";
}

bool cm_probe_event_by_name(const char *name, cm_probe_event_t *code)
{
	for (size_t i = 0; i < cm_probe_event_name_count; i++) {
		if (strcmp(cm_probe_event_names[i].name, name) == 0) {
			*code = cm_probe_event_names[i].code;
			return true;
		}
	}
	return false;
}
