/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

#ifndef CM_SIMCONN_INTERNAL_H_
#define CM_SIMCONN_INTERNAL_H_

#include <cm_simconn/defects.h>
#include <cm_simconn/simconn.h>

/** Notes that a callback was entered. */
void simconn_entered(struct simconn_ctx *ctx, uint32_t *counter, const char *op);

/** Cancels everything and goes idle and dormant. */
void simconn_stop(struct simconn_ctx *ctx);

int simconn_set_opt(struct conn_mgr_conn_binding *const binding, int name, const void *value,
		    size_t len);
int simconn_get_opt(struct conn_mgr_conn_binding *const binding, int name, void *value,
		    size_t *len);

/** Whether the simulated implementation has this defect: HAS(timeout_in_ms). */
#define HAS(_id) simconn_has(SIMCONN_DEFECT_##_id)

#endif /* CM_SIMCONN_INTERNAL_H_ */
