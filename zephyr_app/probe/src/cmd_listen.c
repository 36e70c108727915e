/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Commands about events: raise, listen, hook.
 */

#include <errno.h>
#include <string.h>

#include "probe.h"

static int cm_probe_cmd_raise(struct cm_probe_call *call)
{
	cm_probe_event_t event;
	struct net_if *iface = NULL;
	struct cm_probe_info info;

	if (!cm_probe_event_by_name(call->argv[1], &event)) {
		return cm_probe_command_bad(call, "value");
	}
	if (strcmp(call->argv[2], "0") != 0 && !cm_probe_arg_iface(call, 2, &iface)) {
		return -EINVAL;
	}
	if (!cm_probe_arg_info(call, 3, &info)) {
		return -EINVAL;
	}
	net_mgmt_event_notify_with_info(event, iface, info.data, info.len);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(raise, "raise", 2, 3, "EVENT I [INFO|len=N]: notifies an event");

/* Reads "EVENT,EVENT" as the OR of the events, which must be of one layer. */
static bool arg_mask(struct cm_probe_call *call, size_t arg, cm_probe_event_t *mask)
{
	char *rest = call->argv[arg];
	char *name;

	*mask = 0;
	while ((name = cm_probe_word_next(&rest, ',')) != NULL) {
		cm_probe_event_t event;

		if (!cm_probe_event_by_name(name, &event) ||
		    (*mask != 0 && cm_probe_event_family(*mask) != cm_probe_event_family(event))) {
			cm_probe_command_bad(call, "value");
			return false;
		}
		*mask |= event;
	}
	return *mask != 0;
}

static int listen_early(struct cm_probe_call *call, bool add)
{
	if (call->argc > 3) {
		return cm_probe_command_bad(call, "args");
	}
	if (add) {
		cm_probe_early_add();
	} else {
		cm_probe_early_remove();
	}
	return 0;
}

static int cm_probe_cmd_listen(struct cm_probe_call *call)
{
	const char *name = call->argv[1];
	cm_probe_event_t mask;
	bool add;

	if (!cm_probe_arg_choice(call, 2, "add", "del", &add)) {
		return -EINVAL;
	}
	/* The dispatcher walks over the list while it calls back. */
	if (call->where == CM_PROBE_WHERE_CB) {
		return cm_probe_command_bad(call, "unsupported");
	}
	if (strcmp(name, "early") == 0) {
		return listen_early(call, add);
	}
	if (strncmp(name, "late", 4) != 0 || name[4] < '1' || name[4] > '3' || name[5] != '\0') {
		return cm_probe_command_bad(call, "value");
	}
	if (call->argc != (add ? 4 : 3)) {
		return cm_probe_command_bad(call, "args");
	}
	if (!add) {
		cm_probe_late_remove(name[4] - '1');
		return 0;
	}
	if (!arg_mask(call, 3, &mask)) {
		return -EINVAL;
	}
	cm_probe_late_add(name[4] - '1', mask);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(listen, "listen", 2, 3, "NAME add EVENTS|del: adds or removes a listener");

static int cm_probe_cmd_hook(struct cm_probe_call *call)
{
	cm_probe_event_t event;
	struct net_if *iface = NULL;
	int64_t count;

	if (strcmp(call->argv[1], "off") == 0) {
		if (call->argc > 2) {
			return cm_probe_command_bad(call, "args");
		}
		cm_probe_hook_clear();
		return 0;
	}
	if (call->argc < 5) {
		return cm_probe_command_bad(call, "args");
	}
	if (!cm_probe_event_by_name(call->argv[1], &event)) {
		return cm_probe_command_bad(call, "value");
	}
	if (strcmp(call->argv[2], "0") != 0 && !cm_probe_arg_iface(call, 2, &iface)) {
		return -EINVAL;
	}
	if (!cm_probe_arg_int(call, 3, 1, UINT32_MAX, &count)) {
		return -EINVAL;
	}
	if (cm_probe_command_find(call->argv[4]) == NULL || strcmp(call->argv[4], "hook") == 0) {
		return cm_probe_command_bad(call, "value");
	}
	if (cm_probe_hook_set(event, iface, count, call->argc - 4, call->argv + 4) != 0) {
		return cm_probe_command_bad(call, "args");
	}
	return 0;
}
CM_PROBE_COMMAND_DEFINE(
	hook, "hook", 1, CM_PROBE_ARGS_ANY,
	"EVENT I|0 COUNT COMMAND, or off: executes COMMAND inside the early listener");
