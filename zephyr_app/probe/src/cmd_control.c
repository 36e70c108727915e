/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Commands about control: connect, disconnect, settings, options, bulk calls.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zephyr/sys/util.h>

#include "probe.h"

#define OPT_GET_MAX 32
#define OPT_SET_MAX 64

BUILD_ASSERT(2 * OPT_SET_MAX + 40 <= CM_PROBE_LINE_MAX, "a value in hex fits into a line");
BUILD_ASSERT(2 * 2 * OPT_GET_MAX + 100 <= CM_PROBE_FIELDS_MAX, "a value in hex fits into a reply");

static int cm_probe_cmd_connect(struct cm_probe_call *call)
{
	struct net_if *iface;

	return cm_probe_arg_iface(call, 1, &iface) ? conn_mgr_if_connect(iface) : -EINVAL;
}
CM_PROBE_COMMAND_DEFINE(connect, "connect", 1, 1, "I: conn_mgr_if_connect");

static int cm_probe_cmd_disconnect(struct cm_probe_call *call)
{
	struct net_if *iface;

	return cm_probe_arg_iface(call, 1, &iface) ? conn_mgr_if_disconnect(iface) : -EINVAL;
}
CM_PROBE_COMMAND_DEFINE(disconnect, "disconnect", 1, 1, "I: conn_mgr_if_disconnect");

static int cm_probe_cmd_bound(struct cm_probe_call *call)
{
	struct net_if *iface;

	if (!cm_probe_arg_iface(call, 1, &iface)) {
		return -EINVAL;
	}
	cm_probe_frame_int(call->reply, "value", conn_mgr_if_is_bound(iface));
	return 0;
}
CM_PROBE_COMMAND_DEFINE(bound, "bound", 1, 1, "I: conn_mgr_if_is_bound");

/* Gets or sets a number of seconds. */
static int seconds(struct cm_probe_call *call, int (*get)(struct net_if *iface),
		   int (*set)(struct net_if *iface, int value))
{
	struct net_if *iface;
	int64_t value;

	if (!cm_probe_arg_iface(call, 1, &iface)) {
		return -EINVAL;
	}
	if (call->argc < 3) {
		cm_probe_frame_int(call->reply, "value", get(iface));
		return 0;
	}
	return cm_probe_arg_int(call, 2, INT32_MIN, INT32_MAX, &value) ? set(iface, value)
								       : -EINVAL;
}

static int cm_probe_cmd_timeout(struct cm_probe_call *call)
{
	return seconds(call, conn_mgr_if_get_timeout, conn_mgr_if_set_timeout);
}
CM_PROBE_COMMAND_DEFINE(timeout, "timeout", 1, 2, "I [SECONDS]: gets or sets the timeout");

static int cm_probe_cmd_idle(struct cm_probe_call *call)
{
#if defined(CM_PROBE_HAS_IDLE_TIMEOUT)
	return seconds(call, conn_mgr_if_get_idle_timeout, conn_mgr_if_set_idle_timeout);
#else
	return cm_probe_command_bad(call, "unsupported");
#endif
}
CM_PROBE_COMMAND_DEFINE(idle, "idle", 1, 2, "I [SECONDS]: gets or sets the idle timeout");

static int cm_probe_cmd_used(struct cm_probe_call *call)
{
#if defined(CM_PROBE_HAS_IDLE_TIMEOUT)
	struct net_if *iface;

	if (!cm_probe_arg_iface(call, 1, &iface)) {
		return -EINVAL;
	}
	conn_mgr_if_used(iface);
	return 0;
#else
	return cm_probe_command_bad(call, "unsupported");
#endif
}
CM_PROBE_COMMAND_DEFINE(used, "used", 1, 1, "I: conn_mgr_if_used");

static bool arg_flag(struct cm_probe_call *call, size_t arg, enum conn_mgr_if_flag *flag)
{
	static const char *const names[] = {"PERSISTENT", "NO_AUTO_CONNECT", "NO_AUTO_DOWN",
					    "DISCONNECTING"};
	int64_t number;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(call->argv[arg], names[i]) == 0) {
			*flag = i;
			return true;
		}
	}
	if (!cm_probe_arg_int(call, arg, 0, INT32_MAX, &number)) {
		return false;
	}
	*flag = number;
	return true;
}

