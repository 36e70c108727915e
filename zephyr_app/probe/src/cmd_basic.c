/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Commands about the probe itself.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zephyr/sys/reboot.h>

#include "probe.h"

/* New at every boot, also where nothing but the moment of the first question is random. */
static uint32_t nonce(void)
{
	static __noinit uint32_t boots;
	static uint32_t value;

	if (value == 0) {
		boots = boots * 1664525U + 1013904223U;
		value = (sys_rand32_get() ^ cm_probe_port_nonce() ^ boots ^ k_cycle_get_32()) | 1U;
	}
	return value;
}

static void add_if_set(struct cm_probe_frame *frame, const char *key, bool set)
{
	if (set) {
		cm_probe_frame_int(frame, key, 1);
	}
}

static void send_iface(struct net_if *iface)
{
	const char *impl_name;
	const struct cm_probe_impl_name *impl = cm_probe_iface_impl(iface, &impl_name);

	bool simulated = impl != NULL && impl->sim;

	CM_PROBE_FRAME_DEFINE(frame, "iface", 160);

	cm_probe_frame_int(&frame, "if", net_if_get_by_iface(iface));
	cm_probe_frame_text(&frame, "name", cm_probe_iface_name(iface));
	cm_probe_frame_text(&frame, "l2", cm_probe_iface_l2(iface));
	add_if_set(&frame, "bound", conn_mgr_if_is_bound(iface));
	if (strcmp(impl_name, "-") != 0) {
		cm_probe_frame_text(&frame, "impl", impl_name);
	}
	add_if_set(&frame, "auto", !net_if_flag_is_set(iface, NET_IF_NO_AUTO_START));
	add_if_set(&frame, "sim", simulated);
	add_if_set(&frame, "initdorm",
		   simulated && IS_ENABLED(CONFIG_CM_SIMCONN_DORMANT_IN_INIT));
	cm_probe_frame_send(&frame);
}

void cm_probe_hello_send(const char *challenge)
{
	/* On the stack: a hook may come in the midst of it. */
	CM_PROBE_FRAME_DEFINE(frame, "hello", CM_PROBE_FIELDS_MAX);
	int ifaces = cm_probe_iface_count();
	bool sealed = false;

	if (challenge != NULL) {
		sealed = challenge[0] != '\0' && challenge[strlen(challenge) - 1] == '!';
		cm_probe_history_seal(sealed ? nonce() : 0);
	}
	cm_probe_frame_int(&frame, "proto", CM_PROBE_PROTO_VERSION);
	cm_probe_frame_text(&frame, "app", CM_PROBE_VERSION);
	cm_probe_frame_text(&frame, "zephyr", KERNEL_VERSION_STRING);
	cm_probe_frame_text(&frame, "connmgr", CM_PROBE_CONNMGR_RELEASE);
	cm_probe_frame_text(&frame, "board", CONFIG_BOARD);
	cm_probe_frame_text(&frame, "build", CM_PROBE_BUILD_ID);
	cm_probe_frame_hex(&frame, "nonce", nonce(), 8);
	if (challenge != NULL) {
		cm_probe_frame_text(&frame, "ack", challenge);
		cm_probe_frame_int(&frame, "seal", sealed);
	}
	cm_probe_frame_int(&frame, "ipv4", IS_ENABLED(CONFIG_NET_IPV4));
	cm_probe_frame_int(&frame, "ipv6", IS_ENABLED(CONFIG_NET_IPV6));
	cm_probe_frame_int(&frame, "dad", IS_ENABLED(CONFIG_NET_IPV6_DAD));
	cm_probe_frame_int(&frame, "autodown",
			   IS_ENABLED(CONFIG_NET_CONNECTION_MANAGER_AUTO_IF_DOWN));
	cm_probe_frame_int(&frame, "reboot", IS_ENABLED(CONFIG_REBOOT));
	cm_probe_frame_int(&frame, "granted", cm_probe_mode_is_granted());
	cm_probe_frame_int(&frame, "coop", IS_ENABLED(CONFIG_NET_TC_THREAD_COOPERATIVE));
	cm_probe_frame_int(&frame, "both", IS_ENABLED(CONFIG_CM_PROBE_BOTH));
	cm_probe_frame_int(&frame, "calls", IS_ENABLED(CONFIG_CM_PROBE_CALLS));
	cm_probe_frame_text(&frame, "delivery", CM_PROBE_EVENT_DELIVERY);
	cm_probe_frame_int(&frame, "queue", CM_PROBE_EVENT_QUEUE_SIZE);
	cm_probe_frame_int(&frame, "ticks", CONFIG_SYS_CLOCK_TICKS_PER_SEC);
	cm_probe_frame_int(&frame, "ifaces", ifaces);
	cm_probe_frame_int(&frame, "track", CM_PROBE_TRACKED);
#if defined(CONFIG_NET_IPV4)
	cm_probe_frame_int(&frame, "room4", CONFIG_NET_IF_UNICAST_IPV4_ADDR_COUNT);
	cm_probe_frame_int(&frame, "cfg4", CONFIG_NET_IF_MAX_IPV4_COUNT);
#endif
#if defined(CONFIG_NET_IPV6)
	cm_probe_frame_int(&frame, "room6", CONFIG_NET_IF_UNICAST_IPV6_ADDR_COUNT);
	cm_probe_frame_int(&frame, "cfg6", CONFIG_NET_IF_MAX_IPV6_COUNT);
#endif
	cm_probe_frame_hex(&frame, "first", cm_probe_history_first(), 8);
	cm_probe_frame_send(&frame);
	for (int index = 1; index <= ifaces; index++) {
		send_iface(net_if_get_by_index(index));
	}
}

