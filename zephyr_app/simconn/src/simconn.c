/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * The simulated connectivity implementation: idle, connecting, connected.
 *
 * All state is guarded by the binding's lock, which callers of the callbacks hold already.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/net/net_mgmt.h>

#include "internal.h"

#define DEFECT_BLOCK_MS 300

static simconn_observer_t observer;
static k_tid_t monitor_thread;

void simconn_set_observer(simconn_observer_t new_observer)
{
	observer = new_observer;
}

k_tid_t simconn_monitor_thread(void)
{
	return monitor_thread;
}

void simconn_entered(struct simconn_ctx *ctx, uint32_t *counter, const char *op)
{
	(*counter)++;
	ctx->last_thread = k_current_get();
	if (observer != NULL) {
		observer(ctx->binding->iface, op);
	}
}

static enum simconn_state *state_of(struct simconn_ctx *ctx)
{
	static enum simconn_state shared;

	return HAS(shared_state) ? &shared : &ctx->state;
}

static bool persistent(const struct simconn_ctx *ctx)
{
	return conn_mgr_binding_get_flag(ctx->binding, CONN_MGR_IF_PERSISTENT);
}

/* The iface that an event is raised for; with a defect, the next one. */
static struct net_if *event_iface(const struct simconn_ctx *ctx, bool wrong)
{
	struct net_if *iface = ctx->binding->iface;

	if (wrong) {
		struct net_if *other = net_if_get_by_index(net_if_get_by_iface(iface) + 1);

		iface = other != NULL ? other : net_if_get_by_index(1);
	}
	return iface;
}

/* Whether delayed work is due; otherwise it was cancelled too late to be stopped. */
static bool due(int64_t at)
{
	return k_uptime_ticks() >= at;
}

static int64_t schedule(struct k_work_delayable *work, int64_t ms)
{
	/* Read before the timer starts: ticks of 1/32768 s may pass in between. */
	int64_t at = k_uptime_ticks() + k_ms_to_ticks_ceil64(ms);

	k_work_reschedule(work, K_MSEC(ms));
	return at;
}

static void start_timeout(struct simconn_ctx *ctx, bool after_loss)
{
	int64_t ms = (int64_t)ctx->binding->timeout * MSEC_PER_SEC;
	int64_t left = k_ticks_to_ms_floor64(MAX(ctx->timeout_at - k_uptime_ticks(), 0));

	if (ms <= 0) {
		if (HAS(timeout_zero_is_now) && persistent(ctx)) {
			ctx->timeout_at = schedule(&ctx->timeout, 1);
		}
		return;
	}
	if (HAS(timeout_first_only) && ctx->counters.attempts > 1) {
		return;
	}
	if (HAS(timeout_in_ms)) {
		ms = ctx->binding->timeout;
	} else if (HAS(timeout_early)) {
		ms /= 2;
	} else if (HAS(timeout_late)) {
		ms *= 2;
	} else if (HAS(timeout_remaining_reused) && after_loss) {
		ms = MIN(left, ms);
	}
	ctx->timeout_at = schedule(&ctx->timeout, ms);
}

static void cancel_timeout(struct simconn_ctx *ctx)
{
	k_work_cancel_delayable(&ctx->timeout);
}

static void become_connected(struct simconn_ctx *ctx)
{
	*state_of(ctx) = SIMCONN_CONNECTED;
	if (!HAS(timeout_after_success)) {
		cancel_timeout(ctx);
	}
	net_if_dormant_off(ctx->binding->iface);
}

static void start_association(struct simconn_ctx *ctx)
{
	const struct simconn_knobs *knobs = &ctx->knobs;

	if (knobs->mode != SIMCONN_NEVER && !(HAS(gives_up_early) && knobs->fails > 0)) {
		ctx->association_at = schedule(&ctx->association,
					       (knobs->fails + 1LL) * knobs->delay_ms);
	}
}

