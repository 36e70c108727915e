/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Back to the state after boot without a reboot.
 */

#include <errno.h>

#include "probe.h"

#define IFACES_MAX 32

BUILD_ASSERT(CM_PROBE_SLOTS_IPV4 <= 32 && CM_PROBE_SLOTS_IPV6 <= 32,
	     "address slots are kept as bits");
BUILD_ASSERT(CM_PROBE_TRACKED <= IFACES_MAX, "the state after boot is kept for each iface");

/* What an iface was like after boot. */
struct boot_state {
	bool admin;
	bool carrier;
	bool dormant;
	bool touched;       /* carrier or dormant were set by a command */
	uint32_t slots_ipv4; /* address slots in use */
	uint32_t slots_ipv6;
};

static struct boot_state boot[IFACES_MAX];
static bool remembered;

static struct boot_state *boot_of(struct net_if *iface)
{
	int index = net_if_get_by_iface(iface) - 1;

	return &boot[CLAMP(index, 0, IFACES_MAX - 1)];
}

static uint32_t slots_in_use(struct net_if *iface, int slots,
			     struct net_if_addr *(*slot_of)(struct net_if *iface, int slot))
{
	uint32_t in_use = 0;

	for (int slot = 0; slot < slots; slot++) {
		in_use |= slot_of(iface, slot) != NULL ? BIT(slot) : 0;
	}
	return in_use;
}

void cm_probe_reset_remember_boot(void)
{
	if (remembered) {
		return;
	}
	remembered = true;
	STRUCT_SECTION_FOREACH(net_if, iface) {
		*boot_of(iface) = (struct boot_state){
			.admin = net_if_is_admin_up(iface),
			.carrier = net_if_is_carrier_ok(iface),
			.dormant = net_if_is_dormant(iface),
			.slots_ipv4 = slots_in_use(iface, CM_PROBE_SLOTS_IPV4, cm_probe_slot_ipv4),
			.slots_ipv6 = slots_in_use(iface, CM_PROBE_SLOTS_IPV6, cm_probe_slot_ipv6),
		};
	}
}

void cm_probe_reset_touched(struct net_if *iface)
{
	boot_of(iface)->touched = true;
}

/* Nothing may connect or disconnect by itself while ifaces are taken down. */
static void stop_automation(void)
{
	STRUCT_SECTION_FOREACH(net_if, iface) {
		if (conn_mgr_if_is_bound(iface)) {
			conn_mgr_if_set_flag(iface, CONN_MGR_IF_NO_AUTO_CONNECT, true);
			conn_mgr_if_set_flag(iface, CONN_MGR_IF_PERSISTENT, false);
		}
	}
}

static bool is_ours(const struct net_if_addr *addr, const struct boot_state *state)
{
	/* DHCP and a router's addresses on an iface that started by itself are the board's. */
	return addr->addr_type == NET_ADDR_MANUAL ||
	       (addr->addr_type == NET_ADDR_AUTOCONF && !state->admin);
}

static void remove_addresses(struct net_if *iface)
{
	const struct boot_state *state = boot_of(iface);

	for (int slot = 0; slot < CM_PROBE_SLOTS_IPV4; slot++) {
		struct net_if_addr *addr = cm_probe_slot_ipv4(iface, slot);

		if (addr != NULL && (state->slots_ipv4 & BIT(slot)) == 0 && is_ours(addr, state)) {
			cm_probe_address_remove(iface, addr);
		}
	}
	for (int slot = 0; slot < CM_PROBE_SLOTS_IPV6; slot++) {
		struct net_if_addr *addr = cm_probe_slot_ipv6(iface, slot);

		if (addr != NULL && (state->slots_ipv6 & BIT(slot)) == 0 && is_ours(addr, state)) {
			cm_probe_address_remove(iface, addr);
		}
	}
}

static void restore_flags(struct net_if *iface)
{
	struct boot_state *state = boot_of(iface);

	if (state->touched) {
		state->touched = false;
		(state->carrier ? net_if_carrier_on : net_if_carrier_off)(iface);
		(state->dormant ? net_if_dormant_on : net_if_dormant_off)(iface);
	}
}

static void default_settings(struct net_if *iface)
{
	for (int flag = 0; flag < CONN_MGR_NUM_IF_FLAGS; flag++) {
		conn_mgr_if_set_flag(iface, flag, false);
	}
	conn_mgr_if_set_timeout(iface, CONN_MGR_IF_NO_TIMEOUT);
	cm_probe_idle_stop(iface);
}

static int cm_probe_cmd_reset(struct cm_probe_call *call)
{
	if (call->where != CM_PROBE_WHERE_SHELL || call->nested) {
		return cm_probe_command_bad(call, "unsupported");
	}
	cm_probe_hook_clear();
	for (int i = 0; i < 3; i++) {
		cm_probe_late_remove(i);
	}
	cm_probe_early_add();
	stop_automation();
	cm_probe_settle();
	STRUCT_SECTION_FOREACH(net_if, iface) {
		if (net_if_is_admin_up(iface) && !(boot_of(iface)->admin && !conn_mgr_if_is_bound(iface))) {
			net_if_down(iface);
		}
	}
	cm_probe_settle();
	STRUCT_SECTION_FOREACH(cm_probe_reset_step, step) {
		step->run();
	}
	STRUCT_SECTION_FOREACH(net_if, iface) {
		remove_addresses(iface);
		restore_flags(iface);
		conn_mgr_watch_iface(iface);
	}
	cm_probe_settle();
	STRUCT_SECTION_FOREACH(net_if, iface) {
		if (conn_mgr_if_is_bound(iface)) {
			default_settings(iface);
		}
		if (boot_of(iface)->admin != net_if_is_admin_up(iface)) {
			(boot_of(iface)->admin ? net_if_up : net_if_down)(iface);
		}
	}
	cm_probe_settle();
	return 0;
}
CM_PROBE_COMMAND_DEFINE(reset, "reset", 0, 0, "back to the state after boot, without a reboot");
