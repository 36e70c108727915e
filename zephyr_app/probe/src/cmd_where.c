/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * Commands that say where other commands are executed: on, burst.
 */

#include <errno.h>
#include <string.h>

#include "probe.h"

#define SETTLE_ROUNDS 3

/* A command that waits for being executed elsewhere. */
struct errand {
	struct k_work work;
	struct k_sem done;
	struct cm_probe_call call;
	int rc;
};

static const struct cm_probe_command *nested_command(struct cm_probe_call *call)
{
	const struct cm_probe_command *command = cm_probe_command_find(call->argv[0]);
	size_t args = call->argc - 1;

	if (command == NULL) {
		cm_probe_command_bad(call, "command");
		return NULL;
	}
	if (args < command->min || (command->max != CM_PROBE_ARGS_ANY && args > command->max)) {
		cm_probe_command_bad(call, "args");
		return NULL;
	}
	return command;
}

static int run_nested(struct cm_probe_call *call)
{
	const struct cm_probe_command *command = nested_command(call);

	bool entered = cm_probe_actor_enter();
	int rc = command != NULL ? command->handler(call) : -EINVAL;

	cm_probe_actor_leave(entered);
	return rc;
}

static void run_in_wq(struct k_work *work)
{
	struct errand *errand = CONTAINER_OF(work, struct errand, work);

	errand->rc = run_nested(&errand->call);
	k_sem_give(&errand->done);
}

static void wait_for_wq(struct errand *errand)
{
	k_work_init(&errand->work, run_in_wq);
	k_work_submit(&errand->work);
	k_sem_take(&errand->done, K_FOREVER);
}

/* A private event calls back between the events that are queued already and those that follow. */
static struct net_mgmt_event_callback private_callback;
static struct errand *private_errand;

static void private_handler(struct net_mgmt_event_callback *cb, cm_probe_event_t event,
			    struct net_if *iface)
{
	struct errand *errand = private_errand;

	ARG_UNUSED(cb);
	ARG_UNUSED(iface);
	if (event != (cm_probe_event_t)CM_PROBE_EVENT_PRIVATE || errand == NULL) {
		return;
	}
	private_errand = NULL;
	if (errand->call.argc > 0) {
		errand->rc = run_nested(&errand->call);
	}
	k_sem_give(&errand->done);
}

static void wait_for_callback(struct errand *errand)
{
	bool timed_out;

	net_mgmt_init_event_callback(&private_callback, private_handler, CM_PROBE_EVENT_PRIVATE);
	net_mgmt_add_event_callback(&private_callback);
	private_errand = errand;
	do {
		/* Said again, as an event is dropped when the queue stays full. */
		net_mgmt_event_notify(CM_PROBE_EVENT_PRIVATE, NULL);
		timed_out = k_sem_take(&errand->done, K_SECONDS(1)) != 0;
	} while (timed_out && private_errand != NULL);
	if (timed_out) {
		k_sem_take(&errand->done, K_FOREVER);
	}
	net_mgmt_del_event_callback(&private_callback);
}

void cm_probe_settle(void)
{
	/* What an event causes is queued behind it; its consequences need one more round each. */
	for (int round = 0; round < SETTLE_ROUNDS; round++) {
		struct errand errand = {0};

		cm_probe_watch_allow_command(0);

		k_sem_init(&errand.done, 0, 1);
		wait_for_callback(&errand);
		k_yield();
	}
}

static int cm_probe_cmd_on(struct cm_probe_call *call)
{
	/* Only the thread that reads commands comes here, and does not come again before the end. */
	static struct errand errand;
	const char *where = call->argv[1];
	void (*wait)(struct errand *errand) = NULL;

	if (call->where != CM_PROBE_WHERE_SHELL || call->nested ||
	    strcmp(call->argv[2], "on") == 0) {
		return cm_probe_command_bad(call, "unsupported");
	}
	errand.call = *call;
	errand.call.argc -= 2;
	errand.call.argv += 2;
	if (strcmp(where, "shell") == 0) {
		return run_nested(&errand.call);
	} else if (strcmp(where, "wq") == 0) {
		errand.call.where = CM_PROBE_WHERE_WQ;
		wait = wait_for_wq;
	} else if (strcmp(where, "cb") == 0) {
		errand.call.where = CM_PROBE_WHERE_CB;
		wait = wait_for_callback;
	} else {
		return cm_probe_command_bad(call, "value");
	}
	k_sem_init(&errand.done, 0, 1);
	wait(&errand);
	return errand.rc;
}
CM_PROBE_COMMAND_DEFINE(on, "on", 2, CM_PROBE_ARGS_ANY,
			"shell|wq|cb COMMAND: executes COMMAND in that thread and waits for it");

static int cm_probe_cmd_burst(struct cm_probe_call *call)
{
	char **words = call->argv + 1;
	char **end = call->argv + call->argc;
	bool lock = call->where == CM_PROBE_WHERE_SHELL;
	int count = 0;

	if (call->nested && !call->hook) {
		return cm_probe_command_bad(call, "unsupported");
	}
	if (lock) {
		k_sched_lock();
	}
	while (words < end) {
		char **next = words;

		while (next < end && strcmp(*next, ";") != 0) {
			next++;
		}
		if (next > words) {
			if (strcmp(*words, "burst") == 0) {
				cm_probe_command_bad(call, "unsupported");
				break;
			}
			cm_probe_command_part(next - words, words, call->where, call->hook,
					      count++);
		}
		words = next + 1;
	}
	if (lock) {
		k_sched_unlock();
	}
	cm_probe_frame_int(call->reply, "n", count);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(burst, "burst", 1, CM_PROBE_ARGS_ANY,
			"COMMAND ; COMMAND ...: executes all under one scheduler lock");