static void start_attempt(struct simconn_ctx *ctx, bool after_loss)
{
	ctx->counters.attempts++;
	*state_of(ctx) = SIMCONN_CONNECTING;
	if (HAS(connect_oper_up)) {
		net_if_dormant_off(ctx->binding->iface);
	}
	if (ctx->knobs.mode == SIMCONN_SYNC && !after_loss) {
		become_connected(ctx);
		return;
	}
	start_association(ctx);
	start_timeout(ctx, after_loss);
}

static void become_idle(struct simconn_ctx *ctx)
{
	*state_of(ctx) = SIMCONN_IDLE;
	k_work_cancel_delayable(&ctx->association);
	cancel_timeout(ctx);
}

void simconn_stop(struct simconn_ctx *ctx)
{
	conn_mgr_binding_lock(ctx->binding);
	become_idle(ctx);
	k_work_cancel_delayable(&ctx->teardown);
	net_if_dormant_on(ctx->binding->iface);
	conn_mgr_binding_unlock(ctx->binding);
}

static void finish_teardown(struct simconn_ctx *ctx)
{
	if (k_work_delayable_is_pending(&ctx->teardown)) {
		k_work_cancel_delayable(&ctx->teardown);
		net_if_dormant_on(ctx->binding->iface);
	}
}

static void association_done(struct k_work *work)
{
	struct simconn_ctx *ctx =
		CONTAINER_OF(k_work_delayable_from_work(work), struct simconn_ctx, association);

	conn_mgr_binding_lock(ctx->binding);
	if (due(ctx->association_at) &&
	    (*state_of(ctx) == SIMCONN_CONNECTING || HAS(disconnect_keeps_attempt))) {
		simconn_die(SIMCONN_IN_ASSOCIATION);
		become_connected(ctx);
	}
	if (!HAS(life_lock_kept)) {
		conn_mgr_binding_unlock(ctx->binding);
	}
}

static void raise_timeout(struct simconn_ctx *ctx)
{
	struct net_if *iface = event_iface(ctx, HAS(timeout_wrong_iface));

	ctx->counters.timeouts++;
	if (!HAS(timeout_not_raised)) {
		net_mgmt_event_notify(NET_EVENT_CONN_IF_TIMEOUT, iface);
	}
	if (HAS(timeout_raised_twice)) {
		net_mgmt_event_notify(NET_EVENT_CONN_IF_TIMEOUT, iface);
	}
}

static void timed_out(struct k_work *work)
{
	struct simconn_ctx *ctx =
		CONTAINER_OF(k_work_delayable_from_work(work), struct simconn_ctx, timeout);
	enum simconn_state state;
	bool raise;

	conn_mgr_binding_lock(ctx->binding);
	state = *state_of(ctx);
	raise = due(ctx->timeout_at) &&
		(state == SIMCONN_CONNECTING || HAS(timeout_after_success) ||
		 HAS(timeout_after_disconnect) || HAS(connect_ends_connection));
	if (raise && !HAS(timeout_keeps_trying)) {
		become_idle(ctx);
		if (state == SIMCONN_CONNECTED) {
			net_if_dormant_on(ctx->binding->iface);
		}
		if (HAS(timeout_retried) && persistent(ctx)) {
			start_attempt(ctx, true);
		}
	}
	conn_mgr_binding_unlock(ctx->binding);
	if (raise) {
		simconn_die(SIMCONN_IN_TIMEOUT);
		if (HAS(life_iface_lock_kept)) {
			net_if_lock(ctx->binding->iface);
		}
		raise_timeout(ctx);
	}
}

static void torn_down(struct k_work *work)
{
	struct simconn_ctx *ctx =
		CONTAINER_OF(k_work_delayable_from_work(work), struct simconn_ctx, teardown);

	conn_mgr_binding_lock(ctx->binding);
	if (*state_of(ctx) == SIMCONN_IDLE) {
		net_if_dormant_on(ctx->binding->iface);
	}
	conn_mgr_binding_unlock(ctx->binding);
}

static void default_knobs(struct simconn_ctx *ctx)
{
	bool auto_start = !net_if_flag_is_set(ctx->binding->iface, NET_IF_NO_AUTO_START);

	ctx->knobs = (struct simconn_knobs){
		.mode = auto_start ? SIMCONN_NEVER : SIMCONN_ASYNC,
		.delay_ms = 100,
#if defined(SIMCONN_HAS_CONFIGURATION)
		.configured = 1,
#endif
	};
}

