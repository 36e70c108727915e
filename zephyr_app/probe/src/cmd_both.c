/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The command "both": two commands at once, each in a context of its own.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>

#include "probe.h"

#define SIDES 2

/* Between the dispatcher and the thread that reads commands, which has the lowest priority. */
#define HIGH_PRIORITY K_PRIO_PREEMPT(1)
#define LOW_PRIORITY  (CM_PROBE_GATE_PRIORITY - 2)

struct side;

/* Where a command can be executed. Where "thread" is NULL, it is not known before it has begun. */
struct context {
	const char *name;
	void (*begin)(struct side *side);
	k_tid_t (*thread)(void);
};

struct side {
	const struct context *context;
	char **argv;
	size_t argc;
	int index;
};

struct helper {
	struct k_thread thread;
	struct k_sem go;
	struct side *side;
};

static K_THREAD_STACK_DEFINE(high_stack, CONFIG_CM_PROBE_BOTH_STACK_SIZE);
static K_THREAD_STACK_DEFINE(low_stack, CONFIG_CM_PROBE_BOTH_STACK_SIZE);
static struct helper high;
static struct helper low;

static struct side sides[SIDES];
static K_SEM_DEFINE(finished, 0, SIDES);

static void execute(struct side *side, enum cm_probe_where where)
{
	cm_probe_command_part(side->argc, side->argv, where, false, side->index);
	k_sem_give(&finished);
}

static void help(void *p1, void *p2, void *p3)
{
	struct helper *helper = p1;

	ARG_UNUSED(p2);
	ARG_UNUSED(p3);
	while (true) {
		k_sem_take(&helper->go, K_FOREVER);
		execute(helper->side, CM_PROBE_WHERE_HELPER);
	}
}

static struct side *work_side;

static void work_handler(struct k_work *work)
{
	ARG_UNUSED(work);
	execute(work_side, CM_PROBE_WHERE_WQ);
}

static K_WORK_DEFINE(work, work_handler);

static void begin_work(struct side *side)
{
	work_side = side;
	k_work_submit(&work);
}

static k_tid_t work_thread(void)
{
	return k_work_queue_thread_get(&k_sys_work_q);
}

static struct net_mgmt_event_callback callback;
static struct side *callback_side;

static void event_handler(struct net_mgmt_event_callback *cb, cm_probe_event_t event,
			  struct net_if *iface)
{
	struct side *side = callback_side;

	ARG_UNUSED(cb);
	ARG_UNUSED(iface);
	if (event == (cm_probe_event_t)CM_PROBE_EVENT_PRIVATE && side != NULL) {
		callback_side = NULL;
		execute(side, CM_PROBE_WHERE_CB);
	}
}

static void begin_callback(struct side *side)
{
	callback_side = side;
	net_mgmt_event_notify(CM_PROBE_EVENT_PRIVATE, NULL);
}

static void begin_high(struct side *side)
{
	high.side = side;
	k_sem_give(&high.go);
}

static k_tid_t high_thread(void)
{
	return &high.thread;
}

static void begin_low(struct side *side)
{
	low.side = side;
	k_sem_give(&low.go);
}

static k_tid_t low_thread(void)
{
	return &low.thread;
}

/* The thread that reads commands executes its own when the other one has begun. */
static struct side *own_side;

static void begin_own(struct side *side)
{
	own_side = side;
}

static k_tid_t own_thread(void)
{
	return k_current_get();
}

static const struct context contexts[] = {
	{"shell", begin_own, own_thread},   {"wq", begin_work, work_thread},
	{"cb", begin_callback, NULL},       {"high", begin_high, high_thread},
	{"low", begin_low, low_thread},
};

static const struct context *context_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(contexts); i++) {
		if (strcmp(contexts[i].name, name) == 0) {
			return &contexts[i];
		}
	}
	return NULL;
}

static k_tid_t thread_of(const struct side *side)
{
	return side->context->thread != NULL ? side->context->thread() : NULL;
}

/* WHERE WHERE COMMAND ; COMMAND */
static bool read_sides(char **words, size_t count)
{
	size_t at = 3;

	while (at < count && strcmp(words[at], ";") != 0) {
		at++;
	}
	sides[0] = (struct side){
		.context = context_named(words[0]), .argv = words + 2, .argc = at - 2};
	sides[1] = (struct side){.context = context_named(words[1]),
				 .argv = words + at + 1,
				 .argc = count - at - 1,
				 .index = 1};
	return at + 1 < count && sides[0].context != NULL && sides[1].context != NULL &&
	       sides[0].context != sides[1].context;
}

static int cm_probe_cmd_both(struct cm_probe_call *call)
{
	int usual = k_thread_priority_get(k_current_get());
	uint32_t points;

	if (call->where != CM_PROBE_WHERE_SHELL || call->nested) {
		return cm_probe_command_bad(call, "unsupported");
	}
	if (!read_sides(call->argv + 2, call->argc - 2)) {
		return cm_probe_command_bad(call, "value");
	}
	/* On a board whose time goes by itself the shell's own may be that of a helper. */
	k_thread_priority_set(k_current_get(), CM_PROBE_GATE_PRIORITY);
	if (!cm_probe_schedule_begin(call, call->argv[1], thread_of(&sides[0]),
				     thread_of(&sides[1]))) {
		k_thread_priority_set(k_current_get(), usual);
		return -EINVAL;
	}
	net_mgmt_init_event_callback(&callback, event_handler, CM_PROBE_EVENT_PRIVATE);
	net_mgmt_add_event_callback(&callback);
	own_side = NULL;
	k_sched_lock();
	for (size_t i = 0; i < SIDES; i++) {
		sides[i].context->begin(&sides[i]);
	}
	k_sched_unlock();
	if (own_side != NULL) {
		execute(own_side, CM_PROBE_WHERE_SHELL);
	}
	for (size_t i = 0; i < SIDES; i++) {
		k_sem_take(&finished, K_FOREVER);
	}
	points = cm_probe_schedule_end();
	k_thread_priority_set(k_current_get(), usual);
	net_mgmt_del_event_callback(&callback);
	cm_probe_frame_int(call->reply, "n", SIDES);
	cm_probe_frame_int(call->reply, "points", points);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(both, "both", 6, CM_PROBE_ARGS_ANY,
			"POINTS WHERE WHERE COMMAND ; COMMAND: executes both at once");

static void start(struct helper *helper, k_thread_stack_t *stack, int priority, const char *name)
{
	k_sem_init(&helper->go, 0, 1);
	k_thread_create(&helper->thread, stack, CONFIG_CM_PROBE_BOTH_STACK_SIZE, help, helper, NULL,
			NULL, priority, 0, K_NO_WAIT);
	k_thread_name_set(&helper->thread, name);
}

static int helpers_init(void)
{
	start(&high, high_stack, HIGH_PRIORITY, "cm_high");
	start(&low, low_stack, LOW_PRIORITY, "cm_low");
	return 0;
}

SYS_INIT(helpers_init, APPLICATION, 0);