static int cm_probe_cmd_flag(struct cm_probe_call *call)
{
	struct net_if *iface;
	enum conn_mgr_if_flag flag;
	bool value;

	if (!cm_probe_arg_iface(call, 1, &iface) || !arg_flag(call, 2, &flag)) {
		return -EINVAL;
	}
	if (call->argc < 4) {
		cm_probe_frame_int(call->reply, "value", conn_mgr_if_get_flag(iface, flag));
		return 0;
	}
	return cm_probe_arg_choice(call, 3, "on", "off", &value)
		       ? conn_mgr_if_set_flag(iface, flag, value)
		       : -EINVAL;
}
CM_PROBE_COMMAND_DEFINE(flag, "flag", 2, 3,
			"I FLAG [on|off]: gets or sets a flag, by name or number");

static int cm_probe_cmd_opt_set(struct cm_probe_call *call)
{
	struct net_if *iface;
	int64_t name;
	int64_t len = 0;
	uint8_t value[OPT_SET_MAX] = {0};
	bool null = strcmp(call->argv[3], "null") == 0;

	if (!cm_probe_arg_iface(call, 1, &iface) ||
	    !cm_probe_arg_int(call, 2, INT32_MIN, INT32_MAX, &name)) {
		return -EINVAL;
	}
	if (!null) {
		size_t digits = strlen(call->argv[3]);

		len = digits / 2;
		if (digits % 2 != 0 || hex2bin(call->argv[3], digits, value, sizeof(value)) != len) {
			return cm_probe_command_bad(call, "value");
		}
	}
	if (call->argc > 4 && !cm_probe_arg_int(call, 4, 0, sizeof(value), &len)) {
		return -EINVAL;
	}
	return conn_mgr_if_set_opt(iface, name, null ? NULL : value, len);
}
CM_PROBE_COMMAND_DEFINE(opt_set, "opt-set", 3, 4, "I NAME HEX|null [LEN]: conn_mgr_if_set_opt");

static int cm_probe_cmd_opt_get(struct cm_probe_call *call)
{
	struct net_if *iface;
	int64_t name;
	int64_t wanted = OPT_GET_MAX;
	size_t len;
	/* Twice as long, so that an implementation that writes too much does less harm. */
	uint8_t value[OPT_GET_MAX * 2];
	bool null_value = strcmp(call->argv[3], "null-value") == 0;
	bool null_length = strcmp(call->argv[3], "null-length") == 0;
	int rc;

	if (!cm_probe_arg_iface(call, 1, &iface) ||
	    !cm_probe_arg_int(call, 2, INT32_MIN, INT32_MAX, &name)) {
		return -EINVAL;
	}
	if (!null_value && !null_length && !cm_probe_arg_int(call, 3, 0, OPT_GET_MAX, &wanted)) {
		return -EINVAL;
	}
	len = wanted;
	rc = conn_mgr_if_get_opt(iface, name, null_value ? NULL : value,
				 null_length ? NULL : &len);
	if (!null_length) {
		cm_probe_frame_int(call->reply, "len", len);
	}
	if (rc == 0) {
		cm_probe_frame_bytes(call->reply, "data", value, MIN(len, sizeof(value)));
	}
	return rc;
}
CM_PROBE_COMMAND_DEFINE(opt_get, "opt-get", 3, 3,
			"I NAME LEN|null-value|null-length: conn_mgr_if_get_opt");

static int cm_probe_cmd_all(struct cm_probe_call *call)
{
	static const struct {
		const char *name;
		int (*run)(bool skip_ignored);
	} calls[] = {
		{"up", conn_mgr_all_if_up},
		{"down", conn_mgr_all_if_down},
		{"connect", conn_mgr_all_if_connect},
		{"disconnect", conn_mgr_all_if_disconnect},
	};
	bool skip;

	if (!cm_probe_arg_choice(call, 2, "1", "0", &skip)) {
		return -EINVAL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		if (strcmp(call->argv[1], calls[i].name) == 0) {
			return calls[i].run(skip);
		}
	}
	return cm_probe_command_bad(call, "value");
}
CM_PROBE_COMMAND_DEFINE(all, "all", 2, 2,
			"up|down|connect|disconnect SKIP_IGNORED: the bulk calls");