/*
 * Makes the context ready, once. Where the automation's callbacks are static (4.5), an iface that
 * comes up while booting is connected before its binding is initialised.
 */
static void prepare(struct conn_mgr_conn_binding *const binding)
{
	struct simconn_ctx *ctx = binding->ctx;

	if (ctx->binding != NULL) {
		return;
	}
	ctx->binding = binding;
	k_work_init_delayable(&ctx->association, association_done);
	k_work_init_delayable(&ctx->timeout, timed_out);
	k_work_init_delayable(&ctx->teardown, torn_down);
	default_knobs(ctx);
}

static void block(const struct simconn_ctx *ctx)
{
	if (ctx->knobs.block_ms > 0) {
		k_msleep(ctx->knobs.block_ms);
	}
}

/* Connect while there is an attempt or a connection already: nothing, but for defects. */
static int connect_again(struct simconn_ctx *ctx)
{
	bool connecting = *state_of(ctx) == SIMCONN_CONNECTING;

	if (HAS(connect_refused_busy)) {
		return -EALREADY;
	}
	if (connecting && HAS(connect_restarts_timeout)) {
		start_timeout(ctx, false);
	}
	if (connecting && HAS(connect_restarts_attempt)) {
		ctx->counters.attempts++;
		start_association(ctx);
	}
	if (!connecting && HAS(connect_ends_connection)) {
		start_timeout(ctx, false);
	}
	return 0;
}

static int simconn_connect(struct conn_mgr_conn_binding *const binding)
{
	struct simconn_ctx *ctx = binding->ctx;

	prepare(binding);
	simconn_entered(ctx, &ctx->counters.connect, "connect");
	simconn_die(SIMCONN_IN_CONNECT);
	block(ctx);
	if (HAS(connect_blocks)) {
		k_msleep(DEFECT_BLOCK_MS);
	}
	if (ctx->knobs.connect_rc != 0) {
		return HAS(connect_error_lost) ? 0 : ctx->knobs.connect_rc;
	}
	if (*state_of(ctx) != SIMCONN_IDLE) {
		return connect_again(ctx);
	}
	finish_teardown(ctx);
	start_attempt(ctx, false);
	return HAS(connect_positive) ? 1 : 0;
}

static int simconn_disconnect(struct conn_mgr_conn_binding *const binding)
{
	struct simconn_ctx *ctx = binding->ctx;
	enum simconn_state state = *state_of(ctx);

	simconn_entered(ctx, &ctx->counters.disconnect, "disconnect");
	simconn_die(SIMCONN_IN_DISCONNECT);
	block(ctx);
	if (ctx->knobs.disconnect_rc != 0) {
		return ctx->knobs.disconnect_rc;
	}
	if (HAS(disconnect_ignored)) {
		return 0;
	}
	if (state != SIMCONN_CONNECTED && HAS(disconnect_idle_error)) {
		return -ENOTCONN;
	}
	*state_of(ctx) = SIMCONN_IDLE;
	if (!HAS(disconnect_keeps_attempt)) {
		k_work_cancel_delayable(&ctx->association);
	}
	if (!HAS(timeout_after_disconnect)) {
		cancel_timeout(ctx);
	}
	if (ctx->knobs.teardown_ms > 0 && state == SIMCONN_CONNECTED) {
		schedule(&ctx->teardown, ctx->knobs.teardown_ms);
	} else if (!k_work_delayable_is_pending(&ctx->teardown)) {
		net_if_dormant_on(binding->iface);
	}
	if (HAS(disconnect_retried) && persistent(ctx)) {
		start_attempt(ctx, true);
	}
	return 0;
}

