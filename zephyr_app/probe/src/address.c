/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Unicast addresses of an iface.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe.h"

/* What a frame has room for beside the rest of a state: at least seven of IPv4, four of IPv6. */
#define LIST_LEN_IPV4 (7 * (NET_IPV4_ADDR_LEN + 2))
#define LIST_LEN_IPV6 (4 * (NET_IPV6_ADDR_LEN + 3))
#define MORE          ",+"

BUILD_ASSERT(LIST_LEN_IPV4 <= LIST_LEN_IPV6, "one buffer is for either list");
BUILD_ASSERT(LIST_LEN_IPV4 + LIST_LEN_IPV6 + 100 <= CM_PROBE_FIELDS_MAX,
	     "both lists fit into the frame of a state");

typedef struct net_if_addr *(*slot_fn_t)(struct net_if *iface, int slot);

int cm_probe_address_count_ipv4(struct net_if *iface)
{
	int count = 0;

	for (int slot = 0; slot < CM_PROBE_SLOTS_IPV4; slot++) {
		struct net_if_addr *addr = cm_probe_slot_ipv4(iface, slot);

		count += addr != NULL && addr->addr_state == NET_ADDR_PREFERRED &&
			 !net_ipv4_is_ll_addr(&addr->address.net_in_addr);
	}
	return count;
}

int cm_probe_address_count_ipv6(struct net_if *iface)
{
	int count = 0;

	for (int slot = 0; slot < CM_PROBE_SLOTS_IPV6; slot++) {
		struct net_if_addr *addr = cm_probe_slot_ipv6(iface, slot);

		count += addr != NULL && addr->addr_state == NET_ADDR_PREFERRED &&
			 !net_ipv6_is_ll_addr(&addr->address.net_in6_addr);
	}
	return count;
}

static char state_letter(const struct net_if_addr *addr)
{
	switch (addr->addr_state) {
	case NET_ADDR_PREFERRED:
		return 'p';
	case NET_ADDR_DEPRECATED:
		return 'd';
	default:
		return 't';
	}
}

static void list(struct cm_probe_frame *frame, const char *key, struct net_if *iface,
		 slot_fn_t slot_of, int slots, size_t room)
{
	char text[LIST_LEN_IPV6] = "-";
	size_t len = 0;

	for (int slot = 0; slot < slots; slot++) {
		struct net_if_addr *addr = slot_of(iface, slot);
		char one[NET_IPV6_ADDR_LEN];
		char entry[sizeof(one) + sizeof(",/p")];

		if (addr == NULL) {
			continue;
		}
		net_addr_ntop(addr->address.family, &addr->address.net_in_addr, one, sizeof(one));
		snprintf(entry, sizeof(entry), "%s%s/%c", len > 0 ? "," : "", one,
			 state_letter(addr));
		if (len + strlen(entry) + sizeof(MORE) > room) {
			strcpy(text + len, MORE);
			break;
		}
		strcpy(text + len, entry);
		len += strlen(entry);
	}
	cm_probe_frame_text(frame, key, text);
}

void cm_probe_address_frame_ipv4(struct cm_probe_frame *frame, struct net_if *iface)
{
	list(frame, "a4", iface, cm_probe_slot_ipv4, CM_PROBE_SLOTS_IPV4, LIST_LEN_IPV4);
}

void cm_probe_address_frame_ipv6(struct cm_probe_frame *frame, struct net_if *iface)
{
	list(frame, "a6", iface, cm_probe_slot_ipv6, CM_PROBE_SLOTS_IPV6, LIST_LEN_IPV6);
}

/* Newer releases claim success when an address that is not there is removed; so look first. */

#if defined(CONFIG_NET_IPV4)
static bool has_ipv4(struct net_if *iface, const struct net_in_addr *wanted)
{
	for (int slot = 0; slot < CM_PROBE_SLOTS_IPV4; slot++) {
		struct net_if_addr *addr = cm_probe_slot_ipv4(iface, slot);

		if (addr != NULL && net_ipv4_addr_cmp(&addr->address.net_in_addr, wanted)) {
			return true;
		}
	}
	return false;
}

static bool change_ipv4(struct net_if *iface, struct net_in_addr *addr, bool add)
{
	return add ? net_if_ipv4_addr_add(iface, addr, NET_ADDR_MANUAL, 0) != NULL
		   : has_ipv4(iface, addr) && net_if_ipv4_addr_rm(iface, addr);
}
#endif

#if defined(CONFIG_NET_IPV6)
static bool has_ipv6(struct net_if *iface, const struct net_in6_addr *wanted)
{
	for (int slot = 0; slot < CM_PROBE_SLOTS_IPV6; slot++) {
		struct net_if_addr *addr = cm_probe_slot_ipv6(iface, slot);

		if (addr != NULL && net_ipv6_addr_cmp(&addr->address.net_in6_addr, wanted)) {
			return true;
		}
	}
	return false;
}

static bool change_ipv6(struct net_if *iface, struct net_in6_addr *addr, bool add, uint32_t lifetime)
{
	return add ? net_if_ipv6_addr_add(iface, addr, NET_ADDR_MANUAL, lifetime) != NULL
		   : has_ipv6(iface, addr) && net_if_ipv6_addr_rm(iface, addr);
}
#endif

int cm_probe_address_change(struct net_if *iface, net_sa_family_t family, const char *text,
			    bool add, uint32_t lifetime)
{
	union {
		struct net_in_addr v4;
		struct net_in6_addr v6;
	} addr;
	char again[NET_IPV6_ADDR_LEN];
	bool done = false;

	if (net_addr_pton(family, text, &addr) != 0) {
		return -EBADMSG;
	}
	/* For 300.1.1.1 Zephyr's parser gives 44.1.1.1. */
	net_addr_ntop(family, &addr, again, sizeof(again));
	if (family == NET_AF_INET && strcmp(again, text) != 0) {
		return -EBADMSG;
	}
#if defined(CONFIG_NET_IPV4)
	if (family == NET_AF_INET) {
		done = change_ipv4(iface, &addr.v4, add);
	}
#endif
#if defined(CONFIG_NET_IPV6)
	if (family == NET_AF_INET6) {
		done = change_ipv6(iface, &addr.v6, add, lifetime);
	}
#endif
	return done ? 0 : -EINVAL;
}

void cm_probe_address_remove(struct net_if *iface, const struct net_if_addr *addr)
{
#if defined(CONFIG_NET_IPV4)
	if (addr->address.family == NET_AF_INET) {
		struct net_in_addr v4 = addr->address.net_in_addr;

		change_ipv4(iface, &v4, false);
	}
#endif
#if defined(CONFIG_NET_IPV6)
	if (addr->address.family == NET_AF_INET6) {
		struct net_in6_addr v6 = addr->address.net_in6_addr;

		change_ipv6(iface, &v6, false, 0);
	}
#endif
}