static int cm_probe_cmd_hello(struct cm_probe_call *call)
{
	cm_probe_hello_send(call->argc > 1 ? call->argv[1] : NULL);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(hello, "hello", 0, 1, "[CHALLENGE]: who this is");

static int cm_probe_cmd_ping(struct cm_probe_call *call)
{
	ARG_UNUSED(call);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(ping, "ping", 0, 0, "nothing");

static int cm_probe_cmd_mode(struct cm_probe_call *call)
{
	const char *challenge = call->argc > 2 ? call->argv[2] : NULL;
	bool machine;

	if (!cm_probe_arg_choice(call, 1, "machine", "human", &machine)) {
		return -EINVAL;
	}
	if (call->where != CM_PROBE_WHERE_SHELL || call->nested ||
	    (!machine && cm_probe_mode_is_granted() && IS_ENABLED(CONFIG_CM_PROBE_GRANTED))) {
		return cm_probe_command_bad(call, "unsupported");
	}
	if (machine) {
		cm_probe_mode_enter_machine(cm_probe_mode_shell(), challenge);
	} else if (cm_probe_mode_is_machine()) {
		cm_probe_mode_leave_machine();
	}
	return 0;
}
CM_PROBE_COMMAND_DEFINE(mode, "mode", 1, 2, "machine|human [CHALLENGE]: who reads the answers");

static bool arg_seq(struct cm_probe_call *call, size_t arg, uint32_t *seq)
{
	char *end;

	*seq = strtoul(call->argv[arg], &end, 16);
	if (end == call->argv[arg] || *end != '\0') {
		cm_probe_command_bad(call, "value");
		return false;
	}
	return true;
}

static int cm_probe_cmd_again(struct cm_probe_call *call)
{
	uint32_t from;
	uint32_t to;
	uint32_t next;
	uint32_t count = 0;

	if (!arg_seq(call, 1, &from) || !arg_seq(call, 2, &to)) {
		return -EINVAL;
	}
	if (!cm_probe_mode_is_machine()) {
		return cm_probe_command_bad(call, "unsupported");
	}
	/* Only up to the present frame; the answer to this command is not there yet. */
	next = cm_probe_history_next();
	for (uint32_t seq = MAX(from, cm_probe_history_first()); seq <= to && seq < next; seq++) {
		count += cm_probe_writer_again(seq);
		/* A slow line takes its time. */
		cm_probe_watch_allow_command(0);
	}
	cm_probe_frame_int(call->reply, "n", count);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(again, "again", 2, 2,
			"FROM TO: sends these frames again (hexadecimal numbers)");

static int cm_probe_cmd_advance(struct cm_probe_call *call)
{
	int64_t usec;
	int64_t until;

	if (!cm_probe_arg_int(call, 1, 0, INT64_MAX / 1000000, &usec)) {
		return -EINVAL;
	}
	(call->where == CM_PROBE_WHERE_SHELL ? cm_probe_watch_allow_command
					     : cm_probe_watch_allow)(usec / USEC_PER_MSEC + 1);
	if (!cm_probe_mode_is_granted()) {
		k_sleep(K_USEC(usec));
		return 0;
	}
	/* Here time stands still while nobody sleeps, so there is no started tick to be added. */
	until = k_uptime_ticks() + k_us_to_ticks_ceil64(usec);
	while (k_uptime_ticks() < until) {
		k_sleep(K_TIMEOUT_ABS_TICKS(until));
	}
	return 0;
}
CM_PROBE_COMMAND_DEFINE(advance, "advance", 1, 1, "USEC: sleeps");

static int cm_probe_cmd_stats(struct cm_probe_call *call)
{
	if (cm_probe_event_queue_used() < 0) {
		cm_probe_frame_text(call->reply, "used", "-");
		cm_probe_frame_text(call->reply, "peak", "-");
	} else {
		cm_probe_frame_int(call->reply, "used", cm_probe_event_queue_used());
		cm_probe_frame_int(call->reply, "peak", cm_probe_event_queue_peak());
	}
	cm_probe_frame_int(call->reply, "size", CM_PROBE_EVENT_QUEUE_SIZE);
	cm_probe_frame_int(call->reply, "lost", cm_probe_history_lost());
	cm_probe_frame_int(call->reply, "naks", cm_probe_machine_naks());
	return 0;
}
CM_PROBE_COMMAND_DEFINE(stats, "stats", 0, 0, "event queue and ring");

static int cm_probe_cmd_reboot(struct cm_probe_call *call)
{
#if defined(CONFIG_REBOOT)
	ARG_UNUSED(call);
	sys_reboot(SYS_REBOOT_COLD);
	return 0;
#else
	return cm_probe_command_bad(call, "unsupported");
#endif
}
CM_PROBE_COMMAND_DEFINE(reboot, "reboot", 0, 0, "restarts");
