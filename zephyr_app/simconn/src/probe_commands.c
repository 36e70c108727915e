/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The probe's commands for the simulated implementation.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>

#include <cm_probe/command.h>
#include <cm_probe/thread.h>
#include <cm_probe/watch.h>
#include <cm_simconn/defects.h>
#include <cm_simconn/simconn.h>

CM_PROBE_IMPL_DEFINE(SIMCONN, true);
CM_PROBE_IMPL_DEFINE(SIMCONN_PLAIN, true);

#define KNOB_MS_MAX 86400000

struct knob {
	const char *name;
	size_t offset; /* of an int in struct simconn_knobs */
	int32_t min;
	int32_t max;
};

#define KNOB(_name, _min, _max)                                                                    \
	{.name = #_name, .offset = offsetof(struct simconn_knobs, _name), .min = _min, .max = _max}

static const struct knob knobs[] = {
	KNOB(delay_ms, 0, KNOB_MS_MAX),
	KNOB(fails, 0, 1000),
	KNOB(connect_rc, INT32_MIN, INT32_MAX),
	KNOB(disconnect_rc, INT32_MIN, INT32_MAX),
	KNOB(teardown_ms, 0, KNOB_MS_MAX),
	KNOB(fatal_keeps, 0, 1),
	KNOB(watch_admin, 0, 1),
#if defined(SIMCONN_HAS_CONFIGURATION)
	KNOB(configured, 0, 1),
#endif
	KNOB(block_ms, 0, KNOB_MS_MAX),
};

static const char *const modes[] = {
	[SIMCONN_ASYNC] = "async", [SIMCONN_NEVER] = "never", [SIMCONN_SYNC] = "sync"};

static const char *const states[] = {[SIMCONN_IDLE] = "idle",
				     [SIMCONN_CONNECTING] = "connecting",
				     [SIMCONN_CONNECTED] = "connected"};

static bool arg_sim(struct cm_probe_call *call, struct simconn_ctx **ctx)
{
	struct net_if *iface;

	if (!cm_probe_arg_iface(call, 1, &iface)) {
		return false;
	}
	*ctx = simconn_of(iface);
	if (*ctx == NULL) {
		cm_probe_command_bad(call, "iface");
		return false;
	}
	return true;
}

static const char *thread_name(k_tid_t thread)
{
	return thread != NULL && thread == simconn_monitor_thread() ? "mon"
								    : cm_probe_thread_name(thread);
}

static void tell(struct cm_probe_frame *reply, const struct simconn_ctx *ctx)
{
	const struct simconn_counters *counters = &ctx->counters;

	cm_probe_frame_text(reply, "state", states[ctx->state]);
	cm_probe_frame_int(reply, "init", counters->init);
	cm_probe_frame_int(reply, "connect", counters->connect);
	cm_probe_frame_int(reply, "disconnect", counters->disconnect);
	cm_probe_frame_int(reply, "set_opt", counters->set_opt);
	cm_probe_frame_int(reply, "get_opt", counters->get_opt);
	cm_probe_frame_int(reply, "attempts", counters->attempts);
	cm_probe_frame_int(reply, "timeouts", counters->timeouts);
	cm_probe_frame_text(reply, "last", thread_name(ctx->last_thread));
}

static int set_mode(struct cm_probe_call *call, struct simconn_ctx *ctx)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (strcmp(call->argv[3], modes[i]) == 0) {
			ctx->knobs.mode = i;
			return 0;
		}
	}
	return cm_probe_command_bad(call, "value");
}

