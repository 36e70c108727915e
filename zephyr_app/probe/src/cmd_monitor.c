/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Commands about monitoring: ignore, watch, resend.
 */

#include <errno.h>

#include "probe.h"

static int cm_probe_cmd_ignore(struct cm_probe_call *call)
{
	struct net_if *iface;

	if (!cm_probe_arg_iface(call, 1, &iface)) {
		return -EINVAL;
	}
	conn_mgr_ignore_iface(iface);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(ignore, "ignore", 1, 1, "I: conn_mgr_ignore_iface");

static int cm_probe_cmd_watch(struct cm_probe_call *call)
{
	struct net_if *iface;

	if (!cm_probe_arg_iface(call, 1, &iface)) {
		return -EINVAL;
	}
	conn_mgr_watch_iface(iface);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(watch, "watch", 1, 1, "I: conn_mgr_watch_iface");

static int cm_probe_cmd_ignored(struct cm_probe_call *call)
{
	struct net_if *iface;

	if (!cm_probe_arg_iface(call, 1, &iface)) {
		return -EINVAL;
	}
	cm_probe_frame_int(call->reply, "value", conn_mgr_is_iface_ignored(iface));
	return 0;
}
CM_PROBE_COMMAND_DEFINE(ignored, "ignored", 1, 1, "I: conn_mgr_is_iface_ignored");

static int cm_probe_cmd_ignore_l2(struct cm_probe_call *call)
{
	const struct net_l2 *l2;

	if (!cm_probe_l2_by_name(call->argv[1], &l2)) {
		return cm_probe_command_bad(call, "value");
	}
	conn_mgr_ignore_l2(l2);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(ignore_l2, "ignore-l2", 1, 1, "L2|null: conn_mgr_ignore_l2");

static int cm_probe_cmd_watch_l2(struct cm_probe_call *call)
{
	const struct net_l2 *l2;

	if (!cm_probe_l2_by_name(call->argv[1], &l2)) {
		return cm_probe_command_bad(call, "value");
	}
	conn_mgr_watch_l2(l2);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(watch_l2, "watch-l2", 1, 1, "L2|null: conn_mgr_watch_l2");

static int cm_probe_cmd_resend(struct cm_probe_call *call)
{
	ARG_UNUSED(call);
	conn_mgr_mon_resend_status();
	return 0;
}
CM_PROBE_COMMAND_DEFINE(resend, "resend", 0, 0, "conn_mgr_mon_resend_status");
