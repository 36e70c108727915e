/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The shell command "cm": the command table for a person.
 */

#include <zephyr/shell/shell.h>

#include "probe.h"

/* There may be several shells. */
static K_MUTEX_DEFINE(lock);

static int run(const struct shell *sh, size_t argc, char **argv)
{
	/* Guarded by the lock; no command leads here again. */
	static char text[CM_PROBE_FIELDS_MAX];
	struct cm_probe_frame reply;
	struct cm_probe_call call = {
		.argc = argc, .argv = argv, .reply = &reply, .where = CM_PROBE_WHERE_SHELL};
	int rc;

	k_mutex_lock(&lock, K_FOREVER);
	cm_probe_frame_begin(&reply, text, sizeof(text), "reply");
	rc = cm_probe_command_execute(&call);
	if (!cm_probe_mode_is_machine()) {
		cm_probe_frame_send(&reply);
		cm_probe_writer_show(sh);
	}
	k_mutex_unlock(&lock);
	return rc < 0 ? rc : 0;
}

static void get_command(size_t index, struct shell_static_entry *entry)
{
	size_t count;

	STRUCT_SECTION_COUNT(cm_probe_command, &count);
	entry->syntax = NULL;
	if (index < count) {
		const struct cm_probe_command *command;

		STRUCT_SECTION_GET(cm_probe_command, index, &command);
		entry->syntax = command->name;
		entry->help = command->help;
		entry->subcmd = NULL;
		entry->handler = run;
		entry->args.mandatory = command->min + 1;
		entry->args.optional = command->max == CM_PROBE_ARGS_ANY
					       ? SHELL_OPT_ARG_CHECK_SKIP
					       : command->max - command->min;
	}
}

SHELL_DYNAMIC_CMD_CREATE(cm_probe_commands, get_command);
SHELL_CMD_REGISTER(cm, &cm_probe_commands, "Connection Manager probe", NULL);