static int cm_probe_cmd_sim(struct cm_probe_call *call)
{
	struct simconn_ctx *ctx;
	int64_t value;

	if (call->argc == 3) {
		return cm_probe_command_bad(call, "args");
	}
	if (!arg_sim(call, &ctx)) {
		return -EINVAL;
	}
	if (call->argc == 2) {
		tell(call->reply, ctx);
		return 0;
	}
	if (strcmp(call->argv[2], "mode") == 0) {
		return set_mode(call, ctx);
	}
	for (size_t i = 0; i < ARRAY_SIZE(knobs); i++) {
		if (strcmp(call->argv[2], knobs[i].name) == 0) {
			if (!cm_probe_arg_int(call, 3, knobs[i].min, knobs[i].max, &value)) {
				return -EINVAL;
			}
			*(int *)((uint8_t *)&ctx->knobs + knobs[i].offset) = value;
			simconn_update_watch();
			return 0;
		}
	}
	return cm_probe_command_bad(call, "value");
}
CM_PROBE_COMMAND_DEFINE(sim, "sim", 1, 3, "I [KNOB VALUE]: simulated implementation");

static int cm_probe_cmd_lose(struct cm_probe_call *call)
{
	struct simconn_ctx *ctx;

	return arg_sim(call, &ctx) ? simconn_lose(ctx) : -EINVAL;
}
CM_PROBE_COMMAND_DEFINE(lose, "lose", 1, 1, "I: the network is lost");

static int cm_probe_cmd_fatal(struct cm_probe_call *call)
{
	struct simconn_ctx *ctx;
	struct cm_probe_info info;

	if (!arg_sim(call, &ctx) || !cm_probe_arg_info(call, 2, &info)) {
		return -EINVAL;
	}
	simconn_fatal(ctx, info.data, info.len);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(fatal, "fatal", 1, 2, "I [INFO|len=N]: a fatal error happens");

static int cm_probe_cmd_defect(struct cm_probe_call *call)
{
	bool on;

	if (call->argc == 2) {
		if (strcmp(call->argv[1], "off") != 0) {
			return cm_probe_command_bad(call, "args");
		}
		simconn_clear_defects();
		simconn_life_update();
		return 0;
	}
	if (!cm_probe_arg_choice(call, 2, "on", "off", &on)) {
		return -EINVAL;
	}
	if (!simconn_set_defect_by_name(call->argv[1], on)) {
		return cm_probe_command_bad(call, "value");
	}
	simconn_life_update();
	return 0;
}
CM_PROBE_COMMAND_DEFINE(defect, "defect", 1, 2, "NAME on|off, or off: switches a seeded defect");

static int cm_probe_cmd_defects(struct cm_probe_call *call)
{
	for (int i = 0; i < SIMCONN_DEFECT_COUNT; i++) {
		CM_PROBE_FRAME_DEFINE(part, "part", 192);

		cm_probe_frame_int(&part, "i", i);
		cm_probe_frame_text(&part, "name", simconn_defects[i].name);
		cm_probe_frame_int(&part, "on", simconn_has(i));
		cm_probe_frame_text(&part, "text", simconn_defects[i].description);
		cm_probe_frame_send(&part);
	}
	cm_probe_frame_int(call->reply, "n", SIMCONN_DEFECT_COUNT);
	return 0;
}
CM_PROBE_COMMAND_DEFINE(defects, "defects", 0, 0, "the seeded defects");

static void observe(struct net_if *iface, const char *op)
{
	struct simconn_ctx *ctx = simconn_of(iface);

	CM_PROBE_FRAME_DEFINE(call, "call", 48);

	if (ctx != NULL && ctx->knobs.block_ms > 0) {
		cm_probe_watch_allow(ctx->knobs.block_ms);
	}
	cm_probe_frame_int(&call, "if", net_if_get_by_iface(iface));
	cm_probe_frame_text(&call, "op", op);
	cm_probe_frame_send(&call);
}

static void reset(void)
{
	simconn_clear_defects();
	simconn_life_update();
	STRUCT_SECTION_FOREACH(net_if, iface) {
		struct simconn_ctx *ctx = simconn_of(iface);

		if (ctx != NULL) {
			simconn_reset(ctx);
		}
	}
	simconn_update_watch();
}
CM_PROBE_RESET_DEFINE(reset);

static int observe_init(void)
{
	simconn_set_observer(observe);
	return 0;
}

SYS_INIT(observe_init, POST_KERNEL, 0);
