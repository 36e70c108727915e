/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#ifndef CM_SIMCONN_INTERNAL_H_
#define CM_SIMCONN_INTERNAL_H_

#include <cm_simconn/defects.h>
#include <cm_simconn/simconn.h>

#include <zephyr/net/net_mgmt.h>

/* Event codes have 64 bits since Zephyr 4.2. */
#if NET_MGMT_EVENT_BIT > 0xffffffff
typedef uint64_t simconn_event_t;
#else
typedef uint32_t simconn_event_t;
#endif

/** Notes that a callback was entered. */
void simconn_entered(struct simconn_ctx *ctx, uint32_t *counter, const char *op);

/** Cancels everything and goes idle and dormant. */
void simconn_stop(struct simconn_ctx *ctx);

int simconn_set_opt(struct conn_mgr_conn_binding *const binding, int name, const void *value,
		    size_t len);
int simconn_get_opt(struct conn_mgr_conn_binding *const binding, int name, void *value,
		    size_t *len);

/** Where a deadly defect acts. */
enum simconn_place {
	SIMCONN_IN_CONNECT,
	SIMCONN_IN_DISCONNECT,
	SIMCONN_IN_SET_OPT,
	SIMCONN_IN_GET_OPT,
	SIMCONN_IN_ASSOCIATION, /* the work item that ends an attempt */
	SIMCONN_IN_TIMEOUT,     /* the work item of the timeout */
	SIMCONN_IN_LOSS,
	SIMCONN_IN_FATAL,
};

/** Ends, hangs or damages the device if it has a deadly defect that acts here. */
void simconn_die(enum simconn_place place);

/** Whether the simulated implementation has this defect: HAS(timeout_in_ms). */
#define HAS(_id) simconn_has(SIMCONN_DEFECT_##_id)

#endif /* CM_SIMCONN_INTERNAL_H_ */