int simconn_lose(struct simconn_ctx *ctx)
{
	int rc = -ENOTCONN;

	conn_mgr_binding_lock(ctx->binding);
	if (*state_of(ctx) == SIMCONN_CONNECTED) {
		bool retry = persistent(ctx) ? !HAS(persistent_not_retried) : HAS(loss_retried);

		simconn_die(SIMCONN_IN_LOSS);
		rc = 0;
		*state_of(ctx) = SIMCONN_IDLE;
		if (!HAS(loss_keeps_oper_up)) {
			net_if_dormant_on(ctx->binding->iface);
		}
		if (retry) {
			start_attempt(ctx, true);
		}
	}
	conn_mgr_binding_unlock(ctx->binding);
	if (rc == 0 && HAS(loss_is_fatal)) {
		net_mgmt_event_notify(NET_EVENT_CONN_IF_FATAL_ERROR, ctx->binding->iface);
	}
	return rc;
}

void simconn_fatal(struct simconn_ctx *ctx, const void *info, size_t len)
{
	bool connected;

	simconn_die(SIMCONN_IN_FATAL);
	conn_mgr_binding_lock(ctx->binding);
	connected = *state_of(ctx) == SIMCONN_CONNECTED;
	become_idle(ctx);
	if (connected && !ctx->knobs.fatal_keeps) {
		net_if_dormant_on(ctx->binding->iface);
	}
	if (HAS(fatal_retried) && persistent(ctx)) {
		start_attempt(ctx, true);
	}
	conn_mgr_binding_unlock(ctx->binding);
	if (!HAS(fatal_not_raised)) {
		net_mgmt_event_notify_with_info(NET_EVENT_CONN_IF_FATAL_ERROR,
						event_iface(ctx, HAS(fatal_wrong_iface)), info,
						len);
	}
}

void simconn_reset(struct simconn_ctx *ctx)
{
	conn_mgr_binding_lock(ctx->binding);
	simconn_stop(ctx);
	default_knobs(ctx);
	memset(ctx->option, 0, sizeof(ctx->option));
	ctx->counters = (struct simconn_counters){.init = ctx->counters.init};
	conn_mgr_binding_unlock(ctx->binding);
}

static void simconn_init(struct conn_mgr_conn_binding *const binding)
{
	struct simconn_ctx *ctx = binding->ctx;

	monitor_thread = k_current_get();
	prepare(binding);
	simconn_entered(ctx, &ctx->counters.init, "init");
	if (IS_ENABLED(CONFIG_CM_SIMCONN_DORMANT_IN_INIT)) {
		net_if_dormant_on(binding->iface);
	}
}

void simconn_iface_init(struct net_if *iface)
{
	if (!IS_ENABLED(CONFIG_CM_SIMCONN_DORMANT_IN_INIT)) {
		net_if_dormant_on(iface);
	}
}

#if defined(SIMCONN_HAS_CONFIGURATION)
static bool simconn_has_connection_config(struct conn_mgr_conn_binding *const binding)
{
	struct simconn_ctx *ctx = binding->ctx;

	prepare(binding);
	return ctx->knobs.configured != 0;
}
#endif

static struct conn_mgr_conn_api simconn_api = {
	.connect = simconn_connect,
	.disconnect = simconn_disconnect,
	.init = simconn_init,
	.set_opt = simconn_set_opt,
	.get_opt = simconn_get_opt,
#if defined(SIMCONN_HAS_CONFIGURATION)
	.has_connection_config = simconn_has_connection_config,
#endif
};

static struct conn_mgr_conn_api simconn_plain_api = {
	.connect = simconn_connect,
	.disconnect = simconn_disconnect,
	.init = simconn_init,
#if defined(SIMCONN_HAS_CONFIGURATION)
	.has_connection_config = simconn_has_connection_config,
#endif
};

CONN_MGR_CONN_DEFINE(SIMCONN, &simconn_api);
CONN_MGR_CONN_DEFINE(SIMCONN_PLAIN, &simconn_plain_api);

struct simconn_ctx *simconn_of(struct net_if *iface)
{
	struct conn_mgr_conn_binding *binding = conn_mgr_if_get_binding(iface);

	if (binding != NULL &&
	    (binding->impl->api == &simconn_api || binding->impl->api == &simconn_plain_api)) {
		return binding->ctx;
	}
	return NULL;
}
