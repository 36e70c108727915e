/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * What testing it adds: a command by which the network goes and comes.
 */

#include <errno.h>

#include <cm_probe/command.h>

#include "network.h"

static int cm_probe_cmd_network(struct cm_probe_call *call)
{
	bool on;

	if (!cm_probe_arg_choice(call, 1, "on", "off", &on)) {
		return -EINVAL;
	}
	network_set_in_reach(on);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(network, "network", 1, 1, "on|off: the network of wan0 is in reach or not");

static void reset(void)
{
	network_set_in_reach(true);
}
CM_PROBE_RESET_DEFINE(reset);
