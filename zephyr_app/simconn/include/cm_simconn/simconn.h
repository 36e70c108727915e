/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * @file
 * @brief A connectivity implementation that is simulated by timers (PROTOCOL.md, section 4).
 *
 * Bind it with CONN_MGR_BIND_CONN(device, SIMCONN), or SIMCONN_PLAIN to have no options.
 */

#ifndef CM_SIMCONN_SIMCONN_H_
#define CM_SIMCONN_SIMCONN_H_

#include <zephyr/kernel.h>
#include <zephyr/net/conn_mgr_connectivity_impl.h>

/** Implementations can say that they lack what an attempt needs: since 4.5. */
#if defined(NET_EVENT_CONN_IF_NO_CONFIGURATION)
#define SIMCONN_HAS_CONFIGURATION 1
#endif

/** Length of option 1, the only one that can be set. */
#define SIMCONN_OPTION_LEN 4

enum simconn_state {
	SIMCONN_IDLE,
	SIMCONN_CONNECTING,
	SIMCONN_CONNECTED,
};

/** How an attempt goes. */
enum simconn_mode {
	SIMCONN_ASYNC, /**< connected after a while */
	SIMCONN_NEVER, /**< never connected */
	SIMCONN_SYNC,  /**< connected at once */
};

struct simconn_knobs {
	int mode;           /**< enum simconn_mode */
	int delay_ms;       /**< time of one sub-attempt */
	int fails;          /**< sub-attempts that fail before one succeeds */
	int connect_rc;     /**< injected status, 0: none */
	int disconnect_rc;  /**< injected status, 0: none */
	int teardown_ms;    /**< time from disconnect to dormant */
	int fatal_keeps;    /**< 1: a fatal error does not set dormant */
	int watch_admin;    /**< 1: goes idle and dormant on admin-down */
#if defined(SIMCONN_HAS_CONFIGURATION)
	int configured;     /**< 0: there is nothing to connect with */
#endif
	int block_ms;       /**< time for which connect and disconnect block */
};

struct simconn_counters {
	uint32_t init;
	uint32_t connect;
	uint32_t disconnect;
	uint32_t set_opt;
	uint32_t get_opt;
	uint32_t attempts;
	uint32_t timeouts;
};

/** What the implementation keeps for a binding. */
struct simconn_ctx {
	struct conn_mgr_conn_binding *binding;
	enum simconn_state state;
	struct k_work_delayable association;
	struct k_work_delayable timeout;
	struct k_work_delayable teardown;
	int64_t association_at; /* ticks; work that is early belongs to an attempt that was given up */
	int64_t timeout_at;
	uint8_t option[SIMCONN_OPTION_LEN];
	struct simconn_knobs knobs;
	struct simconn_counters counters;
	k_tid_t last_thread; /* of the last callback */
};

#define SIMCONN_CTX_TYPE       struct simconn_ctx
#define SIMCONN_PLAIN_CTX_TYPE struct simconn_ctx
CONN_MGR_CONN_DECLARE_PUBLIC(SIMCONN);
CONN_MGR_CONN_DECLARE_PUBLIC(SIMCONN_PLAIN);

/** To be called by the iface's own init: sets dormant, before the iface is started. */
void simconn_iface_init(struct net_if *iface);

/** The context of an iface that is bound to this implementation; NULL for others. */
struct simconn_ctx *simconn_of(struct net_if *iface);

/** To be called after a change of the knob watch_admin. */
void simconn_update_watch(void);

/** The network is lost. Returns -ENOTCONN when there was none. */
int simconn_lose(struct simconn_ctx *ctx);

/** A fatal error happens; @p info goes along with the event. */
void simconn_fatal(struct simconn_ctx *ctx, const void *info, size_t len);

/** Everything as after boot, but idle: attempts cancelled, knobs, options and counters. */
void simconn_reset(struct simconn_ctx *ctx);

/** Called at the start of each callback of the implementation; @p op is its name. */
typedef void (*simconn_observer_t)(struct net_if *iface, const char *op);

/** Sets the one observer. */
void simconn_set_observer(simconn_observer_t observer);

/** The thread in which bindings are initialised: the monitor's; NULL before. */
k_tid_t simconn_monitor_thread(void);

#endif /* CM_SIMCONN_SIMCONN_H_ */
