/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The knob watch_admin: an iface that goes admin-down ends its attempt or connection.
 *
 * The callback is registered only while the knob is used, because any listener changes which events
 * net_mgmt queues.
 */

#include "internal.h"

static struct net_mgmt_event_callback callback;
static bool registered;

static void admin_down(struct net_mgmt_event_callback *cb, simconn_event_t event,
		       struct net_if *iface)
{
	struct simconn_ctx *ctx = event == NET_EVENT_IF_ADMIN_DOWN ? simconn_of(iface) : NULL;

	ARG_UNUSED(cb);
	if (ctx != NULL && ctx->knobs.watch_admin) {
		simconn_stop(ctx);
	}
}

static bool wanted(void)
{
	STRUCT_SECTION_FOREACH(net_if, iface) {
		struct simconn_ctx *ctx = simconn_of(iface);

		if (ctx != NULL && ctx->knobs.watch_admin) {
			return true;
		}
	}
	return false;
}

void simconn_update_watch(void)
{
	bool now = wanted();

	if (now && !registered) {
		net_mgmt_init_event_callback(&callback, admin_down, NET_EVENT_IF_ADMIN_DOWN);
		net_mgmt_add_event_callback(&callback);
	} else if (!now && registered) {
		net_mgmt_del_event_callback(&callback);
	}
	registered = now;
}
