/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * What is known about an iface: its names, its binding, its state.
 */

#include <string.h>

#include "probe.h"

#if defined(CONFIG_NET_L2_DUMMY)
CM_PROBE_L2_DEFINE(DUMMY_L2);
#endif
#if defined(CONFIG_NET_L2_ETHERNET)
CM_PROBE_L2_DEFINE(ETHERNET_L2);
#endif
#if defined(CONFIG_NET_L2_PPP)
CM_PROBE_L2_DEFINE(PPP_L2);
#endif
#if defined(CONFIG_NET_OFFLOAD) || defined(CONFIG_NET_SOCKETS_OFFLOAD)
CM_PROBE_L2_DEFINE(OFFLOADED_NETDEV_L2);
#endif

const char *cm_probe_iface_name(struct net_if *iface)
{
	return net_if_get_device(iface)->name;
}

const char *cm_probe_iface_l2(struct net_if *iface)
{
	STRUCT_SECTION_FOREACH(cm_probe_l2_name, entry) {
		if (entry->l2 == net_if_l2(iface)) {
			return entry->name;
		}
	}
	return net_if_l2(iface) != NULL ? "OTHER" : "-";
}

bool cm_probe_l2_by_name(const char *name, const struct net_l2 **l2)
{
	if (strcmp(name, "null") == 0) {
		*l2 = NULL;
		return true;
	}
	STRUCT_SECTION_FOREACH(cm_probe_l2_name, entry) {
		if (strcmp(entry->name, name) == 0) {
			*l2 = entry->l2;
			return true;
		}
	}
	return false;
}

const struct cm_probe_impl_name *cm_probe_iface_impl(struct net_if *iface, const char **name)
{
	*name = "-";
	STRUCT_SECTION_FOREACH(conn_mgr_conn_binding, binding) {
		if (binding->iface != iface) {
			continue;
		}
		STRUCT_SECTION_FOREACH(cm_probe_impl_name, entry) {
			if (entry->impl == binding->impl) {
				*name = entry->name;
				return entry;
			}
		}
		*name = "OTHER";
		return NULL;
	}
	return NULL;
}

int cm_probe_iface_count(void)
{
	int count = 0;

	while (net_if_get_by_index(count + 1) != NULL) {
		count++;
	}
	return count;
}

const char *cm_probe_iface_word_text(struct net_if *iface, char *text)
{
	char *c = text;
	uint16_t word;

	if (!cm_probe_monitor_word(iface, &word)) {
		return "?";
	}
	for (const struct cm_probe_word_bit *bit = cm_probe_word_bits; bit->letter != 0; bit++) {
		if ((word & BIT(bit->bit)) != 0) {
			*c++ = bit->letter;
		}
	}
	*c = '\0';
	return c == text ? "-" : text;
}

static const char *oper_text(struct net_if *iface)
{
	switch (net_if_oper_state(iface)) {
	case NET_IF_OPER_UP:
		return "up";
	case NET_IF_OPER_DOWN:
		return "down";
	case NET_IF_OPER_DORMANT:
		return "dormant";
	case NET_IF_OPER_LOWERLAYERDOWN:
		return "lower";
	default:
		return "other";
	}
}

void cm_probe_iface_send_state(struct net_if *iface)
{
	/* On the stack: a hook may come in the midst of it. */
	CM_PROBE_FRAME_DEFINE(frame, "state", CM_PROBE_FIELDS_MAX);
	char letters[CM_PROBE_WORD_MAX];
	uint16_t word = 0;
	int flags = 0;

	for (int flag = 0; flag < 3; flag++) {
		flags |= conn_mgr_if_get_flag(iface, flag) ? BIT(flag) : 0;
	}
	cm_probe_monitor_word(iface, &word);
	cm_probe_frame_int(&frame, "if", net_if_get_by_iface(iface));
	cm_probe_frame_text(&frame, "name", cm_probe_iface_name(iface));
	cm_probe_frame_int(&frame, "admin", net_if_is_admin_up(iface));
	cm_probe_frame_text(&frame, "oper", oper_text(iface));
	cm_probe_frame_int(&frame, "carrier", net_if_is_carrier_ok(iface));
	cm_probe_frame_int(&frame, "dormant", net_if_is_dormant(iface));
	cm_probe_frame_int(&frame, "bound", conn_mgr_if_is_bound(iface));
	cm_probe_frame_int(&frame, "ign", conn_mgr_is_iface_ignored(iface));
	cm_probe_frame_int(&frame, "flags", flags);
	cm_probe_frame_int(&frame, "tmo", conn_mgr_if_get_timeout(iface));
	cm_probe_frame_text(&frame, "m", cm_probe_iface_word_text(iface, letters));
	cm_probe_frame_hex(&frame, "word", word, 4);
	cm_probe_address_frame_ipv4(&frame, iface);
	cm_probe_address_frame_ipv6(&frame, iface);
	cm_probe_frame_send(&frame);
}
